"""Every IRI of the base can be followed: what is published, and what is derived."""

import random
from urllib.parse import urlsplit

import pytest

from sightline import queries
from sightline.render import rdf
from sightline.render.answer import answer_json
from sightline.server.addresses import normalized
from sightline.server.linked import described
from sightline.stores.embedded import parse
from sightline.terms import BASE, GRAPH, kind, token

NTRIPLES = {"Accept": "application/n-triples"}
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def path(iri: str) -> str:
    return f"/id/{iri.removeprefix(BASE)}"


def published(graph) -> list[str]:
    found: set[str] = set()
    for subject, predicate, value, name in [*graph.store.quads(), *queries.catalog_quads()]:
        found |= {subject, predicate, name, value.datatype}
        if value.kind == "iri":
            found.add(value.value)
    return sorted(iri for iri in found if iri.startswith(BASE) and iri != BASE)


def test_an_iri_of_each_kind_is_described(client, graph):
    chance = random.Random(4)
    by_kind: dict[str, list[str]] = {}
    for iri in published(graph):
        by_kind.setdefault(kind(iri) or "", []).append(iri)
    assert len(by_kind) > 30
    for iris in by_kind.values():
        for iri in chance.sample(iris, min(3, len(iris))):
            answer = client(path(iri), NTRIPLES)
            if iri in GRAPH and iri != queries.CATALOG_GRAPH:  # which stands in no store
                assert answer.status == 303
                answer = client(answer.headers["location"], NTRIPLES)
            assert answer.status == 200, iri
            triples = list(parse(answer.body, "ntriples"))
            assert triples
            assert iri in GRAPH or any(
                iri in (s, p, o.value, o.datatype) for s, p, o, _ in triples
            ), iri


def test_every_iri_of_the_base_is_followed(graph):
    """Without the socket: all of them, by the task behind the address."""
    from sightline.service.tasks.linked import dereference
    from sightline.service.work import Work

    class Nowhere:
        def begin(self, head):
            pass

        def write(self, data):
            return len(data)

        def flush(self):
            pass

    work, graphs = Work(graph), graph.store.graphs()
    found = published(graph)
    assert len(found) > 3000
    for iri in set(found) - set(graphs):
        given = {"iri": iri, "graphs": graphs, "media_type": "application/n-triples"}
        dereference(work, given, b"", Nowhere())


def test_the_iris_of_an_answer_are_derived_again(client, graph, ask_at_random):
    chance = random.Random(11)
    checked = 0
    for _ in range(12):
        answer = graph.access(**_arguments(ask_at_random(chance)))
        told = answer_json(answer, "digest", answer.selected_on)
        about: dict[str, set[tuple[str, str]]] = {}
        for s, p, o, _ in rdf.quads(answer):
            about.setdefault(s, set()).add((p, o.value))
        iris = sorted(about)
        assert {row["id"] for row in told["access"] if row.get("id")} <= {
            *iris, *(iri.removeprefix(f"{BASE}access/") for iri in iris)
        }  # fmt: skip
        for iri in chance.sample(iris, min(8, len(iris))):
            if kind(iri) == "configuration" and answer.question.as_of:
                continue  # what is assumed for it depends on the date
            found = client(path(iri), NTRIPLES)
            assert found.status == 200, iri
            triples = {(p, o.value) for s, p, o, _ in parse(found.body, "ntriples") if s == iri}
            if kind(iri) != "configuration":
                assert triples == about[iri], iri
            checked += 1
    assert checked > 40


def _arguments(question) -> dict:
    return {
        "configuration": question.configuration,
        "as_of": question.as_of,
        "collection": question.collection,
        "assume": question.assume,
    }


def test_a_derived_graph_is_the_answer(client, graph):
    answer = graph.access({"offering": "azure-openai", "region": ("eastus", "westeurope")})
    found = client(path(rdf.derived_graph(answer)), NTRIPLES)
    expected = {(s, p, o) for s, p, o, _ in rdf.quads(answer)}
    assert {(s, p, o) for s, p, o, _ in parse(found.body, "ntriples")} == expected


def test_a_browser_gets_a_page_about_each_kind(client, graph):
    by_kind = {kind(iri): iri for iri in published(graph)}
    answer = graph.access({"offering": "azure-openai", "region": "swedencentral"})
    derived = {kind(s): s for s, *_ in rdf.quads(answer) if s.count("/") in (5, 13)}
    for iri in (by_kind | derived).values():
        found = client(path(iri), HTML)
        place = found.headers.get("location")
        if place is not None:
            assert found.status == 303
            assert not urlsplit(place).netloc
            assert place.startswith("/")
            found = client(place, HTML)
        assert found.status == 200, iri
        assert found.media_type in ("text/html", "text/turtle")


def test_a_page_shows_nodes_without_names_and_mentions(graph):
    text = b"""
      <urn:a> <urn:p> _:x .
      _:x <urn:q> "deep" .
      <urn:b> <urn:r> <urn:a> .
      <urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:C> .
    """
    found = described("urn:a", list(parse(text, "ntriples")))
    assert [each.value for each in found["kinds"]] == ["urn:C"]
    (node,) = found["said"]["urn:p"]
    assert [value.value for _, value in found["nodes"][node.value]] == ["deep"]
    assert found["mentioned"] == {"urn:r": ["urn:b"]}


@pytest.mark.parametrize(
    "text",
    ["são paulo", "a,b", "100%", "x/y", "it's", "(1)", "a&b=c", "~.-_:"],
)
def test_a_token_survives_its_way_through_an_address(text):
    from sightline.terms import REGION

    iri = REGION[text]
    assert BASE + normalized(iri.removeprefix(BASE).encode()) == iri
    assert token(iri) == text
