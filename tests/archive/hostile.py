"""Archives that want out of the directory that they are unpacked into."""

from __future__ import annotations

from itertools import product

from tests.archive.place import AROUND
from tests.archive.tarball import (
    DIRECTORY,
    HARD_LINK,
    LINK,
    PAX_GLOBAL,
    entry,
    gnu_long,
    pax,
    tgz,
)

_FIRST = entry(b"go/VERSION", b"go1.22.6\n")
_UP = b"leads upwards"
_ABSOLUTE = b"absolute name"
_OUT = b"symbolic link that leads out"
_THROUGH = b"symbolic link that leads through another"
_TWICE = b"two entries of one name"
_ALSO = b"that is also a directory"
_NO_FILE = b"hard link to what is no earlier file"
_TOP = b"not under go/"


def _link(name: bytes, target: bytes) -> bytes:
    return entry(name, kind=LINK, link=target)


def _hard(name: bytes, target: bytes, data: bytes = b"") -> bytes:
    return entry(name, data, kind=HARD_LINK, link=target)


# What they are refused for, and their entries.
_NAMES = {
    "upwards at once": (_UP, entry(b"../victim/new")),
    "upwards from the top": (_UP, entry(b"go/../../victim/new")),
    "upwards in the middle": (_UP, entry(b"go/src/../../../victim/new")),
    "upwards, though it stays inside": (_UP, entry(b"go/src/../bin/go")),
    "upwards at the end": (_UP, entry(b"go/src/..", kind=DIRECTORY)),
    "upwards after dots and slashes": (_UP, entry(b".//./go/.//..//../victim/new")),
    "upwards to the victim itself": (_UP, entry(b"go/../../victim", kind=DIRECTORY, mode=0o777)),
    "upwards in a prefix": (_UP, entry(b"victim/new", prefix=b"go/../..")),
    "upwards in a GNU name": (_UP, gnu_long(b"go/../../victim/new"), entry(b"go/good")),
    "upwards in a pax name": (_UP, pax({b"path": b"go/../../victim/new"}), entry(b"go/good")),
    "absolute": (_ABSOLUTE, entry(AROUND + b"/victim/new")),
    "absolute with many slashes": (_ABSOLUTE, entry(b"///" + AROUND + b"/victim/new")),
    "absolute in a pax name": (_ABSOLUTE, pax({b"path": AROUND + b"/victim/new"}), entry(b"go/x")),
    "absolute directory": (_ABSOLUTE, entry(AROUND + b"/victim", kind=DIRECTORY, mode=0o777)),
    "a prefix of a slash": (_ABSOLUTE, entry(b"go/x", prefix=b"/")),
    "outside go/": (_TOP, entry(b"etc/profile.d/x.sh")),
    "a file beside go/": (_TOP, entry(b"pax_global_header")),
    "almost go/": (_TOP, entry(b"go1/bin/go")),
    "Go with a capital": (_TOP, entry(b"Go/bin/go")),
    "backslashes": (_TOP, entry(b"go\\..\\..\\victim\\new")),
    "a name for all entries": (b"one name or size for all", pax({b"path": b"go/x"}, PAX_GLOBAL)),
    "a target for all entries": (
        b"one name or size for all", pax({b"linkpath": AROUND}, PAX_GLOBAL),
    ),
    "a size for all entries": (b"one name or size for all", pax({b"size": b"5"}, PAX_GLOBAL)),
    "no name": (b"without a name", entry(b"")),
    "no name in pax": (b"without a name", pax({b"path": b""}), entry(b"go/x")),
    "only dots and slashes": (b"without a name", entry(b"./.", kind=DIRECTORY)),
    "NUL in a pax name": (b"NUL", pax({b"path": b"go/x\0/../../victim/new"}), entry(b"go/x")),
    "the top is a file": (_TWICE, entry(b"go")),
    "the top is a link": (_TWICE, _link(b"go", AROUND)),
    "the top is a link, spelled otherwise": (_TWICE, _link(b"./go/.", AROUND)),
    "a component too long": (b"file name that is too long", gnu_long(b"go/" + b"x" * 256), entry(b"go/x")),
    "a name too long": (b"a name of 1203 bytes", gnu_long(b"go/" + b"xy/" * 400), entry(b"go/x")),
    "too deep": (b"a name of 65 components", gnu_long(b"go" + b"/x" * 64), entry(b"go/x")),
    "two GNU names": (b"two names or sizes", gnu_long(b"go/x"), gnu_long(b"go/y"), entry(b"go/z")),
    "a pax name and a GNU name": (
        b"two names or sizes", pax({b"path": b"go/x"}), gnu_long(b"go/y"), entry(b"go/z"),
    ),
    "two pax names": (
        b"two names or sizes", pax({b"path": b"go/x"}), pax({b"path": b"go/y"}), entry(b"go/z"),
    ),
}  # fmt: skip

