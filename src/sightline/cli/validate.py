"""``sightline validate``: the knowledge, or RDF files, against the shapes."""

import click

from sightline.cli import options
from sightline.cli.output import note_exit_code
from sightline.graph import KnowledgeGraph
from sightline.validate.report import Severity


@click.command(name="validate")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=options.FILE)
@click.option(
    "--shapes",
    "shapes",
    metavar="NAME|FILE",
    multiple=True,
    help="Shapes to check against: shipped ones by name, or a file; repeat for several "
    "(default: hygiene and statements).",
)
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "warning", "info"]),
    default="violation",
    show_default=True,
    help="The mildest finding that gives exit code 1.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "turtle"]), default="text",
    show_default=True,
)  # fmt: skip
def command(
    files: tuple[str, ...],
    shapes: tuple[str, ...],
    fail_on: Severity,
    form: str,
) -> int:
    """Check RDF FILES against the shapes, or the whole shipped graph if none are named.

    The shipped graph says what the terms in the files mean. Exit code 1 for findings.
    """
    from sightline import validate

    chosen = shapes or validate.WRITTEN
    store = KnowledgeGraph().store
    report = validate.files(store, files, chosen) if files else validate.knowledge(store, chosen)
    severities = validate.SEVERITIES[: validate.SEVERITIES.index(fail_on) + 1]
    code = int(any(result.severity in severities for result in report.results))
    note_exit_code(code)
    if form == "json":
        click.echo(validate.as_json(report))
    elif form == "turtle":
        click.echo(validate.as_turtle(report), nl=False)
    else:
        click.echo(report.text())
    return code
