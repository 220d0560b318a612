"""Options that several commands share, and the values they turn into."""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

import click

from sightline.errors import InputError
from sightline.files import read_text

_MAX = 1024 * 1024
"""The longest configuration file, in bytes."""

Command = TypeVar("Command", bound=Callable[..., Any])


class Date(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the date; the error says the form."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date; write it as 2024-09-04", param, ctx)


def configuration(command: Command) -> Command:
    """Add the options that give a configuration and choose the documents."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option(
            "--config",
            "config",
            metavar="FILE",
            help="YAML or JSON mapping of facets to values ('-' for stdin).",
        ),
        click.option(
            "--set",
            "settings",
            metavar="FACET=VALUE",
            multiple=True,
            help="Set a facet; repeat it to give candidates. See 'sightline ask facets'.",
        ),
        click.option(
            "--as-of",
            type=Date(),
            metavar="DATE",
            help="Use the document versions of that date instead of the newest.",
        ),
        click.option(
            "--no-assumptions",
            is_flag=True,
            help="Leave documented defaults unknown instead of assuming them.",
        ),
        click.option(
            "--collection", metavar="NAME", help="Rest on the documents of a collection only."
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
        command = click.option(f"--{name}", metavar="TOKEN", help=f"Show {what} only.")(command)
    return command


def read_configuration(config: str | None, settings: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Put together a configuration from a file and settings; settings win over the file.

    Raises InputError for a file that is no mapping and for a setting without '='.
    """
    given = _from_file(config) if config is not None else {}
    seen: dict[str, list[str]] = {}
    for setting in settings:
        facet, equals, value = setting.partition("=")
        if not equals or not facet or not value:
            raise InputError(
                "input.value",
                f"{setting!r} is not a setting",
                "write FACET=VALUE, as in region=swedencentral",
            )
        seen.setdefault(facet.strip(), []).append(value.strip())
    return {**given, **{facet: tuple(values) for facet, values in seen.items()}}


def _from_file(name: str) -> dict[str, tuple[str, ...]]:
    import yaml

    text = sys.stdin.read(_MAX) if name == "-" else read_text(name, _MAX)
    try:
        content = yaml.load(text, Loader=yaml.BaseLoader)  # keeps 'on', 'no' and numbers as text
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise InputError(
            "input.syntax", f"'{name}' is neither YAML nor JSON{place}", "correct it"
        ) from error
    if isinstance(content, dict) and isinstance(content.get("configuration"), dict):
        content = content["configuration"]  # what 'access --format json' prints
    if not isinstance(content, dict) or not content:
        raise InputError(
            "input.value",
            f"'{name}' does not map facets to values",
            "write lines such as 'region: swedencentral'",
        )
    return {str(facet): _values(name, facet, value) for facet, value in content.items()}


def _values(name: str, facet: object, value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item for item in items):
        raise InputError(
            "input.value",
            f"'{name}': facet {str(facet)!r} is neither a value nor a list of values",
            "give one value, or a list of candidates",
        )
    return tuple(items)
