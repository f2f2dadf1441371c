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


def _link(name: bytes, target: bytes) -> bytes:
    return entry(name, kind=LINK, link=target)


def _hard(name: bytes, target: bytes, data: bytes = b"") -> bytes:
    return entry(name, data, kind=HARD_LINK, link=target)


_NAMES = {
    "upwards at once": entry(b"../victim/new"),
    "upwards from the top": entry(b"go/../../victim/new"),
    "upwards in the middle": entry(b"go/src/../../../victim/new"),
    "upwards, though it stays inside": entry(b"go/src/../bin/go"),
    "upwards at the end": entry(b"go/src/..", kind=DIRECTORY),
    "upwards after dots and slashes": entry(b".//./go/.//..//../victim/new"),
    "upwards to the victim itself": entry(b"go/../../victim", kind=DIRECTORY, mode=0o777),
    "upwards in a prefix": entry(b"victim/new", prefix=b"go/../.."),
    "upwards in a GNU name": gnu_long(b"go/../../victim/new") + entry(b"go/good"),
    "upwards in a pax name": pax({b"path": b"go/../../victim/new"}) + entry(b"go/good"),
    "absolute": entry(AROUND + b"/victim/new"),
    "absolute with many slashes": entry(b"///" + AROUND + b"/victim/new"),
    "absolute in a pax name": pax({b"path": AROUND + b"/victim/new"}) + entry(b"go/x"),
    "absolute directory": entry(AROUND + b"/victim", kind=DIRECTORY, mode=0o777),
    "a prefix of a slash": entry(b"go/x", prefix=b"/"),
    "outside go/": entry(b"etc/profile.d/x.sh"),
    "a file beside go/": entry(b"pax_global_header"),
    "almost go/": entry(b"go1/bin/go"),
    "Go with a capital": entry(b"Go/bin/go"),
    "backslashes": entry(b"go\\..\\..\\victim\\new"),
    "a name for all entries": pax({b"path": b"go/x"}, PAX_GLOBAL),
    "a target for all entries": pax({b"linkpath": AROUND}, PAX_GLOBAL),
    "a size for all entries": pax({b"size": b"5"}, PAX_GLOBAL),
    "no name": entry(b""),
    "no name in pax": pax({b"path": b""}) + entry(b"go/x"),
    "only dots and slashes": entry(b"./.", kind=DIRECTORY),
    "NUL in a pax name": pax({b"path": b"go/x\0/../../victim/new"}) + entry(b"go/x"),
    "the top is a file": entry(b"go"),
    "the top is a link": _link(b"go", AROUND),
    "the top is a link, spelled otherwise": _link(b"./go/.", AROUND),
    "a component too long": gnu_long(b"go/" + b"x" * 256) + entry(b"go/x"),
    "a name too long": gnu_long(b"go/" + b"xy/" * 400) + entry(b"go/x"),
    "too deep": gnu_long(b"go" + b"/x" * 64) + entry(b"go/x"),
    "two GNU names": gnu_long(b"go/x") + gnu_long(b"go/y") + entry(b"go/z"),
    "a pax name and a GNU name": pax({b"path": b"go/x"}) + gnu_long(b"go/y") + entry(b"go/z"),
    "two pax names": pax({b"path": b"go/x"}) + pax({b"path": b"go/y"}) + entry(b"go/z"),
}

_LINKS = {
    "to an absolute path": _link(b"go/x", AROUND + b"/victim"),
    "to /": _link(b"go/x", b"/"),
    "to the directory around": _link(b"go/x", b".."),
    "to the victim": _link(b"go/x", b"../victim/secret"),
    "to the victim, from below": _link(b"go/a/b/x", b"../../../victim/secret"),
    "to the victim, with slashes and dots": _link(b"go/a/x", b".//..//./../victim/secret"),
    "out and in again": _link(b"go/x", b"../target/VERSION"),
    "down and up again": _link(b"go/x", b"src/../../victim"),
    "down and up again inside": _link(b"go/x", b"src/../VERSION"),
    "in a GNU name": gnu_long(b"../victim", b"K") + _link(b"go/x", b"VERSION"),
    "in a pax name": pax({b"linkpath": b"../victim"}) + _link(b"go/x", b"VERSION"),
    "to nothing": _link(b"go/x", b""),
    "to a NUL": pax({b"linkpath": b"a\0"}) + _link(b"go/x", b"a"),
    "to what is too long": gnu_long(b"a/" * 513, b"K") + _link(b"go/x", b"a"),
    "through another link": _link(b"go/a", b"src") + _link(b"go/x", b"a/y"),
    "through a later link": _link(b"go/x", b"a/y") + _link(b"go/a", b"src"),
    "through a link above": _link(b"go/d/a", b"src") + _link(b"go/d/e/x", b"../a/y"),
    "file below a link": _link(b"go/x", b"src") + entry(b"go/x/new"),
    "file below a link with a slash": _link(b"go/x/", b"src") + entry(b"go/x//new"),
    "directory where a link is": _link(b"go/x", b"src") + entry(b"go/x", kind=DIRECTORY),
    "hard link below a link": _link(b"go/x", b"s") + _hard(b"go/x/new", b"go/VERSION"),
    "link below a link": _link(b"go/x", b"src") + _link(b"go/x/new", b"y"),
    "hard link to an absolute path": _hard(b"go/x", AROUND + b"/victim/secret"),
    "hard link upwards": _hard(b"go/x", b"../victim/secret"),
    "hard link upwards from the top": _hard(b"go/x", b"go/../../victim/secret"),
    "hard link outside go/": _hard(b"go/x", b"victim/secret"),
    "hard link to nothing": _hard(b"go/x", b""),
    "hard link to what is not there": _hard(b"go/x", b"go/y"),
    "hard link to itself": _hard(b"go/x", b"go/x"),
    "hard link to a directory": entry(b"go/y/z") + _hard(b"go/x", b"go/y"),
    "hard link to the top": _hard(b"go/x", b"go"),
    "hard link to a link": _link(b"go/y", b"VERSION") + _hard(b"go/x", b"go/y"),
    "hard link through a link": _link(b"go/y", b".") + _hard(b"go/x", b"go/y/VERSION"),
    "hard link with data": _hard(b"go/x", b"go/VERSION", b"new"),
    "hard link to a NUL": pax({b"linkpath": b"go/VERSION\0"}) + _hard(b"go/x", b"go/VERSION"),
    "symbolic link with data": entry(b"go/x", b"y", kind=LINK, link=b"z"),
}

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
    f"{first}, then {second}": _KINDS[first] + _KINDS[second]
    for first, second in product(_KINDS, _KINDS)
    if not {first, second} <= _DIRECTORIES
}

