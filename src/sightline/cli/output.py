"""Print what several commands print alike: JSON, and plain rows in any form."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sightline.model import Contradicted

FORMATS = ("table", "json", "csv", "md")
"""The forms of an answer that is made of rows."""


EXIT_CODE = "sightline.exit-code"


def note_exit_code(code: int) -> None:
    """Note the exit code before printing, so that it holds if the reader leaves early."""
    click.get_current_context().meta[EXIT_CODE] = code


def print_json(document: Any) -> None:
    """Print a document, and nothing but it, as indented JSON."""
    import json

    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def warn_of(contradicted: Iterable["Contradicted"]) -> None:
    """Say on stderr what was given although the documents say otherwise."""
    for words in dict.fromkeys(each.words for each in contradicted):
        click.echo(f"warning: {words}", err=True)


def print_rows(header: Sequence[str], rows: Sequence[Sequence[str]], form: str, noun: str) -> None:
    """Print rows as CSV, Markdown or a table that ends with how many rows of a ``noun`` it has."""
    if form in ("csv", "md"):
        from sightline.render import flat

        write = flat.table_csv if form == "csv" else flat.table_markdown
        click.echo(write(header, rows), nl=False)
        return
    from sightline.render import table

    table.print_rows(header, rows, noun, table.console())
