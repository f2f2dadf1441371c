#!/bin/sh
# gvm-shim: finds the Go toolchain that is asked for here, and becomes it.
#
# A copy stands in <root>/shims under the name of each command: go, gofmt, go1.22.6, gopls, gvm.
# As gvm it answers itself what is asked most: see "Answering". Under its own name it prints what
# it would run: see "Printing".
#
# Each candidate for a version becomes gvm_origin, gvm_from, gvm_line and gvm_words; gvm_resolve
# makes gvm_status of it and, where that is "found", gvm_toolchain and gvm_executable.
#
# sh has no local variables. The line above each function names what it reads and what it leaves
# behind, but for what is set once (gvm_own, gvm_policy, gvm_installer, gvm_home, gvm_name,
# gvm_system, gvm_user, gvm_release, gvm_digits, gvm_safe, gvm_plain) and for gvm_text, gvm_key and
# gvm_place, which are scratch: any function may change them.
#
# Parsing is most of what a shim costs, so this has two passes. The first knows only what is
# needed every day; whatever asks for more with gvm_rarely is wanted again, and the second pass,
# behind the first exec, knows everything.

# shellcheck disable=SC2015 # in `A && B || C`, C is what is wanted if B fails
# shellcheck disable=SC2086 # unquoted on purpose: split at blanks, and without globbing (set -f)
# shellcheck disable=SC2088 # the tilde is a text in somebody's file
# shellcheck disable=SC2317 # reached through gvm_rarely
# shellcheck disable=SC3013 # -ef is of POSIX since 2024, and of every sh of Debian's before

# `gvm reshim` fills these in.
gvm_own=''
gvm_policy='release'
gvm_installer=''

