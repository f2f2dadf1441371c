#!/bin/sh
# Sets gvm up for this user, or with --system for everybody; then installs Go if versions are named.
#
#   ./install.sh [--system] [VERSION | option of gvm install]...
#
# Running it again updates gvm.
set -eu

say() {
	printf '%s\n' "$*" >&2
}

fail() {
	printf 'gvm: %s\nhint: %s\n' "$1" "$2" >&2
	exit 1
}

# A Python that can make environments; the distribution's own before any other.
find_python() {
	for python in /usr/bin/python3 "$(command -v python3 || :)"; do
		[ -x "$python" ] || continue
		"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || continue
		found=$python
		"$python" -c 'import venv, ensurepip' 2>/dev/null && return
	done
	[ -n "${found-}" ] || fail "there is no python3 of version 3.10 or newer" "sudo apt install python3 python3-venv"
	package=python$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
	[ "$(id -u)" = 0 ] || fail "$found cannot make environments" "sudo apt install $package"
	say "installing $package, which the distribution splits off"
	{ apt-get update -q && apt-get install -y -q "$package"; } >&2 ||
		fail "$package cannot be installed" "apt install $package"
	python=$found
}

here=$(CDPATH='' cd -P -- "$(dirname -- "$0")" && pwd -P)
system=
if [ "${1-}" = --system ]; then
	system=--system
	shift
fi
case ${1-} in -h | --help)
	sed -n '2,6s/^# \{0,1\}//p' "$0"
	exit
	;;
esac

if [ -n "$system" ]; then
	[ "$(id -u)" = 0 ] || fail "--system needs root" "sudo $0 --system"
	umask 022
	root=/opt/gvm bin=/usr/local/bin
else
	case ${HOME-} in /*) ;; *) fail "HOME is not set" "export HOME=~" ;; esac
	[ -O "$HOME" ] || fail "$HOME belongs to another user" "sudo -H $0, or sudo $0 --system"
	root=${GVM_DATA_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/gvm} bin=$HOME/.local/bin
fi
case $root in /*) ;; *) fail "$root is not an absolute directory" "unset GVM_DATA_DIR" ;; esac

release=$(env -i /bin/sh "$here/shims/gvm-shim" --release | tr '\0' '\n' | sed -n 's/^release=//p')
venv=$root/$release/venv

find_python
say "setting gvm up in $root for $release, with $python"
mkdir -p "$root/$release" "$root/shims"
"$venv/bin/python" -c "" 2>/dev/null || "$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "$here" ||
	fail "gvm's packages cannot be installed" "look at the lines above; behind a proxy, set HTTPS_PROXY"

gvm() {
	# The root that is set up here, whatever else is in the environment.
	GVM_DATA_DIR=$root "$venv/bin/gvm" "$@"
}
if [ -n "$system" ]; then
	unset GVM_DATA_DIR
	gvm() {
		command=$1
		shift
		"$venv/bin/gvm" "$command" --system "$@"
	}
fi

gvm reshim --quiet
mkdir -p "$bin"
ln -sfn "$root/shims/gvm" "$bin/gvm"
say "gvm is $bin/gvm"
[ $# -eq 0 ] || gvm install "$@"
gvm activate
[ $# -ne 0 ] || say "next: gvm install latest"
