"""Open the port, and serve an application on it until it is told to stop."""

import errno
import logging
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from sightline.errors import InputError
from sightline.server.security.connections import Connection
from sightline.server.security.limits import HEADERS

BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """Open the port; 0 takes any that is free.

    Raises InputError for a port that is in use or not allowed, and for an address that is not one
    of this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        # With the protocol: only then asyncio lets small pieces of an answer leave at once.
        opened = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError, OverflowError) as error:
        raise _closed(host, port, error) from error
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        opened.close()
        raise _closed(host, port, error) from error
    return opened


def url(opened: socket.socket, host: str) -> str:
    """Give the address of an open port, as a browser takes it."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{opened.getsockname()[1]}/"


def serve(app: ASGIApp, opened: socket.socket, listening: Callable[[], None]) -> None:
    """Serve until a signal tells to stop; ``listening`` is called once requests are taken."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    Server(configured(app), listening).run(sockets=[opened])


def configured(app: ASGIApp, patience: int = 5) -> uvicorn.Config:
    """Give the settings of the HTTP server; ``patience`` is how long it ends, in seconds."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # a header that anyone can send is no address
        timeout_keep_alive=10,
        timeout_graceful_shutdown=patience,
        h11_max_incomplete_event_size=HEADERS,
    )


class Server(uvicorn.Server):
    """Tells when it takes requests."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take requests, and tell."""
        await super().startup(sockets)
        if self.started:
            self._listening()


def _closed(host: str, port: int, error: Exception) -> InputError:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        hint = "choose another with --port, or 0 for any that is free"
        return InputError("input.value", f"port {port} of {host} is in use", hint)
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    message = f"cannot listen on {host}, port {port}: {reason[:1].lower()}{reason[1:]}"
    return InputError("input.value", message, "choose another with --host or --port")