_LINKS = {
    "to an absolute path": (_OUT, _link(b"go/x", AROUND + b"/victim")),
    "to /": (_OUT, _link(b"go/x", b"/")),
    "to the directory around": (_OUT, _link(b"go/x", b"..")),
    "to the victim": (_OUT, _link(b"go/x", b"../victim/secret")),
    "to the victim, from below": (_OUT, _link(b"go/a/b/x", b"../../../victim/secret")),
    "to the victim, with slashes and dots": (_OUT, _link(b"go/a/x", b".//..//./../victim/secret")),
    "out and in again": (_OUT, _link(b"go/x", b"../target/VERSION")),
    "down and up again": (_OUT, _link(b"go/x", b"src/../../victim")),
    "down and up again inside": (_OUT, _link(b"go/x", b"src/../VERSION")),
    "in a GNU name": (_OUT, gnu_long(b"../victim", b"K"), _link(b"go/x", b"VERSION")),
    "in a pax name": (_OUT, pax({b"linkpath": b"../victim"}), _link(b"go/x", b"VERSION")),
    "to nothing": (b"symbolic link to nowhere", _link(b"go/x", b"")),
    "to a NUL": (b"symbolic link to nowhere", pax({b"linkpath": b"a\0"}), _link(b"go/x", b"a")),
    "to what is too long": (
        b"symbolic link to nowhere", gnu_long(b"a/" * 513, b"K"), _link(b"go/x", b"a"),
    ),
    "through another link": (_THROUGH, _link(b"go/a", b"src"), _link(b"go/x", b"a/y")),
    "through a later link": (_THROUGH, _link(b"go/x", b"a/y"), _link(b"go/a", b"src")),
    "through a link above": (
        _THROUGH, _link(b"go/d/a", b"src"), _link(b"go/d/e/x", b"../a/y"),
    ),
    "file below a link": (_ALSO, _link(b"go/x", b"src"), entry(b"go/x/new")),
    "file below a link with a slash": (_ALSO, _link(b"go/x/", b"src"), entry(b"go/x//new")),
    "directory where a link is": (_ALSO, _link(b"go/x", b"src"), entry(b"go/x", kind=DIRECTORY)),
    "hard link below a link": (_ALSO, _link(b"go/x", b"s"), _hard(b"go/x/new", b"go/VERSION")),
    "link below a link": (_ALSO, _link(b"go/x", b"src"), _link(b"go/x/new", b"y")),
    "hard link to an absolute path": (_ABSOLUTE, _hard(b"go/x", AROUND + b"/victim/secret")),
    "hard link upwards": (_UP, _hard(b"go/x", b"../victim/secret")),
    "hard link upwards from the top": (_UP, _hard(b"go/x", b"go/../../victim/secret")),
    "hard link outside go/": (_TOP, _hard(b"go/x", b"victim/secret")),
    "hard link to nothing": (b"without a name", _hard(b"go/x", b"")),
    "hard link to what is not there": (_NO_FILE, _hard(b"go/x", b"go/y")),
    "hard link to itself": (_NO_FILE, _hard(b"go/x", b"go/x")),
    "hard link to a directory": (_NO_FILE, entry(b"go/y/z"), _hard(b"go/x", b"go/y")),
    "hard link to the top": (_NO_FILE, _hard(b"go/x", b"go")),
    "hard link to a link": (_NO_FILE, _link(b"go/y", b"VERSION"), _hard(b"go/x", b"go/y")),
    "hard link through a link": (_NO_FILE, _link(b"go/y", b"."), _hard(b"go/x", b"go/y/VERSION")),
    "hard link with data": (b"data for no file", _hard(b"go/x", b"go/VERSION", b"new")),
    "hard link to a NUL": (
        b"NUL", pax({b"linkpath": b"go/VERSION\0"}), _hard(b"go/x", b"go/VERSION"),
    ),
    "symbolic link with data": (b"data for no file", entry(b"go/x", b"y", kind=LINK, link=b"z")),
}  # fmt: skip

# One of them, and then another one of the same name.
_KINDS = {
    "file": entry(b"go/x", b"one"),
    "same file": entry(b"go/x", b"one"),
    "other file": entry(b"./go//x", b"two"),
    "program": entry(b"go/./x", b"one", mode=0o755),
    "directory": entry(b"go/x", kind=DIRECTORY),
    "V7 directory": entry(b"go/x/"),
    "implied directory": entry(b"go/x/y"),
    "symbolic link": _link(b"go/x", b"VERSION"),
    "hard link": _hard(b"go/x", b"go/VERSION"),
}
_DIRECTORIES = {"directory", "V7 directory", "implied directory"}
_SAME = {
    f"{first}, then {second}": (
        _ALSO if second in _DIRECTORIES else _TWICE, _KINDS[first], _KINDS[second]
    )
    for first, second in product(_KINDS, _KINDS)
    if not {first, second} <= _DIRECTORIES
}  # fmt: skip

