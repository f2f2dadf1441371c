"""Crontabs as cron reads them, and what their jobs call."""

from __future__ import annotations

from pathlib import Path

import pytest

from gvm.doctor.account import Account
from gvm.doctor.contexts.crontabs import invoked_programs, jobs
from gvm.doctor.contexts.probe import LaunchSpec, Probe, ProbeError, run_probe

FILE = Path("/etc/cron.d/job")
# A crontab, whether it names users, and what its jobs are: line, user, command.
CRONTABS: dict[str, tuple[str, bool, list[tuple[int, str, str]]]] = {
    "five fields": ("*/5 1-3 * jan mon,tue go build", False, [(1, "", "go build")]),
    "a nickname": ("@reboot go run .", False, [(1, "", "go run .")]),
    "blanks and tabs": (" \t0\t1 * *\t*   go  test ", False, [(1, "", "go  test")]),
    "with a user": ("0 1 * * * root go vet ./...", True, [(1, "root", "go vet ./...")]),
    "a nickname with a user": ("@daily\tme\tgo vet", True, [(1, "me", "go vet")]),
    "random": ("0~59 1 * * * go vet", False, [(1, "", "go vet")]),
    "comments": ("# 0 1 * * * go vet\n\n  # x\n0 1 * * * go", False, [(4, "", "go")]),
    "settings": ("A=1\n0 1 * * * go\nB = 2", False, [(2, "", "go")]),
    "standard input": ("0 1 * * * cat%go%vet", False, [(1, "", "cat")]),
    "a percent sign": (r"0 1 * * * go test -run \%", False, [(1, "", "go test -run %")]),
    "too few fields": ("0 1 * * go", False, []),
    "nothing": ("", False, []),
}


@pytest.mark.parametrize(("text", "has_users", "wanted"), CRONTABS.values(), ids=CRONTABS)
def test_jobs(text: str, has_users: bool, wanted: list[tuple[int, str, str]]) -> None:  # noqa: FBT001 - a column
    """Each job has its line, its user and its command."""
    found = [
        (job.source_line.number, job.user, job.command)
        for job in jobs(text, FILE, has_users=has_users)
    ]
    assert found == wanted


# A line that sets PATH, and what cron makes of it.
SETTINGS = {
    "PATH=/a:/b": "/a:/b", "  PATH = /a ": "/a", 'PATH="/a b"': "/a b", "PATH='/a'": "/a",
    '"PATH"=/a': "/a", "PATH=$HOME/go": "$HOME/go", "PATH=": "", "# PATH=/a": None, "XPATH=/a": None,
    "PATH='/a": "'/a",
}  # fmt: skip


@pytest.mark.parametrize(("line", "wanted"), SETTINGS.items())
def test_settings(line: str, wanted: str | None) -> None:
    """What is set holds, unexpanded, for the jobs below it only."""
    before, after = jobs(f"@daily go\n{line}\n@daily go", FILE)
    assert before.environ.get("PATH") is None
    assert after.environ.get("PATH") == wanted
    assert (after.path.number if after.path else None) == (None if wanted is None else 2)


NAMES = frozenset({"go", "gofmt", "gopls"})
# A command, and what it calls that must be on cron's PATH.
COMMANDS: dict[str, list[str]] = {
    "go build": ["go"],
    "gofmt -l .": ["gofmt"],
    "cd /src && go build ./... >/dev/null 2>&1": ["go"],
    "cd /src; GOFLAGS=-mod=mod go test": ["go"],
    "CGO_ENABLED=0 GOOS=linux go build": ["go"],
    "test -f x || (gopls version; go vet)": ["gopls", "go"],
    "nice -n 5 go test": ["go"],
    "timeout 5m flock -n /tmp/l go test": ["go"],
    "env -u GOROOT CGO_ENABLED=0 go test": ["go"],
    "if true; then go vet; fi": ["go"],
    "sh -c 'cd /src && go vet'": ["go"],
    "nohup sh -c 'go vet' &": ["go"],
    "ls $(go env GOPATH)": ["go"],
    'ls "$(go env GOPATH)/bin"': ["go"],
    "ls `go env GOPATH`": ["go"],
    "go vet | gofmt -d; go vet": ["go", "gofmt"],
    "/usr/local/go/bin/go build": [],
    "echo go": [],
    "cat go": [],
    "echo 'go build; go test'": [],
    "rsync go/ host:go": [],
    "PATH=/opt/gvm/shims:$PATH go build": [],
    "export PATH=/x:$PATH; go build": [],
    ". ~/.profile; go build": [],
    "bash -lc 'go build'": [],
    "sudo go build": [],
    "echo 'never closed; go": [],
    "gotcha": [],
    "nice " * 3000 + "go": ["go"],
    "env " + "A=1 " * 3000 + "go": ["go"],
    "": [],
}


@pytest.mark.parametrize(("command", "wanted"), COMMANDS.items())
def test_called(command: str, wanted: list[str]) -> None:
    """Programs are known where the shell would look them up on PATH, and nowhere else."""
    assert invoked_programs(command, NAMES) == wanted


def test_unfit() -> None:
    """A crontab may set what no program can be started with."""
    (job,) = jobs("A=x\0y\n@daily go vet", FILE)
    launch = LaunchSpec(["/bin/sh"], job.environ, Path("/"), Account.current())
    with pytest.raises(ProbeError, match="embedded null"):
        run_probe(launch, Probe("mark"))
