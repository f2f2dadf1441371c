# Printing: gvm-shim [--release | --all] [NAME]
#
# Fields of "key=value", each with a NUL behind it. First release, user_root and system_root. Then
# for each candidate, or only for the one that wins: origin, from, line, words, status, problem,
# request, toolchain, executable; for the winner also gobin and each set=NAME=VALUE, unset=NAME, or
# where it cannot be run error and hint.

# in: $1 $2; out: -
gvm_print() {
	printf '%s=%s\0' "$1" "$2"
}

# in: $1 $2 gvm_is_first; out: -
gvm_set() {
	case $gvm_is_first in yes) gvm_print set "$1=$2" ;; esac
}

# in: $1 gvm_is_first; out: -
gvm_unset() {
	case $gvm_is_first in yes) gvm_print unset "$1" ;; esac
}

# in: $1 $2; out: -
gvm_say() {
	gvm_print error "$1"
	gvm_print hint "$2"
}

# in: gvm_origin gvm_from gvm_line gvm_words gvm_status gvm_is_first gvm_all; out: gvm_is_first gvm_last gvm_status gvm_request gvm_problem gvm_executable
gvm_print_candidate() {
	# The user's root may be the system's.
	case $gvm_origin:$gvm_from in default:"$gvm_last") return 1 ;; esac
	gvm_last=$gvm_from gvm_executable='' gvm_request='' gvm_problem=''
	gvm_resolve
	gvm_print_command
	gvm_status='' gvm_is_first=no
	case $gvm_all in yes) return 1 ;; esac
}

# in: gvm_origin gvm_from gvm_line gvm_words gvm_status gvm_problem gvm_request gvm_toolchain gvm_executable gvm_is_first; out: gvm_gobin
gvm_print_command() {
	gvm_print origin "$gvm_origin"
	gvm_print from "$gvm_from"
	gvm_print line "$gvm_line"
	gvm_print words "$gvm_words"
	gvm_print status "$gvm_status"
	gvm_print problem "$gvm_problem"
	gvm_print request "$gvm_request"
	gvm_print toolchain "$gvm_toolchain"
	gvm_print executable "$gvm_executable"
	case $gvm_is_first:$gvm_status in
	yes:found) ;;
	yes:*)
		gvm_explain
		return
		;;
	*) return ;;
	esac
	gvm_set_environment
	gvm_find_gobin
	gvm_print gobin "$gvm_gobin"
}

gvm_all='' gvm_is_first=yes gvm_last='' gvm_words=''
gvm_print release "$gvm_release"
gvm_print user_root "$gvm_user"
gvm_print system_root "$gvm_system"
case ${1-} in
--release) exit ;;
--all)
	gvm_all=yes
	shift
	;;
esac
gvm_command=${1-go}
case $gvm_command in
go | gofmt) gvm_each_candidate gvm_print_candidate || : ;;
*)
	gvm_is_first=no
	gvm_find_command
	gvm_is_first=yes
	gvm_print_command
	;;
esac
