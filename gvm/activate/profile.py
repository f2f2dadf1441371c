"""The marked block in the files that login shells read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gvm.activate.quoting import quoted
from gvm.files import replace_text
from gvm.paths import SYSTEM_ROOT

if TYPE_CHECKING:
    from pathlib import Path

_BEGIN = "# >>> gvm >>>"
_END = "# <<< gvm <<<"
# A begin that lost its end begins nothing: what follows it is the user's.
_BLOCK = re.compile(rf"^{_BEGIN}\n(?:(?!{_BEGIN}$|{_END}$).*\n)*{_END}(?:\n|\Z)", re.MULTILINE)


def files(home: Path, shell: str) -> list[Path]:
    """The files that a user's login shells read.

    bash reads only the first of three; the others of a kind are changed where they exist.
    """
    wanted = [home / ".profile"]
    wanted += [home / name for name in (".bash_profile", ".bash_login") if (home / name).exists()]
    if shell == "zsh" or (home / ".zprofile").exists():
        wanted.append(home / ".zprofile")
    if shell == "fish" or (home / ".config/fish").is_dir():
        wanted.append(home / ".config/fish/conf.d/gvm.fish")
    return wanted


def add(file: Path, shims: Path) -> bool:
    """Put the block into a file, in place of an older one; return whether anything changed."""
    text = _text(file)
    block = _fish(shims) if file.suffix == ".fish" else _posix(shims)
    kept = _without(text)
    if kept and not kept.endswith("\n"):
        kept += "\n"
    return _write(file, text, f"{kept}{block}")


def drop(file: Path) -> bool:
    """Take the block out of a file; return whether it was there."""
    text = _text(file)
    return _write(file, text, _without(text))


def line(shell: str, shims: Path) -> str:
    """What to type so that the current shell finds the shims too."""
    if shell == "fish":
        return f"set -gx PATH {quoted(shell, str(shims))} $PATH"
    return f'export PATH={quoted(shell, str(shims))}:"$PATH"'


def _posix(shims: Path) -> str:
    lines = [_first(quoted("sh", str(shims)))]
    if shims.parent == SYSTEM_ROOT:
        # A user's own come before the machine's.
        lines.append(_first('"${XDG_DATA_HOME:-${HOME-}/.local/share}/gvm/shims"'))
    last = '"${HOME-}/.local/bin"'
    lines.append(f'case :$PATH: in *:{last}:*) ;; *) export PATH="$PATH":{last} ;; esac')
    return "\n".join([_BEGIN, *lines, _END, ""])


def _first(word: str) -> str:
    return f'case :$PATH: in *:{word}:*) ;; *) export PATH={word}:"$PATH" ;; esac'


def _fish(shims: Path) -> str:
    word = quoted("fish", str(shims))
    return (
        f"{_BEGIN}\n"
        f"contains -- {word} $PATH; or set -gx PATH {word} $PATH\n"
        f"contains -- $HOME/.local/bin $PATH; or set -gx PATH $PATH $HOME/.local/bin\n"
        f"{_END}\n"
    )


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="surrogateescape", newline="") as opened:
            return opened.read()
    except FileNotFoundError:
        return ""


def _without(text: str) -> str:
    """`text` without blocks; what is around one may turn out to be another."""
    less = _BLOCK.sub("", text)
    return text if less == text else _without(less)


def _write(file: Path, old: str, new: str) -> bool:
    if new == old:
        return False
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    file.parent.mkdir(parents=True, exist_ok=True)
    if new or file.is_symlink():
        replace_text(file, new, mode=mode)
    else:
        file.unlink()
    return True
