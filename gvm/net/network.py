"""What the environment says about the network: proxies, and the authorities to trust."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.errors import DownloadError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from urllib.parse import SplitResult

# Debian and Ubuntu keep it hashed, so that OpenSSL reads only the certificates it needs.
PORTS = {"http": 80, "https": 443}
_SYSTEM_STORE = "/etc/ssl/certs"


def proxy(url: SplitResult, environ: Mapping[str, str]) -> str | None:
    """The URL of the proxy through which `url` is fetched; None if directly.

    Read as curl and Python do: `https_proxy` before `HTTPS_PROXY`, then `all_proxy`, but not
    for what `no_proxy` lists: names with all below them, addresses, networks, each with an
    optional port, or `*`.
    """
    host = url.hostname or ""
    spared = _variable("no_proxy", environ).replace(",", " ").split()
    port = url.port or PORTS[url.scheme]
    if any(_covers(entry, host, port) for entry in spared):
        return None
    address = _variable(f"{url.scheme}_proxy", environ) or _variable("all_proxy", environ)
    if not address:
        return None
    return address if "://" in address else f"http://{address}"


def trust(environ: Mapping[str, str]) -> ssl.SSLContext:
    """What a server's certificate is checked against: SSL_CERT_FILE, SSL_CERT_DIR, the system's.

    As with OpenSSL, each variable replaces its own default only: a certificate file is
    believed beside the system's directory.

    Raises:
        DownloadError: SSL_CERT_FILE cannot be read.
    """
    import ssl  # noqa: PLC0415 - only for the network

    file = environ.get("SSL_CERT_FILE") or None
    directory = environ.get("SSL_CERT_DIR") or _SYSTEM_STORE
    if file is None and directory == _SYSTEM_STORE and not Path(directory).exists():
        return ssl.create_default_context()
    try:
        context = ssl.create_default_context(cafile=file, capath=directory)
    except OSError as error:
        raise DownloadError(
            f"SSL_CERT_FILE={file} cannot be read: {error.strerror or error}",
            hint="unset SSL_CERT_FILE, or let it name a file of PEM certificates",
        ) from error
    # From Python 3.13 on, this refuses the certificates of many a company's own authority,
    # which curl, git and go accept.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _variable(name: str, environ: Mapping[str, str]) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()


def _covers(entry: str, host: str, port: int) -> bool:
    """Whether an entry of no_proxy covers a host."""
    name, colon, last = entry.lower().rpartition(":")
    if colon and last.isdecimal() and (":" not in name or name.endswith("]")):
        if int(last) != port:
            return False
    else:
        name = entry.lower()
    name = name.strip("[]")
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        suffix = name.removeprefix("*").removeprefix(".")
        return name == "*" or (suffix != "" and f".{host}".endswith(f".{suffix}"))
