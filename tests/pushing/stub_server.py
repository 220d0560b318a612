"""A server on the loopback that answers as a script says first, and then as a catalog."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Request:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


class RefusalError(Exception):
    """What a server does not take: status and reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Answer:
    """An answer of a script; ``reset`` breaks the connection instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False


class Served:
    """A catalog that is served; ``script`` may answer in its place, or give None."""

    def __init__(self, catalog: Any, certificate: tuple[Path, Path] | None = None) -> None:
        self.catalog = catalog
        self.requests: list[Request] = []
        self.refused: list[str] = []
        self.script: Callable[[Request], Answer | None] = lambda request: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def writes(self) -> list[Request]:
        return [each for each in self.requests if each.method != "GET"]

    def _answer(self, request: Request) -> Answer:
        self.requests.append(request)
        if (scripted := self.script(request)) is not None:
            return scripted
        try:
            return self.catalog.answer(request)
        except RefusalError as refusal:
            self.refused.append(f"{request.method} {request.path}: {refusal}")
            return Answer(refusal.status, self.catalog.error(str(refusal)))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in one piece: two would each wait for an acknowledgement
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                parts = urlsplit(self.path)
                try:
                    body = json.loads(raw) if raw else None
                except ValueError:
                    body = raw
                answer = served._answer(
                    Request(
                        self.command,
                        unquote(parts.path),
                        parse_qs(parts.query),
                        {name.lower(): value for name, value in self.headers.items()},
                        body,
                    )
                )
                if answer.reset:
                    self.close_connection = True
                    self.connection.shutdown(SHUT_RDWR)
                    return
                content = b"" if answer.body is None else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                self.wfile.flush()

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - as http.server looks

            def log_message(self, *_args: Any) -> None:
                return

        return Handler
