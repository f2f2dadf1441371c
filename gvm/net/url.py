"""Web addresses: read, followed, and shown without their secrets."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from gvm.errors import DownloadError, UsageError

# Characters of an address that a message has at most, and of a server's own words.
_LONGEST = 1000
_WORDS = 150
URL_HINT = "write it like https://example.com/go"


def web(url: str) -> SplitResult:
    """Parse an absolute http or https URL."""
    try:
        split = urlsplit(url)
        fit = split.scheme in {"http", "https"} and split.hostname and split.port != 0
    except ValueError:
        fit = False
    # urlsplit drops line breaks silently.
    if not fit or any(char <= " " or char == "\x7f" for char in url):
        raise UsageError(f"{shown(url)!r} is not an http or https URL", hint=URL_HINT)
    return split


def followed(here: str, location: str) -> str:
    """Where a redirect leads."""
    try:
        there = web(urljoin(here, location))
        # A name of which no server can be asked for.
        (there.hostname or "").encode("idna")
    except (UsageError, ValueError) as error:
        raise DownloadError(
            f"{shown(here)} redirects to {brief(shown(location))!r}, which is not on the web"
        ) from error
    was = web(here)
    if was.scheme == "https" and there.scheme == "http":
        raise DownloadError(
            f"{shown(here)} redirects to unprotected HTTP: {shown(there.geturl())}",
            hint="use another source; a proxy or a captive portal may be in the way",
        )
    if "@" not in there.netloc and (there.scheme, there.netloc) == (
        was.scheme,
        was.netloc.rpartition("@")[2],
    ):
        return there._replace(netloc=was.netloc).geturl()
    return there.geturl()


def shown(url: str) -> str:
    """`url` as it may be printed: without credentials, query and fragment."""
    # A password may have a ? or # in it, and what stands for the port may be the first part of one.
    scheme, mark, rest = url.partition("://")
    server, slash, path = rest.partition("/")
    server = re.sub(r":[^]\d:][^]]*$", "", server.rpartition("@")[2])
    plain = scheme + mark + server + slash + path
    try:
        plain = urlsplit(plain)._replace(query="", fragment="").geturl()
    except ValueError:
        plain = re.split("[?#]", plain)[0]
    return brief(plain, _LONGEST)


def brief(text: str, limit: int = _WORDS) -> str:
    """Return a text for a message, cut where it is long."""
    return text if len(text) <= limit else f"{text[:limit]}…"
