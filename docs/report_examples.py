"""Record the small estates that reports are tested on, for examples and pictures."""

from collections.abc import Iterator
from contextlib import chdir
from datetime import date
from pathlib import Path

from sightline.catalogs import Catalog, read_content
from sightline.catalogs.links import read_links
from sightline.graph import KnowledgeGraph
from sightline.joining import join
from sightline.reporting import Form, Register, build, read_declared, record_items
from sightline.reporting.checking import checked
from sightline.reporting.register_rdf import quads
from sightline.stores import Quad

_CASES = Path(__file__).parents[1] / "tests" / "reporting" / "ropa"
_WAYS = ("prompt", "fine-tuning", "on-your-data", "files")


def register(graph: KnowledgeGraph, case: str, form: Form) -> Register:
    """Give the register of a case."""
    with chdir(_CASES / case):
        catalog = Catalog((read_content("catalog.ttl", Path("catalog.ttl").read_bytes()),))
        joined = join(catalog, graph.estate(["main.json"]), read_links("links.yaml", _WAYS))
        declared = read_declared("declared.yaml", record_items(), graph.knowledge.facets)
        found = build(
            joined,
            graph.knowledge,
            lambda own: graph.access_estate(own, workers=1),
            form,
            declared,
            issued=date(2026, 11, 30),
        )
        return checked(found, graph.knowledge)


def recorded(graph: KnowledgeGraph) -> Iterator[Quad]:
    """Give what a register says in RDF."""
    yield from quads(register(graph, "desk", "controller"), graph.knowledge)
