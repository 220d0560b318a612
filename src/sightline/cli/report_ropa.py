"""``sightline report ropa``: the record of processing activities that GDPR Art. 30 asks for."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import estates, linking, options, writing
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code
from sightline.errors import InputError, render

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.graph import KnowledgeGraph
    from sightline.model import DeployedAccess, Deployment
    from sightline.reporting import Register

_FORMATS = ["html", "xlsx", "md", "jsonld", "json"]


@click.command(name="ropa")
@click.option(
    "--estate",
    "estate_files",
    metavar="FILE",
    type=options.FILE,
    multiple=True,
    help="Estate file or folder with the deployments; repeat for several.",
)
@click.option(
    "--form",
    type=click.Choice(["controller", "processor"]),
    default="controller",
    show_default=True,
    help="Form of Art. 30(1), or of Art. 30(2) for who processes for others.",
)
@click.option(
    "--declared",
    "declared_files",
    metavar="FILE",
    type=options.FILE,
    multiple=True,
    help="YAML file of what only you can say, with who says it and when; repeat for several.",
)
@linking.given
@estates.given
@click.option(
    "--as-of",
    type=options.day,
    metavar="DATE",
    help="Use the document versions of that date instead of the newest.",
)
@click.option(
    "--no-assumptions",
    is_flag=True,
    help="Leave documented defaults unknown instead of assuming them.",
)
@click.option("--collection", metavar="NAME", help="Rest on the documents of a collection only.")
@click.option(
    "--issued", type=options.day, metavar="DATE", help="Write that day of issue on the record."
)
@click.option(
    "--fail-on",
    type=click.Choice(["insufficient", "gaps"]),
    help="End with exit code 1 if an item does not suffice, or if there is any gap.",
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="html", show_default=True)
@click.option("-o", "--output", metavar="FILE", type=options.FILE, help="Write into that file.")
def command(
    estate_files: tuple[str, ...],
    form: str,
    declared_files: tuple[str, ...],
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
    issued: date | None,
    fail_on: str | None,
    format_: str,
    output: str | None,
    **given: Any,
) -> int:
    """Write the record of processing activities (GDPR Art. 30) for the deployments of an estate.

    Each cell names its source, or the gap: what nobody states or declares is never "none".

    Exit code 2 if an estate file could not be read; the others are recorded all the same.
    """
    from sightline.graph import KnowledgeGraph

    if not estate_files:
        raise usage(
            "there is nothing to record", "name the files of your deployments: --estate FILE"
        )
    if format_ == "xlsx" and output is None:
        raise usage("a workbook is no text", "add -o FILE")
    graph = KnowledgeGraph()
    estate = estates.read(graph, estate_files, **given)
    if not estate.deployments and estate.errors:
        raise estate.errors[0]
    asked = {"as_of": as_of, "collection": collection, "assume": not no_assumptions}
    named = (catalog_files, links_files, crosswalk_files)
    register, told = _register(graph, estate, named, declared_files, form, issued, asked)
    code = _code(register, fail_on, estate.errors)
    note_exit_code(code)
    writing.write(_content(register, graph, format_), output)
    for problem in [each for each in register.problems if each not in told]:
        click.echo(f"warning: {problem}", err=True)
    for error in estate.errors:
        click.echo(render(error), err=True)
    return code


def _register(
    graph: "KnowledgeGraph",
    estate: "Estate",
    named: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    declared_files: tuple[str, ...],
    form: Any,
    issued: date | None,
    asked: dict[str, Any],
) -> tuple["Register", Sequence[str]]:
    """Build the register; gives also the problems that the joining has told already."""
    from sightline.catalogs import Catalog
    from sightline.joining import join
    from sightline.reporting import build, read_declared, record_items
    from sightline.reporting.checking import checked

    facets = graph.knowledge.facets
    declared = [e for name in declared_files for e in read_declared(name, record_items(), facets)]
    joined = linking.joined(estate, *named) or join(Catalog(()), estate)

    def derive(own: "Sequence[Deployment]") -> "list[DeployedAccess]":
        return graph.access_estate(own, workers=1, **asked)

    unread = [(file.file, error.message) for file in estate.files for error in file.errors]
    register = build(joined, graph.knowledge, derive, form, declared, unread=unread, issued=issued)
    return checked(register, graph.knowledge), joined.problems


def _code(register: "Register", fail_on: str | None, errors: Sequence[InputError]) -> int:
    if errors:
        return 2
    found = {"insufficient": not register.sufficient, "gaps": bool(register.gaps)}
    return int(bool(fail_on and found[fail_on]))


def _content(register: "Register", graph: "KnowledgeGraph", format_: str) -> str | bytes:
    if format_ == "xlsx":
        from sightline.reporting.register_xlsx import xlsx

        return xlsx(register)
    if format_ == "html":
        from sightline.reporting.register_html import html

        return html(register)
    if format_ == "md":
        from sightline.reporting.register_markdown import markdown

        return markdown(register)
    from sightline.reporting.register_json import json_ld, register_json

    if format_ == "jsonld":
        return json_ld(register, graph.knowledge)
    import json

    return json.dumps(register_json(register), indent=2, ensure_ascii=False) + "\n"
