# Second pass: what is rare, which may fork

# in: $@; out: -
gvm_rarely() {
	"$@"
}

# What os-release leaves out: a rolling release has a name, or nothing.
# in: -; out: gvm_release gvm_id gvm_version
gvm_complete_release() {
	gvm_id='' gvm_version=''
	for gvm_text in /etc/os-release /usr/lib/os-release; do
		[ -f "$gvm_text" ] && [ -r "$gvm_text" ] || continue
		while IFS='=' read -r gvm_key gvm_text || [ -n "$gvm_key" ]; do
			case $gvm_key in
			ID) gvm_id=$gvm_text ;;
			VERSION_ID) gvm_version=$gvm_text ;;
			VERSION_CODENAME) gvm_version=${gvm_version:-$gvm_text} ;;
			esac
			# Where yash fails to read, this would stay.
			gvm_key=''
		done <"$gvm_text"
		break
	done
	gvm_id=${gvm_id#[\"\']} gvm_version=${gvm_version#[\"\']}
	gvm_id=${gvm_id%[\"\']} gvm_version=${gvm_version%[\"\']}
	gvm_release=${gvm_id:-linux}${gvm_version:+-$gvm_version}
	gvm_is_release || gvm_release=linux
}

# Whether a path is root's or the caller's, and not open for others; where a gvm_toolchain is in it, so
# must be each directory on the way to that, and its programs.
gvm_trusted='' gvm_toolchain=''
# in: $1 gvm_toolchain gvm_trusted; out: gvm_trusted
gvm_is_safe() {
	gvm_key=$1:$gvm_toolchain
	case $gvm_trusted in "$gvm_key") return ;; esac
	! [ -O / ] || gvm_is_roots "$1" || return
	case $gvm_toolchain in "$1"/*)
		gvm_place=$gvm_toolchain/bin
		set -- "$1" "$gvm_place" "$gvm_place/go" "$gvm_place/gofmt" "$gvm_toolchain" "${gvm_toolchain%/*}" "$1/$gvm_release" "$1/$gvm_release/versions"
		;;
	esac
	# find, since ls of the coreutils that are written in Rust takes ten times as long.
	gvm_place=$(/usr/bin/find -H "$@" -prune -printf '%U:%m:%G\n' 2>/dev/null)
	case $gvm_place in '') return 1 ;; esac
	for gvm_place in $gvm_place; do
		case $gvm_place in
		0:*[2367]:*) return 1 ;;
		0:*[2367]?:0) gvm_has_acl "$@" && return 1 ;;
		0:*[2367]?:*) return 1 ;;
		0:*) ;;
		*) case $gvm_place in "$(/usr/bin/id -u)":*) ;; *) return 1 ;; esac ;;
		esac
	done
	gvm_trusted=$gvm_key
}

# Whether the group's mode is no group's, but the most that users and groups of an ACL may do.
# in: $@; out: -
gvm_has_acl() {
	case "
$(/bin/ls -Lld "$@" 2>/dev/null)" in
	*"
"?????w????+*) ;;
	*) return 1 ;;
	esac
}

# Whether nobody but root decides what a path leads to, which root runs: links, and all above it.
# in: $1; out: -
gvm_is_roots() {
	gvm_place=$1
	# Links in /proc lead elsewhere than they say.
	case $1/ in */proc/*) return 1 ;; /*) ;; *) return 1 ;; esac
	while [ -O "${gvm_place:=/}" ] && gvm_is_own_link "$gvm_place"; do
		case $gvm_place in /) return ;; esac
		gvm_place=${gvm_place%/*}
	done
	return 1
}

# Whether a link is the caller's or root's; all else that is no link is let through.
# in: $1; out: -
gvm_is_own_link() {
	[ -h "$1" ] || return 0
	case $(/usr/bin/find "$1" -prune -printf %U 2>/dev/null) in
	0 | "$(/usr/bin/id -u)") ;;
	*) return 1 ;;
	esac
}

# The shell reads a byte with each system call, so the rest of a long file is handed on.
# in: gvm_from gvm_line; out: gvm_line gvm_words
gvm_read_rest() {
	gvm_text=$(LC_ALL=C /bin/sed -n '1s/^\xef\xbb\xbf//
	'"$((gvm_line + 1))"',${
		/^[[:blank:]]*go\(lang\)\{0,1\}\([[:blank:]#]\|\r\{0,1\}$\)/{
			=
			s/#.*//
			s/[^[:print:][:space:]]/?/g
			p
			q
		}
	}' "$gvm_from")
	gvm_line=${gvm_text%%[!0123456789]*}
	gvm_text=${gvm_text#"$gvm_line"}
	gvm_split
}

