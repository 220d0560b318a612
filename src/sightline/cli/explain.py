"""``sightline explain``: from an answer to the sentences behind it."""

import click

from sightline.cli import graphs
from sightline.cli.output import print_json


@click.command(name="explain")
@click.argument("access_id", metavar="ACCESS-ID")
@graphs.chosen()
@click.option("--format", "form", type=click.Choice(["table", "json", "turtle"]), default="table")
def command(access_id: str, added: tuple[str, ...], endpoint: str | None, form: str) -> None:
    """Show the chain answer, rule, statements, sentence and deep link.

    ACCESS-ID is the 'id' of a row of 'sightline access --format json'.
    """
    graph = graphs.opened(added, endpoint)
    explanation = graph.explain(access_id)
    if form == "json":
        from sightline.render.explanation import explanation_json

        print_json(explanation_json(explanation))
    elif form == "turtle":
        from dataclasses import replace

        from sightline.render.rdf import turtle

        click.echo(turtle([replace(explanation.answer, rows=(explanation.row,))]), nl=False)
    else:
        from sightline.render.explanation import print_explanation
        from sightline.render.table import console

        print_explanation(graph.knowledge, explanation, console())
