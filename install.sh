#!/bin/sh
# Sets gvm up for this user, or with --system for everybody; then installs Go if versions are named.
#
#   ./install.sh [--system] [--signatures] [--unlocked] [VERSION | option of gvm install]...
#
# Running it again updates gvm. With --signatures, also what gvm needs to check signatures. gvm's
# packages are those of requirements.txt, whose hashes are checked; --unlocked takes what a package
# index of your own has instead, unchecked.
set -eu
# What others could write, they could make run.
umask go-w
# They lead to modules of the caller's, which what pip starts would load.
unset PYTHONPATH PYTHONHOME

say() {
	printf '%s\n' "$*" >&2
}

fail() {
	printf 'gvm: %s\nhint: %s\n' "$1" "$2" >&2
	exit 1
}

# A Python that can make environments; the distribution's own before any other.
find_python() {
	for python in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
		python=$(command -v "$python") || continue
		"$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || continue
		"$python" -I -c 'import venv, ensurepip' 2>/dev/null && return
		found=${found:-$python}
	done
	[ -n "${found-}" ] || fail "there is no python3 of version 3.10 or newer" "sudo apt install python3 python3-venv"
	package=python$("$found" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
	[ "$(id -u)" = 0 ] || fail "$found cannot make environments" "sudo apt install $package"
	say "installing $package, which the distribution splits off"
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -q && apt-get install -y -q "$package"; } >&2 ||
		fail "$package cannot be installed" "apt install $package"
	python=$found
}

# Makes directories that their owner alone may write, whatever an ACL above them hands down.
make() {
	"$python" -I -B -c 'import pathlib, sys
sys.path.insert(0, sys.argv[1])
from gvm.fs.trees import make_directory
for name in sys.argv[2:]: make_directory(pathlib.Path(name))' "$here" "$@"
}

# Makes gvm a command, where no other program is called so.
link() {
	other=$(readlink -- "$bin/gvm" || ls -d -- "$bin/gvm" 2>/dev/null || :)
	case $other in
	"$root/shims/gvm") ;;
	'' | */shims/gvm)
		make "$bin"
		ln -sfn "$root/shims/gvm" "$bin/gvm"
		;;
	*)
		say "gvm is $root/shims/gvm; $bin/gvm is another program ($other), and stays"
		return
		;;
	esac
	say "gvm is $bin/gvm"
}

install() {
	PIP_USER=0 "$new/bin/python" -I -m pip install --quiet --disable-pip-version-check "$@"
}

# Makes an environment with gvm in it, and has it written to the disk.
build() {
	make "$new" && "$python" -I -m venv "$new" &&
		if [ -n "$is_locked" ]; then
			# Only wheels: building others would fetch what nobody has checked.
			install --only-binary=:all: --require-hashes --requirement "$here/requirements${extra:+-$extra}.txt" &&
				install --no-index --no-deps --no-build-isolation "$here"
		else
			install "$here${extra:+[$extra]}"
		fi && sync -f "$new"
}

# Lets the link lead to the new environment, in one step.
turn() {
	ln -s "${new##*/}" "$venv.new"
	if [ -L "$venv" ] || [ ! -d "$venv" ]; then
		mv -T "$venv.new" "$venv"
		return
	fi
	# Older install.sh made a directory, which no link replaces, but two names can be swapped.
	"$new/bin/python" -I -c 'import pathlib, sys; from gvm.fs.trees import exchange
exchange(*map(pathlib.Path, sys.argv[1:]))' "$venv.new" "$venv"
	rm -rf "$venv.new"
}

# Whether root may use a path: through nothing that another user owns.
is_safe() {
	[ "$(id -u)" != 0 ] || "$python" -I -B -c 'import pathlib, sys
sys.path.insert(0, sys.argv[1])
from gvm.fs.ownership import stranger
sys.exit(stranger(pathlib.Path(sys.argv[2])) is not None)' "$here" "$1"
}

# Refuses as root a root of which others own, or may write, a part.
refuse_open() {
	[ "$(id -u)" = 0 ] && [ -e "$root" ] || return 0
	part=$("$python" -I -B -c 'import pathlib, sys
sys.path.insert(0, sys.argv[1])
from gvm.store.datadir import untrusted_part
from gvm.store.paths import Root
from gvm.model.release import Release
print(untrusted_part(Root(pathlib.Path(sys.argv[2]), Release(sys.argv[3]))) or "")' "$here" "$root" "$release")
	case $part in ?*) fail "others than root may write $part, and root would run what they wrote" \
		"look at what is in it, and then: chown root $part && chmod -R go-w $root" ;; esac
}

# Whether a directory can be gvm's: its name can, and it holds nothing else. Says why not.
is_usable() {
	"$python" -I -B -c 'import pathlib, sys
sys.path.insert(0, sys.argv[1])
from gvm.errors import GvmError
from gvm.model.release import Release
from gvm.store.datadir import refuse_foreign
from gvm.store.paths import Paths, Root
try:
    Paths.of({"HOME": "/", "GVM_DATA_DIR": sys.argv[2]})
    refuse_foreign(Root(pathlib.Path(sys.argv[2]), Release(sys.argv[3])))
except GvmError as error:
    sys.exit(f"gvm: {error}\nhint: {error.hint}")' "$here" "$@"
}

