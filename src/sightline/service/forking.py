"""The server's side of a zygote: start it, have workers forked and killed, learn how they ended."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from sightline.errors import ServiceError
from sightline.service.frames import FrameError, Unpacker, pack, read_error
from sightline.service.lines import Keeper, Line
from sightline.service.sandbox import Limits
from sightline.service.work import Snapshot

_PATIENCE = 900
"""Seconds that a zygote may take to read everything, such as a catalog of a million datasets."""

_DEAF = 10
"""Seconds within which a zygote has to hear that it is to end a worker, or is ended itself."""

_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "VIRTUAL_ENV")


class Forker:
    """A zygote. ``digest``, ``graphs``, ``walled`` and ``reason`` are there once it is ready."""

    def __init__(self, snapshot: Snapshot, limits: Limits, *, warm: bool) -> None:
        self.digest = self.reason = ""
        self.graphs: tuple[str, ...] = ()
        self.warnings: tuple[str, ...] = ()
        self.walled = self.is_warm = False
        self.lines: dict[int, Line] = {}
        self.is_lost = False
        self._count = 0
        self._unpacker = Unpacker()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready: asyncio.Future[None] | None = None
        self._warm: asyncio.Future[None] | None = None
        self._keeper: Keeper | None = None
        self._ending: dict[int, Line] = {}
        self._unheard: set[int] = set()
        self._connecting: set[asyncio.Task[Any]] = set()
        self._socket, other = socket.socketpair()
        with other:
            # A fresh process: a fork of this one would keep its threads' locks and its sockets.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "sightline.service.zygote", str(other.fileno())],
                pass_fds=[other.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the server, which then closes its line
                env={
                    name: value
                    for name, value in os.environ.items()
                    if name in _ENVIRONMENT or name.startswith(("PYTHON", "SIGHTLINE_"))
                },
            )
        self._socket.settimeout(_PATIENCE)
        self._send({"snapshot": snapshot.to_json(), "limits": limits._asdict(), "warm": warm})

    def wait(self) -> None:
        """Block until it is ready and warm; raises what it raised."""
        try:
            while not self.is_warm:
                data = self._socket.recv(1 << 16)
                if not data:
                    raise _failed()
                for frame in self._unpacker.feed(data):
                    self._take(frame.head)
        except (OSError, FrameError) as error:
            raise _failed() from error

    def attach(self, keeper: Keeper) -> None:
        """Go on in the running event loop, and tell ``keeper`` what happens."""
        self._keeper = keeper
        self._loop = asyncio.get_running_loop()
        self._ready = self._loop.create_future()
        self._warm = self._loop.create_future()
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket, self._receive)

    async def ready(self, *, warm: bool) -> None:
        """Wait until it is ready, or also ``warm``; raises what it raised."""
        waited = self._warm if warm else self._ready
        assert waited is not None
        async with asyncio.timeout(_PATIENCE):
            await asyncio.shield(waited)

    def fork(self) -> None:
        """Have a worker forked; the keeper is told when it is ready."""
        assert self._loop is not None
        assert self._keeper is not None
        self._count += 1
        line = self.lines[self._count] = Line(self._keeper, self, self._count)
        ours, theirs = socket.socketpair()
        with theirs:
            self._send({"fork": line.number}, theirs.fileno())
        connecting = self._loop.create_task(_connect(line, ours))
        self._connecting.add(connecting)
        connecting.add_done_callback(self._connecting.discard)

    def end(self, line: Line) -> None:
        """Have a worker killed, and its process cleared away."""
        if self.lines.pop(line.number, None) is None:
            return
        if self.is_lost or self._loop is None:
            line.ended(None)
            return
        self._ending[line.number] = line
        self._unheard.add(line.number)
        self._send({"end": line.number})
        self._loop.call_later(_DEAF, self._check, line.number)

    async def close(self) -> None:
        """End the zygote and all its workers; returns when they are gone."""
        self._lose()
        try:
            await asyncio.to_thread(self.process.wait, 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            await asyncio.to_thread(self.process.wait)

    def abort(self) -> None:
        """End it at once, outside an event loop."""
        self._lose()
        self.process.kill()
        self.process.wait()

    def _receive(self) -> None:
        try:
            data = self._socket.recv(1 << 16)
            for frame in self._unpacker.feed(data):
                self._take(frame.head)
        except (BlockingIOError, InterruptedError):
            return
        except (OSError, FrameError):
            data = b""
        if not data:
            self._lose()

    def _take(self, head: dict[str, Any]) -> None:
        if "error" in head:
            error = read_error(head["error"])
            if self._loop is None:
                raise error
            self._fail(error)
        elif "ready" in head:
            self.graphs = tuple(head["graphs"])
            self.warnings = tuple(head["warnings"])
            self.walled, self.reason = head["walled"], head["reason"]
            self.digest = head["ready"]
            if self._ready:
                self._ready.set_result(None)
        elif "warm" in head:
            self.is_warm = True
            if self._warm:
                self._warm.set_result(None)
            if self._keeper:
                self._keeper.warmed(self)
        elif "heard" in head:
            self._unheard.discard(head["heard"])
        elif "ended" in head:
            line = self._ending.pop(head["ended"], None)
            if line:
                line.ended(head["status"])

    def _send(self, head: dict[str, Any], *descriptors: int) -> None:
        if self.is_lost:
            return
        data = pack(head)
        try:
            sent = socket.send_fds(self._socket, [data], descriptors)
        except OSError:
            sent = 0
        if sent < len(data):  # it is gone, or has not listened for long
            self.process.kill()

    def _check(self, number: int) -> None:
        if number in self._unheard and not self.is_lost:
            self.process.kill()

    def _lose(self) -> None:
        if self.is_lost:
            return
        self.is_lost = True
        if self._loop:
            self._loop.remove_reader(self._socket)
        self._socket.close()
        self._fail(_failed())
        lines = [*self._ending.values(), *self.lines.values()]
        self._ending, self.lines = {}, {}
        for line in lines:
            line.ended(None)
            line.close()
        if self._keeper:
            self._keeper.gone(self)

    def _fail(self, error: Exception) -> None:
        for waited in (self._ready, self._warm):
            if waited and not waited.done():
                waited.set_exception(error)
                waited.exception()  # that nobody waits for it is no fault


def memory(pid: int) -> int:
    """Give the memory that a process takes, in bytes; 0 where the system does not tell."""
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    import resource

    return resident * resource.getpagesize()


async def _connect(line: Line, ours: socket.socket) -> None:
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    try:
        await loop.create_unix_connection(lambda: line, sock=ours)
    except BaseException:
        ours.close()
        raise


def _failed() -> ServiceError:
    return ServiceError("service.failed", "the workers cannot be started", "look at the log")
