"""What the machine is, as far as it decides where PATH comes from."""

from __future__ import annotations

from pathlib import Path

SYSTEMD = "/usr/lib/systemd/systemd"
# As sd_booted(3) tells it.
_BOOTED = Path("/run/systemd/system")
_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))
_KERNEL = Path("/proc/sys/kernel/osrelease")


def runs_systemd() -> bool:
    """Whether systemd is what started this machine, and not only installed."""
    return _BOOTED.is_dir()


def is_container() -> bool:
    """Whether this is a container of Docker or Podman."""
    return any(file.exists() for file in _CONTAINER)


def windows_go(path: str) -> Path | None:
    """The Go of Windows that is on PATH, where this is a Linux within Windows."""
    try:
        kernel = _KERNEL.read_text(encoding="utf-8")
    except OSError:
        # Without /proc, as in a chroot.
        return None
    if "microsoft" not in kernel.lower():
        return None
    files = (Path(directory, "go.exe") for directory in path.split(":") if directory)
    return next((file for file in files if file.is_file()), None)
