# Fetches what is missing, where the user turned that on.
# in: gvm_status gvm_request gvm_command; out: gvm_status gvm_executable gvm_toolchain
gvm_install_missing() {
	case $gvm_installer:$gvm_status:$gvm_request in
	:* | *:missing:system | *:missing:path:*) return ;;
	*:missing:?*) (gvm_run_gvm "$gvm_installer" install "$gvm_request") >&2 && gvm_find_command ;;
	esac
}

# Becomes gvm, with none of the modules that the caller's PYTHONPATH and PYTHONHOME are meant for.
# in: $@; out: -
gvm_run_gvm() {
	gvm_key=$1
	shift
	# An update turns the link: what has begun goes on with the environment that it began with.
	gvm_text=$(/bin/readlink "${gvm_key%/bin/gvm}")
	case $gvm_text in venv.[12]) gvm_key=${gvm_key%venv/bin/gvm}$gvm_text/bin/gvm ;; esac
	gvm_place=${gvm_key%gvm}python
	[ -x "$gvm_place" ] && exec "$gvm_place" -I "$gvm_key" "$@"
	exec "$gvm_key" "$@"
}

# Becomes the command; where that is go, under any name, what it installs gets its shims.
# in: $@ gvm_executable gvm_gopath gvm_go_bin; out: gvm_code
gvm_run() {
	case ${gvm_executable##*/},${1-},${3-} in
	go,install,* | go,get,* | go,-C,install | go,-C,get | go,--C,install | go,--C,get | go,-C=* | go,--C=*) ;;
	*) exec "$gvm_executable" "$@" ;;
	esac
	gvm_start "$@"
	gvm_wait
	gvm_add_shims
	# Shells tell in their own ways that a signal ended the program; it ends this one, too.
	case $gvm_code in
	129 | 257 | 385) gvm_code=1 ;;
	130 | 258 | 386) gvm_code=2 ;;
	143 | 271 | 399) gvm_code=15 ;;
	*) exit "$gvm_code" ;;
	esac
	trap - HUP INT QUIT TERM
	# The first process of a container survives that.
	exec /bin/sh -c "kill -$gvm_code \$\$; exit $((gvm_code + 128))"
}

# Starts gvm_executable, to which the signals are passed on that this shell gets: gvm_child. What
# a shell starts in this way has no standard input and ignores INT and QUIT: that is undone. What
# the caller ignores stays ignored.
# in: $@ gvm_executable; out: gvm_child gvm_signal
gvm_start() {
	gvm_child='' gvm_signal='' gvm_place=''
	trap 'gvm_pass HUP' HUP
	trap 'gvm_pass INT' INT
	trap 'gvm_pass QUIT' QUIT
	trap 'gvm_pass TERM' TERM
	gvm_find_ignored
	case $gvm_ignored in *[2367abef]) ;; *) gvm_place=,INT ;; esac
	case $gvm_ignored in *[4567cdef]) ;; *) gvm_place=$gvm_place,QUIT ;; esac
	gvm_text=/usr/bin/gnuenv
	[ -x "$gvm_text" ] || gvm_text=/usr/bin/env
	set -- "$gvm_executable" "$@"
	# Before coreutils 8.31, and so on Ubuntu 20.04, there is no such option.
	case $gvm_place in ?*)
		gvm_place=--default-signal=${gvm_place#,}
		"$gvm_text" "$gvm_place" true 2>/dev/null && set -- "$gvm_text" "$gvm_place" "$@"
		;;
	esac
	for gvm_key in 9 8 7 6 5 4 3; do
		[ -e "/proc/self/fd/$gvm_key" ] || break
	done
	if [ -e /proc/self/fd/0 ]; then
		eval "{ exec \"\$@\" <&$gvm_key $gvm_key<&- & } $gvm_key<&0"
	else
		exec "$@" <&- &
	fi
	gvm_child=$!
	# One that came before it was known whom to pass it on to.
	case $gvm_signal in ?*) gvm_pass "$gvm_signal" ;; esac
}

# in: $1 gvm_child; out: gvm_signal
gvm_pass() {
	gvm_signal=$1
	case $gvm_child in ?*) kill -s "$1" "$gvm_child" 2>/dev/null ;; esac
}

# The signals that this shell ignores although it has traps, since its caller does: a hexadecimal
# number with a bit for each.
# in: -; out: gvm_ignored
gvm_find_ignored() {
	gvm_ignored=0
	while read -r gvm_key gvm_text; do
		case $gvm_key in SigIgn:)
			gvm_ignored=$gvm_text
			return
			;;
		esac
	done </proc/self/status
}

# Waits for gvm_child: gvm_code. A signal ends a wait; 127 says that there was nothing to wait for.
# in: gvm_child; out: gvm_code gvm_signal
gvm_wait() {
	gvm_code=127
	while :; do
		gvm_signal=''
		wait "$gvm_child" 2>/dev/null
		gvm_text=$?
		case $gvm_text in 127) ;; *) gvm_code=$gvm_text ;; esac
		case $gvm_signal in '') return ;; esac
	done
}

# Running, with everything

gvm_find_release || gvm_complete_release

case $gvm_name in
gvm-shim) ;;
go | gofmt)
	gvm_find_command
	gvm_install_missing
	case $gvm_status in found) ;; *)
		gvm_explain
		exit 126
		;;
	esac
	gvm_set_environment "$@"
	gvm_run "$@"
	;;
*)
	case $gvm_name in gvm)
		gvm_answer "$@"
		gvm_command=gvm
		;;
	esac
	gvm_find_command
	case $gvm_status in found) ;; *)
		gvm_explain
		exit 127
		;;
	esac
	case $gvm_name in gvm) gvm_run_gvm "$gvm_executable" "$@" ;; esac
	case $gvm_toolchain in ?*) gvm_set_environment "$@" ;; esac
	gvm_run "$@"
	;;
esac
