"""The task behind linked data: what is known of any IRI of sightline, published or derived."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sightline.errors import InputError
from sightline.graph import KnowledgeGraph
from sightline.identity import ALL, configuration_iri, read_access, read_configuration
from sightline.model import Answer
from sightline.service.tasks import sparql
from sightline.service.work import Arguments, Output, Work
from sightline.terms import ACCESS, CONFIGURATION, GRAPH, QUERY

if TYPE_CHECKING:
    from sightline.stores import Quad

_CATALOG = GRAPH["queries"]
_DERIVED = GRAPH["derived/"]
_KEY_PARTS = 9
"""The parts of an access id; more are parts of the row, such as what it awaits."""


def dereference(work: Work, given: Arguments, body: bytes, output: Output) -> None:
    """Describe ``iri`` in a ``media_type``, from ``graphs`` or by deriving it again.

    Raises InputError for an IRI of which nothing is known, or whose row is not derived.
    """
    name = str(given["iri"])
    found = described(work.graph, name)
    if found is None:
        sparql.describe(work, given, body, output)
        return
    from sightline.stores import Triples
    from sightline.stores.embedded import write

    triples = list(dict.fromkeys((s, p, o) for s, p, o, _ in found))
    if not triples:
        raise InputError("input.not-found", f"nothing is known of <{name}>", "check the IRI")
    content = write(Triples(triples), str(given["media_type"]))
    output.begin({"media_type": given["media_type"], "form": "DESCRIBE", "truncated": False})
    output.write(content)


def described(graph: KnowledgeGraph, iri: str) -> "Iterable[Quad] | None":
    """Give the quads about an IRI that no store holds; None for an IRI of another kind.

    Raises InputError for an id of another form, and for one that names what there is not.
    """
    if iri in ACCESS:
        return _access(graph, iri)
    if iri in CONFIGURATION:
        return _configuration(graph, iri)
    if iri.startswith(_DERIVED):
        return _graph(graph, iri)
    if iri in QUERY:
        from sightline.queries import catalog_quads

        return (quad for quad in catalog_quads() if iri in (quad[0], quad[2].value))
    if iri == _CATALOG:
        from sightline.queries import catalog_quads

        return catalog_quads()
    return None


def _access(graph: KnowledgeGraph, iri: str) -> "Iterator[Quad]":
    from sightline.render import rdf

    parts = iri.removeprefix(str(ACCESS)).split("/")
    if len(parts) == 6 and parts[4] == "place":
        place = "/".join(parts[:4])
        return _about(rdf.quads(_answer(graph, place)), iri)
    own = str(ACCESS) + "/".join(parts[:_KEY_PARTS])
    answer = graph.explain(own).answer
    found = list(rdf.quads(answer))
    if iri != own:
        return _about(found, iri)
    places = {o.value for s, _, o, _ in found if s == own and o.value in ACCESS}
    return (quad for quad in found if quad[0] == own or quad[0] in places)


def _configuration(graph: KnowledgeGraph, iri: str) -> "Iterator[Quad]":
    from sightline.render import rdf

    token = iri.removeprefix(str(CONFIGURATION))
    answer = graph.access(read_configuration(token))
    if configuration_iri(answer.identity) != iri:
        hint = f"it is {configuration_iri(answer.identity)}"
        raise InputError("input.not-found", f"<{iri}> is not the name of a configuration", hint)
    return _about(rdf.quads(answer), iri)


def _graph(graph: KnowledgeGraph, iri: str) -> "Iterator[Quad]":
    from sightline.render import rdf

    return rdf.quads(_answer(graph, unquote(iri.removeprefix(_DERIVED))))


def _answer(graph: KnowledgeGraph, basis: str) -> Answer:
    """Derive all rows of a basis: configuration, date, collection and whether to assume."""
    # Any key will do: only what stands before it is asked for.
    asked = read_access(f"{basis}/{ALL}/{ALL}/{ALL}/{ALL}/{ALL}")
    return graph.access(
        asked.configuration, as_of=asked.on, collection=asked.collection, assume=asked.assume
    )


def _about(quads: "Iterable[Quad]", iri: str) -> "Iterator[Quad]":
    return (quad for quad in quads if quad[0] == iri)
