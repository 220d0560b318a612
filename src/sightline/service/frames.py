"""What the server and its workers tell one another: frames of a JSON object and bytes.

Never pickle: a worker may be in the hands of whoever wrote the query that it runs.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sightline import errors
from sightline.errors import CODES, InputError, ServiceError, SightlineError, UnknownTermError

MAX_HEAD = 16 * 1024 * 1024
MAX_BODY = 128 * 1024 * 1024
"""Longer ones are no frames of ours."""

_LENGTHS = struct.Struct("!II")


class Frame(NamedTuple):
    """A JSON object, and the bytes that belong to it."""

    head: dict[str, Any]
    body: bytes = b""


class FrameError(Exception):
    """Bytes that are no frame."""


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Write a frame; raises InputError for one that is too long."""
    text = json.dumps(head, separators=(",", ":")).encode()
    if len(text) > MAX_HEAD or len(body) > MAX_BODY:
        raise InputError("input.too-large", "so much cannot be given to a worker", "ask for less")
    return b"".join((_LENGTHS.pack(len(text), len(body)), text, body))


class Unpacker:
    """Cuts a stream of bytes into frames.

    >>> unpacker = Unpacker()
    >>> list(unpacker.feed(pack({"a": 1}, b"x") + b"half"))
    [Frame(head={'a': 1}, body=b'x')]
    """

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that are complete; raises FrameError for bytes that are none."""
        held = self._held
        held += data
        while len(held) >= _LENGTHS.size:
            head, body = _LENGTHS.unpack_from(held)
            if head > MAX_HEAD or body > MAX_BODY:
                raise FrameError("a frame is too long")
            start, end = _LENGTHS.size + head, _LENGTHS.size + head + body
            if len(held) < end:
                return
            text, content = bytes(held[_LENGTHS.size : start]), bytes(held[start:end])
            del held[:end]
            try:
                found = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise FrameError("a frame is not JSON") from error
            if not isinstance(found, dict):
                raise FrameError("a frame is not an object")
            yield Frame(found, content)


def error_json(error: SightlineError) -> dict[str, Any]:
    """Write an error so that ``read_error`` gives it back."""
    told: dict[str, Any] = {"class": type(error).__name__, **error.to_json()}
    if isinstance(error, UnknownTermError):
        told |= {"kind": error.kind, "token": error.token, "matches": error.matches}
    return told


def read_error(told: Mapping[str, Any]) -> SightlineError:
    """Make the error again; what is none of ours becomes a ServiceError."""
    kind = getattr(errors, str(told.get("class")), None)
    if not (isinstance(kind, type) and issubclass(kind, SightlineError)):
        kind = ServiceError
    code = told.get("code") if told.get("code") in CODES else "service.failed"
    message, hint = str(told.get("message", "")), str(told.get("hint", ""))
    error: SightlineError = kind.__new__(kind)
    SightlineError.__init__(error, code, message, hint)  # type: ignore[arg-type]
    if isinstance(error, UnknownTermError):
        error.kind, error.token = str(told.get("kind", "")), str(told.get("token", ""))
        error.matches = [str(match) for match in told.get("matches") or ()]
    return error