# A file's first line without the mark that some editors begin UTF-8 with; UTF-16 is not read.
# in: gvm_text; out: gvm_words gvm_status gvm_problem
gvm_drop_mark() {
	gvm_key=$(printf '\357\273\277')
	case $gvm_text in
	"$gvm_key"*)
		gvm_text=${gvm_text#"$gvm_key"}
		gvm_split
		return
		;;
	"$(printf '\376\377')"* | "$(printf '\377\376')"*) gvm_status=unreadable gvm_problem='it is UTF-16' ;;
	*) return 1 ;;
	esac
}

# in: gvm_text; out: gvm_text
gvm_drop_return() {
	gvm_key=$(printf '\r')
	gvm_text=${gvm_text%"$gvm_key"}
}

# The first line of a .go-version that says anything. One that says nothing is a mistake.
# in: $1; out: gvm_from gvm_line gvm_words gvm_status
gvm_read_go_version() {
	gvm_from=$1 gvm_line=0 gvm_words=''
	if [ ! -r "$1" ]; then
		gvm_line='' gvm_status=unreadable
		return
	fi
	# What is in /proc has no size, and perhaps no end.
	[ -s "$1" ] || return 0
	while IFS= read -r gvm_text || [ -n "$gvm_text" ]; do
		gvm_line=$((gvm_line + 1))
		case $gvm_line in 1)
			gvm_key=$(printf '\357\273\277')
			gvm_text=${gvm_text#"$gvm_key"}
			;;
		esac
		gvm_text="go $gvm_text"
		gvm_split
		case $gvm_words in ?*) return ;; esac
		case $gvm_line in 32) return ;; esac
	done <"$1"
}

# in: $1; out: gvm_status gvm_problem
gvm_refuse() {
	gvm_status=refused gvm_problem=$1
}

# The versions and lines that are not usual, and latest: before a line. All else is refused.
# in: gvm_word gvm_kind; out: gvm_word gvm_kind gvm_status gvm_problem
gvm_check_version() {
	gvm_key=$gvm_word
	# Some shells take half a minute to take a megabyte apart.
	[ ${#gvm_word} -lt 40 ] && gvm_word=${gvm_word#latest:} && gvm_is_version && case $gvm_key:$gvm_kind in latest:*:versions) ;; *) return ;; esac
	gvm_refuse 'it is no Go version'
	return 1
}

# Whether gvm_word is a version or a line, and where such are: gvm_kind.
# in: gvm_word; out: gvm_kind
gvm_is_version() {
	gvm_text=${gvm_word%%[!.0123456789]*} gvm_kind=versions
	case ${gvm_word#"$gvm_text"} in
	'') ;;
	beta[123456789] | beta[123456789][$gvm_digits] | beta[123456789][$gvm_digits][$gvm_digits]) ;;
	rc[123456789] | rc[123456789][$gvm_digits] | rc[123456789][$gvm_digits][$gvm_digits]) ;;
	*) return 1 ;;
	esac
	case .$gvm_text. in
	.0* | *..* | *.0[$gvm_digits]* | .*.*.*.*.*) return 1 ;;
	*[$gvm_digits][$gvm_digits][$gvm_digits][$gvm_digits][$gvm_digits]*) return 1 ;;
	.*.*.*.) ;;
	.*.*.) case $gvm_text in "$gvm_word") gvm_kind=aliases ;; esac ;;
	*) return 1 ;;
	esac
}

