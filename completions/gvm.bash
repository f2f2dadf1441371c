# bash completion for gvm; made by contrib/make-completions from gvm's commands
# shellcheck shell=bash disable=SC2034,SC2207

_gvm_installed() {
	local root release directory
	for root in "${GVM_DATA_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/gvm}" /opt/gvm; do
		[[ -r $root/shims/gvm-shim ]] || continue
		IFS= read -r -d '' release < <(/bin/sh "$root/shims/gvm-shim" --release)
		for directory in "$root/${release#release=}"/versions/*/; do
			[[ -x ${directory}bin/go ]] && printf '%s\n' "$(basename "$directory")"
		done
	done
}

_gvm_shims() {
	local root file
	for root in "${GVM_DATA_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/gvm}" /opt/gvm; do
		for file in "$root"/shims/*; do
			[[ -x $file ]] && printf '%s\n' "${file##*/}"
		done
	done
}

_gvm_lines() {
	echo "1.27 1.26 1.25 1.24 1.23 1.22 1.21 1.20 1.19 1.18 1.17 1.16 1.15 1.14 1.13 1.12 1.11 1.10 1.9 1.8 1.7 1.6 1.5"
}

_gvm_available() {
	echo "latest 1.27 1.26 1.25 1.24 1.23 1.22 1.21 1.20 1.19 1.18 1.17 1.16 1.15 1.14 1.13 1.12 1.11 1.10 1.9 1.8 1.7 1.6 1.5"
}

_gvm_shells() {
	echo "bash fish zsh"
}

_gvm() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} name="" flags="" words="" i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -* ]] && continue
		name+="${name:+ }${COMP_WORDS[i]}"
		case $name in generate) ;; *) break ;; esac
	done
	if [[ -z $name ]]; then
		COMPREPLY=($(compgen -W "install uninstall list list-remote latest current which where why exec env local global shell reshim root activate deactivate doctor completions generate verify --version --system -q --quiet -v --verbose -h --help" -- "$word"))
		return
	fi
	COMPREPLY=()
	case $previous in
	--arch) COMPREPLY=($(compgen -W "" -- "$word")) && return ;;
	--context) COMPREPLY=($(compgen -W "all login interactive su sudo cron systemd ssh desktop" -- "$word")) && return ;;
	--database) COMPREPLY=($(compgen -W "" -- "$word")) && return ;;
	--directory) COMPREPLY=($(compgen -W "" -- "$word")) && return ;;
	--exec) COMPREPLY=($(compgen -W "" -- "$word")) && return ;;
	--format) COMPREPLY=($(compgen -W "bash dash fish ksh mksh sh yash zsh systemd" -- "$word")) && return ;;
	--run-as) COMPREPLY=($(compgen -W "" -- "$word")) && return ;;
	--sha256) COMPREPLY=($(compgen -W "" -- "$word")) && return ;;
	--shell) COMPREPLY=($(compgen -W "bash dash fish ksh mksh sh yash zsh" -- "$word")) && return ;;
	--source) COMPREPLY=($(compgen -W "pypi go.dev golang.google.cn" -- "$word")) && return ;;
	--user) COMPREPLY=($(compgen -W "" -- "$word")) && return ;;
	esac
	case $name in
	install) flags="--force --source --sha256 --verify-signature --arch --system -q --quiet -v --verbose -h --help" words="$(_gvm_available)" ;;
	uninstall) flags="--all -y --yes --system -q --quiet -v --verbose -h --help" words="$(_gvm_installed)" ;;
	list) flags="--json --system -q --quiet -v --verbose -h --help" words="" ;;
	list-remote) flags="--all --json -q --quiet -v --verbose -h --help" words="$(_gvm_lines)" ;;
	latest) flags="--source --json -q --quiet -v --verbose -h --help" words="$(_gvm_lines)" ;;
	current) flags="--json -q --quiet -v --verbose -h --help" words="" ;;
	which) flags="--json -q --quiet -v --verbose -h --help" words="$(_gvm_shims)" ;;
	where) flags="--json --system -q --quiet -v --verbose -h --help" words="$(_gvm_installed)" ;;
	why) flags="--json -q --quiet -v --verbose -h --help" words="" ;;
	exec) flags="-q --quiet -v --verbose -h --help" words="$(_gvm_installed)" ;;
	env) flags="--shell --format --json -q --quiet -v --verbose -h --help" words="" ;;
	local) flags="-q --quiet -v --verbose -h --help" words="$(_gvm_installed)" ;;
	global) flags="--system -q --quiet -v --verbose -h --help" words="$(_gvm_installed)" ;;
	shell) flags="--unset --shell -q --quiet -v --verbose -h --help" words="$(_gvm_installed)" ;;
	reshim) flags="--system -q --quiet -v --verbose -h --help" words="" ;;
	root) flags="--json --system -q --quiet -v --verbose -h --help" words="" ;;
	activate) flags="--dry-run --cron -y --yes --json --system -q --quiet -v --verbose -h --help" words="" ;;
	deactivate) flags="--dry-run --json --system -q --quiet -v --verbose -h --help" words="" ;;
	doctor) flags="--context --user --json --system -q --quiet -v --verbose -h --help" words="" ;;
	completions) flags="-q --quiet -v --verbose -h --help" words="$(_gvm_shells)" ;;
	generate) flags="-h --help" words="systemd vscode goland" ;;
	generate\ systemd) flags="--exec --directory --run-as --force --dry-run --system -q --quiet -v --verbose -h --help" words="" ;;
	generate\ vscode) flags="--dry-run -q --quiet -v --verbose -h --help" words="" ;;
	generate\ goland) flags="-q --quiet -v --verbose -h --help" words="" ;;
	verify) flags="--sumdb --database --source --json --system -q --quiet -v --verbose -h --help" words="" ;;
	esac
	case $word in -*) words=$flags ;; esac
	COMPREPLY=($(compgen -W "$words" -- "$word"))
}

complete -o default -F _gvm gvm
