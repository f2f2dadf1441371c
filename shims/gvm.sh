# gvm, as a function of sh, bash, ksh and zsh: `gvm shell 1.21` speaks for the running shell.
#
# What the program prints for it is evaluated, and passed on where no terminal reads it, so that
# eval "$(gvm shell 1.21)" is the same. All else is the program's own affair.
# shellcheck shell=sh

gvm() {
	case ${1-},${2-} in
	shell,* | -*,shell) ;;
	*)
		command gvm "$@"
		return
		;;
	esac
	set -- "$(SHELL='sh' command gvm "$@" || echo "return $?")"
	case $1 in
	'export GVM_GO_VERSION='* | 'unset GVM_GO_VERSION;')
		eval "$1"
		[ -t 1 ] || printf '%s\n' "$1"
		;;
	'return '*) eval "$1" ;;
	*) printf '%s\n' "$1" ;;
	esac
}