# A directory that holds a toolchain. The words of other people's files are not followed.
# in: gvm_word gvm_origin gvm_from gvm_command; out: gvm_toolchain gvm_executable gvm_status gvm_problem
gvm_find_path() {
	gvm_text=${gvm_word#path:}
	case $gvm_text in "~/"*) gvm_text=$gvm_home/${gvm_text#??} ;; esac
	case $gvm_text in
	/*) ;;
	*)
		gvm_refuse 'path: takes an absolute directory'
		return
		;;
	esac
	case $gvm_origin in file | default)
		for gvm_key in "${gvm_from%/*}/" "$gvm_from"; do
			gvm_is_own "$gvm_key" || gvm_is_safe "$gvm_key" || {
				gvm_refuse 'path: is obeyed only in a file that you or root own, and nobody else may write, nor its directory'
				return
			}
		done
		gvm_is_own_link "$gvm_from" || {
			gvm_refuse "path: is not obeyed through another user's link"
			return
		}
		;;
	esac
	[ -x "$gvm_text/bin/$gvm_command" ] || return
	gvm_toolchain=$gvm_text gvm_executable=$gvm_text/bin/$gvm_command gvm_status=found
}

# The first on PATH that is no shim, neither gvm's nor another version manager's.
# in: gvm_command; out: gvm_executable gvm_status gvm_problem
gvm_find_system() {
	gvm_search "$gvm_command" || return
	# A wrapper on PATH that calls this shim would be called again, for ever.
	case ${GVM_SHIM_DEPTH-} in '' | 0* | *[!0123456789]* | ????*) gvm_key=0 ;; *) gvm_key=$GVM_SHIM_DEPTH ;; esac
	gvm_set GVM_SHIM_DEPTH $((gvm_key + 1))
	gvm_status=found
	[ "$gvm_key" -le 50 ] || {
		gvm_show "$gvm_executable" 300
		gvm_refuse "$gvm_shown calls this shim again and again"
	}
}

# in: $1; out: gvm_executable
gvm_search() {
	gvm_key=${PATH-}:
	while [ -n "$gvm_key" ]; do
		gvm_executable=${gvm_key%%:*}
		gvm_executable=${gvm_executable%/}/$1
		gvm_key=${gvm_key#*:}
		case $gvm_executable in
		*/shims/"$1") ;;
		/*) [ -f "$gvm_executable" ] && [ -x "$gvm_executable" ] && ! gvm_is_shim "$gvm_executable" && return ;;
		esac
	done
	gvm_executable=''
	return 1
}

# in: $1; out: -
gvm_is_shim() {
	[ -r "$1" ] || return
	{
		read -r gvm_text
		case $gvm_text in '#!/bin/sh'*) read -r gvm_text ;; esac
	} <"$1"
	case $gvm_text in '# gvm-shim:'*) ;; *) return 1 ;; esac
}

# `go env -w` warns that a variable which is set is stronger: it would not be, the next time.
# in: $@; out: gvm_policy gvm_origin
gvm_spare_written() {
	case ${1-}:$# in
	-C:[!1] | --C:[!1] | -C:??* | --C:??*) shift 2 ;;
	-*) shift ;;
	esac
	case ${1-}:${2-} in env:-w) ;; *) return 0 ;; esac
	gvm_policy=shared
	case " $*" in *' GOTOOLCHAIN='*) gvm_origin='' ;; esac
}

# What `go env -w` wrote.
# in: gvm_text; out: gvm_go_path gvm_go_cache gvm_go_modcache gvm_go_toolchain gvm_go_bin
gvm_read_go_env() {
	case ${GOENV-} in off) return ;; esac
	case ${GOENV:+/}${XDG_CONFIG_HOME:-/} in /*) ;; *) return 0 ;; esac
	[ -r "$gvm_text" ] && [ -s "$gvm_text" ] || return 0
	while IFS='=' read -r gvm_key gvm_text || [ -n "$gvm_key" ]; do
		case $gvm_key in
		GOPATH) gvm_go_path=$gvm_text ;;
		GOCACHE) gvm_go_cache=$gvm_text ;;
		GOMODCACHE) gvm_go_modcache=$gvm_text ;;
		GOTOOLCHAIN) gvm_go_toolchain=$gvm_text ;;
		GOBIN) gvm_go_bin=$gvm_text ;;
		esac
		gvm_key=''
	done <"$gvm_text"
}

# The GOROOT of the caller would break another version's compiler; the system's Go may need it.
# in: gvm_request; out: -
gvm_drop_goroot() {
	case $gvm_request:$GOROOT in
	system:"$gvm_user"/* | system:"$gvm_system"/*) ;;
	system:*) return 0 ;;
	esac
	gvm_unset GOROOT
}

# in: $1; out: -
gvm_unset() {
	unset "$1"
}

# What gvm_command means under any name: gvm_status and gvm_executable.
# in: gvm_command; out: gvm_status gvm_executable gvm_toolchain gvm_request gvm_origin gvm_from gvm_line
gvm_find_command() {
	gvm_status='' gvm_origin='' gvm_from='' gvm_line='' gvm_request='' gvm_toolchain='' gvm_executable=''
	case $gvm_command in
	go | gofmt) gvm_each_candidate gvm_resolve ;;
	'' | */*) gvm_refuse 'it is no name of a command' ;;
	go[0123456789]*.*) gvm_find_named || gvm_find_tool ;;
	gvm) gvm_find_gvm ;;
	*) gvm_find_tool ;;
	esac
}

