"""``sightline access``: effective access for a configuration."""

from datetime import date
from typing import Any

import click

from sightline.cli import graphs, options
from sightline.cli.output import print_json
from sightline.cli.settings import read_configuration


@click.command(name="access")
@options.configuration
@graphs.chosen()
@options.filters
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "md", "turtle"]),
    default="table",
    show_default=True,
    help="Form of the answer.",
)
def command(
    config: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
    added: tuple[str, ...],
    endpoint: str | None,
    form: str,
    **filters: Any,
) -> None:
    """Show who can access which data, where, how long, under which conditions, on whose word.

    Example: sightline access --set offering=azure-openai --set region=swedencentral --data prompts
    """
    graph = graphs.opened(added, endpoint)
    answer = graph.access(
        read_configuration(config, settings),
        as_of=as_of,
        collection=collection,
        assume=not no_assumptions,
        **filters,
    )
    today = as_of or date.today()
    if form == "json":
        from sightline.render.answer import answer_json

        print_json(answer_json(answer, graph.knowledge.digest, today))
    elif form == "turtle":
        from sightline.render.rdf import turtle

        click.echo(turtle([answer]), nl=False)
    elif form in ("csv", "md"):
        from sightline.render.flat import csv_text, markdown

        click.echo((csv_text if form == "csv" else markdown)(graph.knowledge, answer), nl=False)
    else:
        from sightline.render.table import console, print_answer

        print_answer(graph.knowledge, answer, today, console())
