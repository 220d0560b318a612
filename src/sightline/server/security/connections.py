"""Close connections that only hold a place: that send no request, or do not take an answer.

uvicorn has a limit for none of these.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sightline.server.security.limits import HEADERS

PATIENCE = 10.0
"""How long the head of a request may take, in seconds."""
STUCK = 30.0
"""How long a client may take nothing of an answer, in seconds."""
MOST = 500
"""How many connections there may be."""
_PIECE = 8 * 1024


class Connection(H11Protocol):
    """A connection that is closed when its other end is slow."""

    patience = PATIENCE
    stuck = STUCK
    most = MOST
    _late: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.")
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_late()
        self._stop_stuck()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes in pieces: the limit of a head counts only while it is incomplete."""
        for start in range(0, len(data), _PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + _PIECE])
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """Give the client some time to take what is there."""
        super().pause_writing()
        self._stuck = self._stuck or self.loop.call_later(self.stuck, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._stop_stuck()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, or too long to be it."""
        is_long = len(self.conn.trailing_data[0]) > HEADERS
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if is_long else HTTPStatus.BAD_REQUEST
        self._answer(status, msg)

    def _watch(self) -> None:
        """Run the clock while a head, or a body that nobody reads, is on its way."""
        is_unread = self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY
        if self.transport.is_closing() or not (self.conn.their_state is h11.IDLE or is_unread):
            self._stop_late()
        elif self._late is None:
            self._late = self.loop.call_later(self.patience, self._close_late)

    def _close_late(self) -> None:
        self._late = None
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            self._answer(HTTPStatus.REQUEST_TIMEOUT, "The request comes too slowly.")
        else:
            self.transport.close()

    def _answer(self, status: HTTPStatus, text: str) -> None:
        """Say in one line why the connection is closed, where that is still possible."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [
                ("content-type", "text/plain; charset=utf-8"),
                ("x-content-type-options", "nosniff"),
                ("connection", "close"),
            ]
            reply: Any = h11.Response(
                status_code=status, headers=headers, reason=status.phrase.encode()
            )
            body: Any = h11.Data(data=f"{text}\n".encode())
            for event in (reply, body, h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _stop_late(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _stop_stuck(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
