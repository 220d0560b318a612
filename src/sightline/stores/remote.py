"""The store in an organisation's own SPARQL database: SPARQLWrapper, and nothing else imports it.

Only SPARQL 1.1 Protocol and Graph Store Protocol are spoken. The union of the graphs is asked for
by listing them in each request, because servers differ in what their default graph holds.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request

from SPARQLWrapper import POST, SPARQLWrapper

from sightline import terms
from sightline.errors import InputError, StoreError
from sightline.files import read_bytes
from sightline.stores import (
    RDF_FORMATS,
    TABLE_FORMATS,
    Answer,
    Quad,
    Solutions,
    Term,
    Triple,
    Triples,
    answer_media_type,
    iri,
    literal,
    nquads,
    rdf_format,
)
from sightline.stores.embedded import parse, write
from sightline.stores.guard import Question, check
from sightline.stores.line import Line, Response, server_url

CHUNK = 500
PAGE = 5_000
"""Triples of one ``INSERT DATA``, rows asked for at once: Virtuoso fails
beyond a few thousand triples, and gives 10,000 rows as Debian sets it up.
"""

_GENID = f"{terms.BASE}.well-known/genid/"
_BOOLEAN = terms.XSD["boolean"]
_TRIPLES = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"


class RemoteStore:
    """A dataset on a SPARQL server; see ``Store`` for what its methods promise.

    ``endpoint`` answers queries. ``load`` needs ``graph_store`` (Graph Store Protocol) or
    ``update`` (SPARQL Update); with both, the update endpoint stands in where the server does not
    do the former. ``graphs`` are the graphs that count as this store; by default those below
    ``graph/`` of the ontology's base, and the server's own default graph if it has none of them.
    ``timeout`` is in seconds and for each silence of the server.

    An answer that the server says it has cut raises ``StoreError``; Virtuoso cuts CONSTRUCT and
    DESCRIBE at its ``ResultSetMaxRows`` without a word.

    Unlike the store in memory, a load is all or nothing only by the Graph Store Protocol and for
    each graph; repeating one that broke off is safe. Blank nodes become IRIs.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        update: str = "",
        graph_store: str = "",
        graphs: Sequence[str] | None = None,
        prefixes: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> None:
        self._endpoint = server_url(endpoint)
        self._update = server_url(update) if update else ""
        self._graph_store = server_url(graph_store) if graph_store else ""
        self._given = None if graphs is None else sorted(graphs)
        self._known: list[str] | None = self._given
        self._prefixes = dict(terms.prefixes() if prefixes is None else prefixes)
        self._line = Line([self._endpoint, self._update, self._graph_store], timeout)

    def load(self, data: bytes | Path, *, format: str = "", graph: str = "") -> None:
        """Add a file or its content to ``graph`` on the server."""
        by_graph: dict[str, list[str]] = defaultdict(list)
        for quad in _skolemized(data, rdf_format(data, format, graph), graph):
            by_graph[quad[3]].extend(nquads([(*quad[:3], "")]))
        if not (self._update or self._graph_store):
            raise StoreError(
                "store.failed",
                f"{self._endpoint} is used for reading only",
                "give the address of its update endpoint or graph store",
            )
        for name, lines in by_graph.items():
            if not (self._graph_store and self._post(name, lines)):
                self._insert(name, lines)
        if self._given is None:
            self._known = None

    def query(self, text: str, *, graphs: Sequence[str] = ()) -> Answer:
        """Answer a query from the union of all graphs, of ``graphs``, or of its ``FROM``."""
        question = check(text)
        names = graphs or ([] if question.has_dataset else self.graphs())
        return self._ask(question, names)

    def serialize(self, text: str, format: str, *, graphs: Sequence[str] = ()) -> bytes:
        """Answer a query in a standard format, written here, so that servers do not differ."""
        media_type = answer_media_type(check(text).form, format)
        return write(self.query(text, graphs=graphs), media_type)

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """Yield the quads of the store's named graphs, or of one graph.

        Raise ``StoreError`` rather than give less than the server says it has.
        """
        for name in self.graphs() if graph is None else [graph]:
            for triple in self._triples(f"GRAPH {iri(name).n3()} {{ ?s ?p ?o }}", name):
                yield *triple, name

    def _triples(self, pattern: str, name: str) -> set[Triple]:
        counted = self._select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}").rows[0][0]
        count = int(counted.value) if counted and counted.value.isdecimal() else 0
        triples: set[Triple] = set()
        # CONSTRUCT, because Virtuoso writes triples eight times as fast as tables.
        for offset in range(0, count, PAGE):
            if count > PAGE:  # the order stands innermost, where Virtuoso sets it no limit
                table = f"{{ SELECT ?s ?p ?o WHERE {{ {pattern} }} ORDER BY ?s ?p ?o }}"
                page = f"SELECT ?s ?p ?o WHERE {{ {table} }} LIMIT {PAGE} OFFSET {offset}"
                text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {page} }} }}"
            else:
                text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"
            answer = self._ask(check(text), [])
            if isinstance(answer, Triples):
                triples.update(answer.rows)
        if len(triples) != count:
            raise StoreError(
                "store.answer",
                f"{self._endpoint} sent {len(triples)} of {count} triples of {name}",
                "ask again when nobody writes to the server",
            )
        return triples

    def graphs(self) -> list[str]:
        """List the IRIs of the store's named graphs, sorted; asked once and after each load."""
        if self._known is None:
            # Not DISTINCT: Virtuoso needs 12 seconds for that, and none for this.
            found = self._select(
                "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
            )
            names = [row[0].value for row in found.rows if row[0]]
            self._known = sorted(name for name in names if name in terms.GRAPH)
        return list(self._known)

    def close(self) -> None:
        """Do nothing: no connection is kept open between requests."""

    def _select(self, text: str) -> Solutions:
        answer = self._ask(check(text), [])
        if not isinstance(answer, Solutions):
            raise StoreError("store.answer", f"{self._endpoint} did not answer with a table")
        return answer

    def _ask(self, question: Question, graphs: Sequence[str]) -> Answer:
        client = _Client(self._endpoint, self._line)
        for name in graphs:
            client.addDefaultGraph(name)
            client.addNamedGraph(name)
        needed = sorted(question.prefixes & self._prefixes.keys())
        # On the first line, so that the server's line numbers stay those of the user's text.
        prologue = "".join(f"PREFIX {name}: <{self._prefixes[name]}> " for name in needed)
        client.setQuery(prologue + question.text)
        is_table = question.form in ("SELECT", "ASK")
        content, headers = client.send(TABLE_FORMATS["json"] if is_table else _TRIPLES)
        if "X-SPARQL-MaxRows" in headers or headers.get("X-SQL-State"):
            raise StoreError(
                "store.answer",
                f"{self._endpoint} cut its answer short",
                "ask for less, or raise the number of rows that the server answers with",
            )
        kind = headers.get_content_type()
        if is_table and kind in (TABLE_FORMATS["json"], "application/json"):
            answer = _read_table(content, self._endpoint)
            if question.form == "ASK" and isinstance(answer, Solutions):
                return bool(answer.rows)  # Virtuoso answers with a table of one row or none
            return answer
        for name, media_type in RDF_FORMATS.items():
            if not is_table and kind == media_type:
                try:
                    return Triples([(s, p, o) for s, p, o, _ in parse(content, name)])
                except InputError as error:
                    raise StoreError("store.answer", f"{self._endpoint}: {error}") from error
        raise StoreError(
            "store.answer",
            f"{self._endpoint} answered with {kind} instead of a SPARQL result",
            "check that this is the address of a SPARQL endpoint",
        )

    def _post(self, graph: str, lines: list[str]) -> bool:
        """Add triples by the Graph Store Protocol; False if the server does not do it."""
        joint = "&" if "?" in self._graph_store else "?"
        target = f"graph={quote(graph, safe='')}" if graph else "default"
        request = Request(
            f"{self._graph_store}{joint}{target}",
            data="".join(lines).encode(),
            # N-Triples is Turtle, and Turtle is what every server reads.
            headers={"Content-Type": "text/turtle; charset=utf-8"},
            method="POST",
        )
        try:
            self._line.send(request)
        except StoreError as error:
            cause = error.__cause__
            if self._update and isinstance(cause, HTTPError) and cause.code in (404, 405, 501):
                return False
            raise
        return True

    def _insert(self, graph: str, lines: list[str]) -> None:
        for start in range(0, len(lines), CHUNK):
            triples = "".join(lines[start : start + CHUNK])
            block = f"GRAPH {iri(graph).n3()} {{\n{triples}}}" if graph else triples
            client = _Client(self._update, self._line)
            client.setQuery(f"INSERT DATA {{ {block} }}")
            client.send("*/*")


