"""Which graph a command asks: the shipped one, with files added, or one on a SPARQL server."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sightline.cli import options
from sightline.cli.faults import usage

if TYPE_CHECKING:
    from sightline.graph import KnowledgeGraph

Command = TypeVar("Command", bound=Callable[..., Any])


def chosen(*names: str) -> Callable[[Command], Command]:
    """Add the options that choose the graph; ``names`` are further ones for adding a file."""
    added = click.option(
        *names,
        "--add",
        "added",
        metavar="FILE",
        type=options.FILE,
        multiple=True,
        help="Add an RDF file to the graph; repeat for several.",
    )
    endpoint = click.option(
        "--endpoint", metavar="URL", help="Ask the graph on a SPARQL server instead."
    )
    return lambda command: added(endpoint(command))


def opened(added: tuple[str, ...], endpoint: str | None) -> "KnowledgeGraph":
    """Open the graph that the options choose.

    Raises InputError for a file that is no RDF and StoreError for a server that does not answer.
    """
    from sightline.graph import KnowledgeGraph

    if endpoint is None:
        graph = KnowledgeGraph()
        for name in added:
            graph.add(Path(name))
        return graph
    if added:
        raise usage("--add adds to the shipped graph and cannot go with --endpoint")
    from sightline.stores.remote import RemoteStore

    return KnowledgeGraph(RemoteStore(endpoint))
