"""An estate is seen by those who may read it, and by nobody else at any address."""

import itertools
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from sightline.errors import InputError, UnknownTermError
from sightline.server.security.rights import Caller, Guarded, _caller
from sightline.service.work import catalog_graph, estate_graph

from .conftest import ESTATES, SUBSETS, Walled, run, template

GRAPHS = {name: estate_graph(name) for name in ESTATES}
CATALOGS = {name: catalog_graph(name) for name in ESTATES}
EVERY = [*GRAPHS.values(), *CATALOGS.values()]
ALL = " ".join(f"<{iri}>" for iri in EVERY)
FROM = " ".join(f"FROM <{iri}>" for iri in EVERY)
NAMED = " ".join(f"FROM NAMED <{iri}>" for iri in EVERY)
ANY = "{ ?s ?p ?o FILTER(CONTAINS(STR(?o), 'secret-') || CONTAINS(STR(?s), 'secret-')) }"
DEPLOYMENTS = "{ ?s a sl:Deployment . ?s ?p ?o }"
DATASET = "{ ?s a sl:Dataset . ?s ?p ?o }"
REACHES = "{ ?s a sl:DatasetReach ; sl:reachesFrom ?from ; sl:reachesTo ?to }"
CATALOG_FORMS = {
    "default graph": f"SELECT * {DATASET}",
    "graph variable": f"SELECT * {{ GRAPH ?g {DATASET} }}",
    "named graphs": f"SELECT ?g {{ VALUES ?g {{ {ALL} }} GRAPH ?g {{ }} }}",
    "values": f"SELECT * {{ VALUES ?g {{ {ALL} }} GRAPH ?g {DATASET} }}",
    "union and path": "SELECT * { { GRAPH ?g { ?s sl:fedBy+ ?o } } UNION { ?s sl:fedBy+ ?o } }",
    "from": f"SELECT * {FROM} {REACHES}",
    "from named": f"SELECT * {NAMED} {{ GRAPH ?g {REACHES} }}",
    "aggregate": f"SELECT (GROUP_CONCAT(CONCAT(STR(?from), STR(?to))) AS ?all) {REACHES}",
    "construct": f"CONSTRUCT {{ ?s ?p ?o }} {{ {{ GRAPH ?g {DATASET} }} UNION {DATASET} }}",
    "describe": "DESCRIBE ?s { { ?s a sl:DatasetLink } UNION { GRAPH ?g { ?s a sl:Dataset } } }",
    "exists": f"SELECT ?s {{ ?s a sl:Dataset FILTER EXISTS {{ GRAPH ?g {DATASET} }} }}",
}
FORMS = {
    "default graph": f"SELECT * {ANY}",
    "graph variable": f"SELECT * {{ GRAPH ?g {ANY} }}",
    "named graphs": f"SELECT ?g {{ VALUES ?g {{ {ALL} }} GRAPH ?g {{ }} }}",
    "values": f"SELECT * {{ VALUES ?g {{ {ALL} }} GRAPH ?g {ANY} }}",
    "union and path": f"SELECT * {{ {{ GRAPH ?g {{ ?s (!<urn:x>)+ ?o . ?s a sl:Deployment }} }} "
    f"UNION {DEPLOYMENTS} }}",
    "from": f"SELECT * {FROM} {DEPLOYMENTS}",
    "from named": f"SELECT * {NAMED} {{ GRAPH ?g {DEPLOYMENTS} }}",
    "aggregate": f"SELECT (GROUP_CONCAT(CONCAT(STR(?s), STR(?o))) AS ?all) {DEPLOYMENTS}",
    "construct": f"CONSTRUCT {{ ?s ?p ?o }} {{ {{ GRAPH ?g {DEPLOYMENTS} }} UNION {DEPLOYMENTS} }}",
    "describe": "DESCRIBE ?s { { ?s a sl:Deployment } UNION { GRAPH ?g { ?s a sl:Deployment } } }",
    "exists": f"SELECT ?s {{ ?s a sl:Deployment FILTER EXISTS {{ GRAPH ?g {DEPLOYMENTS} }} }}",
}
DATASETS: tuple[dict[str, list[str]], ...] = (
    {},
    {"default-graph-uri": EVERY},
    {"named-graph-uri": EVERY},
    {"default-graph-uri": [GRAPHS["north"]], "named-graph-uri": [GRAPHS["south"], "urn:unknown"]},
)