class _Client(SPARQLWrapper):
    """One request as SPARQLWrapper forms it, sent without its process-wide opener.

    Its own way of sending follows redirects with the credentials, and to ``file:`` addresses.
    """

    def __init__(self, url: str, line: Line) -> None:
        super().__init__(url)
        self.setMethod(POST)
        self.setOnlyConneg(True)
        self._line = line

    def send(self, accept: str) -> Response:
        self.addCustomHttpHeader("Accept", accept)
        return self._line.send(self._createRequest())


def _read_table(content: bytes, where: str) -> Solutions | bool:
    try:
        document = json.loads(content)
        if "boolean" in document:
            return bool(document["boolean"])
        names = tuple(document["head"]["vars"])
        return Solutions(
            names,
            [
                tuple(_read_term(row[name]) if name in row else None for name in names)
                for row in document["results"]["bindings"]
            ],
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError("store.answer", f"{where} sent what is no SPARQL result") from error


def _read_term(value: Mapping[str, Any]) -> Term:
    kind, text = value["type"], str(value["value"])
    if kind == "uri":
        return iri(text)
    if kind == "bnode":  # Virtuoso: nodeID://b1, which no N-Triples label may be
        return Term("bnode", "".join(char if char.isalnum() else "_" for char in text))
    if kind in ("literal", "typed-literal"):
        datatype = value.get("datatype", "")
        if datatype == _BOOLEAN:  # Virtuoso: 1 and 0
            text = {"1": "true", "0": "false"}.get(text, text)
        return literal(text, datatype, value.get("xml:lang", ""))
    raise ValueError(kind)


def _skolemized(data: bytes | Path, format: str, graph: str) -> Iterator[Quad]:
    """Parse data with IRIs for its blank nodes, the same ones each time it is loaded."""
    content = read_bytes(data) if isinstance(data, Path) else data
    digest = hashlib.sha256(f"{graph}\0".encode() + content).hexdigest()[:24]
    numbers: dict[str, int] = {}

    def skolem(label: str) -> str:
        return f"{_GENID}{digest}-{numbers.setdefault(label, len(numbers))}"

    for subject, predicate, value, name in parse(data, format, graph):
        yield (
            skolem(subject[2:]) if subject.startswith("_:") else subject,
            predicate,
            iri(skolem(value.value)) if value.kind == "bnode" else value,
            name,
        )
