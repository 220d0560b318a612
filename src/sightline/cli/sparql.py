"""``sightline sparql``: any query over the graph."""

import sys

import click

from sightline.cli import graphs, options
from sightline.cli.faults import usage
from sightline.cli.settings import read_input
from sightline.errors import InputError, QueryError
from sightline.graph import KnowledgeGraph

_MAX = 4 * 1024 * 1024
"""The longest query, in bytes."""

_FORMATS = ["table", "json", "xml", "csv", "tsv", "md", "turtle", "ntriples", "rdfxml", "jsonld"]


@click.command(name="sparql")
@click.argument("file", required=False, metavar="[FILE]", type=options.FILE)
@click.option("-q", "--query", "text", metavar="TEXT", help="The query itself, instead of a file.")
@graphs.chosen("--data")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
def command(
    file: str | None, text: str | None, added: tuple[str, ...], endpoint: str | None, form: str
) -> None:
    """Run SELECT, ASK, CONSTRUCT or DESCRIBE over the graph; '-' or nothing reads stdin.

    The prefixes of ontology/prefixes.ttl are known. The graph is only read: updates, SERVICE and
    LOAD are refused.
    """
    if file is not None and text is not None:
        raise usage("give a file or --query, not both")
    if text is None:
        text = read_input(file or "-", _MAX)
    if not text.strip():
        raise QueryError("query.syntax", "the query is empty", "write one, or name a file")
    _print(graphs.opened(added, endpoint), text, form)


def _print(graph: KnowledgeGraph, text: str, form: str) -> None:
    from sightline.render import solutions
    from sightline.stores import Solutions, Triples

    if form not in ("table", "md"):
        content = graph.store.serialize(text, form)
        sys.stdout.buffer.write(content)
        if not content.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
        return
    answer = graph.sparql(text)
    if isinstance(answer, Solutions):
        if form == "md":
            click.echo(solutions.solutions_markdown(answer), nl=False)
            return
        from sightline.render.table import console

        solutions.print_solutions(answer, console())
    elif isinstance(answer, Triples):
        if form == "md":
            raise InputError("input.value", "triples have no Markdown form", "use --format turtle")
        from sightline.render.table import console

        solutions.print_triples(answer, console())
    else:
        click.echo("true" if answer else "false")