def leaks(text: str, estates: tuple[str, ...]) -> set[str]:
    """List the estates whose secrets a text tells, although they are not among ``estates``."""
    graphs = {n: (GRAPHS[n], CATALOGS[n]) for n in ESTATES}
    told = {n for n in ESTATES if any(each in text for each in (f"secret-{n}", *graphs[n]))}
    return told.difference(estates)


@pytest.mark.parametrize(
    "query",
    [*FORMS.values(), *CATALOG_FORMS.values()],
    ids=[*FORMS, *(f"catalog: {form}" for form in CATALOG_FORMS)],
)
def test_no_form_of_query_tells_of_a_graph_that_is_not_the_callers(
    walled: Walled, query: str
) -> None:
    seen = set()
    for subset, dataset in itertools.product(SUBSETS, DATASETS):
        parameters = urlencode({"query": query, **dataset}, doseq=True)
        answer = walled(f"/sparql?{parameters}", estates=subset)
        assert answer.status == 200, answer.text
        assert not leaks(answer.text, subset), (subset, dataset)
        seen |= leaks(answer.text, ())
    assert seen == set(ESTATES), "the test could not fail"


@pytest.mark.parametrize("ask", ["{ GRAPH <%s> { } }", "{ GRAPH <%s> { ?s ?p ?o } }"])
def test_yes_and_no_tell_nothing(walled: Walled, ask: str) -> None:
    for graphs, subset, name in itertools.product((GRAPHS, CATALOGS), SUBSETS, ESTATES):
        query = quote(f"ASK {ask % graphs[name]}", safe="")
        answer = walled(f"/sparql?query={query}", estates=subset)
        assert json.loads(answer.body)["boolean"] is (name in subset)


@pytest.mark.parametrize("kind", ["Dataset", "DatasetLink", "DatasetReach", "CatalogTerm"])
def test_counts_tell_nothing(walled: Walled, kind: str) -> None:
    query = quote(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a sl:{kind} }}", safe="")
    counts = {}
    for subset in SUBSETS:
        rows = json.loads(walled(f"/sparql?query={query}", estates=subset).body)["results"]
        counts[subset] = int(rows["bindings"][0]["n"]["value"])
    assert counts[()] == 0
    each = [counts[name,] for name in ESTATES]
    assert min(each) > 0
    shared = len(ESTATES) * each[0] - counts[ESTATES]  # a term such as 'pii' is that of all
    assert shared == (2 if kind == "CatalogTerm" else 0)


