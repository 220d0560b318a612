"""``sightline access``: effective access for a configuration, a deployment or an estate."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import estates, graphs, options
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code, print_json, warn_of
from sightline.cli.settings import read_configuration
from sightline.errors import render

if TYPE_CHECKING:
    from sightline.graph import KnowledgeGraph


@click.command(name="access")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=options.FILE)
@click.option(
    "--deployment", metavar="NAME", help="Answer for that deployment of the estate FILEs only."
)
@estates.given
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
    files: tuple[str, ...],
    deployment: str | None,
    config: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
    added: tuple[str, ...],
    endpoint: str | None,
    form: str,
    **filters: Any,
) -> int:
    """Show who can access which data, where, how long, under which conditions, on whose word.

    With estate FILEs the answer is given for every deployment in them, once for each distinct
    configuration; what is set by options holds for all deployments.

    Example: sightline access --set offering=azure-openai --set region=swedencentral --data prompts
    """
    given = {name: filters.pop(name) for name in _ESTATE}
    graph = graphs.opened(added, endpoint)
    if files:
        chosen = {"as_of": as_of, "collection": collection, "assume": not no_assumptions}
        configuration = read_configuration(config, settings)
        return _estate(graph, files, deployment, configuration, form, given, chosen | filters)
    if deployment or any(given.values()):
        raise usage("--deployment and the options for estates need a FILE")
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
    warn_of(answer.contradicted if form in _BARE else ())
    return 0


_BARE = ("csv", "turtle")
"""The forms that hold rows and no more, so that what speaks against them is told beside them."""
_ESTATE = (
    "parameter_files",
    "parameters",
    "resource_group_location",
    "subscription",
    "attached",
    "tags",
)


def _estate(
    graph: "KnowledgeGraph",
    files: tuple[str, ...],
    name: str | None,
    configuration: dict[str, tuple[str, ...]],
    form: str,
    given: dict[str, Any],
    question: dict[str, Any],
) -> int:
    estate = estates.read(graph, files, **given)
    answers = graph.access_estate(estates.chosen(estate, name, configuration), **question)
    today = question["as_of"] or date.today()
    code = 2 if estate.errors else 0
    note_exit_code(code)
    if form == "json":
        from sightline.render.estate_answer import answers_json

        document = answers_json(answers, graph.knowledge.digest, today)
        errors = [error.to_json() for error in estate.errors]
        print_json(document | ({"errors": errors} if errors else {}))
    elif form == "turtle":
        from sightline.render.rdf import turtle

        click.echo(turtle([each.answer for each in answers]), nl=False)
    for each in answers if form not in ("json", "turtle") else ():
        names = ", ".join(f"{d.name} ({d.file}:{d.line})" for d in each.deployments)
        if form in ("csv", "md"):
            from sightline.render.flat import csv_text, markdown

            click.echo(f"# {names}" if form == "csv" else f"## {names}\n")
            write = csv_text if form == "csv" else markdown
            click.echo(write(graph.knowledge, each.answer), nl=False)
        else:
            from sightline.render.table import console, print_answer

            click.echo(f"Deployments: {names}")
            print_answer(graph.knowledge, each.answer, today, console())
        click.echo()
    if form in _BARE:
        warn_of(doubtful for each in answers for doubtful in each.answer.contradicted)
    for error in estate.errors:
        click.echo(render(error), err=True)
    return code
