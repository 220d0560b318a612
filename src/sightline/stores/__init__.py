"""The one seam to a triple store: what a store can do, and the terms it answers with.

``embedded.EmbeddedStore`` keeps the graph in memory, ``remote.RemoteStore`` speaks to a SPARQL
server. Everything else asks a ``Store``. This module imports no RDF library.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from sightline.errors import InputError, QueryError
from sightline.terms import RDF, XSD

XSD_STRING = XSD["string"]
LANG_STRING = RDF["langString"]

RDF_FORMATS = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "nquads": "application/n-quads",
    "trig": "application/trig",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
"""Media type of each format that a store loads."""

TRIPLE_FORMATS = frozenset({"turtle", "ntriples", "rdfxml"})
"""The formats that hold one graph; a graph name given to the others would be ambiguous."""

TABLE_FORMATS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
"""Media type of each format for the answer of a SELECT or ASK query."""

SUFFIXES = {
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".trig": "trig",
    ".rdf": "rdfxml",
    ".owl": "rdfxml",
    ".xml": "rdfxml",
    ".jsonld": "jsonld",
}


class Term(NamedTuple):
    """An RDF term with the exact lexical form that the store answered with.

    ``datatype`` is never empty for a literal and always empty for the others; a blank node's
    ``value`` has no ``_:``.

    >>> literal("prompts", language="en").n3()
    '"prompts"@en'
    >>> iri("https://w3id.org/sightline/data/prompts").n3()
    '<https://w3id.org/sightline/data/prompts>'
    """

    kind: Literal["iri", "literal", "bnode"]
    value: str
    datatype: str = ""
    language: str = ""

    def __str__(self) -> str:
        return self.value

    def n3(self) -> str:
        """Write the term as N-Triples and SPARQL write it."""
        if self.kind == "iri":
            return f"<{self.value}>"
        if self.kind == "bnode":
            return f"_:{self.value}"
        text = f'"{self.value.translate(_ESCAPES)}"'
        if self.language:
            return f"{text}@{self.language}"
        return text if self.datatype == XSD_STRING else f"{text}^^<{self.datatype}>"


_BLOCK = 200_000
"""Lines that are loaded at once."""

Quad = tuple[str, str, Term, str]
"""Subject, predicate, object, graph; a blank node as subject is ``_:label``, the default graph ''.

