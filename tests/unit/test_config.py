from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gvm.errors import UsageError
from gvm.store.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

READ = {
    "nothing": ("", {}, Config()),
    "comments": ("# mine\n\n", {}, Config()),
    "all": (
        'isolation = "version"\nauto_install = true\nmirror = "https://m/dl"\ntrust_mirror = true\n',
        {},
        Config("version", auto_install=True, mirror="https://m/dl", trust_mirror=True),
    ),
    "CRLF": ('isolation = "shared"\r\n', {}, Config("shared")),
    "variables": ("", {"GVM_MIRROR": "https://m", "GVM_TRUST_MIRROR": "1"}, Config(mirror="https://m", trust_mirror=True)),
    "variable wins": ('mirror = "https://file"\n', {"GVM_MIRROR": "https://variable"}, Config(mirror="https://variable")),
    "variable turns off": ("trust_mirror = true\n", {"GVM_TRUST_MIRROR": "0"}, Config()),
    "empty variables": ('mirror = "https://file"\n', {"GVM_MIRROR": "", "GVM_TRUST_MIRROR": ""}, Config(mirror="https://file")),
}  # fmt: skip
REFUSED = {
    "unknown": "isolaton = 1\n",
    "not TOML": "isolation\n",
    "unknown isolation": 'isolation = "none"\n',
    "number for a text": "mirror = 1\n",
    "number for yes": "auto_install = 1\n",
    "text for yes": 'trust_mirror = "yes"\n',
    "table": "[mirror]\nx = 1\n",
    "not UTF-8": b'mirror = "\xff"\n',
    "deep": "mirror = " + "[" * 100_000,
}


@pytest.mark.parametrize(("text", "environ", "expected"), READ.values(), ids=READ)
def test_read(text: str, environ: dict[str, str], expected: Config, tmp_path: Path) -> None:
    """Settings come from the file, and variables win over it."""
    file = tmp_path / "config.toml"
    file.write_text(text, newline="")
    assert Config.load(file, environ) == expected


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_refused(content: str | bytes, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A setting that cannot be is refused, with its name and the file's."""
    file = tmp_path / "config.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UsageError) as caught:
        Config.load(file, {})
    # What follows a colon are the parser's words.
    told = str(caught.value).partition(": ")[0]
    assert (told, caught.value.hint) == snapshot


def test_no_file(tmp_path: Path) -> None:
    """Without a file, the defaults hold; a directory in its place is a mistake."""
    assert Config.load(tmp_path / "nothing/config.toml", {}) == Config()
    with pytest.raises(UsageError):
        Config.load(tmp_path, {})