# go1.22.6 is that toolchain; Go 1.20.0 calls itself go1.20.
# in: gvm_command; out: gvm_status gvm_executable gvm_toolchain gvm_request gvm_word gvm_root
gvm_find_named() {
	gvm_word=${gvm_command#go}
	gvm_is_version || return
	for gvm_root in "$gvm_user" "$gvm_system"; do
		for gvm_word in "${gvm_command#go}" "${gvm_command#go}.0"; do
			gvm_toolchain=$gvm_root/$gvm_release/versions/$gvm_word
			gvm_executable=$gvm_toolchain/bin/go
			[ -x "$gvm_executable" ] && gvm_may_use "$gvm_root" || continue
			gvm_status=found gvm_request=${gvm_command#go}
			return
		done
	done
	gvm_toolchain='' gvm_executable=''
	return 1
}

# A program that `go install` made for this release, else whatever else has its name on PATH.
# in: gvm_command; out: gvm_status gvm_executable gvm_request gvm_command gvm_origin gvm_tool
gvm_find_tool() {
	case $gvm_policy in version)
		gvm_tool=$gvm_command gvm_command=go
		gvm_each_candidate gvm_resolve
		gvm_command=$gvm_tool gvm_origin=''
		;;
	esac
	gvm_set_environment
	gvm_find_gobin
	gvm_executable=$gvm_gobin/$gvm_command gvm_status=found
	[ -n "$gvm_gobin" ] && [ -f "$gvm_executable" ] && [ -x "$gvm_executable" ] && gvm_may_run && return
	gvm_status=missing gvm_request=''
	gvm_find_system
}

# What is in a HOME that sudo has kept is not what root calls.
# in: gvm_executable; out: -
gvm_may_run() {
	! [ -O / ] || gvm_is_roots "$gvm_executable"
}

# Where go puts programs; nowhere, if what should say that is relative, which go refuses.
# in: gvm_gopath gvm_go_bin; out: gvm_gobin
gvm_find_gobin() {
	gvm_gobin=${gvm_gopath:-$gvm_home/go}
	gvm_gobin=${GOBIN:-${gvm_go_bin:-${gvm_gobin%%:*}/bin}}
	case $gvm_gobin in /*) ;; *) gvm_gobin='' ;; esac
}

# gvm itself has an environment of its own for each release that shares a home directory.
# in: -; out: gvm_status gvm_executable gvm_toolchain gvm_root
gvm_find_gvm() {
	for gvm_root in "$gvm_user" "$gvm_system"; do
		gvm_toolchain=$gvm_root/$gvm_release/venv
		gvm_executable=$gvm_toolchain/bin/gvm
		[ -x "$gvm_executable" ] && gvm_may_use "$gvm_root" || continue
		gvm_toolchain='' gvm_status=found
		return
	done
	gvm_toolchain='' gvm_executable='' gvm_status=missing
}

# After `go install`: each new program gets its shim, which never replaces anything. One process
# links them all; perl is on every Debian and Ubuntu.
# in: gvm_gopath gvm_go_bin; out: gvm_executable gvm_directory
gvm_add_shims() {
	gvm_find_gobin
	gvm_executable=$gvm_gobin
	case $gvm_gobin in '') return ;; esac
	gvm_may_run || return
	for gvm_directory in "$gvm_user/shims" "${0%/*}"; do
		[ -w "$gvm_directory" ] && [ -f "$gvm_directory/gvm-shim" ] && gvm_may_use "$gvm_directory" && break
	done
	[ -w "$gvm_directory" ] && gvm_may_use "$gvm_directory" || gvm_make_shims 2>/dev/null || return
	gvm_text=''
	set +f
	for gvm_place in "$gvm_gobin"/*; do
		gvm_key=${gvm_place##*/}
		case $gvm_key in
		[!0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_]*) continue ;;
		*[!0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._+-]*) continue ;;
		esac
		[ -f "$gvm_place" ] && [ -x "$gvm_place" ] || continue
		[ -e "$gvm_directory/$gvm_key" ] || gvm_text="$gvm_text $gvm_key"
	done
	set -f
	case $gvm_text in '') return ;; esac
	(
		cd "$gvm_directory" || exit
		LC_ALL=C /usr/bin/perl -e 'link "gvm-shim", $_ for split " ", <STDIN>' && exit
		for gvm_key in $gvm_text; do /bin/ln gvm-shim "$gvm_key"; done
	) 2>/dev/null <<-END
		$gvm_text
	END
}

# Where only the machine has gvm, a user's tools get shims in a directory of the user's own. They
# stand in no root: only its own are one's business.
# in: -; out: gvm_directory
gvm_make_shims() {
	[ -O "$gvm_home" ] || return
	gvm_directory=$gvm_user/shims
	umask go-w
	# An access control list above can give away what the umask does not.
	/bin/mkdir -p "$gvm_directory" && [ -O "$gvm_directory" ] && /bin/chmod go-w "$gvm_user" "$gvm_directory" &&
		/bin/sed "s/^gvm_own=.*/gvm_own=''/" "$gvm_own/shims/gvm-shim" >"$gvm_directory/.gvm-shim" &&
		/bin/chmod 755 "$gvm_directory/.gvm-shim" && /bin/mv "$gvm_directory/.gvm-shim" "$gvm_directory/gvm-shim"
}
