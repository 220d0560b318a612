"""An estate is seen by those who may read it, and by nobody else at any address."""

import itertools
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from sightline.errors import InputError, UnknownTermError
from sightline.server.security.rights import Caller, Guarded, _caller
from sightline.service.work import estate_graph

from .conftest import ESTATES, SUBSETS, Walled, run, template

GRAPHS = {name: estate_graph(name) for name in ESTATES}
ALL = " ".join(f"<{iri}>" for iri in GRAPHS.values())
FROM = " ".join(f"FROM <{iri}>" for iri in GRAPHS.values())
NAMED = " ".join(f"FROM NAMED <{iri}>" for iri in GRAPHS.values())
ANY = "{ ?s ?p ?o FILTER(CONTAINS(STR(?o), 'secret-') || CONTAINS(STR(?s), 'secret-')) }"
DEPLOYMENTS = "{ ?s a sl:Deployment . ?s ?p ?o }"
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
    {"default-graph-uri": list(GRAPHS.values())},
    {"named-graph-uri": list(GRAPHS.values())},
    {"default-graph-uri": [GRAPHS["north"]], "named-graph-uri": [GRAPHS["south"], "urn:unknown"]},
)


def leaks(text: str, estates: tuple[str, ...]) -> set[str]:
    """List the estates whose secrets a text tells, although they are not among ``estates``."""
    told = {n for n in ESTATES if f"secret-{n}" in text or GRAPHS[n] in text}
    return told.difference(estates)


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_query_tells_of_a_graph_that_is_not_the_callers(
    walled: Walled, form: str
) -> None:
    seen = set()
    for subset, dataset in itertools.product(SUBSETS, DATASETS):
        query = urlencode({"query": FORMS[form], **dataset}, doseq=True)
        answer = walled(f"/sparql?{query}", estates=subset)
        assert answer.status == 200, answer.text
        assert not leaks(answer.text, subset), (subset, dataset)
        seen |= leaks(answer.text, ())
    assert seen == set(ESTATES), "the test could not fail"


@pytest.mark.parametrize("ask", ["{ GRAPH <%s> { } }", "{ GRAPH <%s> { ?s ?p ?o } }"])
def test_yes_and_no_tell_nothing(walled: Walled, ask: str) -> None:
    for subset, name in itertools.product(SUBSETS, ESTATES):
        query = quote(f"ASK {ask % GRAPHS[name]}", safe="")
        answer = walled(f"/sparql?query={query}", estates=subset)
        assert json.loads(answer.body)["boolean"] is (name in subset)


ADDRESSES = (
    "/sparql",
    "/rdf-graph-store?default",
    "/rdf-graph-store/estate/{estate}",
    "/rdf-graph-store?graph={graph}",
    "/id/graph/estate/{estate}",
    "/estate?estate={estate}",
    "/questions/estate/deployments-without-own-key?estate={estate}",
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


def test_what_a_caller_may_read_is_there(walled: Walled) -> None:
    for address in ("/rdf-graph-store?default", "/rdf-graph-store/estate/south"):
        answer = walled(address, {"Accept": "application/n-triples"}, estates=("south",))
        assert "secret-south" in answer.text
    path = "/questions/estate/deployments-without-own-key?estate=south"
    page = walled(path, {"Accept": "text/html"}, estates=("south",))
    assert page.status == 200
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
