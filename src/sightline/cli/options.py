"""Options that several commands share."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from sightline.cli import completing

_DAY = re.compile(r"\d{4}-\d\d-\d\d")

FILE = click.Path(readable=False)
"""A file or folder, which shells complete; whether it can be read turns out on reading."""

Command = TypeVar("Command", bound=Callable[..., Any])


def given(name: str) -> bool:
    """Tell whether the user gave an option of the running command."""
    source = click.get_current_context().get_parameter_source(name)
    return source is not None and source is not click.core.ParameterSource.DEFAULT


def day(text: str) -> date:
    """Read a date as YYYY-MM-DD; the error says the form.

    >>> day("2024-09-04")
    datetime.date(2024, 9, 4)
    """
    try:
        if _DAY.fullmatch(text):  # not the week and ordinal forms that Python reads too
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise click.BadParameter(f"{text!r} is not a date; write it as 2024-09-04")


def configuration(command: Command) -> Command:
    """Add the options that give a configuration and choose the documents."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option(
            "--config",
            "config",
            metavar="FILE",
            type=FILE,
            help="YAML or JSON mapping of facets to values ('-' for stdin).",
        ),
        click.option(
            "--set",
            "settings",
            metavar="FACET=VALUE",
            multiple=True,
            shell_complete=completing.settings,
            help="Set a facet; repeat it to give candidates. See 'sightline ask what-can-be-set'.",
        ),
        click.option(
            "--as-of",
            type=day,
            metavar="DATE",
            help="Use the document versions of that date instead of the newest.",
        ),
        click.option(
            "--no-assumptions",
            is_flag=True,
            help="Leave documented defaults unknown instead of assuming them.",
        ),
        click.option(
            "--collection",
            metavar="NAME",
            shell_complete=completing.tokens("collection"),
            help="Rest on the documents of a collection only.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def filters(command: Command) -> Command:
    """Add the options that narrow an answer."""
    helps = {
        "action": "what is done",
        "activity": "one processing activity",
        "data": "one category of data, and what is narrower",
        "actor": "one actor, its members and the services it operates",
    }
    for name, what in helps.items():
        command = click.option(
            f"--{name}",
            metavar="TOKEN",
            shell_complete=completing.tokens(name),
            help=f"Show {what} only.",
        )(command)
    return command
