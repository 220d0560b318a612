"""``sightline catalog export``: deployments, datasets and access as other catalogs read them."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import estates, linking, options
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code
from sightline.errors import InputError, render

if TYPE_CHECKING:
    from sightline.exporting import Contents, Party
    from sightline.graph import KnowledgeGraph
    from sightline.model import DeployedAccess, Deployment

_FORMS = ["dcat", "dcat-ap", "dcat-us", "skos", "openmetadata-glossary", "openlineage"]
_GLOSSARIES = ("skos", "openmetadata-glossary")


@click.command(name="export")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=options.FILE)
@click.option("--to", "form", type=click.Choice(_FORMS), required=True, help="What to write.")
@click.option(
    "--estate",
    "estate_files",
    metavar="FILE",
    type=options.FILE,
    multiple=True,
    help="Estate file or folder with the deployments; repeat for several.",
)
@linking.given
@estates.given
@click.option("--publisher", metavar="NAME", help="Organisation that publishes the catalog.")
@click.option("--contact", metavar="EMAIL", help="Mailbox of a team that answers for it.")
@click.option("--compat", type=click.Choice(["ckan"]), help="Add what that reader needs.")
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
@options.filters
@click.option("-o", "--output", metavar="FILE", type=options.FILE, help="Write into that file.")
def command(
    files: tuple[str, ...],
    form: str,
    estate_files: tuple[str, ...],
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
    publisher: str | None,
    contact: str | None,
    compat: str | None,
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
    actor: str | None,
    data: str | None,
    activity: str | None,
    action: str | None,
    output: str | None,
    **given: Any,
) -> int:
    """Export deployments, the datasets of catalog FILEs and their access for other catalogs.

    Nothing is sent. What is not stated is exported as not stated, never as a prohibition.

    Exit code 2 if an estate file could not be read; the others are exported all the same.
    """
    from sightline.exporting import PROFILES, Party
    from sightline.graph import KnowledgeGraph

    if compat and form not in PROFILES:
        raise usage("--compat is for DCAT only", f"write --to {', '.join(PROFILES)}")
    if profile := PROFILES.get(form):
        for name, needed, value in (
            ("publisher", profile.publisher, publisher),
            ("contact", profile.contact, contact),
        ):
            if needed and not value:
                raise usage(f"{form} needs a {name}, which no file tells", f"add --{name}")
    graph = KnowledgeGraph()
    if form in _GLOSSARIES:
        if files or catalog_files or estate_files:
            raise usage("a glossary holds the vocabulary alone", "leave the files out")
        _write(_glossary(graph, form), output)
        return 0
    asked: dict[str, Any] = {"actor": actor, "activity": activity, "action": action}
    asked |= {"as_of": as_of, "collection": collection, "assume": not no_assumptions}
    party = Party(publisher or "", contact or "")
    named = {"catalog_files": (*files, *catalog_files), "links_files": links_files}
    named |= {"crosswalk_files": crosswalk_files}
    contents, errors = _contents(graph, estate_files, named, given, party, data, asked)
    code = 2 if errors else 0
    note_exit_code(code)
    _write(_text(contents, form, compat), output)
    for error in errors:
        click.echo(render(error), err=True)
    return code


def _contents(
    graph: "KnowledgeGraph",
    estate_files: tuple[str, ...],
    named: dict[str, tuple[str, ...]],
    given: dict[str, Any],
    party: "Party",
    narrowed: str | None,
    asked: dict[str, Any],
) -> tuple["Contents", "Sequence[InputError]"]:
    from sightline.catalogs import Catalog
    from sightline.exporting import Contents
    from sightline.exporting.vocabulary import Vocabulary
    from sightline.joining import join

    if not estate_files and not named["catalog_files"]:
        raise usage("there is nothing to export", "give --estate FILE, catalog FILEs, or both")
    if any(given.values()) and not estate_files:
        raise usage("the options for estates need --estate FILE")
    estate = estates.read(graph, estate_files, **given) if estate_files else None
    joined = linking.joined(estate, **named) or join(Catalog(()), estate)

    def derive(own: "Sequence[Deployment]", data: str | None) -> "list[DeployedAccess]":
        return graph.access_estate(own, data=data or narrowed, workers=1, **asked)

    known = Vocabulary(graph.store.quads())
    return Contents(
        joined, known, derive, graph.knowledge.digest, party
    ), estate.errors if estate else ()


def _glossary(graph: "KnowledgeGraph", form: str) -> str:
    from sightline.exporting import glossary_csv, glossary_quads
    from sightline.exporting.vocabulary import Vocabulary
    from sightline.render.estate_rdf import turtle

    known = Vocabulary(graph.store.quads())
    return glossary_csv(known) if form != "skos" else "".join(turtle(glossary_quads(known)))


def _text(contents: "Contents", form: str, compat: str | None) -> str:
    from sightline.exporting import PROFILES, catalog_quads, lineage_events
    from sightline.render.estate_rdf import turtle

    if form in PROFILES:
        return "".join(turtle(catalog_quads(contents, PROFILES[form], ckan=compat == "ckan")))
    events = lineage_events(contents)
    return "".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in events)


def _write(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_bytes(text.encode("utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("input.unreadable", f"cannot write '{output}': {reason}") from error
