"""Take the files and options of which catalogs are written, for an export and for a plan."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sightline.cli import estates, linking, options
from sightline.cli.faults import usage
from sightline.errors import InputError

if TYPE_CHECKING:
    from sightline.exporting import Contents, Party
    from sightline.graph import KnowledgeGraph
    from sightline.model import DeployedAccess, Deployment

Command = TypeVar("Command", bound=Callable[..., Any])


def given(command: Command) -> Command:
    """Add the arguments and options that say what is written."""
    for decorate in reversed(_GIVEN):
        command = decorate(command)
    return command


_GIVEN: Sequence[Callable[[Any], Any]] = (
    click.argument("files", nargs=-1, metavar="[FILE]...", type=options.FILE),
    click.option(
        "--estate",
        "estate_files",
        metavar="FILE",
        type=options.FILE,
        multiple=True,
        help="Estate file or folder with the deployments; repeat for several.",
    ),
    linking.given,
    estates.given,
    click.option(
        "--as-of",
        type=options.day,
        metavar="DATE",
        help="Use the document versions of that date instead of the newest.",
    ),
    click.option(
        "--no-assumptions",
        is_flag=True,
        help="Leave documented defaults unknown instead of assuming them.",
    ),
    click.option(
        "--collection", metavar="NAME", help="Rest on the documents of a collection only."
    ),
    options.filters,
)


def contents(
    graph: "KnowledgeGraph", asked: dict[str, Any], party: "Party | None" = None
) -> tuple["Contents", "Sequence[InputError]"]:
    """Read what the options name, and give it with the errors of estate files.

    ``asked`` holds the values of the options that ``given`` added. Raises a usage error where
    nothing is named.
    """
    from sightline.catalogs import Catalog
    from sightline.exporting import Contents, Party
    from sightline.exporting.vocabulary import Vocabulary
    from sightline.joining import join

    catalog_files = (*asked.pop("files"), *asked.pop("catalog_files"))
    estate_files, narrowed = asked.pop("estate_files"), asked.pop("data")
    links, crosswalks = asked.pop("links_files"), asked.pop("crosswalk_files")
    derive: dict[str, Any] = {"assume": not asked.pop("no_assumptions")}
    for name in ("actor", "activity", "action", "as_of", "collection"):
        derive[name] = asked.pop(name)
    if not estate_files and not catalog_files:
        raise usage("there is nothing to export", "give --estate FILE, catalog FILEs, or both")
    if any(asked.values()) and not estate_files:
        raise usage("the options for estates need --estate FILE")
    estate = estates.read(graph, estate_files, **asked) if estate_files else None
    joined = linking.joined(estate, catalog_files, links, crosswalks) or join(Catalog(()), estate)

    def access(own: "Sequence[Deployment]", data: str | None) -> "list[DeployedAccess]":
        return graph.access_estate(own, data=data or narrowed, workers=1, **derive)

    def evidence(statement: str) -> list[str]:
        known = graph.knowledge.by_iri.get(statement)
        found = [graph.knowledge.sentences.get(each) for each in (known.evidence if known else ())]
        links = [each.deep_link for each in found if each and each.deep_link]
        return links or [statement]

    known = Vocabulary(graph.store.quads())
    digest = graph.knowledge.digest
    made = Contents(joined, known, access, digest, party or Party(), evidence)
    return made, estate.errors if estate else ()
