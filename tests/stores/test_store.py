"""What every store promises, on the one in memory and on real servers."""

import json
from pathlib import Path

import pytest

from sightline.errors import InputError, QueryError
from sightline.stores import LANG_STRING, Solutions, Store, Triples, iri, literal, nquads
from sightline.stores.embedded import parse
from sightline.terms import GRAPH, XSD

ONE, TWO = GRAPH["one"], GRAPH["two"]
ACTOR = "https://w3id.org/sightline/actor/"
TURTLE = b"""
@prefix actor: <https://w3id.org/sightline/actor/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
actor:customer skos:prefLabel "Customer"@en ; skos:broader actor:anyone .
actor:anyone skos:prefLabel "Anyone"@en .
"""
LABELS = "SELECT ?who ?label WHERE { ?who skos:prefLabel ?label } ORDER BY ?who"


@pytest.fixture
def loaded(store: Store) -> Store:
    store.load(TURTLE, format="turtle", graph=ONE)
    store.load(b'<urn:s> <urn:p> "two" .', format="ntriples", graph=TWO)
    return store


def rows(store: Store, text: str, **options: object) -> list[tuple[str | None, ...]]:
    answer = store.query(text, **options)  # type: ignore[arg-type]
    assert isinstance(answer, Solutions)
    return [tuple(term and term.value for term in row) for row in answer.rows]


def test_select_with_the_prefix_table(loaded: Store) -> None:
    answer = loaded.query(LABELS)

    assert answer == Solutions(
        ("who", "label"),
        [
            (iri(f"{ACTOR}anyone"), literal("Anyone", language="en")),
            (iri(f"{ACTOR}customer"), literal("Customer", language="en")),
        ],
    )


def test_prefixes_of_the_query_win(loaded: Store) -> None:
    text = f"PREFIX skos: <{ACTOR}>\nASK {{ ?s ?p skos:anyone }}"

    assert loaded.query(text) is True


def test_unbound_is_none(loaded: Store) -> None:
    text = "SELECT ?s ?x WHERE { ?s skos:prefLabel ?l OPTIONAL { ?s skos:broader ?x } } ORDER BY ?s"

    assert rows(loaded, text) == [
        (f"{ACTOR}anyone", None),
        (f"{ACTOR}customer", f"{ACTOR}anyone"),
    ]


def test_ask(loaded: Store) -> None:
    assert loaded.query("ASK { actor:customer ?p ?o }") is True
    assert loaded.query("ASK { actor:nobody ?p ?o }") is False


def test_construct(loaded: Store) -> None:
    answer = loaded.query("CONSTRUCT { ?o rdfs:seeAlso ?s } WHERE { ?s skos:broader ?o }")

    see_also = "http://www.w3.org/2000/01/rdf-schema#seeAlso"
    assert answer == Triples([(f"{ACTOR}anyone", see_also, iri(f"{ACTOR}customer"))])


def test_describe(loaded: Store) -> None:
    answer = loaded.query("DESCRIBE actor:anyone")

    assert isinstance(answer, Triples)
    assert (f"{ACTOR}anyone", literal("Anyone", language="en")) in [
        (s, value) for s, _, value in answer.rows
    ]


def test_the_default_graph_is_the_union(loaded: Store) -> None:
    assert rows(loaded, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }") == [("4",)]


def test_a_query_may_name_its_graphs(loaded: Store) -> None:
    assert rows(loaded, f"SELECT ?s FROM <{TWO}> WHERE {{ ?s ?p ?o }}") == [("urn:s",)]
    named = f"SELECT ?g FROM NAMED <{TWO}> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert rows(loaded, named) == [(TWO,)]


def test_a_caller_may_name_the_graphs(loaded: Store) -> None:
    graphs = rows(loaded, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }", graphs=[TWO])

    assert graphs == [(TWO,)]
    assert rows(loaded, "SELECT ?s WHERE { ?s ?p ?o }", graphs=[TWO]) == [("urn:s",)]


def test_graphs_and_quads(loaded: Store) -> None:
    assert loaded.graphs() == [ONE, TWO]
    assert list(loaded.quads(TWO)) == [("urn:s", "urn:p", literal("two"), TWO)]
    expected = {*parse(TURTLE, "turtle", ONE), ("urn:s", "urn:p", literal("two"), TWO)}
    assert set(loaded.quads()) == expected
    assert len(list(loaded.quads())) == len(expected)
    assert set(parse("".join(nquads(loaded.quads())).encode(), "nquads")) == expected


