"""SPARQL tasks: what a caller may not read stays hidden in every form, and what it may is whole."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from sightline.errors import InputError, QueryError, ServiceError, SightlineError
from sightline.graph import KnowledgeGraph
from sightline.service.tasks import STREAMS
from sightline.service.work import Work
from sightline.service.workers import Threads
from sightline.stores.embedded import EmbeddedStore, parse

from .conftest import JSON, Run, fetch

GRAPHS = ("urn:g:0", "urn:g:1", "urn:g:2")
SUBSETS = [s for n in range(4) for s in itertools.combinations(GRAPHS, n)]
TURTLE = "text/turtle"
NTRIPLES = "application/n-triples"


def triples(number: int) -> str:
    return (
        f"<urn:s> <urn:p> 'SECRET{number}' . <urn:s:{number}> <urn:q> <urn:s> ; <urn:r> _:b . "
        f"_:b <urn:p> 'SECRET{number} below' ."
    )


@pytest.fixture(scope="module", params=["as loaded", "gathered"])
def work(request: pytest.FixtureRequest) -> Work:
    store = EmbeddedStore({"g": "urn:g:"})
    for number, name in enumerate(GRAPHS):
        store.load(triples(number).encode(), format="turtle", graph=name)
    store.load(b"<urn:s> <urn:p> 'SECRET of no graph' .", format="turtle")
    if request.param == "gathered":
        store.gather()
    return Work(KnowledgeGraph(store))


class Collected:
    """Keeps what a task writes."""

    def __init__(self) -> None:
        self.head: Mapping[str, Any] = {}
        self.data = b""

    def begin(self, head: Mapping[str, Any]) -> None:
        self.head = head

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)

    def flush(self) -> None:
        pass


def ask(work: Work, task: str = "sparql", **given: Any) -> Collected:
    output = Collected()
    STREAMS[task](work, {"media_type": [JSON, NTRIPLES], "graphs": GRAPHS, **given}, b"", output)
    return output


FORMS = [
    "SELECT * { ?s ?p ?o }",
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH ?g { } }",
    "SELECT * { GRAPH <urn:g:1> { ?s ?p ?o } }",
    "SELECT * { { SELECT * { GRAPH ?g { ?s (<urn:p>|!<urn:p>)+ ?o } } } UNION { ?s ?p ?o } }",
    "SELECT * { VALUES ?g { <urn:g:0> <urn:g:1> <urn:g:2> } GRAPH ?g { ?s ?p ?o } }",
    "SELECT (GROUP_CONCAT(STR(?o)) AS ?all) { { ?s <urn:p> ?o } UNION "
    "{ GRAPH ?g { ?s <urn:p> ?o } } }",
    "SELECT * FROM <urn:g:0> FROM <urn:g:1> FROM NAMED <urn:g:2> { { ?s ?p ?o } UNION "
    "{ GRAPH ?g { ?s ?p ?o } } }",
    "SELECT * FROM NAMED g:1 FROM NAMED <urn:g:2> { OPTIONAL { ?s ?p ?o } GRAPH ?h { ?a ?b ?c } }",
    "BASE <urn:g:> SELECT * FROM <urn:g:1> { ?s ?p ?o }",
    "CONSTRUCT { ?s ?p ?o } { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } FROM <urn:g:1> { ?s ?p ?o }",
    "CONSTRUCT WHERE { ?s ?p ?o }",
    "DESCRIBE <urn:s> <urn:s:0> <urn:s:1> <urn:s:2>",
    "DESCRIBE ?s FROM <urn:g:1> { ?s ?p ?o }",
    "DESCRIBE ?s { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o FILTER EXISTS { GRAPH ?g { ?s <urn:r> ?x } } }",
    "SELECT * { ?s ?p ?o MINUS { GRAPH <urn:g:2> { ?s ?p ?o } } }",
]
DATASETS: list[dict[str, Any]] = [
    {},
    {"default_graphs": list(GRAPHS)},
    {"named_graphs": list(GRAPHS)},
    {"default_graphs": ["urn:g:1"], "named_graphs": ["urn:g:2", "urn:unknown"]},
    {"default_graphs": [], "named_graphs": []},
]


@pytest.mark.parametrize("query", FORMS)
def test_no_form_of_query_leaks(work: Work, query: str) -> None:
    seen = set()
    for visible, dataset in itertools.product(SUBSETS, DATASETS):
        found = ask(work, query=query, graphs=visible, **dataset).data
        asked = {*dataset.get("default_graphs", ()), *dataset.get("named_graphs", ())}
        for number, name in enumerate(GRAPHS):
            marks = (f"SECRET{number}".encode(), f"urn:s:{number}".encode())
            if name not in visible or (dataset and name not in asked):
                for mark in (*marks, name.encode()):
                    assert mark not in found, (visible, dataset)
            elif any(mark in found for mark in (*marks, name.encode())):
                seen.add(name)
        assert b"no graph" not in found
    assert seen, "the test could not fail"


def test_no_answer_of_yes_or_no_leaks(work: Work) -> None:
    for visible in SUBSETS:
        for number, name in enumerate(GRAPHS):
            for query in (
                f"ASK {{ GRAPH <{name}> {{ }} }}",
                f"ASK {{ ?s ?p 'SECRET{number}' }}",
                f"ASK FROM <{name}> {{ ?s ?p ?o }}",
                f"ASK FROM NAMED <{name}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            ):
                expected = b"true" if name in visible else b"false"
                assert expected in ask(work, query=query, graphs=visible).data, (query, visible)


def test_a_function_that_there_is_not_is_an_error_of_the_query(work: Work) -> None:
    with pytest.raises(QueryError, match="urn:f") as failed:
        ask(work, query="SELECT (<urn:f>(1) AS ?x) {}")
    assert failed.value.code == "query.failed"


@pytest.mark.parametrize("task", ["describe", "graph"])
def test_neither_descriptions_nor_graphs_leak(work: Work, task: str) -> None:
    names = ("urn:s", *GRAPHS) if task == "graph" else ("urn:s", "urn:s:0", "urn:s:1", "urn:s:2")
    for visible, name in itertools.product(SUBSETS, (*names, None)):
        if name is None and task == "describe":
            continue
        try:
            found = ask(work, task, iri=name, graphs=visible, media_type=NTRIPLES).data
        except InputError:  # no such graph, or nothing known
            continue
        for number, graph in enumerate(GRAPHS):
            told = f"SECRET{number}".encode() in found
            assert not told or graph in visible
            if graph in visible and name in (graph, None, "urn:s"):
                assert told


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ("FROM <urn:g:1>", {1}),
        ("FROM<urn:g:1>FROM<urn:g:2>", {1, 2}),
        ("from g:1 From # a comment\n g:2", {1, 2}),
        ("FROM named <urn:g:1>", set()),
        ("FROM <\\u0075rn:g:1>", {1}),
        ("FROM <urn:unknown>", set()),
        ("", {0, 1, 2}),
    ],
)
@pytest.mark.parametrize(
    "form",
    ["SELECT * {} WHERE", "SELECT*{}", "CONSTRUCT {{ ?s ?p ?o }} {} WHERE", "DESCRIBE ?s {}"],
)
def test_from_is_what_it_is_in_sparql(
    work: Work, form: str, clauses: str, expected: set[int]
) -> None:
    query = f"PREFIX g: <urn:g:> {form.format(clauses)} {{ ?s ?p ?o }}"

    found = ask(work, query=query).data

    assert {n for n in range(3) if f"SECRET{n}".encode() in found} == expected


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROMg:1 { ?s ?p ?o }",
        "SELECT * FROM NAMEDg:1 { ?s ?p ?o }",
        "SELECT * FROM g:\\-1 { ?s ?p ?o }",
        "SELECT * FROM x:1 { ?s ?p ?o }",
        "SELECT * FROM { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o } FROM <urn:g:1>",
    ],
)
def test_a_from_that_is_unclear_is_an_error(work: Work, query: str) -> None:
    with pytest.raises(QueryError):
        ask(work, query=query)


def test_the_first_media_type_that_fits_is_used(work: Work) -> None:
    offered = ["image/png", "text/csv", TURTLE, JSON]

    assert ask(work, query="SELECT * {}", media_type=offered).head == {
        "media_type": "text/csv",
        "form": "SELECT",
    }
    assert ask(work, query="DESCRIBE <urn:s>", media_type=offered).head["media_type"] == TURTLE
    with pytest.raises(QueryError, match="no answer in text/csv"):
        ask(work, query="CONSTRUCT WHERE { ?s ?p ?o }", media_type="text/csv")


def test_descriptions_hold_what_is_below_and_around(work: Work) -> None:
    found = ask(work, "describe", iri="urn:s:1", media_type=NTRIPLES)
    assert found.head == {"media_type": NTRIPLES, "form": "DESCRIBE", "truncated": False}
    assert len(list(parse(found.data, "ntriples"))) == 3

    around = ask(work, "describe", iri="urn:s", media_type=NTRIPLES)
    assert len(list(parse(around.data, "ntriples"))) == 6


def test_mentions_are_bounded_and_that_is_said() -> None:
    store = EmbeddedStore()
    store.load(
        b"".join(b"<urn:%d> <urn:p> <urn:o> .\n" % n for n in range(9)),
        format="ntriples",
        graph="urn:g",
    )

    found = store.describe("urn:o", NTRIPLES, ["urn:g"], mentions=8)

    assert found is not None
    output = Collected()
    found[0].write(output)  # type: ignore[arg-type]
    assert output.data.count(b"\n") == 8
    assert found[1]
    assert store.describe("urn:o", NTRIPLES, ["urn:g"], mentions=9) is not None


def test_the_default_graph_holds_a_triple_once(work: Work) -> None:
    store = EmbeddedStore()
    for name in GRAPHS:
        store.load(b"<urn:s> <urn:p> 1 .", format="turtle", graph=name)

    found = ask(Work(KnowledgeGraph(store)), "graph", media_type=NTRIPLES)

    assert found.data.count(b"\n") == 1


@pytest.mark.parametrize("character", ["\\u0001", "\\uFFFE", "\\uFFFF"])
@pytest.mark.parametrize("at", [0, 8190, 8191, 8192])
def test_xml_is_well_formed_or_an_error(character: str, at: int) -> None:
    store = EmbeddedStore()
    data = f'<urn:s> <urn:p> "{"x" * at}{character}" .'
    store.load(data.encode(), format="turtle", graph=GRAPHS[0])
    work = Work(KnowledgeGraph(store))

    for query, kind in (
        ("SELECT ?o { ?s ?p ?o }", "application/sparql-results+xml"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "application/rdf+xml"),
    ):
        with pytest.raises(QueryError, match="XML cannot carry"):
            ask(work, query=query, media_type=kind)
        assert ask(work, query=query, media_type=[JSON, NTRIPLES]).data


def test_triples_are_counted_too(work: Work) -> None:
    query = "CONSTRUCT WHERE { ?s ?p ?o }"
    assert ask(work, query=query, rows=12).data
    with pytest.raises(ServiceError, match="more than 11 rows"):
        ask(work, query=query, rows=11)


def test_threads_stream_the_same(run: Run, work: Work) -> None:
    async def scene() -> None:
        threads = Threads(work)
        given = {"query": "SELECT ?o { <urn:s> ?p ?o } ORDER BY ?o", "graphs": GRAPHS}
        stream = await threads.stream("sparql", {**given, "media_type": "text/csv"})
        assert stream.head == {"media_type": "text/csv", "form": "SELECT"}
        whole = b"".join([piece async for piece in stream.chunks])
        assert whole == b"o\r\nSECRET0\r\nSECRET1\r\nSECRET2\r\n"
        for faulty in ({"query": "SELECT"}, {"rows": 2}):
            with pytest.raises(SightlineError):
                await fetch(threads, "sparql", **{**given, **faulty})
        await threads.close()

    run(scene())