# What 16 components of this length make is longer than PATH_MAX, where realpath() gives up.
_LONG = b"d" * 247
_STEPS = [b"abcdefghijklmnop"[at : at + 1] for at in range(16)]


def _chain(length: int) -> bytes:
    """Directories of long names, in each of them a short link to the next."""
    entries, at = [], b"go"
    for step in _STEPS[:length]:
        entries += [
            gnu_long(at + b"/" + _LONG), entry(b"go/x", kind=DIRECTORY),
            gnu_long(at + b"/" + step), gnu_long(_LONG, b"K"), _link(b"go/x", b"d"),
        ]  # fmt: skip
        at += b"/" + _LONG
    return b"".join(entries)


def _up(length: int) -> bytes:
    """A link up, at the end of a chain of short links."""
    short = b"/".join([b"go", *_STEPS[:length], b"l" * 254])
    return gnu_long(short) + _link(b"go/x", b"../" * length)


_ADVISORIES = {
    "CVE-2001-1267 GNU tar: dots": entry(b"go/../../victim/secret", b"new"),
    "CVE-2007-4559 Python: dots": entry(b"../../../../../../../../etc/cron.d/x"),
    "CVE-2007-4559 Python: absolute": entry(b"/etc/cron.d/gvm-test"),
    "CVE-2007-4559 Python: link, then below it": _link(b"go/x", AROUND + b"/victim") + entry(b"go/x/secret", b"new"),
    "CVE-2011-5325 BusyBox: link, then its name": _link(b"go/x", b"../victim/secret") + entry(b"go/x", b"new"),
    "CVE-2016-5418 libarchive: hard link to a link, with data": _link(b"go/x", b"../victim/secret") + _hard(b"go/y", b"go/x") + entry(b"go/y", b"n"),
    "CVE-2016-6321 GNU tar: dots behind a name to strip": entry(b"go/motd/../../victim/secret", b"new"),
    "CVE-2021-32803 node-tar: directory, then link, then below it": entry(b"go/x", kind=DIRECTORY) + _link(b"go/x", b"../victim") + entry(b"go/x/secret"),
    "CVE-2021-32804 node-tar: several slashes": entry(b"////etc/gvm-test"),
    "CVE-2021-37701 node-tar: link with a slash, then below it": entry(b"go/x/", kind=DIRECTORY) + _link(b"go/x/", b"../victim") + entry(b"go/x/y"),
    "CVE-2021-37701 node-tar: backslash for slash": entry(b"go/x/y/") + _link(b"go/x\\y", b"../victim") + entry(b"go/x\\y/z"),
    "CVE-2024-12718 Python: mode and time of what is outside": _link(b"go/x", b"../victim") + entry(b"go/x/", kind=DIRECTORY, mode=0o777, mtime=5),
    "CVE-2024-12718 Python: mode of the directory around": entry(b"go/..", kind=DIRECTORY, mode=0o777),
    "CVE-2025-4138 Python: link through long links": _chain(16) + _up(16),
    "CVE-2025-4138 Python: link through shorter links": _chain(4) + _up(4),
    "CVE-2025-4330 Python: link that is inside only when simplified": _link(b"go/x", b".") + _link(b"go/y", b"x/../../victim"),
    "CVE-2025-4517 Python: write through long links": _chain(4) + _link(b"go/y", b"a/b/c/d/../../../../../victim") + entry(b"go/z"),
    "CVE-2025-4517 Python: hard link through a link, then its name": _link(b"go/y", b"../victim") + _hard(b"go/z", b"go/y/secret") + entry(b"go/z", b"n"),
    "CVE-2026-23745 node-tar: hard link to an absolute path, then its name": _hard(b"go/x", AROUND + b"/victim/secret") + entry(b"go/x", b"new"),
}  # fmt: skip

ESCAPES = {
    name: tgz(_FIRST, entries)
    for rows in (_NAMES, _LINKS, _SAME, _ADVISORIES)
    for name, entries in rows.items()
}
assert len(ESCAPES) == len(_NAMES) + len(_LINKS) + len(_SAME) + len(_ADVISORIES)