ADDRESSES = (
    "/sparql",
    "/rdf-graph-store?default",
    "/rdf-graph-store/estate/{estate}",
    "/rdf-graph-store?graph={graph}",
    "/id/graph/estate/{estate}",
    "/estate?estate={estate}",
    "/questions/estate/deployments-without-own-key?estate={estate}",
    "/rdf-graph-store/catalog/{estate}",
    "/id/graph/catalog/{estate}",
    "/questions/catalog/links-of-datasets?estate={estate}",
    "/questions/catalog/datasets-without-reviewed-link?estate={estate}&dataset_name=",
    "/api/questions/catalog/links-of-datasets?estate={estate}",
    "/api/questions/catalog/unmapped-catalog-terms?estate={estate}&format=csv",
    "/api/estates",
    "/api/estates/{estate}",
    "/api/estates/{estate}/access",
    "/api/estates/{estate}/validate",
    "/api/questions/estate/deployments-without-own-key?estate={estate}",
    "/api/openapi.json",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_tells_of_an_estate_that_is_not_the_callers(
    walled: Walled, address: str
) -> None:
    accept = "application/n-triples, application/json;q=0.9, text/html;q=0.8"
    path = address.format(estate="north", graph=GRAPHS["north"])
    answer = walled(path, {"Accept": accept}, estates=("south",))
    assert answer.status in (200, 303, 400, 404)
    assert "secret-north" not in answer.text
    assert "west" not in answer.text.replace('"', " ").split()
    unknown = address.format(estate="unheard", graph=GRAPHS["north"].replace("north", "unheard"))
    told = walled(unknown, {"Accept": accept}, estates=("south",))
    assert told.status == answer.status
    assert told.text.replace("unheard", "north") == answer.text  # as if there were none


def test_a_dataset_of_another_estate_is_as_one_that_there_is_not(walled: Walled) -> None:
    path = "/id/dataset/dcat/https:%2F%2Fdata.example%2Fsecret-{}-{}"
    answers = [
        walled(path.format("north", name), {"Accept": "text/plain"}, estates=("south",))
        for name in ("linked", "unheard")
    ]
    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text.replace("unheard", "linked")


def test_what_a_caller_may_read_is_there(walled: Walled) -> None:
    for address in ("/rdf-graph-store?default", "/rdf-graph-store/estate/south"):
        answer = walled(address, {"Accept": "application/n-triples"}, estates=("south",))
        assert "secret-south" in answer.text
    for path in (
        "/questions/estate/deployments-without-own-key?estate=south",
        "/questions/catalog/links-of-datasets?estate=south",
        "/estate?estate=south",
        "/rdf-graph-store/catalog/south",
        "/id/dataset/dcat/https:%2F%2Fdata.example%2Fsecret-south-linked",
    ):
        page = walled(path, {"Accept": "text/html, */*;q=0.5"}, estates=("south",))
        assert page.status == 200, path
        assert "secret-south" in page.text


def test_one_callers_answer_is_not_kept_for_another(walled: Walled) -> None:
    path = "/api/questions/estate/deployments-without-own-key?estate=north"
    first = walled(path, {"Accept": "application/json"})
    if first.status == 404:
        pytest.skip("there is no HTTP API")
    tag = {"If-None-Match": first.headers.get("etag")}
    for sent in ({}, tag):
        again = walled(path, {"Accept": "application/json", **sent}, estates=("south",))
        assert again.status in (400, 403, 404)
        assert "secret" not in again.text


class Recorded:
    """Workers that do what they are asked."""

    def __init__(self) -> None:
        self.tasks: list[str] = []

    async def call(self, task: str, given: Any, body: bytes = b"") -> Any:
        self.tasks.append(task)

    stream = call  # type: ignore[assignment]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("method", ["call", "stream"])
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"estate": "south"}, UnknownTermError),
        ({"estate": "unknown"}, UnknownTermError),
        ({"task": "ask", "given": {"estate": "south"}}, UnknownTermError),
        ({"before": {"estate": "north"}, "after": {"estate": "south"}}, UnknownTermError),
        ({"graphs": ["urn:g", GRAPHS["west"]]}, InputError),
        ({"graphs": ["urn:g", CATALOGS["west"]]}, InputError),
        ({"graphs": [CATALOGS["north"]]}, None),
        ({"estate": "north", "graphs": ["urn:g", GRAPHS["north"]]}, None),
        ({"given": {"estate": "north"}}, None),
        ({}, None),
    ],
)
def test_workers_refuse_what_a_page_forgot_to_check(
    method: str, given: dict[str, Any], error: type[Exception] | None
) -> None:
    async def ask(caller: Caller) -> None:
        token = _caller.set(caller)
        try:
            await getattr(guarded, method)("task", given)
        finally:
            _caller.reset(token)

    workers = Recorded()
    guarded = Guarded(workers, ESTATES)  # type: ignore[arg-type]
    if error:
        with pytest.raises(error) as raised:
            run(ask(Caller("t", frozenset({"north"}))))
        assert "south" not in getattr(raised.value, "hint", "")
        assert workers.tasks == []
        run(ask(Caller("everyone", None)))
    else:
        run(ask(Caller("t", frozenset({"north"}))))
    assert workers.tasks == ["task"]


def test_a_file_that_is_sent_is_not_kept(walled: Walled) -> None:
    sent = template("north").replace("secret-north", "passing-by").encode()
    answer = walled("/api/validate", {"Content-Type": "application/json"}, "POST", sent)
    if answer.status == 404:
        pytest.skip("there is no HTTP API")
    assert answer.status == 200, answer.text
    query = quote("ASK { ?s ?p ?o FILTER(CONTAINS(STR(?o), 'passing-by')) }", safe="")
    assert json.loads(walled(f"/sparql?query={query}").body)["boolean"] is False
