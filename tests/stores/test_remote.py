"""The store on a server: what it sends, and what it makes of servers that misbehave."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from sightline.errors import InputError, QueryError, StoreError
from sightline.stores import Answer, Solutions, Store, Triples, iri, literal
from sightline.stores.guard import Question
from sightline.stores.remote import RemoteStore
from sightline.terms import GRAPH

JSON = "application/sparql-results+json"
EMPTY = json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": []}}).encode()
SELECT = "SELECT ?s WHERE { ?s ?p ?o }"


class FakeServer(ThreadingHTTPServer):
    """Answers every request alike and keeps what it got: path, headers, body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/sparql"
        self.status, self.headers, self.body = 200, {"Content-Type": JSON}, EMPTY
        self.seconds = 0.0
        self.requests: list[tuple[str, dict[str, str], str]] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, body: bytes | str, *, status: int = 200, **headers: str) -> None:
        self.body = body.encode() if isinstance(body, str) else body
        self.status = status
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.headers = {"Content-Type": JSON} | named


class Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.requests.append((self.path, dict(self.headers), body))
        time.sleep(self.server.seconds)
        self.send_response(self.server.status)
        headers = {"Content-Length": str(len(self.server.body))} | self.server.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server
        server.shutdown()


@pytest.fixture
def remote(server: FakeServer) -> RemoteStore:
    return RemoteStore(server.url, graphs=[], timeout=5)


def test_a_query_names_its_graphs_prefixes_and_format(server: FakeServer) -> None:
    store = RemoteStore(
        server.url, graphs=["urn:b", "urn:a"], prefixes={"e": "urn:e:", "f": "urn:"}
    )
    store.query("SELECT ?s\nWHERE { ?s e:p ?o }")

    path, headers, body = server.requests[0]
    assert path == "/sparql"
    assert headers["Accept"] == JSON
    assert "Authorization" not in headers
    assert parse_qs(body) == {
        "query": ["PREFIX e: <urn:e:> SELECT ?s\nWHERE { ?s e:p ?o }"],
        "default-graph-uri": ["urn:a", "urn:b"],
        "named-graph-uri": ["urn:a", "urn:b"],
    }


def test_a_query_with_from_names_no_graphs(server: FakeServer) -> None:
    store = RemoteStore(server.url, graphs=["urn:a"])
    store.query("# FROM here\nSELECT * FROM <urn:b> { ?s ?p ?o }")
    store.query("SELECT * { ?s ?p 'FROM <urn:b>' } # FROM <urn:b>")

    assert ["default-graph-uri" in body for _, _, body in server.requests] == [False, True]


def test_an_endpoint_without_our_graphs_is_asked_as_it_is(server: FakeServer) -> None:
    rows = [{"g": {"type": "uri", "value": "urn:theirs"}}]
    server.answer(json.dumps({"head": {"vars": ["g"]}, "results": {"bindings": rows}}))
    store = RemoteStore(server.url)

    assert store.graphs() == []
    store.query(SELECT)
    assert "graph-uri" not in server.requests[-1][2]


