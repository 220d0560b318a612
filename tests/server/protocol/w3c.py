"""Run the W3C suites of SPARQL 1.1 Protocol, Service Description and Graph Store Protocol.

As a script it writes the figures into the documentation; a test holds the page to them.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).parent))

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.term import Node
from serving import Answer, Client, serving, site_over
from starlette.types import ASGIApp, Receive, Scope, Send

from sightline.graph import KnowledgeGraph
from sightline.server.app import create_app
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import GRAPH

SUITE = Path(__file__).parents[4] / "shared" / "suites" / "sparql11"
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "sparql-protocol.md"

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
HTS = Namespace("http://www.w3.org/2011/http-statusCodes#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

_NAMED_STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
_TABULAR = ("sparql-results+json", "sparql-results+xml", "csv", "tab-separated-values")
_BOOLEAN = ("sparql-results+json", "sparql-results+xml")
_RDF = ("turtle", "n-triples", "rdf+xml", "ld+json")


class Request(NamedTuple):
    """A request of a test, with what its response has to be."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    text: str
    statuses: list[str]
    format: str | None
    boolean: bool | None
    content: str | None
    location: str | None


class Test(NamedTuple):
    """A test of a manifest; ``data`` are graphs and the files that hold them."""

    name: str
    title: str
    data: list[tuple[str, Path]]
    requests: list[Request]


class Outcome(NamedTuple):
    """What came of a test: ``passed``, ``refused`` because it updates, or the first failure."""

    test: Test
    result: str


class Switched:
    """An application that can become another one."""

    def __init__(self) -> None:
        self.app: ASGIApp = create_app(site_over(_graph(EmbeddedStore())))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def hold(self, store: EmbeddedStore) -> None:
        self.app = create_app(site_over(_graph(store)))


@contextmanager
def switched() -> Iterator[tuple[Switched, Client]]:
    app = Switched()
    with serving(app) as client:
        yield app, client


def read(manifest: Path) -> list[Test]:
    """Read the tests of a manifest."""
    found = Graph().parse(manifest, format="turtle")
    top = found.value(predicate=RDF.type, object=MF.Manifest)
    entries = found.value(top, MF.entries)
    return [_test(found, entry) for entry in Collection(found, entries)] if entries else []


def _test(found: Graph, entry: Node) -> Test:
    data = [
        (str(found.value(node, RDFS.label)), Path(urlsplit(str(found.value(node, UT.graph))).path))
        for node in found.objects(entry, UT.graphData)
    ]
    action = found.value(entry, MF.action)
    requests = []
    if action is not None:
        for node in Collection(found, found.value(action, HT.requests)):
            requests.append(_request(found, node))
    name = str(entry).rpartition("#")[2]
    return Test(name, str(found.value(entry, MF.name)), data, requests)


def _request(found: Graph, node: Node) -> Request:
    response = found.value(node, HT.resp)
    body = found.value(node, HT.body)
    text = str(found.value(body, CNT.chars)) if body else ""
    encoding = str(found.value(body, CNT.characterEncoding)) if body else "UTF-8"
    content = found.value(response, HT.body)
    boolean = found.value(response, MF.expectedBoolean)
    kind, place = (
        found.value(response, MF.expectedFormat),
        found.value(response, MF.expectedLocation),
    )
    return Request(
        str(found.value(node, HT.methodName)),
        str(found.value(node, HT.absolutePath)),
        _headers(found, node),
        text.encode(encoding) if body else None,
        text,
        [str(each).removeprefix(HTS) for each in found.objects(response, MF.expectedStatus)],
        str(kind) if kind else None,
        bool(boolean) if isinstance(boolean, Literal) else None,
        str(found.value(content, CNT.chars)) if content else None,
        str(place) if place else None,
    )


def _headers(found: Graph, node: Node) -> dict[str, str]:
    headers = found.value(node, HT.headers)
    if headers is None:
        return {}
    return {
        str(found.value(each, HT.fieldName)): str(found.value(each, HT.fieldValue))
        for each in Collection(found, headers)
    }


def fits(status: int, expected: list[str]) -> bool:
    """Tell whether a status is one of those that a test allows."""
    return any(
        status == _NAMED_STATUS.get(each) or each == f"StatusCode{status // 100}xx"
        for each in expected
    )


