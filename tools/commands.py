"""What gvm's commands say of themselves, for whatever is made from it."""

from __future__ import annotations

import click

from gvm.cli import COMMANDS, group


def command(name: str) -> click.Command:
    """A command, by its name, or by two words a group's."""
    found: click.Command | None = group
    for word in name.split():
        found = (
            found.get_command(click.Context(found), word)
            if isinstance(found, click.Group)
            else None
        )
    if found is None:
        raise KeyError(name)
    return found


def subcommands(name: str) -> list[str]:
    """What a group has, by one word each; nothing for other commands."""
    found = command(name)
    return list(found.commands) if isinstance(found, click.Group) else []


def everything() -> list[str]:
    """All commands, each group before what it has."""
    return [
        full
        for name in COMMANDS
        for full in (name, *(f"{name} {sub}" for sub in subcommands(name)))
    ]


def options(name: str = "") -> list[click.Option]:
    """Those of a command; without a name, those that may stand before one."""
    of = command(name) if name else group
    context = click.Context(of, help_option_names=group.context_settings["help_option_names"])
    return [one for one in of.get_params(context) if isinstance(one, click.Option)]


def first_line(text: str | None) -> str:
    """What a help text says first, without its full stop."""
    return (text or "").strip().splitlines()[0].removesuffix(".")
