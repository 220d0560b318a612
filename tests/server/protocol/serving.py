"""Serve an application on a real socket, and ask it without a library that mends anything."""

import http.client
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from sightline.graph import KnowledgeGraph
from sightline.server.listening import Server, configured, listen, url
from sightline.server.settings import Settings
from sightline.server.site import Site
from sightline.service.work import Work
from sightline.service.workers import Threads, Workers


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type()

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """Asks a server; each request has a connection of its own."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.host = urlsplit(address).netloc

    def __call__(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            # Not request(): it would add an Accept-Encoding, and a Content-Type to some bodies.
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


@contextmanager
def serving(app: ASGIApp, patience: int = 5) -> Iterator[Client]:
    """Serve an application in a thread, on a port that is free."""
    opened = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(configured(app, patience), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
    thread.start()
    try:
        assert ready.wait(20)
        yield Client(url(opened, "127.0.0.1"))
    finally:
        server.should_exit = True
        thread.join(20)
        opened.close()
        logging.getLogger("uvicorn.error").handlers.clear()


def site_over(graph: KnowledgeGraph, workers: Workers | None = None, **more: object) -> Site:
    """Make a site over any graph; all its named graphs are public."""
    return Site(
        workers=workers or Threads(Work(graph)),
        knowledge=graph.knowledge,
        questions=graph.questions(),
        digest="test",
        graphs=tuple(graph.store.graphs()),
        settings=Settings(port=0),
        **more,  # type: ignore[arg-type]
    )
