"""Answers come whole, broken off for all to see, or not at all; and are not sent twice."""

import asyncio
import http.client
import logging
import socket
import threading
from dataclasses import replace

import pytest

from sightline.errors import ServiceError
from sightline.server.app import create_app
from sightline.server.security.tokens import line, new_token
from sightline.server.settings import Limits, Settings
from sightline.service.work import Work
from sightline.service.workers import Stream, Threads

QUERY = "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"


class Failing:
    """Workers whose stream fails after so many chunks."""

    def __init__(self, chunks: int, error: Exception) -> None:
        self._chunks, self._error = chunks, error

    async def call(self, task, given, body=b""):
        raise self._error

    async def stream(self, task, given, body=b""):
        if not self._chunks:
            raise self._error

        async def chunks():
            for _ in range(self._chunks):
                yield b"x" * 1000
            raise self._error

        return Stream({"media_type": "application/sparql-results+json"}, chunks())

    async def close(self):
        pass


LATE = ServiceError("service.timeout", "the task took longer than 10 s", "ask for less")


@pytest.mark.parametrize("error", [LATE, RuntimeError("secret")])
def test_a_late_failure_cuts_the_connection(serving, graph, caplog, error):
    site = serving.site_over(graph, Failing(2, error))
    caplog.set_level(logging.ERROR)
    with serving.serving(create_app(site)) as client:
        connection = http.client.HTTPConnection(client.host, timeout=10)
        connection.request("GET", QUERY)
        response = connection.getresponse()
        assert response.status == 200
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        connection.close()
        assert client("/health").status == 200
    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text
    assert ("service.timeout" if error is LATE else "RuntimeError") in caplog.text


def test_http_1_0_cannot_tell_a_cut_answer_from_a_whole_one(serving, graph):
    """So it gets a status that is true of all of it, and its length."""
    for workers, expected in ((Failing(2, LATE), b"504"), (None, b"200")):
        with (
            serving.serving(create_app(serving.site_over(graph, workers))) as client,
            socket.create_connection(client.host.split(":"), timeout=10) as line,
        ):
            line.sendall(f"GET {QUERY} HTTP/1.0\r\nHost: {client.host}\r\n\r\n".encode())
            received = b"".join(iter(lambda: line.recv(1 << 16), b""))
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.split()[1] == expected
        length = next(w for w in head.lower().split(b"\r\n") if w.startswith(b"content-length:"))
        assert int(length.partition(b":")[2]) == len(body)


def test_a_server_that_ends_tells_who_waits(serving, graph, caplog):
    asked = threading.Event()

    class Endless(Failing):
        async def stream(self, task, given, body=b""):
            asked.set()
            await asyncio.Event().wait()

    found = []
    app = create_app(serving.site_over(graph, Endless(0, LATE)))
    with serving.serving(app, patience=0) as client:
        waiting = threading.Thread(target=lambda: found.append(client(QUERY)))
        waiting.start()
        assert asked.wait(10)
    waiting.join(10)
    (answer,) = found
    assert (answer.status, answer.headers.get("retry-after")) == (503, "1")
    assert "Traceback" not in caplog.text


class Counting(Failing):
    """Workers that know how many streams are open."""

    open = 0

    async def stream(self, task, given, body=b""):
        self.open += 1

        async def chunks():
            try:
                for _ in range(2000):
                    yield b"x" * 10_000
            finally:
                self.open -= 1

        return Stream({"media_type": given["media_type"][0]}, chunks())


@pytest.mark.parametrize(
    ("method", "accept", "read"),
    [("HEAD", "*/*", True), ("GET", "text/turtle", True), ("GET", "*/*", True),
     ("GET", "*/*", False)],
)  # fmt: skip
def test_no_stream_stays_open(serving, graph, method, accept, read):
    workers = Counting(0, LATE)
    with serving.serving(create_app(serving.site_over(graph, workers))) as client:
        if read:
            client(QUERY, {"Accept": accept}, method)
        else:
            with socket.create_connection(client.host.split(":"), timeout=10) as line:
                line.sendall(f"GET {QUERY} HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode())
                line.recv(100)
            for _ in range(100):
                if not workers.open:
                    break
                client("/health")
        assert workers.open == 0


@pytest.mark.parametrize(
    ("code", "status"),
    [("service.timeout", 504), ("service.too-large", 422), ("service.busy", 503),
     ("service.failed", 500)],
)  # fmt: skip
def test_an_early_failure_is_no_answer(serving, graph, code, status):
    site = serving.site_over(graph, Failing(0, ServiceError(code, "no", "try")))
    with serving.serving(create_app(site)) as client:
        answer = client(QUERY)
    assert answer.status == status
    assert answer.media_type == "application/problem+json"
    assert (answer.headers.get("retry-after") is not None) == (status == 503)


def test_what_nobody_expected_is_a_500_without_a_trace(serving, graph, caplog):
    site = serving.site_over(graph, Failing(0, ValueError("the secret")))
    with serving.serving(create_app(site)) as client:
        answer = client(QUERY)
    assert answer.status == 500
    assert "service.failed" in answer.text
    assert "secret" not in answer.text + caplog.text
    assert "ValueError" in caplog.text


def test_a_limit_of_rows_is_no_short_answer(serving, graph):
    from dataclasses import replace

    site = replace(serving.site_over(graph), settings=Settings(limits=Limits(rows=5)))
    with serving.serving(create_app(site)) as client:
        answer = client(QUERY)
        fits = client(f"{QUERY}%20LIMIT%205")
    assert (answer.status, fits.status) == (422, 200)
    assert "service.too-large" in answer.text


def test_who_has_the_answer_is_not_sent_it_again(client):
    first = client(QUERY + "%20LIMIT%203", {"Accept": "text/csv"})
    tag = first.headers["etag"]
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client(QUERY + "%20LIMIT%203", {"Accept": "text/csv", "If-None-Match": known})
        assert again.status == 304
        assert again.headers["etag"] == tag
        assert not again.body
    head = client(
        QUERY + "%20LIMIT%203", {"Accept": "text/csv", "If-None-Match": tag}, method="HEAD"
    )
    assert head.status == 304
    other = client(QUERY + "%20LIMIT%203", {"Accept": "text/csv", "If-None-Match": '"other"'})
    assert other.status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/sparql",
        "/rdf-graph-store?default",
        "/id/actor/customer",
        "/id/query/access/who-can-access",
    ],
)
def test_other_answers_are_conditional_too(client, path):
    tag = client(path).headers["etag"]
    assert client(path, {"If-None-Match": tag}).status == 304
    assert client(path, {"If-None-Match": 'W/"x"'}).status == 200


