"""The marked block in the files that login shells read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.files import replace_text

if TYPE_CHECKING:
    from pathlib import Path

_BEGIN = "# >>> gvm >>>"
_END = "# <<< gvm <<<"


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
        return f"set -gx PATH {_quoted(shims)} $PATH"
    return f'export PATH={_quoted(shims)}:"$PATH"'


def _posix(shims: Path) -> str:
    return (
        f"{_BEGIN}\n"
        f'case :$PATH: in *:{_quoted(shims)}:*) ;; *) export PATH={_quoted(shims)}:"$PATH" ;; esac\n'
        f'case :$PATH: in *:"$HOME/.local/bin":*) ;; *) export PATH="$PATH:$HOME/.local/bin" ;; esac\n'
        f"{_END}\n"
    )


def _fish(shims: Path) -> str:
    return (
        f"{_BEGIN}\n"
        f"contains -- {_quoted(shims)} $PATH; or set -gx PATH {_quoted(shims)} $PATH\n"
        f"contains -- $HOME/.local/bin $PATH; or set -gx PATH $PATH $HOME/.local/bin\n"
        f"{_END}\n"
    )


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="surrogateescape", newline="") as opened:
            return opened.read()
    except FileNotFoundError:
        return ""


def _without(text: str) -> str:
    start = text.find(f"{_BEGIN}\n")
    end = text.find(f"{_END}\n", start)
    if start < 0 or end < 0:
        return text
    return text[:start] + text[end + len(_END) + 1 :]


def _write(file: Path, old: str, new: str) -> bool:
    if new == old:
        return False
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    file.parent.mkdir(parents=True, exist_ok=True)
    if new:
        replace_text(file, new, mode=mode)
    else:
        file.unlink()
    return True