# What the shim says of this machine.
told() {
	env -i HOME="${HOME-}" GVM_DATA_DIR="${GVM_DATA_DIR-}" XDG_DATA_HOME="${XDG_DATA_HOME-}" \
		/bin/sh -c "$(cat "$here"/shims/parts/*.sh)" gvm-shim --release | tr '\0' '\n' | sed -n "s/^$1=//p"
}

system='' extra='' is_locked=yes
for word; do
	shift
	case $word in
	--system) system=--system ;;
	--signatures) extra=signatures ;;
	--unlocked) is_locked='' ;;
	-h | --help)
		sed -n '2,8s/^# \{0,1\}//p' "$0"
		exit
		;;
	*) set -- "$@" "$word" ;;
	esac
done

here=$(CDPATH='' cd -P -- "$(dirname -- "$0")" && pwd -P)
[ -d "$here/shims/parts" ] || fail "$here is no checkout of gvm" "run install.sh from where it lies"
if [ -n "$system" ]; then
	[ "$(id -u)" = 0 ] || fail "--system needs root" "sudo $0 --system"
	umask 022
	unset GVM_DATA_DIR XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME
	kind=system_root bin=/usr/local/bin
else
	# shellcheck disable=SC2016 # to be typed: without HOME, a shell knows no ~ either
	mend='export HOME="$(getent passwd "$(id -u)" | cut -d: -f6)"'
	case ${HOME-} in
	/*) ;;
	?*) fail "HOME=$HOME is not an absolute directory" "$mend" ;;
	*) fail "HOME is not set" "$mend" ;;
	esac
	[ -d "$HOME" ] || fail "there is no $HOME" "let HOME name your home directory"
	[ -O "$HOME" ] || fail "$HOME belongs to another user" "sudo -H $0, or sudo $0 --system"
	case $HOME${GVM_DATA_DIR-}${XDG_DATA_HOME-} in
	*"
"*) fail "a directory's name has a line break" "let HOME and GVM_DATA_DIR name other directories" ;;
	esac
	kind=user_root bin=$HOME/.local/bin
fi

release=$(told release)
root=$(told "$kind")
venv=$root/$release/venv
case $root in /*) ;; *) fail "GVM_DATA_DIR is not an absolute directory" "unset GVM_DATA_DIR" ;; esac
[ ! -e "$root" ] || [ -O "$root" ] || fail "$root belongs to another user" "ls -ld $root"

find_python
"$python" -I -X utf8 -c 'import sys; sys.argv[1].encode()' "$root" 2>/dev/null ||
	fail "cannot set gvm up where a directory's name is not UTF-8: Python makes no environment there" \
		"let GVM_DATA_DIR name another directory"
[ "$root" != "$here" ] || fail "$here is gvm's checkout, expected an empty directory" "mv '$here' '$here-checkout'"
is_usable "$root" "$release" || exit 1
for place in "$root" "$bin"; do
	is_safe "$place" || fail "another user could change what $place is" "sudo -H $0, or sudo $0 --system"
done
# Nothing of another user's, whose variables sudo may keep, and nothing relative is obeyed: pip would.
[ "$(id -u)" != 0 ] || unset XDG_CONFIG_DIRS
for name in HOME XDG_CONFIG_HOME XDG_CACHE_HOME TMPDIR; do
	eval "value=\${$name:-/}"
	# shellcheck disable=SC2154 # eval sets it
	case $value in /*) is_safe "$value" ;; *) false ;; esac || unset "$name"
done
export HOME="${HOME-$(getent passwd 0 | cut -d: -f6)}"
refuse_open
say "setting gvm up in $root for $release, with $python"
make "$root/$release" "$root/shims" "$root/locks"
# What a killed install.sh has started, and still runs, holds this too.
lock=$root/locks/$release-venv.lock
# Who may read a file may lock it, for as long as he likes.
(umask 077 && : >>"$lock" && chmod 600 "$lock")
exec 9>"$lock"
if command -v flock >/dev/null && ! flock -n 9; then
	say "waiting for another install.sh"
	flock -w 600 9 || fail "another install.sh has been at work for 600 s" "see who it is: fuser -v $lock"
fi
# A link leads to one of two environments. The other one is made anew, then the link is turned; what
# it led to before stays until the next update, for a gvm that runs.
case $(readlink -- "$venv") in
venv.1) old=$venv.1 new=$venv.2 ;;
venv.2) old=$venv.2 new=$venv.1 ;;
*) old='' new=$venv.1 ;;
esac
for rest in "$venv".*; do
	[ "$rest" = "$old" ] || rm -rf "$rest"
done
# What was once asked for stays.
! "$venv/bin/python" -I -c 'import pysequoia' 2>/dev/null || extra=signatures
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
build || fail "gvm's packages cannot be installed" \
	"look at the lines above; behind a proxy, set HTTPS_PROXY; for an index of your own, see docs/networks.md"
trap - EXIT HUP INT TERM
turn
exec 9>&-

gvm() {
	command=$1
	shift
	# shellcheck disable=SC2086 # empty, or one option
	"$venv/bin/python" -I "$venv/bin/gvm" "$command" $system "$@"
}

gvm reshim --quiet
link
gvm activate || is_partial=yes
if [ $# -eq 0 ]; then
	say "next: gvm install latest"
else
	export PATH="$root/shims:$PATH"
	gvm install "$@"
fi
[ -z "${is_partial-}" ] || fail "some files could not be written" "look at the table, and then: gvm activate"