@pytest.mark.parametrize(
    "value",
    [
        literal("007"),
        literal(' "a"\\b\n\r\tc\'d #<&>{}\u00e9\U0001f512 '),
        literal("Größe", language="de"),
        literal("2024-05-02", XSD["date"]),
        literal("180", XSD["integer"]),
        literal("false", XSD["boolean"]),
        literal("https://example.org/a#:~:text=b%2Dc,d", XSD["anyURI"]),
        literal("P30D"),
        iri("https://example.org/a?b=c&d=(e)#f'g"),
    ],
)
def test_terms_come_back_exactly(store: Store, value: object) -> None:
    line = "".join(nquads([("urn:s", "urn:p", value, "")]))  # type: ignore[list-item]
    store.load(line.encode(), format="ntriples", graph=ONE)

    assert [quad[2] for quad in store.quads(ONE)] == [value]
    assert store.query("SELECT ?o WHERE { ?s ?p ?o }") == Solutions(("o",), [(value,)])
    assert store.query("CONSTRUCT WHERE { ?s ?p ?o }") == Triples([("urn:s", "urn:p", value)])


def test_all_formats_load(store: Store, tmp_path: Path) -> None:
    files = {
        "a.ttl": "<urn:s> <urn:p> 'turtle' .",
        "a.nt": '<urn:s> <urn:p> "ntriples" .',
        "a.rdf": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:u='urn:'>"
        "<rdf:Description rdf:about='urn:s'><u:p>rdfxml</u:p></rdf:Description></rdf:RDF>",
        "a.jsonld": '{"@id": "urn:s", "urn:p": "jsonld"}',
        "a.nq": f'<urn:s> <urn:p> "nquads" <{TWO}> .',
        "a.trig": f"<{TWO}> {{ <urn:s> <urn:p> 'trig' }}",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
        store.load(tmp_path / name, graph="" if name in ("a.nq", "a.trig") else ONE)

    assert {q[2].value for q in store.quads(ONE)} == {"turtle", "ntriples", "rdfxml", "jsonld"}
    assert {q[2].value for q in store.quads(TWO)} == {"nquads", "trig"}


def test_blank_nodes_of_two_files_stay_apart(store: Store) -> None:
    store.load(b"_:b <urn:p> 'one' . _:b <urn:q> _:b .", format="turtle", graph=ONE)
    store.load(b"_:b <urn:p> 'two' .", format="turtle", graph=TWO)

    assert rows(store, "SELECT ?o WHERE { ?s <urn:p> 'one', ?o }") == [("one",)]
    assert store.query("ASK { ?s <urn:p> 'one' ; <urn:q> ?s }") is True
    assert store.query("ASK { ?s <urn:p> 'one', 'two' }") is False


def test_many_triples(store: Store) -> None:
    lines = [f'<urn:s{n % 50}> <urn:p{n % 7}> "{n}" .\n' for n in range(10_500)]
    store.load("".join(lines).encode(), format="ntriples", graph=ONE)

    assert {quad[2].value for quad in store.quads(ONE)} == {str(n) for n in range(10_500)}


def test_tables_in_standard_formats(loaded: Store) -> None:
    table = json.loads(loaded.serialize(LABELS, "json"))
    assert table["head"]["vars"] == ["who", "label"]
    assert table["results"]["bindings"][0]["label"] == {
        "type": "literal",
        "value": "Anyone",
        "xml:lang": "en",
    }
    csv = loaded.serialize(LABELS, "csv")
    assert csv == f"who,label\r\n{ACTOR}anyone,Anyone\r\n{ACTOR}customer,Customer\r\n".encode()
    assert b'<binding name="who"><uri>' in loaded.serialize(LABELS, "xml")
    assert loaded.serialize(LABELS, "tsv").startswith(b"?who\t?label\n<")
    assert json.loads(loaded.serialize("ASK {}", "json"))["boolean"] is True


@pytest.mark.parametrize("format", ["turtle", "ntriples", "nquads", "trig", "rdfxml", "jsonld"])
def test_triples_in_standard_formats(loaded: Store, format: str) -> None:
    content = loaded.serialize("CONSTRUCT WHERE { actor:anyone ?p ?o }", format)

    assert [(s, value) for s, _, value, _ in parse(content, format)] == [
        (f"{ACTOR}anyone", literal("Anyone", language="en"))
    ]


def test_a_form_has_its_own_formats(store: Store) -> None:
    with pytest.raises(QueryError, match="CONSTRUCT has no answer in 'csv'"):
        store.serialize("CONSTRUCT WHERE { ?s ?p ?o }", "csv")
    with pytest.raises(QueryError, match="SELECT has no answer in 'turtle'"):
        store.serialize("SELECT * WHERE { ?s ?p ?o }", "turtle")


@pytest.mark.parametrize(
    ("data", "format", "message"),
    [
        (b"\n<urn:s> <urn:p> .\n", "turtle", "the data is not turtle: at line 2 column 17"),
        (b"<urn:s> <urn:p> 'a' ;\n\n zz .", "turtle", "line 3"),
        (b"<urn:s> <urn:p> <urn:o> .\n<urn:s> ", "ntriples", "line 2"),
        (b"<s> <urn:p> <urn:o> .", "ntriples", "line 1"),
        (bytes(range(256)), "turtle", "not turtle"),
        (bytes(range(256)), "rdfxml", "not rdfxml"),
        (bytes(range(256)), "jsonld", "not jsonld"),
        (b"<urn:s> <urn:p> '\xff' .", "turtle", "UTF-8"),
        (b'{"@context": "http://127.0.0.1:9/", "@id": "urn:s", "p": 1}', "jsonld", "not jsonld"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "rdfxml", "DOCTYPE"),
        (b'{"urn:p":' * 5000 + b"1" + b"}" * 5000, "jsonld", "deeper than 200 levels"),
        (b"<<( <urn:s> <urn:p> " * 100_000, "turtle", "deeper than 200 levels"),
        (b"", "n3", "unknown RDF format 'n3'"),
    ],
)
def test_broken_data_is_an_input_error_and_adds_nothing(
    store: Store, data: bytes, format: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        store.load(data, format=format)

    assert store.graphs() == []


def test_a_good_beginning_of_broken_data_is_not_kept(store: Store) -> None:
    good = "".join(f"<urn:s{n}> <urn:p> <urn:o> .\n" for n in range(5000))
    with pytest.raises(InputError, match="line 5001"):
        store.load(f"{good}broken".encode(), format="turtle", graph=ONE)

    assert list(store.quads()) == []


def test_a_graph_needs_an_iri(store: Store) -> None:
    with pytest.raises(InputError, match="not a graph IRI: 'no iri'"):
        store.load(b"<urn:s> <urn:p> 1 .", format="turtle", graph="no iri")
    with pytest.raises(InputError, match="trig names its graphs itself"):
        store.load(b"", format="trig", graph=ONE)


def test_a_file_name_tells_the_format(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a known RDF file name"):
        store.load(tmp_path / "notes.txt")
    with pytest.raises(InputError, match="there is no file"):
        store.load(tmp_path / "absent.ttl")
    (tmp_path / "broken.ttl").write_text("<urn:s>\n<urn:p> .")
    with pytest.raises(InputError, match=r"broken.ttl' is not turtle: at line 2"):
        store.load(tmp_path / "broken.ttl")


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("SELECT * WHERE { ?s ?p }", "query.syntax", None),
        ("SELECT * WHERE { ?s nowhere:p ?o }", "query.syntax", None),
        ("", "query.syntax", "the query is empty"),
        ("# nothing", "query.syntax", "the query is empty"),
        ("FIND ?s", "query.syntax", "'FIND'"),
        ("\x00\xff", "query.syntax", None),
        ("INSERT DATA { <urn:s> <urn:p> 1 }", "query.refused", "INSERT is refused"),
        ("PREFIX a: <urn:>\nDELETE WHERE { ?s ?p ?o }", "query.refused", "line 2, column 1"),
        ("LOAD <http://127.0.0.1:9/>", "query.refused", "LOAD is refused"),
        ("CLEAR ALL", "query.refused", "CLEAR is refused"),
        ("DROP ALL", "query.refused", "DROP is refused"),
        ("WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "query.refused", "WITH"),
    ],
)
def test_what_is_no_question_is_a_query_error(
    loaded: Store, text: str, code: str, message: str | None
) -> None:
    for ask in (loaded.query, lambda text: loaded.serialize(text, "json")):
        with pytest.raises(QueryError, match=message) as caught:
            ask(text)
        assert caught.value.code == code
    assert loaded.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }") == Solutions(
        ("n",), [(literal("4", XSD["integer"]),)]
    )


def test_a_language_has_its_datatype(loaded: Store) -> None:
    assert [q[2].datatype for q in loaded.quads(ONE) if q[2].language] == [LANG_STRING] * 2
