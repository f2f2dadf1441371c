"""What gvm's commands say of themselves, for whatever is made from it."""

from __future__ import annotations

import click

from gvm.cli import group


def command(name: str) -> click.Command:
    """A command, by its name."""
    found = group.get_command(click.Context(group), name)
    if found is None:
        raise KeyError(name)
    return found


def options(name: str = "") -> list[click.Option]:
    """Those of a command; without a name, those that may stand before one."""
    of = command(name) if name else group
    context = click.Context(of, help_option_names=group.context_settings["help_option_names"])
    return [one for one in of.get_params(context) if isinstance(one, click.Option)]


def first_line(text: str | None) -> str:
    """What a help text says first, without its full stop."""
    return (text or "").strip().splitlines()[0].removesuffix(".")
