"""``sightline catalog export``: deployments, datasets and access as other catalogs read them."""

import json
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import exported, options, writing
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code
from sightline.errors import render

if TYPE_CHECKING:
    from sightline.exporting import Contents
    from sightline.graph import KnowledgeGraph

_FORMS = [
    "dcat",
    "dcat-ap",
    "dcat-us",
    "skos",
    "openmetadata-glossary",
    "openlineage",
    "datahub",
    "atlas",
]
_GLOSSARIES = ("skos", "openmetadata-glossary")


@click.command(name="export")
@click.option("--to", "form", type=click.Choice(_FORMS), required=True, help="What to write.")
@exported.given
@click.option("--publisher", metavar="NAME", help="Organisation that publishes the catalog.")
@click.option("--contact", metavar="EMAIL", help="Mailbox of a team that answers for it.")
@click.option("--compat", type=click.Choice(["ckan"]), help="Add what that reader needs.")
@click.option("-o", "--output", metavar="FILE", type=options.FILE, help="Write into that file.")
def command(
    form: str,
    publisher: str | None,
    contact: str | None,
    compat: str | None,
    output: str | None,
    **asked: Any,
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
        if asked["files"] or asked["catalog_files"] or asked["estate_files"]:
            raise usage("a glossary holds the vocabulary alone", "leave the files out")
        writing.write(_glossary(graph, form), output)
        return 0
    contents, errors = exported.contents(graph, asked, Party(publisher or "", contact or ""))
    code = 2 if errors else 0
    note_exit_code(code)
    writing.write(_text(contents, form, compat), output)
    for error in errors:
        click.echo(render(error), err=True)
    return code


def _glossary(graph: "KnowledgeGraph", form: str) -> str:
    from sightline.exporting import glossary_csv, glossary_quads
    from sightline.exporting.vocabulary import Vocabulary
    from sightline.render.estate_rdf import turtle

    known = Vocabulary(graph.store.quads())
    return glossary_csv(known) if form != "skos" else "".join(turtle(glossary_quads(known)))


def _text(contents: "Contents", form: str, compat: str | None) -> str:
    from sightline.exporting import PROFILES, catalog_quads, lineage_events
    from sightline.exporting.atlas import atlas_file, atlas_items
    from sightline.exporting.datahub import datahub_file, datahub_items
    from sightline.render.estate_rdf import turtle

    if form in PROFILES:
        return "".join(turtle(catalog_quads(contents, PROFILES[form], ckan=compat == "ckan")))
    if form in ("datahub", "atlas"):
        own: Any = atlas_file(atlas_items(contents)) if form == "atlas" else None
        document = own or datahub_file(datahub_items(contents))
        return f"{json.dumps(document, indent=1, ensure_ascii=False)}\n"
    events = lineage_events(contents)
    return "".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in events)
