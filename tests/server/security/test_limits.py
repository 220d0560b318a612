"""What is too large, too slow or too much is ended, and everyone else is answered meanwhile."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from starlette.types import ASGIApp

from sightline.errors import SightlineError
from sightline.server.app import create_app
from sightline.server.security import rates
from sightline.server.security.connections import Connection
from sightline.server.security.limits import COUNT, HEADERS, TARGET, Bounds
from sightline.server.security.rates import Rates
from sightline.server.security.tokens import line, new_token
from sightline.server.settings import Limits

from .conftest import run

QUERY = {"Content-Type": "application/sparql-query"}


def problem(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_long_addresses_and_headers_are_refused(open_server: Any) -> None:
    fits = open_server(f"/health?{'a' * (TARGET - 100)}")
    assert fits.status == 200
    long = open_server(f"/health?{'a' * TARGET}")
    assert (long.status, problem(long)["code"]) == (414, "request.too-large")
    many = open_server("/health", {f"X-{n}": "1" for n in range(COUNT + 1)})
    assert (many.status, problem(many)["code"]) == (431, "request.too-large")
    few = open_server("/health", {f"X-{n}": "1" for n in range(COUNT - 10)})
    assert few.status == 200


@pytest.mark.parametrize("size", [HEADERS + 100, 100_000, 1_000_000])
def test_large_headers_are_refused_in_one_piece_too(open_server: Any, size: int) -> None:
    head = f"GET /health HTTP/1.1\r\nHost: localhost\r\nX: {'a' * size}\r\n\r\n"
    with socket.create_connection(open_server.host.split(":"), timeout=10) as connection:
        answer = b""
        with contextlib.suppress(OSError):  # it may have ended before all is sent
            connection.sendall(head.encode())
        with contextlib.suppress(ConnectionResetError):
            answer = connection.recv(1 << 16)
    assert answer == b"" or answer.split()[1] in (b"431", b"400")
    assert size > 100_000 or answer.split()[1] == b"431"
    assert open_server("/health").status == 200


def test_large_bodies_are_refused_before_they_are_received(open_server: Any) -> None:
    most = Limits().other
    connection = socket.create_connection(open_server.host.split(":"), timeout=10)
    with connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query"
            b"\r\nContent-Length: %d\r\n\r\n" % (most + 1)
        )
        answer = ended(connection)
        assert answer.startswith(b"HTTP/1.1 413")
        assert b"onnection: close" in answer


def test_a_body_whose_length_nobody_said_is_cut_off(serving: Any, site_of: Any) -> None:
    site = site_of(limits=Limits(other=1000, query=1_000_000))
    with serving.serving(create_app(site)) as client:
        with socket.create_connection(client.host.split(":"), timeout=10) as connection:
            connection.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                b"Content-Type: application/sparql-query\r\n\r\n" + b"200\r\n" + b"x" * 512
                + b"\r\n200\r\n" + b"x" * 512 + b"\r\n"
            )  # fmt: skip
            answer = connection.recv(1 << 16)
            assert answer.startswith(b"HTTP/1.1 413")
        assert client("/sparql", QUERY, "POST", b"ASK {}").status == 200


def test_uploads_may_be_larger(serving: Any, site_of: Any) -> None:
    site = site_of(limits=Limits(other=1000, body=5000))
    with serving.serving(create_app(site)) as client:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for size, status in ((2000, 413), (6000, 413)):
            assert client("/sparql", form, "POST", b"x" * size).status == status
        assert client("/estate", form, "POST", b"x" * 2000).status != 413
        assert client("/estate", form, "POST", b"x" * 6000).status == 413
        assert client("/estates", form, "POST", b"x" * 2000).status == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "9" * 30, "", "0x10", "1, 2"])
def test_odd_lengths_are_no_way_around(open_server: Any, length: str) -> None:
    with socket.create_connection(open_server.host.split(":"), timeout=10) as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: application/sparql-query\r\nContent-Length: %b\r\n\r\nASK {}"
            % length.encode()
        )
        assert connection.recv(1 << 16).split()[1] in (b"400", b"413")


class Echo:
    """An application that waits for the body, or for what it is told to."""

    def __init__(self) -> None:
        self.wait = asyncio.Event()
        self.error: BaseException | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/wait":
            await self.wait.wait()
        try:
            while (await receive()).get("more_body"):
                pass
        except SightlineError as error:
            self.error = error
            raise
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def scope(path: str = "/", **more: Any) -> dict[str, Any]:
    return {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [], "http_version": "1.1", **more,
    }  # fmt: skip


async def asked(app: ASGIApp, messages: list[Any], path: str = "/") -> list[Any]:
    """Make a request whose body comes as said: bytes, or seconds to wait."""
    pending, sent = list(messages), []

    async def receive() -> Any:
        while pending:
            message = pending.pop(0)
            if isinstance(message, float):
                await asyncio.sleep(message)
                continue
            return {"type": "http.request", "body": message, "more_body": bool(pending)}
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope(path), receive, send)
    return sent


@pytest.mark.parametrize(
    ("messages", "is_slow"),
    [
        ([b"a", b"b"], False),
        ([b"a", 0.01, b"b"], False),
        ([b"a", 5.0, b"b"], True),
        ([5.0, b"a"], True),
        ([x for _ in range(40) for x in (b"a", 0.03)], True),
    ],
)
def test_a_body_has_to_come_in_time(messages: list[Any], is_slow: bool) -> None:
    async def scene() -> None:
        app = Echo()
        bounds = Bounds(app, Limits(), pause=0.3, whole=0.6)
        if not is_slow:
            assert (await asked(bounds, messages))[0]["status"] == 200
            return
        with pytest.raises(SightlineError) as raised:
            await asked(bounds, messages)
        assert raised.value.code == "request.slow"

    run(scene())


def test_so_many_requests_and_no_more_are_in_work(
    open_server: Any, site_of: Any, serving: Any
) -> None:
    async def scene() -> None:
        app = Echo()
        bounds = Bounds(app, Limits(), together=2)
        waiting = [asyncio.create_task(asked(bounds, [b""], "/wait")) for _ in range(2)]
        await asyncio.sleep(0)
        refused = await asked(bounds, [b""])
        assert refused[0]["status"] == 503
        assert dict(refused[0]["headers"])[b"retry-after"] == b"1"
        app.wait.set()
        assert [(await task)[0]["status"] for task in waiting] == [200, 200]
        assert (await asked(bounds, [b""]))[0]["status"] == 200

    run(scene())


def test_who_asks_too_often_has_to_wait(serving: Any, site_of: Any, tmp_path: Any) -> None:
    often, seldom = new_token(), new_token()
    text = f"{line('often', often)}\n{line('seldom', seldom)}\n"
    (tmp_path / "tokens").write_text(text, encoding="utf-8")
    with serving.serving(create_app(site_of(tokens=tmp_path / "tokens", rate=0.2))) as client:
        answers = [client("/sparql", {"Authorization": f"Bearer {often}"}) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 429, 429]
        assert problem(answers[-1])["code"] == "request.too-often"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 5
        assert client("/sparql", {"Authorization": f"Bearer {seldom}"}).status == 200
        assert [client("/sparql").status for _ in range(3)] == [401] * 3  # from this machine


@pytest.mark.parametrize(
    ("address", "limited"), [("192.0.2.1", True), ("::ffff:127.0.0.1", False), ("127.0.0.1", False)]
)
def test_other_machines_are_limited_by_address(site_of: Any, address: str, limited: bool) -> None:
    async def scene() -> list[int]:
        app = create_app(site_of(rate=0.2))
        found = []
        for _ in range(3):
            sent: list[Any] = []

            async def send(message: Any, sent: list[Any] = sent) -> None:
                sent.append(message)

            async def receive() -> Any:
                return {"type": "http.request", "body": b"", "more_body": False}

            given = scope("/health", client=(address, 1), headers=[(b"host", b"localhost")])
            await app({**given, "method": "GET", "server": ("127.0.0.1", 80)}, receive, send)
            found.append(sent[0]["status"])
        return found

    assert run(scene()) == ([200, 429, 429] if limited else [200] * 3)


def test_a_bucket_fills_again_and_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Rates(10, burst=1)
    assert [found.wait("a", 0.0) for _ in range(12)] == [0] * 10 + [1, 1]
    assert [found.wait("a", 0.2) for _ in range(3)] == [0, 0, 1]
    assert found.wait("b", 0.2) == 0
    monkeypatch.setattr(rates, "MOST", 5)
    for number in range(100):
        found.wait(str(number), 1.0)
    assert len(found._buckets) <= 6


class Slow(Connection):
    """A connection with little patience."""

    patience = 0.3
    stuck = 0.5
    most = 12


@pytest.fixture
def impatient(serving: Any, site_of: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from sightline.server import listening

    monkeypatch.setattr(listening, "Connection", Slow)
    with serving.serving(create_app(site_of())) as client:
        yield client


def ended(connection: socket.socket) -> bytes:
    """Read until the other end closes; fails if it does not."""
    connection.settimeout(10)
    found = b""
    try:
        while piece := connection.recv(1 << 16):
            found += piece
    except ConnectionResetError:
        pass
    return found


HEAD = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"


def drip(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"X: y\r\n")
        time.sleep(0.05)


def test_slow_heads_are_closed(impatient: Any) -> None:
    with socket.create_connection(impatient.host.split(":")) as silent:
        assert ended(silent) == b""
    with socket.create_connection(impatient.host.split(":")) as half:
        half.sendall(HEAD)
        assert ended(half).startswith(b"HTTP/1.1 408")
    with socket.create_connection(impatient.host.split(":")) as dripping:
        dripping.sendall(HEAD)
        with pytest.raises(OSError):
            drip(dripping)


def test_a_second_request_has_to_come_in_time_too(impatient: Any) -> None:
    with socket.create_connection(impatient.host.split(":")) as connection:
        connection.sendall(HEAD + b"\r\n")
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")
        connection.sendall(HEAD)
        assert b"HTTP/1.1 408" in ended(connection)


def test_a_body_that_nobody_reads_is_not_awaited(impatient: Any) -> None:
    with socket.create_connection(impatient.host.split(":")) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        assert ended(connection).startswith(b"HTTP/1.1 200")


def test_a_client_that_takes_nothing_is_let_go(impatient: Any) -> None:
    query = quote("SELECT * { ?a ?b ?c . ?s ?p ?o } LIMIT 50000", safe="")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, _, port = impatient.host.partition(":")
        connection.connect((host, int(port)))
        connection.sendall(
            f"GET /sparql?query={query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )
        time.sleep(3)
        assert not ended(connection).endswith(b"0\r\n\r\n")
    assert impatient("/health").status == 200


def test_connections_are_counted(impatient: Any) -> None:
    held = [socket.create_connection(impatient.host.split(":")) for _ in range(20)]
    try:
        told = [ended(connection) for connection in held]
    finally:
        for connection in held:
            connection.close()
    assert sum(each.startswith(b"HTTP/1.1 503") for each in told) == 8
    assert impatient("/health").status == 200


def test_an_idle_crowd_does_not_keep_others_out(impatient: Any) -> None:
    held = [socket.create_connection(impatient.host.split(":")) for _ in range(10)]
    try:
        for connection in held:
            connection.sendall(b"GET / HTTP/1.1\r\n")
        assert impatient("/health").status == 200
    finally:
        for connection in held:
            connection.close()
