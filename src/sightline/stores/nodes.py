"""Turn terms of pyoxigraph into those of the library, and back."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import pyoxigraph as ox

from sightline.errors import InputError, StoreError
from sightline.stores import Quad, Term, iri, node

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def quads_of(found: Iterable[ox.Quad]) -> Iterator[Quad]:
    """Yield quads of the engine as those of the library."""
    seen: dict[str, Term] = {}  # one Term for all mentions of an IRI saves a quarter of the time
    for subject, predicate, value, graph in found:
        if isinstance(value, ox.NamedNode):
            text = value.value
            term = seen.get(text) or seen.setdefault(text, iri(text))
        else:
            term = term_of(value)
        name = graph.value if isinstance(graph, ox.NamedNode) else ""
        yield name_of(subject), predicate.value, term, name


def name_of(subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    """Name a subject; raises StoreError for a triple term."""
    if isinstance(subject, ox.NamedNode):
        return subject.value
    if isinstance(subject, ox.BlankNode):
        return f"_:{subject.value}"
    raise _triple_term()


def term_of(value: Node) -> Term:
    """Turn an object; raises StoreError for a triple term."""
    if isinstance(value, ox.NamedNode):
        return iri(value.value)
    if isinstance(value, ox.Literal):
        return Term("literal", value.value, value.datatype.value, value.language or "")
    if isinstance(value, ox.BlankNode):
        return Term("bnode", value.value)
    raise _triple_term()


def optional(value: Node | None) -> Term | None:
    """Turn what may be unbound."""
    return None if value is None else term_of(value)


def _triple_term() -> StoreError:
    return StoreError("store.answer", "triple terms (RDF 1.2) are not supported", "use named nodes")


def subject_of(text: str) -> ox.NamedNode | ox.BlankNode:
    """Make a subject of its name."""
    term = node(text)
    return ox.BlankNode(term.value) if term.kind == "bnode" else ox.NamedNode(term.value)


def object_of(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Make an object."""
    if term.kind == "iri":
        return ox.NamedNode(term.value)
    if term.kind == "bnode":
        return ox.BlankNode(term.value)
    if term.language:
        return ox.Literal(term.value, language=term.language)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))


@lru_cache(maxsize=1024)  # each query of a server names all graphs that its caller may read
def graph_of(name: str) -> ox.NamedNode:
    """Make the name of a graph; raises InputError for one that is no IRI."""
    try:
        return ox.NamedNode(name)
    except ValueError as error:
        raise InputError("input.value", f"not a graph IRI: {name!r}", str(error)) from error