# What 16 components of this length make is longer than PATH_MAX, where realpath() gives up.
_LONG = b"d" * 247
_STEPS = [b"abcdefghijklmnop"[at : at + 1] for at in range(16)]


def _chain(length: int) -> list[bytes]:
    """Directories of long names, in each of them a short link to the next, and a link up at last."""
    entries, at = [], b"go"
    for step in _STEPS[:length]:
        entries += [
            gnu_long(at + b"/" + _LONG), entry(b"go/x", kind=DIRECTORY),
            gnu_long(at + b"/" + step), gnu_long(_LONG, b"K"), _link(b"go/x", b"d"),
        ]  # fmt: skip
        at += b"/" + _LONG
    short = b"/".join([b"go", *_STEPS[:length], b"l" * 254])
    return [*entries, gnu_long(short), _link(b"go/x", b"../" * length)]


_ADVISORIES = {
    "CVE-2001-1267 GNU tar: dots": (_UP, entry(b"go/../../victim/secret", b"new")),
    "CVE-2007-4559 Python: dots": (_UP, entry(b"../../../../../../../../etc/cron.d/x")),
    "CVE-2007-4559 Python: absolute": (_ABSOLUTE, entry(b"/etc/cron.d/gvm-test")),
    "CVE-2007-4559 Python: link, then below it": (
        _ALSO, _link(b"go/x", AROUND + b"/victim"), entry(b"go/x/secret", b"new"),
    ),
    "CVE-2011-5325 BusyBox: link, then its name": (
        _TWICE, _link(b"go/x", b"../victim/secret"), entry(b"go/x", b"new"),
    ),
    "CVE-2016-5418 libarchive: hard link to a link, with data": (
        _NO_FILE, _link(b"go/x", b"../victim/secret"), _hard(b"go/y", b"go/x"), entry(b"go/y", b"n"),
    ),
    "CVE-2016-6321 GNU tar: dots behind a name to strip": (
        _UP, entry(b"go/motd/../../victim/secret", b"new"),
    ),
    "CVE-2021-32803 node-tar: directory, then link, then below it": (
        _TWICE, entry(b"go/x", kind=DIRECTORY), _link(b"go/x", b"../victim"), entry(b"go/x/secret"),
    ),
    "CVE-2021-32804 node-tar: several slashes": (_ABSOLUTE, entry(b"////etc/gvm-test")),
    "CVE-2021-37701 node-tar: link with a slash, then below it": (
        _TWICE, entry(b"go/x/", kind=DIRECTORY), _link(b"go/x/", b"../victim"), entry(b"go/x/y"),
    ),
    "CVE-2021-37701 node-tar: backslash for slash": (
        _ALSO, entry(b"go/x/y/"), _link(b"go/x\\y", b"../victim"), entry(b"go/x\\y/z"),
    ),
    "CVE-2024-12718 Python: mode and time of what is outside": (
        _ALSO, _link(b"go/x", b"../victim"), entry(b"go/x/", kind=DIRECTORY, mode=0o777, mtime=5),
    ),
    "CVE-2024-12718 Python: mode of the directory around": (
        _UP, entry(b"go/..", kind=DIRECTORY, mode=0o777),
    ),
    "CVE-2025-4138 Python: link through long links": (b"a name of 1242 bytes", *_chain(16)),
    "CVE-2025-4138 Python: link through shorter links": (_ALSO, *_chain(4)),
    "CVE-2025-4330 Python: link that is inside only when simplified": (
        _OUT, _link(b"go/x", b"."), _link(b"go/y", b"x/../../victim"),
    ),
    "CVE-2025-4517 Python: write through long links": (
        _OUT, *_chain(4)[:-2], _link(b"go/y", b"a/b/c/d/../../../../../victim"), entry(b"go/z"),
    ),
    "CVE-2025-4517 Python: hard link through a link, then its name": (
        _NO_FILE, _link(b"go/y", b"../victim"), _hard(b"go/z", b"go/y/secret"), entry(b"go/z", b"n"),
    ),
    "CVE-2026-23745 node-tar: hard link to an absolute path, then its name": (
        _ABSOLUTE, _hard(b"go/x", AROUND + b"/victim/secret"), entry(b"go/x", b"new"),
    ),
}  # fmt: skip

# The archive, and the reason why it is refused.
ESCAPES = {
    name: (tgz(_FIRST, *entries), reason.decode())
    for rows in (_NAMES, _LINKS, _SAME, _ADVISORIES)
    for name, (reason, *entries) in rows.items()
}
assert len(ESCAPES) == len(_NAMES) + len(_LINKS) + len(_SAME) + len(_ADVISORIES)
