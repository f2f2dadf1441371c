"""What stands in the files that shells and managers read, so that they find the shims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.shell.quoting import quoted
from gvm.store.paths import SYSTEM_ROOT
from gvm.store.shared_files import FUNCTION, ZSH_COMPLETION

if TYPE_CHECKING:
    from pathlib import Path


def posix(shims: Path) -> str:
    """For sh, bash and ksh: adds to PATH once, starts nothing, needs no variable."""
    lines = [_first(quoted("sh", str(shims)))]
    if shims.parent == SYSTEM_ROOT:
        # A user's own come before the machine's.
        xdg, usual = (
            _first('"$XDG_DATA_HOME/gvm/shims"'),
            _first('"${HOME-}/.local/share/gvm/shims"'),
        )
        lines.append(f"case ${{XDG_DATA_HOME-}} in /*) {xdg} ;; *) {usual} ;; esac")
    last = '"${HOME-}/.local/bin"'
    lines.append(f'case :$PATH: in *:{last}:*) ;; *) export PATH="$PATH":{last} ;; esac')
    # The function of another gvm, or an alias, stays.
    file = quoted("sh", str(shims.parent / "share" / FUNCTION))
    lines.append(
        f"case ${{GVM_ROOT-}} in '') alias gvm >/dev/null 2>&1 || [ ! -r {file} ] || . {file} ;; esac"
    )
    return "".join(f"{line}\n" for line in lines)


def zsh(shims: Path) -> str:
    """For zsh: the same, and where completions are."""
    directory = (shims.parent / "share" / ZSH_COMPLETION).parent
    return posix(shims) + _first(quoted("sh", str(directory)), "FPATH", "") + "\n"


def fish(shims: Path) -> str:
    """For fish."""
    words = [quoted("fish", str(shims))]
    if shims.parent == SYSTEM_ROOT:
        words.append(
            "(string match -r '^/.*' -- \"$XDG_DATA_HOME\"; or echo ~/.local/share)/gvm/shims"
        )
    lines = [f"contains -- {word} $PATH; or set -gx PATH {word} $PATH" for word in words]
    lines.append("contains -- ~/.local/bin $PATH; or set -gx PATH $PATH ~/.local/bin")
    return "".join(f"{line}\n" for line in lines)


def environment(shims: Path) -> str:
    """For environment.d, which knows no conditions."""
    directories = [str(shims).replace("\\", "\\\\").replace("$", "\\$")]
    if shims.parent == SYSTEM_ROOT:
        directories.insert(0, "$HOME/.local/share/gvm/shims")
    return f"PATH={':'.join(directories)}:$PATH\n"


def crontab(shims: Path) -> str:
    """For a crontab, where nothing is expanded."""
    return f"PATH={shims}:/usr/local/bin:/usr/bin:/bin\n"


def line(shell: str, shims: Path) -> str:
    """What to type so that the current shell finds the shims too."""
    word = quoted(shell, str(shims))
    return f"set -gx PATH {word} $PATH" if shell == "fish" else f'export PATH={word}:"$PATH"'


def _first(word: str, name: str = "PATH", command: str = "export ") -> str:
    return f'case :${name}: in *:{word}:*) ;; *) {command}{name}={word}:"${name}" ;; esac'