def protocol() -> Iterator[Outcome]:
    """Run the suite of the protocol; updates are not among what a read-only endpoint does."""
    with switched() as (app, client):
        for test in read(SUITE / "protocol" / "manifest.ttl"):
            store = EmbeddedStore()
            for name, path in test.data:
                store.load(path, format="ntriples", graph=name)
            app.hold(store)
            yield Outcome(test, _run_protocol(client, test))


def _run_protocol(client: Client, test: Test) -> str:
    for request in test.requests:
        path = "/sparql" + request.path.removeprefix("/sparql/")
        answer = client(path, request.headers, request.method, request.body)
        if "update" in test.name and fits(200, request.statuses) and answer.status == 403:
            return "refused"
        if not fits(answer.status, request.statuses):
            return f"status {answer.status}"
        if wrong := _wrong(answer, request):
            return wrong
    return "passed"


def _wrong(answer: Answer, request: Request) -> str:
    kinds = {"tabular": _TABULAR, "boolean": _BOOLEAN, "RDF": _RDF}
    kind = answer.media_type.partition("/")[2]
    if request.format and kind not in kinds[request.format]:
        return f"media type {kind}"
    if request.boolean is not None and json.loads(answer.body)["boolean"] is not request.boolean:
        return "wrong answer"
    return ""


def graph_store(manifest: str) -> Iterator[Outcome]:
    """Run a suite of the Graph Store Protocol.

    Requests that write have to be refused. What they would have written is then put into the store
    by the test, so that the requests that read are asked of the state they expect.
    """
    with switched() as (app, client):
        for test in read(SUITE / "graph-store-protocol" / manifest):
            yield Outcome(test, _run_graph_store(app, client, test))


def _run_graph_store(app: Switched, client: Client, test: Test) -> str:
    held: dict[str, Graph] = {}
    location = "http://www.example/gsp/new"
    writes = False
    for number, request in enumerate(test.requests, 1):
        path = request.path.replace("$LOCATION$", location)
        name = _graph_name(path) or location
        store = EmbeddedStore()
        for each, graph in held.items():
            store.load(
                graph.serialize(format="nt", encoding="utf-8"), format="ntriples", graph=each
            )
        app.hold(store)
        answer = client(
            "/rdf-graph-store" + path.removeprefix("/gsp"),
            request.headers,
            request.method,
            request.body,
        )
        if request.method not in ("GET", "HEAD"):
            writes = True
            if answer.status not in (403, 405):
                return f"request {number} is not refused"
            _write(held, name, request)
            continue
        if not fits(answer.status, request.statuses):
            return f"request {number}: status {answer.status}"
        if request.method == "HEAD" and answer.body:
            return f"request {number}: HEAD has a body"
        if request.content and not isomorphic(
            Graph().parse(data=answer.body, format=answer.media_type),
            Graph().parse(data=request.content, format="turtle", publicID=name),
        ):
            return f"request {number}: another graph"
    return "refused" if writes else "passed"


def _graph_name(path: str) -> str:
    """Name the graph that a request is about; the default graph is one graph among no others."""
    parts = urlsplit(path)
    if parts.path != "/gsp":
        return GRAPH[parts.path.removeprefix("/gsp/")]
    given = parse_qs(parts.query, keep_blank_values=True)
    return "urn:default" if "default" in given else given.get("graph", [""])[0]


def _write(held: dict[str, Graph], name: str, request: Request) -> None:
    if request.method == "DELETE":
        held.pop(name, None)
        return
    if request.method == "PUT":
        held.pop(name, None)
    graph = held.setdefault(name, Graph())
    kind = request.headers.get("content-type", "")
    sent = message_from_string(f"Content-Type: {kind}\n\n{request.text}")
    for part in sent.walk():
        if not part.is_multipart():
            graph.parse(data=part.get_payload(), format="turtle", publicID=name)


def service_description() -> Iterator[Outcome]:
    """Run the suite of the service description, whose tests are sentences."""
    with switched() as (_, client):
        answer = client("/sparql", {"Accept": "text/turtle"})
        for test in read(SUITE / "service-description" / "manifest.ttl"):
            yield Outcome(test, _run_description(client, answer, test.name))