IFS=' 	
'
set -f
gvm_home=${HOME-}
gvm_name=${0##*/} gvm_home=${gvm_home%/} gvm_system=/opt/gvm gvm_distrusted='' gvm_problem='' gvm_long=''
gvm_digits=0123456789 gvm_safe=0123456789.abcdefghijklmnopqrstuvwxyz

# in: -; out: gvm_release
gvm_find_release() {
	[ -f /etc/os-release ] && [ -r /etc/os-release ] && gvm_read_release </etc/os-release
}

# From os-release, which is not sourced: it would overwrite a VERSION that the user exported.
# in: stdin; out: gvm_release gvm_id gvm_version
gvm_read_release() {
	gvm_id='' gvm_version=''
	while IFS='=' read -r gvm_key gvm_text; do
		case $gvm_key in
		ID) gvm_id=$gvm_text ;;
		VERSION_ID) gvm_version=$gvm_text ;;
		*) continue ;;
		esac
		case $gvm_id in ?*) case $gvm_version in ?*) break ;; esac ;; esac
	done
	gvm_id=${gvm_id#[\"\']} gvm_version=${gvm_version#[\"\']}
	gvm_release=${gvm_id%[\"\']}-${gvm_version%[\"\']}
	gvm_is_release
}

# Whether gvm_release is a name of less than a hundred letters that can be a directory's.
# in: gvm_release; out: -
gvm_is_release() {
	case ${#gvm_release}:$gvm_release in ???*:* | *:[!abcdefghijklmnopqrstuvwxyz]* | *- | *:*[!$gvm_safe-]*) return 1 ;; esac
}

# in: -; out: gvm_user
gvm_find_user_root() {
	case ${GVM_DATA_DIR-}:$gvm_own:${XDG_DATA_HOME-} in
	/*) gvm_user=$GVM_DATA_DIR ;;
	:/opt/gvm:/* | ::/*) gvm_user=$XDG_DATA_HOME/gvm ;;
	:/opt/gvm:* | ::*) gvm_user=$gvm_home/.local/share/gvm ;;
	*) gvm_user=$gvm_own ;;
	esac
}

# Calls $1 for each candidate, the strongest first, until it returns 0.
# in: $1; out: gvm_origin gvm_from gvm_line gvm_words gvm_status gvm_directory
gvm_each_candidate() {
	gvm_origin=variable gvm_line='' gvm_status=''
	for gvm_from in GVM_GO_VERSION ASDF_GOLANG_VERSION; do
		case $gvm_from in G*) gvm_words=${GVM_GO_VERSION-} ;; *) gvm_words=${ASDF_GOLANG_VERSION-} ;; esac
		case $gvm_words in ?*) "$1" && return ;; esac
	done
	gvm_origin=file gvm_directory=${PWD-}
	case $gvm_directory in /*) ;; *) gvm_directory='' ;; esac
	gvm_directory=${gvm_directory%/}
	while :; do
		if [ -s "$gvm_directory/.tool-versions" ] && gvm_read "$gvm_directory/.tool-versions"; then
			"$1" && return
		elif [ -f "$gvm_directory/.go-version" ]; then
			gvm_rarely gvm_read_go_version "$gvm_directory/.go-version" && "$1" && return
		fi
		case $gvm_directory in '') break ;; esac
		gvm_directory=${gvm_directory%/*}
	done
	case ${PWD-}/ in "$gvm_home"/*) ;; *)
		[ -s "$gvm_home/.tool-versions" ] && gvm_read "$gvm_home/.tool-versions" && "$1" && return
		;;
	esac
	gvm_origin=default
	for gvm_directory in "$gvm_user" "$gvm_system"; do
		[ -f "$gvm_directory/$gvm_release/default" ] && gvm_may_use "$gvm_directory" &&
			gvm_read "$gvm_directory/$gvm_release/default" && "$1" && return
	done
	gvm_origin=system gvm_from='' gvm_line='' gvm_words=system
	"$1"
}

# The first line of a .tool-versions that speaks of Go. What is no file, or is in /proc, has no size.
# in: $1; out: gvm_from gvm_line gvm_words gvm_status gvm_long
gvm_read() {
	[ -f "$1" ] || return
	gvm_from=$1 gvm_line=0 gvm_words=''
	if [ ! -r "$1" ]; then
		gvm_line='' gvm_status=unreadable
		return
	fi
	# yash ends at the first byte that is no character.
	case ${YASH_VERSION-}:$1 in
	:"$gvm_long" | ?*:*) ;;
	*)
		gvm_read_start <"$1" && return
		case $gvm_line in 32) gvm_long=$1 ;; *) return 1 ;; esac
		;;
	esac
	gvm_rarely gvm_read_rest
}

# in: stdin gvm_line; out: gvm_line gvm_words
gvm_read_start() {
	while IFS= read -r gvm_text || [ -n "$gvm_text" ]; do
		gvm_line=$((gvm_line + 1))
		case $gvm_text in *go*) gvm_split && return ;; esac
		case $gvm_line in 32) break ;; esac
	done
	return 1
}

# in: gvm_text gvm_line; out: gvm_words
gvm_split() {
	# bash takes half a minute to find no # in a megabyte.
	case $gvm_text in *#*) gvm_text=${gvm_text%%#*} ;; esac
	case $gvm_text in *[[:cntrl:]]) gvm_rarely gvm_drop_return || : ;; esac
	set -- $gvm_text
	case $gvm_line:${1-} in
	*:go | *:golang) ;;
	1:[!$gvm_safe]*go*)
		gvm_rarely gvm_drop_mark
		return
		;;
	*) return 1 ;;
	esac
	shift
	gvm_words=$*
}

# The first of gvm_words that is installed. Takes the candidate, whatever comes of it.
# in: gvm_words gvm_origin gvm_from gvm_command gvm_status; out: gvm_status gvm_request gvm_word gvm_toolchain gvm_executable gvm_problem gvm_missing
gvm_resolve() {
	gvm_missing='' gvm_toolchain=''
	case $gvm_status in ?*) return ;; esac
	set -- $gvm_words
	for gvm_request; do
		gvm_word=$gvm_request
		case $gvm_word in
		system) gvm_rarely gvm_find_system ;;
		path:*) gvm_rarely gvm_find_path ;;
		*) gvm_find_version ;;
		esac
		case $gvm_status in ?*) return ;; esac
		gvm_missing=${gvm_missing:-$gvm_request}
	done
	gvm_request=$gvm_missing gvm_status=missing
	case $# in 0) gvm_rarely gvm_refuse 'it names no version' ;; esac
}

# in: gvm_word gvm_command; out: gvm_toolchain gvm_executable gvm_status gvm_word gvm_kind gvm_root
gvm_find_version() {
	case $gvm_word in
	go[$gvm_digits]*) gvm_word=${gvm_word#go} ;;
	v[$gvm_digits]*) gvm_word=${gvm_word#v} ;;
	esac
	# Only what can be nothing but a version becomes part of a path. These are the usual ones.
	gvm_kind=versions
	case $gvm_word in
	1.[123456789][$gvm_digits].[$gvm_digits] | 1.[123456789][$gvm_digits].[123456789][$gvm_digits]) ;;
	latest | 1.[123456789][$gvm_digits]) gvm_kind=aliases ;;
	1.[123456789][$gvm_digits]rc[123456789]) ;;
	*) gvm_rarely gvm_check_version || return 0 ;;
	esac
	for gvm_root in "$gvm_user" "$gvm_system"; do
		gvm_toolchain=$gvm_root/$gvm_release/$gvm_kind/$gvm_word
		[ -x "$gvm_toolchain/bin/$gvm_command" ] && gvm_may_use "$gvm_root" || continue
		case $gvm_kind in aliases) gvm_follow_alias ;; esac
		gvm_executable=$gvm_toolchain/bin/$gvm_command gvm_status=found
		return
	done
	gvm_toolchain=''
}

# What an alias leads to now: a build under way keeps its GOROOT when the alias moves on.
# in: gvm_root gvm_toolchain; out: gvm_toolchain gvm_word
gvm_follow_alias() {
	gvm_read_version
	for gvm_word in "$gvm_version" "$gvm_version.0"; do
		[ -x "$gvm_root/$gvm_release/versions/$gvm_word/bin/go" ] || continue
		gvm_toolchain=$gvm_root/$gvm_release/versions/$gvm_word
		return
	done
}

# in: gvm_toolchain; out: gvm_version
gvm_read_version() {
	gvm_version=''
	[ -f "$gvm_toolchain/VERSION" ] && [ -r "$gvm_toolchain/VERSION" ] || return 0
	read -r gvm_version gvm_text <"$gvm_toolchain/VERSION"
	gvm_version=${gvm_version#go}
	case $gvm_version in *[!$gvm_safe]*) gvm_version='' ;; esac
}

# Whether a root belongs to the caller or to the superuser, and nobody else may change it, nor what is
# on the way to a gvm_toolchain in it.
# in: $1 gvm_toolchain; out: gvm_distrusted
gvm_may_use() {
	gvm_is_own "$1" || gvm_stands_in "$1" || gvm_rarely gvm_is_safe "$1" || {
		gvm_distrusted=$1
		return 1
	}
}

# What is the caller's own is the caller's affair; not the superuser's, except where this lies, if
# what is on the way to the toolchain is the superuser's too.
# in: $1 gvm_toolchain; out: -
gvm_is_own() {
	[ -O "$1" ] || return
	case $gvm_own:$1 in
	/opt/gvm:/opt/gvm) [ -O "$gvm_toolchain/bin/" ] && [ -O "$gvm_toolchain/" ] && [ -O "$gvm_toolchain/.." ] && [ -O "$gvm_toolchain/../.." ] ;;
	"$1:$1") ;;
	*) ! [ -O / ] ;;
	esac
}

# Whether this very shim is one of a root's: who can change the root can change what runs here now.
# A link to it will do, as in /usr/local/bin. One that the caller may write, though it is not the
# caller's, is looked at all the same; and so is whatever the superuser does not own.
# in: $1; out: -
gvm_stands_in() {
	case $1:$0 in
	"$gvm_own:$1/shims/$gvm_name") ;;
	"$gvm_own":*) [ -h "$0" ] && [ "$0" -ef "$1/shims/$gvm_name" ] || return ;;
	*) return 1 ;;
	esac
	! [ -w "$1" ] && ! [ -O / ]
}

# What the command, whose arguments these are, gets to see. What the user has set stays.
# in: $@ gvm_command gvm_origin gvm_request gvm_toolchain; out: gvm_gopath gvm_go_bin gvm_go_path gvm_go_cache gvm_go_modcache gvm_go_toolchain
gvm_set_environment() {
	case ${1-}:${2-} in env:-w | -*) gvm_rarely gvm_spare_written "$@" || return ;; esac
	gvm_go_toolchain='' gvm_go_path='' gvm_go_cache='' gvm_go_modcache='' gvm_go_bin=''
	gvm_text=${GOENV:-${XDG_CONFIG_HOME:-$gvm_home/.config}/go/env}
	[ ! -f "$gvm_text" ] || gvm_rarely gvm_read_go_env || return
	case $gvm_origin$gvm_command${GOTOOLCHAIN-}$gvm_go_toolchain in
	variablego | filego) gvm_set GOTOOLCHAIN local ;;
	esac
	case ${GOROOT-} in ?*) gvm_rarely gvm_drop_goroot || return ;; esac
	gvm_gopath=${GOPATH:-$gvm_go_path}
	case ${HOME:+home}:$gvm_policy in :* | *:shared) return ;; esac
	gvm_key=${gvm_release#ubuntu-}
	# What is relative, the specification of these variables ignores.
	case ${XDG_CACHE_HOME-} in /*) gvm_text=$XDG_CACHE_HOME ;; *) gvm_text=$gvm_home/.cache ;; esac
	case ${GOCACHE-}$gvm_go_cache in '') gvm_set GOCACHE "$gvm_text/go-build-$gvm_key" ;; esac
	case $gvm_gopath in ?*) return ;; esac
	case ${GOMODCACHE-}$gvm_go_modcache in '') gvm_set GOMODCACHE "$gvm_home/go/pkg/mod" ;; esac
	gvm_gopath=$gvm_home/go-$gvm_key
	case $gvm_policy in version)
		gvm_read_version
		gvm_gopath=$gvm_gopath${gvm_version:+-$gvm_version}
		;;
	esac
	gvm_set GOPATH "$gvm_gopath"
}

# in: $1 $2; out: -
gvm_set() {
	export "$1=$2"
}

# in: $@; out: gvm_is_rare
gvm_rarely() {
	gvm_is_rare=yes
	return 1
}

# First pass

gvm_is_rare=''
gvm_find_release || gvm_rarely
gvm_find_user_root
gvm_command=$gvm_name
case $gvm_name in go | gofmt)
	gvm_each_candidate gvm_resolve
	case $gvm_status:$gvm_is_rare in found:) gvm_set_environment "$@" ;; *) gvm_rarely ;; esac
	case $gvm_is_rare:$gvm_name:${1-} in
	:gofmt:* | :go:[!ig-]* | :go:generate | :go:) exec "$gvm_executable" "$@" ;;
	esac
	;;
esac
