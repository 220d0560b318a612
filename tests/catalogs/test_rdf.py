"""Each import is a named graph that says where it comes from; joins by lineage work on it."""

import hashlib
from datetime import UTC, datetime

import pytest

from sightline.catalogs import read_content
from sightline.catalogs.rdf import catalog_graph, quads
from sightline.stores import nquads
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import SL

WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
EVENTS = b"""[{"job": {"namespace": "n", "name": "a"}, "run": {},
  "inputs": [{"namespace": "n", "name": "raw",
  "facets": {"tags": {"tags": [{"key": "pii", "field": "mail"}, {"key": "gold"}]}}}],
  "outputs": [{"namespace": "n", "name": "mid"}]},
 {"job": {"namespace": "n", "name": "b"}, "run": {}, "inputs": [{"namespace": "n", "name": "mid"}],
  "outputs": [{"namespace": "n", "name": "end"}]}]"""
TAGS = b"catalog_name,schema_name,table_name,tag_name,tag_value\na,b,c,pii,mail\n"


@pytest.fixture(scope="module")
def store():
    files = [read_content("./in/events.json", EVENTS), read_content("tags.csv", TAGS)]
    files.append(read_content("broken.json", b"{"))
    made = EmbeddedStore()
    made.load("".join(nquads(quads(files, WHEN))).encode(), format="nquads")
    return made


def rows(store, text):
    return [tuple(term and term.value for term in row) for row in store.query(text).rows]


def test_a_file_is_a_graph_with_digest_time_and_tool(store):
    digest = hashlib.sha256(EVENTS).hexdigest()
    graph = catalog_graph("./in/events.json", digest)
    assert store.graphs() == sorted(
        [
            graph,
            catalog_graph("tags.csv", hashlib.sha256(TAGS).hexdigest()),
            catalog_graph("broken.json", hashlib.sha256(b"{").hexdigest()),
        ]
    )
    found = rows(
        store,
        f"SELECT ?file ?digest ?format ?time ?tool {{ GRAPH <{graph}> {{ <{graph}> "
        "a sl:CatalogFile ; dct:source ?file ; sl:fileDigest ?digest ; sl:fileFormat ?format ; "
        "sl:toolVersion ?tool ; prov:generatedAtTime ?time ; "
        "prov:wasGeneratedBy/prov:wasAssociatedWith/skos:prefLabel ?name } }",
    )
    (line,) = found
    assert line[:4] == ("./in/events.json", digest, "openlineage", "2026-11-01T12:00:00Z")


def test_lineage_is_followed_by_a_path(store):
    found = rows(
        store,
        'SELECT ?name { ?end skos:prefLabel "end" ; sl:fedBy+ ?d . ?d skos:prefLabel ?name }',
    )
    assert sorted(found) == [("mid",), ("raw",)]


def test_an_edge_names_both_ends_and_the_job(store):
    found = rows(
        store,
        "SELECT ?up ?down ?job { ?e a sl:LineageEdge ; sl:hasUpstream/skos:prefLabel ?up ; "
        "sl:hasDownstream/skos:prefLabel ?down ; sl:movedBy/skos:prefLabel ?job } ORDER BY ?up",
    )
    assert found == [("mid", "end", "b"), ("raw", "mid", "a")]


def test_terms_of_a_dataset_and_of_its_fields_are_found(store):
    found = rows(
        store,
        "SELECT ?term ?field { ?d a sl:Dataset ; skos:prefLabel 'raw' . "
        "{ ?d sl:hasAssignment ?a } UNION { ?d sl:hasField ?f . ?f sl:hasAssignment ?a ; "
        "sl:fieldPath ?field } ?a sl:assignsTerm/sl:sourceKey ?term } ORDER BY ?term",
    )
    assert found == [("gold", None), ("pii", "mail")]


def test_a_key_is_verbatim_and_in_parts(store):
    found = rows(
        store,
        "SELECT ?source ?platform ?database ?schema ?table { ?k sl:sourceKey ?source ; "
        "sl:platform ?platform ; sl:databaseName ?database ; sl:schemaName ?schema ; "
        "sl:tableName ?table }",
    )
    source = '{"catalog_name": "a", "schema_name": "b", "table_name": "c"}'
    assert found == [(source, "databricks", "a", "b", "c")]


def test_a_file_that_cannot_be_read_has_its_error_in_its_graph(store):
    found = rows(
        store, "SELECT ?file ?code { ?f dct:source ?file ; sl:hasReadingError/sl:errorCode ?code }"
    )
    assert found == [("broken.json", "input.syntax")]


def test_no_import_says_that_data_reaches_a_deployment(store):
    assert rows(store, "SELECT ?d { ?d sl:reachesDeployment ?x }") == []


def test_every_own_term_is_defined(store):
    from sightline.graph import KnowledgeGraph

    defined = {subject for subject, *_ in KnowledgeGraph().store.quads() if subject in SL}
    used = {predicate for _s, predicate, *_ in store.quads() if predicate in SL}
    used |= {value.value for *_, value, _g in store.quads() if value.value in SL}
    assert used - defined == set()
