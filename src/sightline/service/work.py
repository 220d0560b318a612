"""What tasks work on, and what they are given."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sightline.errors import InputError
from sightline.graph import KnowledgeGraph
from sightline.terms import GRAPH

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.joining import Joined
    from sightline.stores.embedded import EmbeddedStore
    from sightline.validate.gate import Gate


@dataclass
class Work:
    """The graph that tasks read, and the estates of the server by name."""

    graph: KnowledgeGraph
    estates: dict[str, "Estate"] = field(default_factory=dict)
    digest: str = ""
    """Names the state of all of it."""
    joined: dict[str, "Joined"] = field(default_factory=dict)
    """Name of an estate -> the catalogs that are joined to it."""
    gates: "dict[str, Gate]" = field(default_factory=dict)
    """Name of an estate -> what the policies on datasets find, as far as it was asked before."""
    overviews: dict[str, Any] = field(default_factory=dict)
    """Name of an estate -> what its page shows of datasets, as far as it was asked before."""

    @cached_property
    def dataset(self) -> "EmbeddedStore":
        """What SPARQL queries see: the published graphs, and those of each estate.

        It is a store of its own, so that no question of the library finds the facts of an estate
        that it was not asked about.
        """
        from sightline.stores import blocks, nquads
        from sightline.stores.embedded import EmbeddedStore

        if not self.estates and isinstance(self.graph.store, EmbeddedStore):
            return self.graph.store
        store = EmbeddedStore()
        store.load("".join(nquads(self.graph.store.quads())).encode(), format="nquads")
        for name, estate in self.estates.items():
            facts = ((s, p, o, "") for s, p, o, _ in self.graph.estate_quads(estate))
            content = "".join(nquads(facts)).encode()
            store.load(content, format="ntriples", graph=estate_graph(name))
        for name, joined in self.joined.items():
            load = partial(store.load, format="ntriples", graph=catalog_graph(name))
            # A catalog may be large: it is written once, for its questions and for SPARQL.
            self.graph.keep(joined, self.estates[name], load)
            for block in blocks((s, p, o, "") for s, p, o, _ in self.graph.reached_quads(joined)):
                load(block)
        return store

    def warnings(self) -> list[str]:
        """Say which entries of link files name what is not there, and so count for nothing."""
        return [problem for joined in self.joined.values() for problem in joined.problems]


@dataclass(frozen=True)
class CatalogFiles:
    """The files that say which datasets there are, and which of them reach an estate."""

    catalogs: tuple[Path, ...]
    """Files and folders."""
    links: tuple[Path, ...] = ()
    crosswalks: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """What a server serves beyond the shipped knowledge, as files that any process can read."""

    estates: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Name -> files and folders."""
    rdf: tuple[Path, ...] = ()
    """Files to add to the published graph."""
    catalogs: Mapping[str, CatalogFiles] = field(default_factory=dict)
    """Name of an estate -> the catalogs that are joined to it."""

    def load(self) -> Work:
        """Read it all.

        Raises InputError for a file that cannot be read, KnowledgeError for a faulty installation
        or crosswalk.
        """
        graph = KnowledgeGraph()
        for path in self.rdf:
            graph.add(path)
        estates = {name: graph.estate(paths) for name, paths in self.estates.items()}
        joined = {name: _join(own, estates[name]) for name, own in self.catalogs.items()}
        return Work(graph, estates, self._digest(graph, estates, joined), joined)

    def to_json(self) -> dict[str, Any]:
        """Write it for another process."""
        return {
            "estates": {name: _texts(paths) for name, paths in self.estates.items()},
            "rdf": _texts(self.rdf),
            "catalogs": {
                name: [_texts(own.catalogs), _texts(own.links), _texts(own.crosswalks)]
                for name, own in self.catalogs.items()
            },
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Snapshot":
        """Read what ``to_json`` wrote."""
        estates = {name: tuple(map(Path, paths)) for name, paths in told["estates"].items()}
        catalogs = {
            name: CatalogFiles(*(tuple(map(Path, paths)) for paths in own))
            for name, own in told["catalogs"].items()
        }
        return cls(estates, tuple(map(Path, told["rdf"])), catalogs)

    def _digest(
        self,
        graph: KnowledgeGraph,
        estates: Mapping[str, "Estate"],
        joined: Mapping[str, "Joined"],
    ) -> str:
        from importlib.metadata import version

        state = hashlib.sha256(f"{version('sightline')} {graph.knowledge.digest}".encode())
        for path in self.rdf:
            state.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
        for name, estate in sorted(estates.items()):
            state.update(repr((name, sorted((f.file, f.sha256) for f in estate.files))).encode())
        for name, own in sorted(self.catalogs.items()):
            files = joined[name].catalog.files
            read = [(file.file, file.sha256) for file in files]
            beside = [hashlib.sha256(p.read_bytes()).hexdigest() for p in own.links]
            beside += [hashlib.sha256(p.read_bytes()).hexdigest() for p in own.crosswalks]
            state.update(repr((name, read, beside)).encode())
        return state.hexdigest()[:32]


def _join(files: CatalogFiles, estate: "Estate") -> "Joined":
    from sightline.catalogs import import_catalog
    from sightline.joining import join_files

    catalog = import_catalog(files.catalogs)
    if not catalog.files:
        message = f"there is no catalog file in '{files.catalogs[0]}'"
        raise InputError("input.not-found", message, "name a file, or another folder")
    return join_files(catalog, estate, files.links, files.crosswalks)


def _texts(paths: Iterable[Path]) -> list[str]:
    return [str(path) for path in paths]


def graphs_of(estate: str) -> tuple[str, str]:
    """Name the graphs that only those may read who may read an estate."""
    return estate_graph(estate), catalog_graph(estate)


def catalog_graph(estate: str) -> str:
    """Name the graph that holds what catalogs joined to an estate say, and what follows.

    >>> catalog_graph("production")
    'https://w3id.org/sightline/graph/catalog/production'
    """
    return GRAPH[f"catalog/{estate}"]


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
