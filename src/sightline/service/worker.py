"""Do one task after another for the server, in a process of its own that may be killed any time."""

import json
import os
import resource
import socket
import sys
import traceback
from collections.abc import Mapping
from typing import Any, NoReturn

from sightline.errors import ServiceError, SightlineError
from sightline.service.frames import Frame, Unpacker, error_json, pack
from sightline.service.sandbox import Limits
from sightline.service.tasks import STREAMS, TASKS
from sightline.service.work import Work
from sightline.service.workers import PIECE

MAX_RESULT = 64 * 1024 * 1024
"""The longest JSON value that a task may give."""


def serve(work: Work, line: socket.socket, limits: Limits) -> NoReturn:
    """Do what is asked for on the line until it ends; tell when half of a limit is reached."""
    start = _memory()
    line.sendall(pack({"hello": os.getpid()}))
    unpacker = Unpacker()
    done = 0
    # Not all at once: workers that share the load would reach the same number together.
    most = limits.tasks - os.getpid() % max(1, limits.tasks // 4)
    try:
        while data := line.recv(1 << 20):
            for frame in unpacker.feed(data):
                done += 1
                last, body = _do(work, frame, line)
                usage = resource.getrusage(resource.RUSAGE_SELF)
                spent = usage.ru_utime + usage.ru_stime > limits.cpu / 2
                if done >= most or spent or _memory() - start > limits.memory / 2:
                    last["retire"] = True
                line.sendall(pack(last, body))
    finally:
        os._exit(0)


def _do(work: Work, frame: Frame, line: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Do a task; gives the last frame of its answer."""
    name, given = frame.head["task"], frame.head["given"]
    try:
        if name in STREAMS:
            output = _Pieces(line)
            STREAMS[name](work, given, frame.body, output)
            return output.end()
        result = json.dumps(TASKS[name](work, given, frame.body)).encode()
        if len(result) > MAX_RESULT:
            message = f"the answer has more than {MAX_RESULT:,} bytes"
            raise ServiceError("service.too-large", message, "ask for less")
        return {"end": True}, result
    except SightlineError as error:
        return {"error": error_json(error)}, b""
    except (MemoryError, RecursionError):
        large = ServiceError("service.too-large", "the work grew too large", "ask for less")
        return {"error": error_json(large), "retire": True}, b""
    except Exception as failure:
        failed = ServiceError("service.failed", f"the task {name!r} failed", "report it")
        trace = "".join(traceback.format_exception(failure))[-8000:]
        return {"error": error_json(failed), "trace": trace}, b""


class _Pieces:
    """Sends the bytes of a stream to the server."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._head: Mapping[str, Any] = {}
        self._told = False
        self._held = bytearray()

    def begin(self, head: Mapping[str, Any]) -> None:
        self._head = head

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= PIECE:
            self._line.sendall(pack(self._next(), bytes(self._held)))
            self._held.clear()
        return len(data)

    def flush(self) -> None:
        pass

    def end(self) -> tuple[dict[str, Any], bytes]:
        return {**self._next(), "end": True}, bytes(self._held)

    def _next(self) -> dict[str, Any]:
        if self._told:
            return {}
        self._told = True
        return {"head": self._head}


def _memory() -> int:
    """Give the most memory that this process ever had, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