def _run_description(client: Client, answer: Answer, name: str) -> str:
    if answer.status != 200 or answer.media_type != "text/turtle":
        return f"status {answer.status}, {answer.media_type}"
    found = Graph().parse(data=answer.body, format="turtle")
    if name == "has-endpoint-triple":
        return "passed" if (None, SD.endpoint, URIRef(f"{client.address}/sparql")) in found else "-"
    if name == "conforms-to-schema":
        return _against_schema(found) or "passed"
    return "passed" if len(found) else "no triples"


SCHEMA = {
    SD.endpoint: (SD.Service, None),
    SD.feature: (SD.Service, None),
    SD.supportedLanguage: (SD.Service, None),
    SD.resultFormat: (SD.Service, None),
    SD.defaultDataset: (SD.Service, SD.Dataset),
    SD.defaultGraph: (SD.Dataset, SD.Graph),
    SD.namedGraph: (SD.Dataset, SD.NamedGraph),
    SD.name: (SD.NamedGraph, None),
}
"""Property of the recommendation -> its domain, and its range where that is a class of its own."""
FEATURES = {SD.UnionDefaultGraph}
LANGUAGES = {SD.SPARQL11Query}


def _against_schema(found: Graph) -> str:
    for subject, predicate, value in found:
        if predicate == RDF.type:
            if value not in (SD.Service, SD.Dataset, SD.Graph, SD.NamedGraph):
                return f"no class: {value}"
            continue
        if predicate not in SCHEMA:
            return f"no property: {predicate}"
        domain, kind = SCHEMA[URIRef(predicate)]
        if (subject, RDF.type, domain) not in found:
            return f"{predicate} of what is no {domain}"
        if kind and (value, RDF.type, kind) not in found:
            return f"{predicate} to what is no {kind}"
    terms = {*found.objects(None, SD.feature)} <= FEATURES
    languages = {*found.objects(None, SD.supportedLanguage)} <= LANGUAGES
    one = len(list(found.subjects(RDF.type, SD.Service))) == 1
    return "" if terms and languages and one else "a term that the recommendation lacks"


def _graph(store: EmbeddedStore) -> KnowledgeGraph:
    graph = KnowledgeGraph(store)
    graph.__dict__["knowledge"] = _KNOWLEDGE.knowledge  # the suites have data of their own
    return graph


_KNOWLEDGE = KnowledgeGraph()


def outcomes() -> dict[str, list[Outcome]]:
    """Run all suites."""
    found = list(protocol())
    return {
        "SPARQL 1.1 Protocol, query": [o for o in found if "update" not in o.test.name],
        "SPARQL 1.1 Protocol, update": [o for o in found if "update" in o.test.name],
        "SPARQL 1.1 Service Description": list(service_description()),
        "Graph Store Protocol, direct": list(graph_store("manifest-direct.ttl")),
        "Graph Store Protocol, indirect": list(graph_store("manifest-indirect.ttl")),
    }


def figures(found: dict[str, list[Outcome]]) -> str:
    """Write the outcomes as the table and list of the documentation."""
    lines = ["| Suite | Tests | Passed | Refused by design | Failed |", "|---|---:|---:|---:|---:|"]
    for suite, results in found.items():
        passed = sum(o.result == "passed" for o in results)
        refused = sum(o.result == "refused" for o in results)
        failed = len(results) - passed - refused
        lines.append(f"| {suite} | {len(results)} | {passed} | {refused} | {failed} |")
    reads = [
        request
        for suite, results in found.items()
        if suite.startswith("Graph Store")
        for outcome in results
        for request in outcome.test.requests
        if request.method in ("GET", "HEAD") and outcome.result in ("passed", "refused")
    ]
    lines += [
        "",
        f"Requests of the Graph Store Protocol that read, and are answered: {len(reads)}.",
    ]
    lines += ["", "Refused by design, because they write:", ""]
    for results in found.values():
        lines += [f"- `{o.test.name}`" for o in results if o.result == "refused"]
    return "\n".join(lines)


def page_with(text: str, made: str) -> str:
    """Put the figures into the page."""
    before, start, rest = text.partition("<!-- w3c -->\n")
    _, end, after = rest.partition("<!-- w3c end -->")
    return f"{before}{start}\n{made}\n\n{end}{after}"


if __name__ == "__main__":
    results = outcomes()
    for name, several in results.items():
        for outcome in several:
            print(f"{outcome.result:30} {name}: {outcome.test.name}")
    made = figures(results)
    print(made)
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
