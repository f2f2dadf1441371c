"""What man and the shells know of gvm: files that stand in a root, whoever runs gvm from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.assets import asset
from gvm.fs.atomic import write_new
from gvm.fs.trees import make_directory
from gvm.fs.unfinished import unfinished_name

if TYPE_CHECKING:
    from pathlib import Path

MANUAL = "man/man1/gvm.1"
BASH_COMPLETION = "bash-completion/completions/gvm"
ZSH_COMPLETION = "zsh/site-functions/_gvm"
FISH_COMPLETION = "fish/vendor_completions.d/gvm.fish"
FISH_FUNCTION = "fish/vendor_functions.d/gvm.fish"
FUNCTION = "gvm.sh"
_SHARED = {
    MANUAL: "docs/gvm.1",
    BASH_COMPLETION: "completions/gvm.bash",
    ZSH_COMPLETION: "completions/_gvm",
    FISH_COMPLETION: "completions/gvm.fish",
    FISH_FUNCTION: "shims/gvm.fish",
    FUNCTION: "shims/gvm.sh",
}


def staged(share: Path) -> dict[Path, Path]:
    """Write what is out of date in `<root>/share` beside it; by new file, the one it is to replace."""
    news = {}
    for name, source in _SHARED.items():
        text = asset(source).read_text(encoding="utf-8")
        file = share / name
        if file.is_file() and file.read_bytes() == text.encode():
            continue
        # Where a group may write, zsh asks at each start whether to complete from there.
        make_directory(file.parent)
        new = unfinished_name(file)
        write_new(new, text.encode(), 0o644)
        news[new] = file
    return news