def test_tags_tell_apart_whatever_differs(serving, graph):
    from dataclasses import replace

    paths = [QUERY + "%20LIMIT%202", QUERY + "%20LIMIT%203", "/sparql", "/id/actor/customer",
             "/id/actor/microsoft", "/rdf-graph-store?default"]  # fmt: skip
    accepts = ["application/sparql-results+json, text/turtle", "text/csv, application/n-triples"]
    tags = set()
    count = 0
    for digest in ("one", "two"):
        site = replace(serving.site_over(graph), digest=digest)
        with serving.serving(create_app(site)) as client:
            for path in paths:
                for accept in accepts:
                    tags.add(client(path, {"Accept": accept}).headers["etag"])
                    count += 1
    assert len(tags) == count


@pytest.mark.parametrize("text", ["NOW()", "RAND()", "STRUUID()"])
def test_what_changes_by_itself_has_no_tag(client, text):
    answer = client(f"/sparql?query=SELECT%20({text}%20AS%20%3Fx)%20%7B%7D")
    assert answer.status == 200
    assert answer.headers.get("etag") is None


def test_a_query_over_the_limit_is_refused_before_it_is_read(client):
    body = b"ASK {} #" + b"x" * (1024 * 1024)
    answer = client("/sparql", {"Content-Type": "application/sparql-query"}, "POST", body)
    assert (answer.status, "query.refused" in answer.text) == (400, True)


def test_a_caller_reads_only_what_is_theirs(serving, graph, tmp_path):
    """Whoever may not read the graph of an estate finds nothing of it at any address."""
    from sightline.graph import KnowledgeGraph
    from sightline.loading import load_knowledge
    from sightline.service.work import estate_graph
    from sightline.stores.embedded import EmbeddedStore

    store = EmbeddedStore()
    load_knowledge(store)
    secret = "https://w3id.org/sightline/place/nowhere-else"
    store.load(
        f'<{secret}> <urn:p> <https://w3id.org/sightline/actor/customer>, "classified" .'.encode(),
        format="turtle",
        graph=estate_graph("mine"),
    )
    site = serving.site_over(
        graph, Threads(Work(KnowledgeGraph(store))), estates=("mine",)
    )  # the graphs of the site are the published ones
    tokens = {name: new_token() for name in ("all", "mine", "none")}
    (tmp_path / "tokens").write_text(
        f"{line('all', tokens['all'], ['*'])}\n{line('mine', tokens['mine'], ['mine'])}\n"
        f"{line('none', tokens['none'])}\n"
    )
    app = create_app(replace(site, settings=Settings(port=0, tokens=tmp_path / "tokens")))
    name = estate_graph("mine")
    paths = [
        "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Curn%3Ap%3E%20%3Fo%20%7D",
        "/sparql?query=SELECT%20*%20%7B%20GRAPH%20%3Fg%20%7B%3Fs%20%3Curn%3Ap%3E%20%3Fo%20%7D%7D",
        f"/sparql?query=CONSTRUCT%20WHERE%20%7B%3Fs%20%3Curn%3Ap%3E%20%3Fo%7D&default-graph-uri={name}",
        "/rdf-graph-store?default",
        f"/rdf-graph-store?graph={name}",
        "/rdf-graph-store/estate/mine",
        "/id/place/nowhere-else",
        "/id/actor/customer",
    ]
    with serving.serving(app) as client:
        for caller, seen in (("all", True), ("mine", True), ("none", False)):
            sent = {"Authorization": f"Bearer {tokens[caller]}"}
            for path in paths:
                accept = {"Accept": "application/n-triples, text/csv;q=0.5"}
                answer = client(path, sent | accept)
                assert ("<urn:p>" in answer.text or "classified" in answer.text) is seen, path
            described = client("/sparql", sent | {"Accept": "application/n-triples"})
            assert (name in described.text) is seen