def test_credentials_come_from_the_environment_and_go_to_the_server_only(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_STORE_USER", "ada")
    monkeypatch.setenv("SIGHTLINE_STORE_PASSWORD", "secret")
    RemoteStore(server.url, graphs=[]).query(SELECT)
    assert server.requests[0][1]["Authorization"] == "Basic YWRhOnNlY3JldA=="

    with FakeServer() as elsewhere:
        server.answer(b"", status=307, Location=elsewhere.url)
        with pytest.raises(StoreError, match="HTTP 307") as caught:
            RemoteStore(server.url, graphs=[]).query(SELECT)
        elsewhere.shutdown()
    assert caught.value.hint == f"use the address it points to: {elsewhere.url}"
    assert elsewhere.requests == []


def test_a_wrong_password_is_a_store_error_without_the_password(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_STORE_USER", "ada")
    monkeypatch.setenv("SIGHTLINE_STORE_PASSWORD", "secret")
    for challenge in ("Basic realm=x", 'Digest realm="x", nonce="1", qop="auth"', "Bearer", ""):
        server.answer("no", status=401, WWW_Authenticate=challenge)
        with pytest.raises(StoreError, match="HTTP 401") as caught:
            RemoteStore(server.url, graphs=[]).query(SELECT)
        assert caught.value.hint == "set SIGHTLINE_STORE_USER and SIGHTLINE_STORE_PASSWORD"
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["", "localhost:7878/query", "file:///etc/passwd", "ftp://h/", "https://", "https://a:b@h/q"],
)
def test_an_address_is_http_without_credentials(url: str) -> None:
    with pytest.raises(InputError):
        RemoteStore(url)
    if url:
        with pytest.raises(InputError):
            RemoteStore("https://example.org/", update=url)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "no SPARQL result"),
        (b"{", "no SPARQL result"),
        (b"[]", "no SPARQL result"),
        (b"7", "no SPARQL result"),
        (b"\xff\xfe\xfa", "no SPARQL result"),
        (EMPTY[:-3], "no SPARQL result"),
        (b'{"head": {"vars": ["s"]}}', "no SPARQL result"),
        (b'{"head": {"vars": ["s"]}, "results": {"bindings": [7]}}', "no SPARQL result"),
        (
            b'{"head": {"vars": ["s"]}, "results": {"bindings":'
            b' [{"s": {"type": "x", "value": 1}}]}}',
            "no SPARQL result",
        ),
        (b"[" * 100_000, "no SPARQL result"),
    ],
)
def test_an_answer_that_is_no_result(
    server: FakeServer, remote: RemoteStore, body: bytes, message: str
) -> None:
    server.answer(body)

    with pytest.raises(StoreError, match=message) as caught:
        remote.query(SELECT)
    assert caught.value.code == "store.answer"


def test_a_web_page_is_no_answer(server: FakeServer, remote: RemoteStore) -> None:
    server.answer("<html>Welcome</html>", Content_Type="text/html; charset=utf-8")
    for text in (SELECT, "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <urn:s>"):
        with pytest.raises(StoreError, match="text/html instead of a SPARQL result"):
            remote.query(text)


def test_broken_triples_are_no_answer(server: FakeServer, remote: RemoteStore) -> None:
    server.answer("<urn:s> <urn:p>", Content_Type="text/turtle")
    with pytest.raises(StoreError, match="not turtle") as caught:
        remote.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert caught.value.code == "store.answer"


