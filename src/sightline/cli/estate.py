"""``sightline estate``: what a customer's files say, and what they leave open."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import estates, options
from sightline.cli.imported import pieces, tell, write
from sightline.cli.output import note_exit_code, print_json, print_rows
from sightline.graph import KnowledgeGraph

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.model import ReportedFile
    from sightline.stores import Quad


@click.group(name="estate", invoke_without_command=True, no_args_is_help=False)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Read estate files of Azure, Terraform and Pulumi: templates, plans, listings."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


@command.command(name="import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=options.FILE)
@estates.given
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "turtle", "nquads"]),
    default="table",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    metavar="DIR|FILE",
    type=options.FILE,
    help="Write RDF: N-Quads into a .nq file, else one Turtle file per estate file into a folder.",
)
def import_(files: tuple[str, ...], form: str, output: str | None, **given: Any) -> int:
    """Import estate FILEs or folders ('-' is standard input), and report what is unresolved.

    Exit code 2 if a file could not be read; the others are imported all the same.
    """
    estate = estates.read(KnowledgeGraph(), files, **given)
    code = 2 if estate.errors else 0
    note_exit_code(code)
    if output is not None:
        write(_quads(estate), Path(output))
    if form == "json":
        from sightline.estate import report_json

        print_json(report_json(estate.files, estate.unread()))
    elif form in ("turtle", "nquads"):
        for piece in pieces(_quads(estate), form):
            click.echo(piece, nl=False)
    else:
        _print(estate)
    tell(estate.errors)
    return code


@command.command(name="show")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=options.FILE)
@estates.given
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "md"]), default="table"
)
def show(files: tuple[str, ...], form: str, **given: Any) -> int:
    """Show the deployments of estate FILEs: the facets of each, and what would settle the rest."""
    estate = estates.read(KnowledgeGraph(), files, **given)
    code = 2 if estate.errors else 0
    note_exit_code(code)
    if form == "json":
        from sightline.render.estate_answer import deployment_json

        found = [
            {
                **deployment_json(each),
                "configuration": {
                    facet: values[0] if len(values) == 1 else list(values)
                    for facet, values in each.configuration.items()
                },
            }
            for each in estate.deployments
        ]
        print_json({"deployments": found, "errors": [each.to_json() for each in estate.errors]})
        tell(estate.errors)
        return code
    if estate.errors and not estate.deployments:
        tell(estate.errors)
        return code
    header = ["deployment", "account", "configuration", "about it", "open", "at"]
    rows = [
        [
            each.name,
            each.account,
            ", ".join(f"{f} {' or '.join(v)}" for f, v in each.configuration.items()),
            ", ".join(f"{name} {text}" for name, text in each.attributes.items())
            + (f"; not governed: {each.ungoverned}" if each.ungoverned else ""),
            "; ".join(
                f"{o.facet}: {o.expression} ({o.reason}{f', {o.settle}' if o.settle else ''})"
                for o in each.unsettled
            ),
            f"{each.file}:{each.line}",
        ]
        for each in estate.deployments
    ]
    print_rows(header, rows, form, "deployment")
    tell(estate.errors)
    return code


def _print(estate: "Estate") -> None:
    from sightline.estate import report_json

    report = report_json(estate.files, estate.unread())["files"]
    header = ["file", "format", "accounts", "deployments", "other", "open", "regions", "SKUs"]
    rows = [
        [
            file["file"],
            file["format"] or "not read",
            str(len(file["accounts"])),
            str(len(file["deployments"])),
            str(len(file["other"])),
            str(len(file["unresolved"])),
            _distinct(each["location"] for each in file["accounts"]),
            _distinct(each["sku"] for each in file["deployments"]),
        ]
        for file in report
    ]
    print_rows(header, rows, "table", "file")
    open_rows = [
        [gap["path"], gap["expression"], gap["reason"], gap["settle"] or ""]
        for file in report
        for gap in file["unresolved"]
    ]
    if open_rows:
        click.echo()
        print_rows(["unresolved", "expression", "reason", "settle by"], open_rows, "table", "value")
    unread = [each for file in report for each in file["unread"]]
    if unread:
        total = sum(each["count"] for each in unread)
        click.echo(
            f"\n{total} values of {len(unread)} properties count for no facet, "
            "since no mapping reads them; --format json lists them"
        )
    for file in report:
        for note in file["notes"]:
            click.echo(f"note: {file['file']}: {note}", err=True)


def _distinct(values: Any) -> str:
    texts = {value if isinstance(value, str) else "unknown" for value in values}
    return ", ".join(sorted(texts))


def _quads(estate: "Estate") -> "Iterator[tuple[ReportedFile, Iterator[Quad]]]":
    from sightline.render import estate_rdf

    now = datetime.now(UTC)
    return estate_rdf.quads_by_file(estate.reported(), estate.deployments, now, estate.described)
