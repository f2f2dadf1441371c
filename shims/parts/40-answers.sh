# Answering: gvm current, which and exec, for prompts and scripts
#
# To start Python would take most of their time. Whatever these return from without an answer is
# Python's: JSON, help, what is no usual call. Python says the same to each call, byte for byte.

# in: $@; out: -
gvm_answer() {
	# Python refuses these, tells more, or writes the path in another way.
	case ${HOME-} in /*) ;; *) return ;; esac
	case ${GVM_DATA_DIR:-/} in /*) ;; *) return ;; esac
	case ${GVM_DEBUG-} in 1) return ;; esac
	gvm_is_clean "$gvm_user" || return
	case $#:${1-}:${2-} in
	1:current:) gvm_answer_current yes ;;
	2:current:-q | 2:current:--quiet) gvm_answer_current no ;;
	1:which: | 2:which:[!-]*) gvm_is_in_force && gvm_answer_which "${2-go}" ;;
	*:exec:*)
		shift
		gvm_is_in_force && gvm_answer_exec "$@"
		;;
	esac
}

# Whether a path has no empty or dotted components, which Python leaves out.
# in: $1; out: -
gvm_is_clean() {
	case $1/ in *//* | */./*) return 1 ;; esac
}

# What a name means here; or the end, with what is wrong.
# in: $1; out: gvm_command gvm_toolchain gvm_executable gvm_origin gvm_from gvm_line gvm_code
gvm_select() {
	gvm_command=$1
	gvm_find_command
	case $gvm_status:$gvm_origin in
	found:*) return ;;
	unreadable:*) gvm_code=1 ;;
	refused:*) gvm_code=2 ;;
	missing:system) gvm_code=3 ;;
	*) gvm_code=4 ;;
	esac
	gvm_explain
	exit "$gvm_code"
}

# The version of a toolchain of gvm's. What others are is harder to tell.
# in: gvm_toolchain; out: gvm_word gvm_root
gvm_tell_version() {
	gvm_read_version
	for gvm_word in "$gvm_version" "$gvm_version.0"; do
		for gvm_root in "$gvm_user" "$gvm_system"; do
			case $gvm_toolchain in "$gvm_root/$gvm_release/versions/$gvm_word") return ;; esac
		done
	done
	return 1
}

# in: $1; out: -
gvm_answer_current() {
	gvm_select go
	gvm_tell_version || return
	# Python knows what of that a terminal may be sent.
	case $1:$gvm_from in yes:*[!$gvm_plain]*) return ;; esac
	printf '%s\n' "$gvm_word"
	case $1 in yes) printf 'asked for by %s\n' "$gvm_from${gvm_line:+, line $gvm_line}" >&2 ;; esac
	exit
}

# Whether a word asks for a version that is there: gvm_toolchain.
# in: $1; out: gvm_toolchain gvm_command gvm_word gvm_status
gvm_is_installed() {
	gvm_command=go gvm_word=$1 gvm_status=''
	gvm_find_version
	case $gvm_status:$gvm_toolchain in found:*/versions/*) ;; *) return 1 ;; esac
}

# Whether this shim has the settings that hold.
# in: -; out: -
gvm_is_in_force() {
	case $gvm_own in
	"$gvm_user") ;;
	"$gvm_system") [ ! -e "$gvm_user/shims/gvm-shim" ] ;;
	*) return 1 ;;
	esac
}

# in: $1; out: -
gvm_answer_which() {
	# Nobody is called.
	gvm_set() {
		:
	}
	gvm_select "$1"
	gvm_is_clean "$gvm_executable" || return
	printf '%s\n' "$gvm_executable"
	exit
}

# Arguments: [VERSION] [--] COMMAND...
# in: $@; out: gvm_command
gvm_answer_exec() {
	case ${1-} in --) shift ;; esac
	case ${1-} in
	system | path:*) ;;
	[0123456789]* | go[0123456789]* | v[0123456789]* | latest*) gvm_is_installed "$1" || return ;;
	*) set -- '' "$@" ;;
	esac
	case $1 in ?*) gvm_set GVM_GO_VERSION "$1" ;; esac
	shift
	case ${1-} in --) shift ;; esac
	gvm_command=go
	gvm_find_command
	case ${1:--}:$gvm_status in -* | *:[!f]*) return ;; esac
	gvm_is_clean "$gvm_toolchain" && gvm_order_path && gvm_has_command "$1" || return
	gvm_set PATH "$gvm_path"
	gvm_set_environment
	exec "$@"
}

# The shims come first: go then is the same one for whatever the command calls in turn, and what
# `go install` makes gets its shim.
# in: gvm_toolchain; out: gvm_path gvm_root
gvm_order_path() {
	gvm_path=''
	case $gvm_toolchain in ?*)
		for gvm_root in "$gvm_user" "$gvm_system"; do
			case $gvm_path: in "$gvm_root/shims:") continue ;; esac
			[ -d "$gvm_root/shims" ] && gvm_may_use "$gvm_root" && gvm_may_use "$gvm_root/shims" &&
				gvm_path=$gvm_path${gvm_path:+:}$gvm_root/shims
		done
		gvm_path=$gvm_path${gvm_path:+:}$gvm_toolchain/bin
		;;
	esac
	gvm_key=$gvm_path gvm_text=${PATH-}:
	while [ -n "$gvm_text" ]; do
		gvm_place=${gvm_text%%:*}
		gvm_text=${gvm_text#*:}
		case $gvm_place in '') continue ;; esac
		case :$gvm_key: in *":$gvm_place:"*) ;; *) gvm_path=$gvm_path${gvm_path:+:}$gvm_place ;; esac
	done
}

# Whether exec will find a command.
# in: $1 gvm_path; out: -
gvm_has_command() {
	case $1 in */*)
		[ -x "$1" ] && [ ! -d "$1" ]
		return
		;;
	esac
	gvm_text=$gvm_path:
	while [ -n "$gvm_text" ]; do
		gvm_place=${gvm_text%%:*}/$1
		gvm_text=${gvm_text#*:}
		[ -x "$gvm_place" ] && [ ! -d "$gvm_place" ] && return
	done
	return 1
}
