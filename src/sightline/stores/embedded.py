"""The store in memory, and RDF in and out of bytes, by pyoxigraph."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from sightline import terms
from sightline.errors import QueryError, StoreError
from sightline.stores import (
    RDF_FORMATS,
    TABLE_FORMATS,
    Answer,
    Quad,
    Solutions,
    Triples,
    answer_media_type,
    rdf_format,
)
from sightline.stores.dataset import Clauses, from_clauses, resolving, visible_dataset
from sightline.stores.guard import Question, check
from sightline.stores.nodes import (
    graph_of,
    name_of,
    object_of,
    optional,
    quads_of,
    subject_of,
    term_of,
)
from sightline.stores.reading import broken, content_of
from sightline.stores.syntax import not_sparql
from sightline.stores.writing import Checked, check_xml, table_json, too_many

_GATHERED = 500_000  # more quads are not kept once more: it would take as much memory again, twice

_Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


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
        self._gathered: tuple[frozenset[str], ox.Store] | None = None

    def gather(self) -> None:
        """Keep the union of all named graphs besides, until something is loaded.

        Queries over all of them then look for each triple once, not once in each graph. Nothing is
        kept of a large store.
        """
        if len(self._store) > _GATHERED:
            return
        named = list(self._store.quads_for_pattern(None, None, None, None))
        named = [quad for quad in named if not isinstance(quad.graph_name, ox.DefaultGraph)]
        union = ox.Store()
        union.bulk_extend(named)
        union.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in named)
        self._gathered = frozenset(self.graphs()), union

    def load(self, data: bytes | Path, *, format: str = "", graph: str = "") -> None:
        """Add a file or its content to ``graph``, in one step of all or nothing."""
        syntax = rdf_format(data, format, graph)
        content, name = content_of(data, syntax)
        self._gathered = None
        try:
            self._store.bulk_load(
                content,
                format=_rdf(RDF_FORMATS[syntax]),
                base_iri=graph or None,
                to_graph=graph_of(graph) if graph else None,
            )
        except SyntaxError as error:
            raise broken(error, syntax, name) from error
        except OSError as error:
            raise StoreError("store.failed", f"cannot load {name}: {error}") from error

    def lay(self, content: bytes) -> "Layer":
        """Add N-Quads that can be taken away again; blank nodes keep their labels."""
        parsed = ox.parse(content, format=ox.RdfFormat.N_QUADS)
        added = list(dict.fromkeys(quad for quad in parsed if quad not in self._store))
        self._gathered = None
        self._store.extend(added)
        return Layer(self._store, added)

    def query(self, text: str, *, graphs: Sequence[str] = ()) -> Answer:
        """Answer a query from the union of all graphs, of ``graphs``, or of its ``FROM``."""
        try:
            result = self._run(check(text), graphs)
            if isinstance(result, ox.QuerySolutions):
                names = tuple(variable.value for variable in result.variables)
                return Solutions(names, [tuple(map(optional, row)) for row in result])
            if isinstance(result, ox.QueryTriples):
                return Triples([(name_of(s), p.value, term_of(o)) for s, p, o in result])
            return bool(result)
        except RuntimeError as error:
            raise QueryError("query.failed", f"the query failed: {error}") from error

    def serialize(self, text: str, format: str, *, graphs: Sequence[str] = ()) -> bytes:
        """Answer a query in a standard format."""
        question = check(text)
        media_type = answer_media_type(question.form, format)
        try:
            return _serialized(self._run(question, graphs), media_type)
        except RuntimeError as error:
            raise QueryError("query.failed", f"the query failed: {error}") from error

    def evaluate(
        self,
        text: str,
        media_types: Sequence[str],
        visible: Sequence[str],
        default: Sequence[str] | None = None,
        named: Sequence[str] | None = None,
        base: str | None = None,
    ) -> "Evaluation":
        """Begin to answer a query from graphs that are ``visible``, in the first fitting format.

        ``default`` and ``named`` are the dataset of a request, which goes before that of the query.
        A graph that is not visible counts as one that does not exist. Relative IRIs are resolved
        against ``base``. Raises QueryError as
        ``query`` does, and for media types of which the form of the query has none.
        """
        question = check(text)
        known = TABLE_FORMATS if question.form in ("SELECT", "ASK") else RDF_FORMATS
        fitting = [name for name in media_types if name in known.values()]
        if not fitting:
            message = f"{question.form} has no answer in {' or '.join(media_types)}"
            raise QueryError("query.failed", message, f"one of: {', '.join(known.values())}")
        clear = True
        if default is None and named is None:
            clauses = from_clauses(question)
            if clauses.default or clauses.named:
                asked = self._resolved(clauses, base)
                clear = asked is not None
                default, named = asked or ((), ())
        dataset = visible_dataset(visible, default, named)
        result = self._answer(question, *dataset, base)
        if not clear:
            raise QueryError("query.refused", "the FROM clauses cannot be read", "write full IRIs")
        return Evaluation(question.form, fitting[0], result)

    def describe(
        self, name: str, media_type: str, visible: Sequence[str], mentions: int = 1000
    ) -> "tuple[Evaluation, bool] | None":
        """Give what visible graphs say of an IRI, with nodes that have no name, and its mentions.

        Whether there are more than ``mentions`` of these comes with it; None for an IRI unknown.
        """
        graphs = [graph_of(graph) for graph in visible]
        found: dict[ox.Triple, None] = {}
        pending: list[ox.NamedNode | ox.BlankNode] = [graph_of(name)]
        seen = set(pending)
        while pending:
            start = pending.pop()
            for quad in self._matching(start, None, graphs):
                found[quad.triple] = None
                if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                    seen.add(quad.object)
                    pending.append(quad.object)
        said = list(islice(self._matching(None, graph_of(name), graphs), mentions + 1))
        found.update((quad.triple, None) for quad in said[:mentions])
        if not found:
            return None
        return Evaluation("DESCRIBE", media_type, iter(found)), len(said) > mentions

    def content(self, media_type: str, graphs: Sequence[str]) -> "Evaluation":
        """Give the union of graphs."""
        names = [graph_of(graph) for graph in graphs]
        triples: Iterator[ox.Triple] = (quad.triple for quad in self._matching(None, None, names))
        return Evaluation("GRAPH", media_type, _distinct(triples) if len(names) > 1 else triples)

    def quads(self, graph: str | None = None) -> Iterable[Quad]:
        """List every quad, or those of one graph; 20,000 take about 40 ms."""
        if graph is None:
            return list(quads_of(self._store))
        name = graph_of(graph) if graph else ox.DefaultGraph()
        return list(quads_of(self._store.quads_for_pattern(None, None, None, name)))

    def graphs(self) -> list[str]:
        """List the IRIs of the named graphs, sorted."""
        return sorted(name.value for name in self._store.named_graphs())

    def close(self) -> None:
        """Free the memory."""
        self._store = ox.Store()

    def _matching(
        self,
        subject: ox.NamedNode | ox.BlankNode | None,
        value: ox.NamedNode | None,
        graphs: Iterable[ox.NamedNode],
    ) -> Iterator[ox.Quad]:
        for graph in graphs:
            yield from self._store.quads_for_pattern(subject, None, value, graph)

    def _resolved(self, clauses: Clauses, base: str | None) -> tuple[list[str], list[str]] | None:
        """Let the engine read the IRIs of FROM clauses; None if it cannot."""
        asked: tuple[list[str], list[str]] = ([], [])
        try:
            found = ox.Store().query(resolving(clauses), base_iri=base, prefixes=self._prefixes)
        except SyntaxError:
            return None
        assert isinstance(found, ox.QuerySolutions)
        for graph, is_named in found:
            asked[is_named.value == "true"].append(graph.value)
        return asked

    def _answer(
        self,
        question: Question,
        default: Sequence[str],
        named: Sequence[str],
        base: str | None = None,
    ) -> _Result:
        """Answer from exactly these graphs: both lists go before FROM, and empty ones are empty."""
        store = self._store
        union: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [*map(graph_of, default)]
        if self._gathered and self._gathered[0] == frozenset(default):
            store, union = self._gathered[1], [ox.DefaultGraph()]
        try:
            return store.query(
                question.text,
                base_iri=base,
                prefixes=self._prefixes,
                default_graph=union,
                named_graphs=[graph_of(name) for name in named],
            )
        except SyntaxError as error:
            raise not_sparql(question, error.msg, self._prefixes) from error
        except RuntimeError as error:  # such as a function that there is not
            raise QueryError("query.failed", f"the query failed: {error}") from error

    def _run(self, question: Question, graphs: Sequence[str]) -> _Result:
        names: list[ox.NamedNode | ox.BlankNode] = [graph_of(name) for name in graphs]
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
            raise not_sparql(question, error.msg, self._prefixes) from error


class Layer:
    """What was added to a store and was not there before."""

    def __init__(self, store: ox.Store, added: Sequence[ox.Quad]) -> None:
        self._store = store
        self._added = added

    def __len__(self) -> int:
        return len(self._added)

    def lift(self) -> None:
        """Take it away again."""
        for quad in self._added:
            self._store.remove(quad)


class Evaluation:
    """An answer that is not written yet, for it to be written while it is found."""

    def __init__(self, form: str, media_type: str, result: _Result | Iterator[ox.Triple]) -> None:
        self.form = form
        self.media_type = media_type
        self._result = result

    def first(self, rows: int) -> tuple[Solutions | Triples | bool, bool]:
        """Give the first rows or triples, and whether there are more, without finding those.

        Raises QueryError for an answer that fails on the way.
        """
        result = self._result
        if isinstance(result, ox.QueryBoolean):
            return bool(result), False
        try:
            if isinstance(result, ox.QuerySolutions):
                names = tuple(variable.value for variable in result.variables)
                found = [tuple(map(optional, row)) for row in islice(result, rows + 1)]
                return Solutions(names, found[:rows]), len(found) > rows
            triples = [(name_of(s), p.value, term_of(o)) for s, p, o in islice(result, rows + 1)]
            return Triples(triples[:rows]), len(triples) > rows
        except RuntimeError as error:
            raise QueryError("query.failed", f"the query failed: {error}") from error

    def write(self, output: IO[bytes], rows: int | None = None) -> None:
        """Write the answer to something that has ``write`` and ``flush``.

        Raises ServiceError for one of more than ``rows`` rows or triples, and QueryError for one
        that fails on the way or that XML cannot carry; what was written so far is then no answer.
        """
        result = self._result
        checked = cast("IO[bytes]", Checked(output, self.media_type, rows))
        try:
            if isinstance(result, ox.QuerySolutions | ox.QueryBoolean):
                table_format = ox.QueryResultsFormat.from_media_type(self.media_type)
                result.serialize(checked, format=table_format)
            else:
                ox.serialize(
                    _at_most(result, rows),
                    checked,
                    format=_rdf(self.media_type),
                    prefixes=terms.prefixes(),
                )
        except RuntimeError as error:
            raise QueryError("query.failed", f"the query failed: {error}") from error


def parse(data: bytes | Path, format: str = "", graph: str = "") -> Iterator[Quad]:
    """Yield the quads of a file or its content, without a store and with exact lexical forms.

    Arguments and errors are those of ``Store.load``. A blank node keeps the label it has there.
    """
    syntax = rdf_format(data, format, graph)
    content, name = content_of(data, syntax)
    if graph:
        graph_of(graph)
    try:
        found = ox.parse(content, format=_rdf(RDF_FORMATS[syntax]), base_iri=graph or None)
        for subject, predicate, value, place in quads_of(found):
            yield subject, predicate, value, place or graph
    except SyntaxError as error:
        raise broken(error, syntax, name) from error


def write(answer: Answer, media_type: str) -> bytes:
    r"""Write an answer in a standard format, by its media type.

    >>> from sightline.stores import iri
    >>> write(Solutions(("x", "y"), [(iri("urn:a"), None)]), "text/csv")
    b'x,y\r\nurn:a,\r\n'

    Raise ``StoreError`` for terms that are not RDF, as a faulty server may send them.
    """
    try:
        return _serialized(_result(answer), media_type)
    except (ValueError, SyntaxError) as error:
        raise StoreError("store.answer", f"the answer holds what is not RDF: {error}") from error


def _result(answer: Answer) -> Iterable[ox.Triple] | ox.QuerySolutions | ox.QueryBoolean:
    if isinstance(answer, Triples):
        return [ox.Triple(subject_of(s), ox.NamedNode(p), object_of(o)) for s, p, o in answer.rows]
    result_format = ox.QueryResultsFormat.from_media_type(TABLE_FORMATS["json"])
    return ox.parse_query_results(table_json(answer), format=result_format)


def _serialized(
    result: Iterable[ox.Triple] | ox.QuerySolutions | ox.QueryBoolean, media_type: str
) -> bytes:
    if isinstance(result, (ox.QuerySolutions, ox.QueryBoolean)):
        table_format = ox.QueryResultsFormat.from_media_type(media_type)
        content = result.serialize(format=table_format)
    else:
        content = ox.serialize(result, format=_rdf(media_type), prefixes=terms.prefixes())
    if "xml" in media_type:
        check_xml(content or b"")
    return content or b""


def _at_most(triples: Iterable[ox.Triple], most: int | None) -> Iterator[ox.Triple]:
    for number, triple in enumerate(triples):
        if most is not None and number >= most:
            raise too_many(most)
        yield triple


def _distinct(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    seen: set[ox.Triple] = set()
    for triple in triples:
        if triple not in seen:
            seen.add(triple)
            yield triple


def _rdf(media_type: str) -> ox.RdfFormat:
    found = ox.RdfFormat.from_media_type(media_type)
    if found is None:
        raise ValueError(media_type)
    return found
