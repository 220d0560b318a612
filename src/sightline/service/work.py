"""What tasks work on, and what they are given."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sightline.graph import KnowledgeGraph
from sightline.terms import GRAPH

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.stores.embedded import EmbeddedStore


@dataclass
class Work:
    """The graph that tasks read, and the estates of the server by name."""

    graph: KnowledgeGraph
    estates: dict[str, "Estate"] = field(default_factory=dict)
    digest: str = ""
    """Names the state of all of it."""

    @cached_property
    def dataset(self) -> "EmbeddedStore":
        """What SPARQL queries see: the published graphs, and one graph for each estate.

        It is a store of its own, so that no question of the library finds the facts of an estate
        that it was not asked about.
        """
        from sightline.stores import nquads
        from sightline.stores.embedded import EmbeddedStore

        if not self.estates and isinstance(self.graph.store, EmbeddedStore):
            return self.graph.store
        store = EmbeddedStore()
        store.load("".join(nquads(self.graph.store.quads())).encode(), format="nquads")
        for name, estate in self.estates.items():
            facts = ((s, p, o, "") for s, p, o, _ in self.graph.estate_quads(estate))
            content = "".join(nquads(facts)).encode()
            store.load(content, format="ntriples", graph=estate_graph(name))
        return store


@dataclass(frozen=True)
class Snapshot:
    """What a server serves beyond the shipped knowledge, as files that any process can read."""

    estates: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Name -> files and folders."""
    rdf: tuple[Path, ...] = ()
    """Files to add to the published graph."""

    def load(self) -> Work:
        """Read it all.

        Raises InputError for a file that cannot be read, KnowledgeError for a faulty installation.
        """
        graph = KnowledgeGraph()
        for path in self.rdf:
            graph.add(path)
        estates = {name: graph.estate(paths) for name, paths in self.estates.items()}
        return Work(graph, estates, self._digest(graph, estates))

    def to_json(self) -> dict[str, Any]:
        """Write it for another process."""
        estates = {name: [str(p) for p in paths] for name, paths in self.estates.items()}
        return {"estates": estates, "rdf": [str(path) for path in self.rdf]}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Snapshot":
        """Read what ``to_json`` wrote."""
        estates = {name: tuple(map(Path, paths)) for name, paths in told["estates"].items()}
        return cls(estates, tuple(map(Path, told["rdf"])))

    def _digest(self, graph: KnowledgeGraph, estates: Mapping[str, "Estate"]) -> str:
        from importlib.metadata import version

        state = hashlib.sha256(f"{version('sightline')} {graph.knowledge.digest}".encode())
        for path in self.rdf:
            state.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
        for name, estate in sorted(estates.items()):
            state.update(repr((name, sorted((f.file, f.sha256) for f in estate.files))).encode())
        return state.hexdigest()[:32]


def estate_graph(name: str) -> str:
    """Name the graph that holds the facts about an estate.

    >>> estate_graph("production")
    'https://w3id.org/sightline/graph/estate/production'
    """
    return GRAPH[f"estate/{name}"]


Arguments = Mapping[str, Any]
"""JSON values; a missing one and a null mean the same."""

Task = Callable[[Work, Arguments, bytes], Any]
"""From work, arguments and the body of the request to a JSON value."""


class Output(Protocol):
    """Where a streaming task writes."""

    def begin(self, head: Mapping[str, Any]) -> None:
        """Say what is known of the bytes, before any of them."""

    def write(self, data: bytes) -> int:
        """Write some bytes; gives how many, as files do."""

    def flush(self) -> None:
        """Do nothing: bytes leave when there are enough of them."""


StreamTask = Callable[[Work, Arguments, bytes, Output], None]
"""From work, arguments and the body of the request to bytes, as they come."""
