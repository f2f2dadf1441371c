# bash completion for gvm; made by tools/make-completions from gvm's commands
# shellcheck shell=bash

# The words that begin like the one at the cursor. They are never expanded, as compgen -W would.
_gvm_offer() {
	local one
	COMPREPLY=()
	for one; do
		case $one in "$word"*) COMPREPLY+=("$one") ;; esac
	done
	return 0
}

_gvm_ask() {
	local one
	words=()
	while IFS= read -r one; do
		case $one in ?*) words+=("$one") ;; esac
	done <<<"$(command gvm completions "$1" 2>/dev/null </dev/null)"
	return 0
}

_gvm() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} name='' i
	local -a flags=() words=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in -*) continue ;; esac
		name+="${name:+ }${COMP_WORDS[i]}"
		case $name in generate) ;; *) break ;; esac
	done
	case $name in '')
		_gvm_offer install uninstall list list-remote latest current which where why exec env local global shell reshim root activate deactivate doctor completions generate verify --version --system -q --quiet -v --verbose -h --help
		return
		;;
	esac
	case $previous in
	--arch) _gvm_offer && return ;;
	--database) _gvm_offer && return ;;
	--directory) _gvm_offer && return ;;
	--exec) _gvm_offer && return ;;
	--format) _gvm_offer bash dash fish ksh mksh sh yash zsh systemd && return ;;
	--run-as) _gvm_offer && return ;;
	--sha256) _gvm_offer && return ;;
	--shell) _gvm_offer bash dash fish ksh mksh sh yash zsh && return ;;
	--source) _gvm_offer pypi go.dev golang.google.cn && return ;;
	--user) _gvm_offer && return ;;
	esac
	case $name in
	install) flags=(--force --source --sha256 --verify-signature --arch --system -q --quiet -v --verbose -h --help) && words=(latest 1.27 1.26 1.25 1.24 1.23 1.22 1.21 1.20 1.19 1.18 1.17 1.16 1.15 1.14 1.13 1.12 1.11 1.10 1.9 1.8 1.7 1.6 1.5) ;;
	uninstall) flags=(--all -y --yes --system -q --quiet -v --verbose -h --help) && _gvm_ask installed ;;
	list) flags=(--json --system -q --quiet -v --verbose -h --help) && words=() ;;
	list-remote) flags=(--all --json -q --quiet -v --verbose -h --help) && words=(1.27 1.26 1.25 1.24 1.23 1.22 1.21 1.20 1.19 1.18 1.17 1.16 1.15 1.14 1.13 1.12 1.11 1.10 1.9 1.8 1.7 1.6 1.5) ;;
	latest) flags=(--source --json -q --quiet -v --verbose -h --help) && words=(1.27 1.26 1.25 1.24 1.23 1.22 1.21 1.20 1.19 1.18 1.17 1.16 1.15 1.14 1.13 1.12 1.11 1.10 1.9 1.8 1.7 1.6 1.5) ;;
	current) flags=(--json -q --quiet -v --verbose -h --help) && words=() ;;
	which) flags=(--json -q --quiet -v --verbose -h --help) && _gvm_ask shims ;;
	where) flags=(--json --system -q --quiet -v --verbose -h --help) && _gvm_ask installed ;;
	why) flags=(--json -q --quiet -v --verbose -h --help) && words=() ;;
	exec) flags=(-q --quiet -v --verbose -h --help) && _gvm_ask installed ;;
	env) flags=(--shell --format --json -q --quiet -v --verbose -h --help) && words=() ;;
	local) flags=(-q --quiet -v --verbose -h --help) && _gvm_ask installed ;;
	global) flags=(--system -q --quiet -v --verbose -h --help) && _gvm_ask installed ;;
	shell) flags=(--unset --shell -q --quiet -v --verbose -h --help) && _gvm_ask installed ;;
	reshim) flags=(--system -q --quiet -v --verbose -h --help) && words=() ;;
	root) flags=(--json --system -q --quiet -v --verbose -h --help) && words=() ;;
	activate) flags=(--dry-run --cron -y --yes --json --system -q --quiet -v --verbose -h --help) && words=() ;;
	deactivate) flags=(--dry-run --json --system -q --quiet -v --verbose -h --help) && words=() ;;
	doctor) flags=(--list --user --json --system -q --quiet -v --verbose -h --help) && words=(contexts login interactive su sudo cron systemd ssh desktop) ;;
	completions) flags=(-q --quiet -v --verbose -h --help) && words=(bash fish zsh) ;;
	generate) flags=(--list --check --json -h --help) && words=(systemd vscode goland) ;;
	generate\ systemd) flags=(--exec --directory --run-as --force --check --dry-run --system -q --quiet -v --verbose -h --help) && words=() ;;
	generate\ vscode) flags=(--check --dry-run -q --quiet -v --verbose -h --help) && words=() ;;
	generate\ goland) flags=(--check --dry-run -q --quiet -v --verbose -h --help) && words=() ;;
	verify) flags=(--sumdb --database --source --json --system -q --quiet -v --verbose -h --help) && words=() ;;
	esac
	case $word in
	-*) _gvm_offer "${flags[@]}" ;;
	*) _gvm_offer "${words[@]}" ;;
	esac
}

complete -o default -F _gvm gvm