A bare tuple of strings, because the evaluator reads every quad at each start.
"""

Triple = tuple[str, str, Term]


class Solutions(NamedTuple):
    """The answer of a SELECT query; an unbound variable is None.

    >>> answer = Solutions(("who",), [(iri("https://w3id.org/sightline/actor/microsoft"),)])
    >>> [row["who"].value for row in answer.dicts()]
    ['https://w3id.org/sightline/actor/microsoft']
    """

    variables: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]

    def dicts(self) -> Iterator[dict[str, Term]]:
        """Yield each row as a mapping of its bound variables."""
        for row in self.rows:
            bound = zip(self.variables, row, strict=True)
            yield {name: term for name, term in bound if term is not None}


class Triples(NamedTuple):
    """The answer of a CONSTRUCT or DESCRIBE query."""

    rows: list[Triple]


Answer = Solutions | Triples | bool
"""What a query gives: SELECT, CONSTRUCT or DESCRIBE, ASK."""


class Store(Protocol):
    """A dataset of named graphs that is loaded once and then only read.

    A query without ``FROM`` sees the union of the graphs as its default graph, on every store; the
    shipped graphs share no triple, so that a union counts nothing twice. All methods raise
    ``StoreError`` where the store does not do its part.
    """

    def load(self, data: bytes | Path, *, format: str = "", graph: str = "") -> None:
        """Add a file or its content to ``graph`` (an IRI, or '' for the default graph).

        ``format`` is a key of ``RDF_FORMATS``; a path may leave it to its suffix. Formats that name
        graphs keep their own names and take no ``graph``. All or nothing is added. Raise
        ``InputError`` for data that is broken or of no known format.
        """
        ...

    def query(self, text: str, *, graphs: Sequence[str] = ()) -> Answer:
        """Answer a SPARQL query, over ``graphs`` only where they are given.

        Raise ``QueryError`` for a query that is wrong, that updates, or that calls other servers.
        """
        ...

    def serialize(self, text: str, format: str, *, graphs: Sequence[str] = ()) -> bytes:
        """Answer a query in a standard format: ``TABLE_FORMATS``, or ``RDF_FORMATS`` of triples."""
        ...

    def quads(self, graph: str | None = None) -> Iterable[Quad]:
        """Give every quad of the store, or of one graph, in no order."""
        ...

    def graphs(self) -> list[str]:
        """List the IRIs of the named graphs, sorted."""
        ...

    def close(self) -> None:
        """Let go of what the store holds; it is not used afterwards."""
        ...


def iri(value: str) -> Term:
    """Make the term of an IRI."""
    return Term("iri", value)


def literal(value: str, datatype: str = "", language: str = "") -> Term:
    """Make the term of a literal; without datatype and language it is a plain string."""
    return Term("literal", value, datatype or (LANG_STRING if language else XSD_STRING), language)


def node(text: str) -> Term:
    """Make the term of a subject as ``Quad`` writes it.

    >>> node("_:b0")
    Term(kind='bnode', value='b0', datatype='', language='')
    """
    return Term("bnode", text[2:]) if text.startswith("_:") else Term("iri", text)


def nquads(quads: Iterable[Quad]) -> Iterator[str]:
    r"""Yield each quad as a line of N-Quads, or of N-Triples where its graph is ''.

    >>> list(nquads([("urn:s", "urn:p", literal("a\nb"), "urn:g")]))
    ['<urn:s> <urn:p> "a\\nb" <urn:g> .\n']
    """
    for subject, predicate, value, graph in quads:
        name = f" <{graph}>" if graph else ""
        # Written out, because an estate has millions of them.
        who = subject if subject.startswith("_:") else f"<{subject}>"
        what = f"<{value.value}>" if value.kind == "iri" else value.n3()
        yield f"{who} <{predicate}> {what}{name} .\n"


def blocks(quads: Iterable[Quad]) -> Iterator[bytes]:
    """Yield quads as N-Quads in blocks, so that millions need not be in memory at once."""
    lines = nquads(quads)
    while block := "".join(islice(lines, _BLOCK)):
        yield block.encode()


def rdf_format(data: bytes | Path, format: str, graph: str) -> str:
    """Settle the RDF format of what is loaded: a key of ``RDF_FORMATS``.

    Raise ``InputError`` for an unknown format, and for a graph name beside a format with its own.
    """
    if not format and isinstance(data, Path):
        format = SUFFIXES.get(data.suffix.lower(), "")
        if not format:
            known = ", ".join(SUFFIXES)
            raise InputError("input.value", f"{data}: not a known RDF file name", f"end in {known}")
    if format not in RDF_FORMATS:
        known = ", ".join(RDF_FORMATS)
        raise InputError("input.value", f"unknown RDF format {format!r}", f"one of: {known}")
    if graph and format not in TRIPLE_FORMATS | {"jsonld"}:
        raise InputError("input.value", f"{format} names its graphs itself", "leave out the graph")
    return format


def answer_media_type(form: str, format: str) -> str:
    """Give the media type of a query form's answer in ``format``.

    Raise ``QueryError`` where the form has no such answer, as with CSV of CONSTRUCT.

    >>> answer_media_type("SELECT", "csv")
    'text/csv'
    """
    known = TABLE_FORMATS if form in ("SELECT", "ASK") else RDF_FORMATS
    if format not in known:
        raise QueryError(
            "query.failed", f"{form} has no answer in {format!r}", f"one of: {', '.join(known)}"
        )
    return known[format]


_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
