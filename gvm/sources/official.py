"""The Go project's own servers."""

from __future__ import annotations

from gvm.net.url import shown

GO_DEV = "https://go.dev/dl"
GOOGLE_CN = "https://golang.google.cn/dl"
OFFICIAL = (GO_DEV, GOOGLE_CN)


def named(base: str) -> str:
    """The host of such a server, `go.dev`; of any other the URL, as it may be shown."""
    return base.split("/")[2] if base in OFFICIAL else shown(base)