def test_terms_that_are_not_rdf_are_not_written(server: FakeServer, remote: RemoteStore) -> None:
    row = {"s": {"type": "uri", "value": "> no iri"}}
    server.answer(json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": [row]}}))
    with pytest.raises(StoreError, match="not RDF"):
        remote.serialize(SELECT, "xml")


@pytest.mark.parametrize("status", [403, 404, 405, 429, 500, 502, 503])
def test_an_http_error_is_a_store_error(
    server: FakeServer, remote: RemoteStore, status: int
) -> None:
    server.answer("out of\n order", status=status)

    with pytest.raises(StoreError, match=f"HTTP {status} out of order") as caught:
        remote.query(SELECT)
    assert caught.value.hint


def test_what_the_server_calls_no_query_is_a_query_error(
    server: FakeServer, remote: RemoteStore
) -> None:
    server.answer("expected VALUES", status=400)
    with pytest.raises(QueryError, match="expected VALUES"):
        remote.query(SELECT)


def test_a_cut_answer_is_no_answer(server: FakeServer, remote: RemoteStore) -> None:
    server.answer(EMPTY, X_SPARQL_MaxRows="10000")
    with pytest.raises(StoreError, match="cut its answer short"):
        remote.query(SELECT)


@pytest.mark.parametrize("name", ["oxigraph-gsp", "virtuoso-gsp"])
def test_less_than_the_server_counts_is_no_answer(
    connect: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As when the server cuts without a word, or another client writes meanwhile."""
    store = connect(name)
    store.load(b"<urn:s> <urn:p> 1, 2, 3 .", format="turtle", graph=GRAPH["g"])
    ask = RemoteStore._ask

    def cut(self: RemoteStore, question: Question, graphs: Sequence[str]) -> Answer:
        answer = ask(self, question, graphs)
        return Triples(answer.rows[:-1]) if isinstance(answer, Triples) else answer

    monkeypatch.setattr(RemoteStore, "_ask", cut)
    with pytest.raises(StoreError, match=f"sent 2 of 3 triples of {GRAPH['g']}"):
        list(store.quads())


def test_a_connection_that_breaks_off_is_a_store_error(
    server: FakeServer, remote: RemoteStore
) -> None:
    server.answer(EMPTY, Content_Length=str(len(EMPTY) + 10))
    with pytest.raises(StoreError, match="broke off"):
        remote.query(SELECT)


def test_silence_is_a_store_error(server: FakeServer) -> None:
    server.seconds = 1.0
    with pytest.raises(StoreError, match=r"no answer within 0.2 seconds") as caught:
        RemoteStore(server.url, graphs=[], timeout=0.2).query(SELECT)
    assert caught.value.code == "store.unreachable"


def test_nobody_there_is_a_store_error() -> None:
    with socket.socket() as closed:  # bound, so that nobody else is, and not listening
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        with pytest.raises(StoreError, match="does not answer") as caught:
            RemoteStore(url, graphs=[]).query(SELECT)
    assert caught.value.code == "store.unreachable"


def test_loading_needs_an_address_to_write_to(remote: RemoteStore) -> None:
    with pytest.raises(StoreError, match="for reading only"):
        remote.load(b"<urn:s> <urn:p> 1 .", format="turtle", graph="urn:g")


def test_the_graph_store_comes_first_and_the_update_endpoint_stands_in(
    server: FakeServer,
) -> None:
    store = RemoteStore(
        server.url, graphs=[], update=f"{server.url}/update", graph_store=f"{server.url}/data?x=1"
    )
    store.load(b"<urn:s> <urn:p> 'a' .", format="turtle", graph="urn:g?a=b")
    server.answer("no such method", status=405)
    with pytest.raises(StoreError, match="update: HTTP 405"):
        store.load(b"<urn:s> <urn:p> 'a' .", format="turtle", graph="urn:g")

    (path, headers, body), second, third = server.requests
    assert path == "/sparql/data?x=1&graph=urn%3Ag%3Fa%3Db"
    assert headers["Content-Type"].startswith("text/turtle")
    assert body == '<urn:s> <urn:p> "a" .\n'
    assert second[0].startswith("/sparql/data")
    assert third[0] == "/sparql/update"
    assert parse_qs(third[2])["update"] == [
        'INSERT DATA { GRAPH <urn:g> {\n<urn:s> <urn:p> "a" .\n} }'
    ]


def test_a_refused_load_does_not_go_elsewhere(server: FakeServer) -> None:
    store = RemoteStore(server.url, update=f"{server.url}/u", graph_store=f"{server.url}/d")
    server.answer("not you", status=403)
    with pytest.raises(StoreError, match="HTTP 403"):
        store.load(b"<urn:s> <urn:p> 'a' .", format="turtle", graph="urn:g")
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["oxigraph-update", "oxigraph-gsp"])
def test_loading_again_changes_nothing(connect: Callable[[str], Store], name: str) -> None:
    store = connect(name)
    data = b"<urn:s> <urn:p> [ <urn:q> ( 1 2 ) ] ."
    for _ in range(2):
        store.load(data, format="turtle", graph=GRAPH["g"])

    quads = list(store.quads())
    assert len(quads) == 6
    assert not [quad for quad in quads if quad[0].startswith("_:") or quad[2].kind == "bnode"]
    found = store.query("SELECT ?x { <urn:s> <urn:p>/<urn:q>/rdf:rest*/rdf:first ?x } ORDER BY ?x")
    assert isinstance(found, Solutions)
    assert [row[0] and row[0].value for row in found.rows] == ["1", "2"]


def test_a_server_counts_as_one_store_only_what_is_ours(
    connect: Callable[[str], Store],
) -> None:
    store = connect("oxigraph-update")
    store.load(b"<urn:s> <urn:p> 'ours' .", format="turtle", graph=GRAPH["g"])
    store.load(b"<urn:s> <urn:p> 'theirs' .", format="turtle", graph="urn:theirs")
    store.load(b"<urn:s> <urn:p> 'default' .", format="turtle")

    ours = iri(GRAPH["g"])
    assert store.graphs() == [ours.value]
    assert store.query("SELECT ?o { <urn:s> ?p ?o }") == Solutions(("o",), [(literal("ours"),)])
    assert store.query("SELECT ?g { GRAPH ?g { ?s ?p ?o } }") == Solutions(("g",), [(ours,)])
    assert list(store.quads("urn:theirs")) == [("urn:s", "urn:p", literal("theirs"), "urn:theirs")]


def test_the_engine_is_not_imported_unless_used() -> None:
    code = (
        "import sys, sightline.stores, sightline.stores.embedded\n"
        "found = {'SPARQLWrapper', 'rdflib', 'urllib.request'} & set(sys.modules)\n"
        "sys.exit(f'imported: {found}' if found else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
