"""``sightline catalog``: which datasets there are, and what catalogs call their data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sightline.cli import catalogs, options
from sightline.cli.catalog_apply import command as apply
from sightline.cli.catalog_export import command as export
from sightline.cli.catalog_link import link
from sightline.cli.catalog_plan import command as plan
from sightline.cli.imported import pieces, tell, write
from sightline.cli.output import note_exit_code, print_json, print_rows

if TYPE_CHECKING:
    from sightline.catalogs import Catalog, CatalogFile, Dataset
    from sightline.stores import Quad

ENDPOINT = click.option(
    "--endpoint",
    "endpoints",
    metavar="URL",
    multiple=True,
    help="SPARQL endpoint of OpenMetadata to read datasets from; repeat for several.",
)


@click.group(name="catalog", invoke_without_command=True, no_args_is_help=False)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Import datasets from data catalogs, link them to deployments, export, plan and send."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


@command.command(name="import")
@click.argument("files", nargs=-1, metavar="FILE...", type=options.FILE)
@ENDPOINT
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
    help="Write RDF: N-Quads into a .nq file, else one Turtle file per catalog file into a folder.",
)
def import_(
    files: tuple[str, ...], endpoints: tuple[str, ...], form: str, output: str | None
) -> int:
    """Import catalog FILEs or folders ('-' is standard input), and report what they hold.

    Exit code 2 if a file could not be read; the others are imported all the same.
    """
    catalog = catalogs.read(files, endpoints)
    code = 2 if catalog.errors else 0
    note_exit_code(code)
    if output is not None:
        write(_quads(catalog), Path(output))
    if form == "json":
        from sightline.catalogs import report_json

        print_json(report_json(catalog.files))
    elif form in ("turtle", "nquads"):
        for piece in pieces(_quads(catalog), form):
            click.echo(piece, nl=False)
    else:
        _print(catalog)
    tell(catalog.errors)
    return code


@command.command(name="show")
@click.argument("files", nargs=-1, metavar="FILE...", type=options.FILE)
@ENDPOINT
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "md"]), default="table"
)
def show(files: tuple[str, ...], endpoints: tuple[str, ...], form: str) -> int:
    """Show the datasets of catalog FILEs: key, terms, owners, and what feeds them."""
    catalog = catalogs.read(files, endpoints)
    code = 2 if catalog.errors else 0
    note_exit_code(code)
    if form == "json":
        from sightline.catalogs.report import dataset_json

        found = [{**dataset_json(each), "file": each.file} for each in catalog.datasets()]
        print_json({"datasets": found, "errors": [each.to_json() for each in catalog.errors]})
    elif catalog.errors and not any(True for _ in catalog.datasets()):
        pass  # the errors say all there is
    else:
        names = {each.iri: each.name for each in catalog.datasets()}
        names |= {each.iri: each.name for file in catalog.files for each in file.assets}
        fed: dict[str, dict[str, None]] = {}
        for edge in catalog.edges():
            fed.setdefault(edge.downstream, {})[names.get(edge.upstream, edge.upstream)] = None
        header = ["dataset", "kind", "key", "terms", "owners", "fed by", "at"]
        rows = [_row(each, list(fed.get(each.iri, ()))) for each in catalog.datasets()]
        print_rows(header, rows, form, "dataset")
    tell(catalog.errors)
    return code


def _row(dataset: "Dataset", feeding: list[str]) -> list[str]:
    terms: dict[str, set[str]] = {}
    for field, given in dataset.assignments():
        terms.setdefault(given.term.name, set()).add(field or "")
    kind = dataset.kind if dataset.described else f"{dataset.kind}, only referred to"
    return [
        dataset.title or dataset.name,
        kind,
        ".".join(part for part in dataset.key.parts()[:5] if part)
        or next(iter(dataset.key.source.values()), ""),
        ", ".join(_with_fields(term, fields) for term, fields in sorted(terms.items())),
        ", ".join(dict.fromkeys(owner.name for owner in dataset.owners)),
        ", ".join(feeding),
        f"{dataset.file}:{dataset.pointer}",
    ]


def _with_fields(term: str, fields: set[str]) -> str:
    if fields == {""}:
        return term
    named = [field or "itself" for field in sorted(fields)]
    return f"{term} ({', '.join(named[:3])}{', …' if len(named) > 3 else ''})"


def _print(catalog: "Catalog") -> None:
    from sightline.catalogs.report import counts

    header = ["file", "format", "datasets", "referred to", "fields", "terms", "assets", "lineage"]
    rows = []
    for file in catalog.files:
        found = counts(file)
        names = ("datasets", "referred", "fields", "terms", "assets", "lineage")
        rows.append([file.file, file.format or "not read", *(str(found[name]) for name in names)])
    print_rows(header, rows, "table", "file")
    unread = [(name, count) for file in catalog.files for name, count in file.unread.items()]
    if unread:
        total = sum(count for _name, count in unread)
        kinds = len({name for name, _count in unread})
        click.echo(f"\n{total} parts of {kinds} kinds are not kept; --format json lists them")
    for file in catalog.files:
        for note in file.notes:
            click.echo(f"note: {file.file}: {note}", err=True)


def _quads(catalog: "Catalog") -> "Iterator[tuple[CatalogFile, Iterator[Quad]]]":
    from sightline.catalogs.rdf import quads

    now = datetime.now(UTC)
    return ((file, quads([file], now)) for file in catalog.files)


command.add_command(link)
command.add_command(export)
command.add_command(plan)
command.add_command(apply)
