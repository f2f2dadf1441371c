"""The Go project's own servers."""

from __future__ import annotations

GO_DEV = "https://go.dev/dl"
GOOGLE_CN = "https://golang.google.cn/dl"
OFFICIAL = (GO_DEV, GOOGLE_CN)


def named(base: str) -> str:
    """The host of such a server, `go.dev`; the URL of any other."""
    return base.split("/")[2] if base in OFFICIAL else base
