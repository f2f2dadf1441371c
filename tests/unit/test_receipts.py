from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvm.errors import DamagedStateError
from gvm.store.receipts import Receipt

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

RECEIPT = Receipt(
    "1.22.6", "amd64", "go.dev", "https://dl.google.com/go/x", "go1.22.6.linux-amd64.tar.gz",
    "a" * 64, "gvm's ledger", "2026-01-01T00:00:00+00:00", 9000, 250_000_000,
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.builds(Receipt, *[TEXTS] * 8, st.integers(0, 2**62), st.integers(0, 2**62), TEXTS),
    st.booleans(),
)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory,
    receipt: Receipt,
    is_again: bool,  # noqa: FBT001 - hypothesis passes by position
) -> None:
    """What is saved is loaded, whatever the texts are, also over an older one."""
    file = tmp_path_factory.getbasetemp() / "receipts/1.22.6.toml"
    if is_again:
        RECEIPT.save(file)
    receipt.save(file)
    assert Receipt.load(file) == receipt
    assert list(file.parent.iterdir()) == [file]


def saved(tmp_path: Path) -> Path:
    file = tmp_path / "1.22.6.toml"
    RECEIPT.save(file)
    return file


GOOD = "version = '1.22.6'\n"
DAMAGED = {
    "empty": b"",
    "zeros": bytes(400),
    "cut": b'version = "1.22.',
    "not TOML": b"<html>",
    "not UTF-8": b'version = "\xff"\n',
    "a field less": GOOD.encode(),
    "deep": b"version = " + b"[" * 100_000,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged(content: bytes, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A damaged receipt is told of, with the command that mends it."""
    file = saved(tmp_path)
    file.write_bytes(content)
    with pytest.raises(DamagedStateError) as caught:
        Receipt.load(file)
    assert caught.value.exit_code == 9
    assert caught.value.hint == snapshot


CHANGED = {
    "size as text": ("size = 250000000", 'size = "250000000"'),
    "size as truth": ("size = 250000000", "size = true"),
    "version as number": ('version = "1.22.6"', "version = 1.22"),
    "source as list": ('source = "go.dev"', "source = []"),
    "unknown field": ('arch = "amd64"', 'arch = "amd64"\nmore = 1'),
    "field gone": ('arch = "amd64"\n', ""),
}


@pytest.mark.parametrize(("old", "new"), CHANGED.values(), ids=CHANGED)
def test_changed(old: str, new: str, tmp_path: Path) -> None:
    """A receipt whose fields are not what gvm writes is damaged."""
    file = saved(tmp_path)
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(DamagedStateError):
        Receipt.load(file)


def test_older(tmp_path: Path) -> None:
    """A receipt of a gvm that knew no signatures is whole."""
    file = saved(tmp_path)
    file.write_text(file.read_text().replace('signer = ""\n', ""))
    assert Receipt.load(file) == RECEIPT


def test_missing(tmp_path: Path) -> None:
    """No receipt is a damaged state too."""
    with pytest.raises(DamagedStateError):
        Receipt.load(tmp_path / "1.22.6.toml")
