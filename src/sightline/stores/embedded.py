"""The store in memory: pyoxigraph, and nothing else imports it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from sightline import terms
from sightline.errors import InputError, QueryError, StoreError
from sightline.files import read_bytes
from sightline.stores import (
    RDF_FORMATS,
    Answer,
    Quad,
    Solutions,
    Term,
    Triples,
    answer_media_type,
    iri,
    rdf_format,
)
from sightline.stores.guard import MAX_DEPTH, Question, check

_NO_TRIPLE_TERMS = "ask for its parts with SUBJECT(), PREDICATE() and OBJECT()"
_POSITION = re.compile(r"error at (\d+):(\d+): ")
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{\]}]|<<|>>', re.DOTALL)


class EmbeddedStore:
    """A dataset in memory; see ``Store`` for what its methods promise.

    ``prefixes`` may be used in queries without a declaration (default: the table of the ontology).
    Numbers, booleans and durations come back in canonical form (``007`` as ``7``), strings, dates
    and IRIs exactly as loaded, language tags in lower case.

    >>> store = EmbeddedStore({"ex": "https://example.org/"})
    >>> store.load(b"<urn:s> <https://example.org/p> 'x' .", format="turtle", graph="urn:g")
    >>> store.query("SELECT ?o { ?s ex:p ?o }").rows
    [(Term(kind='literal', value='x', datatype='http://www.w3.org/2001/XMLSchema#string', ...),)]
    """

    def __init__(self, prefixes: Mapping[str, str] | None = None) -> None:
        self._store = ox.Store()
        self._prefixes = dict(terms.prefixes() if prefixes is None else prefixes)

    def load(self, data: bytes | Path, *, format: str = "", graph: str = "") -> None:
        """Add a file or its content to ``graph``, in one step of all or nothing."""
        syntax = rdf_format(data, format, graph)
        target = _graph(graph) if graph else None
        name = f"'{data}'" if isinstance(data, Path) else "the data"
        content = read_bytes(data) if isinstance(data, Path) else data
        _refuse_bombs(content, syntax, name)
        try:
            self._store.bulk_load(
                content,
                format=ox.RdfFormat.from_media_type(RDF_FORMATS[syntax]),
                base_iri=graph or None,
                to_graph=target,
            )
        except SyntaxError as error:
            reason = error.msg.removeprefix("Parser error ")
            raise InputError(
                "input.syntax", f"{name} is not {syntax}: {reason}", "correct it and load it again"
            ) from error
        except OSError as error:
            raise StoreError("store.failed", f"cannot load {name}: {error}") from error

    def query(self, text: str, *, graphs: Sequence[str] = ()) -> Answer:
        """Answer a query from the union of all graphs, of ``graphs``, or of its ``FROM``."""
        try:
            result = self._run(check(text), graphs)
            if isinstance(result, ox.QuerySolutions):
                names = tuple(variable.value for variable in result.variables)
                return Solutions(names, [tuple(map(_optional, row)) for row in result])
            if isinstance(result, ox.QueryTriples):
                return Triples([(_name(s), p.value, _term(o)) for s, p, o in result])
            return bool(result)
        except RuntimeError as error:
            raise QueryError("query.failed", f"the query failed: {error}") from error

    def serialize(self, text: str, format: str, *, graphs: Sequence[str] = ()) -> bytes:
        """Answer a query in a standard format."""
        question = check(text)
        media_type = answer_media_type(question.form, format)
        try:
            result = self._run(question, graphs)
            if isinstance(result, ox.QueryTriples):
                content = result.serialize(format=ox.RdfFormat.from_media_type(media_type))
            else:
                answer_format = ox.QueryResultsFormat.from_media_type(media_type)
                content = result.serialize(format=answer_format)
        except RuntimeError as error:
            raise QueryError("query.failed", f"the query failed: {error}") from error
        answer = content or b""
        if "xml" in media_type and _NOT_XML.search(answer):
            raise QueryError(
                "query.failed", "the answer holds characters that XML cannot", "use json"
            )
        return answer

    def quads(self, graph: str | None = None) -> Iterable[Quad]:
        """List every quad, or those of one graph; about 2 ms per 1,000."""
        if graph is None:
            found: Iterable[ox.Quad] = self._store
        else:
            found = self._store.quads_for_pattern(None, None, None, _graph(graph))
        # A quarter of the time goes by sharing one Term among all mentions of an IRI.
        seen: dict[str, Term] = {}
        quads: list[Quad] = []
        for s, p, o, g in found:
            if isinstance(o, ox.NamedNode):
                value = o.value
                term = seen.get(value) or seen.setdefault(value, iri(value))
            else:
                term = _term(o)
            quads.append(
                (_name(s), p.value, term, "" if isinstance(g, ox.DefaultGraph) else g.value)
            )
        return quads

    def graphs(self) -> list[str]:
        """List the IRIs of the named graphs, sorted."""
        return sorted(name.value for name in self._store.named_graphs())

    def close(self) -> None:
        """Free the memory."""
        self._store = ox.Store()

    def _run(
        self, question: Question, graphs: Sequence[str]
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        names: list[ox.NamedNode | ox.BlankNode] = [_graph(name) for name in graphs]
        # Both lists, or GRAPH would still reach what the other one leaves out. With FROM the union
        # must be off: pyoxigraph lets it win over the query's own dataset.
        try:
            return self._store.query(
                question.text,
                prefixes=self._prefixes,
                use_default_graph_as_union=not (graphs or question.has_dataset),
                default_graph=[*names] or None,
                named_graphs=names or None,
            )
        except SyntaxError as error:
            unknown = sorted(question.prefixes - self._prefixes.keys())
            if unknown:
                raise QueryError(
                    "query.syntax", f"unknown prefix '{unknown[0]}:'", "declare it with PREFIX"
                ) from error
            place = _POSITION.match(error.msg)
            at = f" (line {place[1]}, column {place[2]})" if place else ""
            reason = error.msg[place.end() :] if place else error.msg
            raise QueryError(
                "query.syntax",
                f"not a SPARQL query{at}: {_tidy(reason)}",
                "check the text just before that place",
            ) from error


def _refuse_bombs(content: bytes, syntax: str, name: str) -> None:
    """Refuse what makes the parsers blow up: XML entities, nesting beyond their stack."""
    if syntax == "rdfxml" and b"<!DOCTYPE" in content.replace(b"\0", b""):
        raise InputError("input.syntax", f"{name}: XML with a DOCTYPE is refused", "remove it")
    opening, closing = ((b"[", b"{"), (b"]", b"}")) if syntax == "jsonld" else ((b"<<",), (b">>",))
    if sum(map(content.count, opening)) <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(content):
        depth += (found.group() in opening) - (found.group() in closing)
        if depth > MAX_DEPTH:
            raise InputError("input.syntax", f"{name} nests deeper than {MAX_DEPTH} levels")


def _graph(name: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(name)
    except ValueError as error:
        raise InputError("input.value", f"not a graph IRI: {name!r}", str(error)) from error


def _name(subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    if isinstance(subject, ox.NamedNode):
        return subject.value
    if isinstance(subject, ox.BlankNode):
        return f"_:{subject.value}"
    raise StoreError("store.answer", "the answer holds a triple term (RDF 1.2)", _NO_TRIPLE_TERMS)


def _term(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
    if isinstance(value, ox.NamedNode):
        return iri(value.value)
    if isinstance(value, ox.Literal):
        return Term("literal", value.value, value.datatype.value, value.language or "")
    if isinstance(value, ox.BlankNode):
        return Term("bnode", value.value)
    raise StoreError("store.answer", "the answer holds a triple term (RDF 1.2)", _NO_TRIPLE_TERMS)


def _optional(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> Term | None:
    return None if value is None else _term(value)


def _tidy(reason: str) -> str:
    """Turn the parser's token names into words, without those that the guard refuses anyway."""
    expected = reason.removeprefix("expected one of ").removeprefix("expected ")
    if expected == reason:
        return reason
    known = [
        name
        for name in expected.split(", ")
        if name.isalpha() and name.isupper() and name != "SERVICE"
    ]
    return f"expected {' or '.join(known)}" if known else "unexpected text"
