"""The server's side of its line to one worker, and of what comes over it for one task."""

import asyncio
import contextlib
import os
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol, cast

from sightline.errors import ServiceError
from sightline.service.frames import Frame, FrameError, Unpacker

if TYPE_CHECKING:
    from sightline.service.forking import Forker

AHEAD = 8 * 1024 * 1024
"""How many bytes of an answer are taken from a worker before its reader wants them."""


SOON = 0.25
"""Seconds of computing after which a task is slow, and leaves the processors to quicker ones."""

_NICE = 8
_MOURNING = 2
"""Seconds within which it has to be known how a worker ended, or it counts as its own fault."""


class Lost(Exception):  # noqa: N818 - an event, which its handler may make good
    """The worker is gone before the last frame came."""


class Run:
    """What a worker sends for one task: frames up to the last one, or a failure."""

    def __init__(self, line: "Line") -> None:
        self._line: Line | None = line
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    def feed(self, frame: Frame, *, last: bool) -> bool:
        """Take a frame; tells whether more may come at once."""
        self._frames.append(frame)
        self._bytes += len(frame.body)
        if last:
            self._line = None
        self._wake()
        return self._bytes < AHEAD

    def fail(self, failure: Exception) -> None:
        """Let no more frames come."""
        self._line = None
        self._failure = self._failure or failure
        self._wake()

    async def next(self) -> Frame:
        """Wait for the next frame; raises the failure after the frames that came before it."""
        while not self._frames:
            if self._failure:
                raise self._failure
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        frame = self._frames.popleft()
        self._bytes -= len(frame.body)
        if self._line and self._bytes < AHEAD:
            self._line.resume()
        return frame

    def abandon(self) -> None:
        """Kill the worker, unless it is done."""
        if self._line:
            self._line.pool.end(self._line)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


class Keeper(Protocol):
    """Who is told what becomes of a line."""

    def ready(self, line: "Line") -> None:
        """Take a worker that is there."""

    def done(self, line: "Line", *, retire: bool) -> None:
        """Take a worker that sent its last frame; replace it if it is to retire."""

    def lost(self, line: "Line") -> None:
        """Replace a worker that is gone."""

    def end(self, line: "Line") -> None:
        """Kill a worker, and replace it."""

    def warmed(self, forker: "Forker") -> None:
        """Replace workers that were forked before everything was warm."""

    def gone(self, forker: "Forker") -> None:
        """Replace a zygote that is gone."""


class Line(asyncio.Protocol):
    """The line to a worker."""

    def __init__(self, pool: Keeper, forker: "Forker", number: int) -> None:
        self.pool = pool
        self.forker = forker
        self.number = number
        self.pid = 0
        self.is_cold = not forker.is_warm
        self.run: Run | None = None
        self._transport: asyncio.Transport | None = None
        self.is_slow = False
        self._timers: tuple[asyncio.TimerHandle, ...] = ()
        self._unpacker = Unpacker()
        self._gone = False
        self._status: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def status(self) -> int | None:
        """Wait for the exit code of a worker that is gone; None if its zygote is gone too."""
        done, _ = await asyncio.wait([self._status], timeout=_MOURNING)
        return self._status.result() if done else 1

    def ended(self, status: int | None) -> None:
        """Tell how the process ended."""
        if not self._status.done():
            self._status.set_result(status)

    def begin(self, request: bytes, seconds: float) -> Run:
        """Send a task that may take so many seconds."""
        run = Run(self)
        if self._gone or self._transport is None:
            run.fail(Lost())
            return run
        self.run = run
        self._transport.write(request)
        loop = asyncio.get_running_loop()
        self._timers = (
            loop.call_later(seconds, self._expire, seconds),
            loop.call_later(SOON, self._look, processor_time(self.pid)),
        )
        return run

    def resume(self) -> None:
        """Let more bytes come."""
        if self._transport and not self._gone:
            self._transport.resume_reading()

    def close(self, failure: Exception | None = None) -> None:
        """Hang up; what runs fails."""
        self._gone = True
        self._settle(failure or Lost())
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        self._transport = cast("asyncio.Transport", transport)
        if self._gone:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:  # noqa: D102
        try:
            for frame in self._unpacker.feed(data):
                self._take(frame)
        except FrameError:
            self.pool.end(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102
        self._gone = True
        self.pool.lost(self)
        self._settle(Lost())

    def _take(self, frame: Frame) -> None:
        if "hello" in frame.head and not self.pid:
            self.pid = int(frame.head["hello"])
            self.pool.ready(self)
        elif self.run is None:
            raise FrameError("a frame that nobody asked for")
        elif "end" in frame.head or "error" in frame.head:
            run, self.run = self.run, None
            self._stop()
            run.feed(frame, last=True)
            self.resume()
            self.pool.done(self, retire=bool(frame.head.get("retire")))
        elif not self.run.feed(frame, last=False) and self._transport:
            self._transport.pause_reading()

    def _look(self, start: float) -> None:
        """Look whether the task is slow, or only had to wait for a processor itself."""
        left = SOON - (processor_time(self.pid) - start)
        if left > 0.01:
            later = asyncio.get_running_loop().call_later(left, self._look, start)
            self._timers = (self._timers[0], later)
        else:
            self._yield()

    def _yield(self) -> None:
        # An ordinary user cannot take that back: the worker does nothing else afterwards.
        self.is_slow = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)

    def _expire(self, seconds: float) -> None:
        message = f"the work took longer than {seconds:g} seconds and was stopped"
        self._settle(ServiceError("service.timeout", message, "ask for less, or in smaller steps"))
        self.pool.end(self)

    def _settle(self, failure: Exception) -> None:
        self._stop()
        run, self.run = self.run, None
        if run:
            run.fail(failure)

    def _stop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = ()


def processor_time(pid: int) -> float:
    """Give the seconds that a process has computed, or those of a clock where nobody knows."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # its clock, as clock_getcpuclockid names it
    except (AttributeError, OSError, OverflowError):
        return time.monotonic()


def told(frame: Frame) -> dict[str, Any] | None:
    """Give the error that a frame tells, if it tells one."""
    error = frame.head.get("error")
    return error if isinstance(error, dict) else None
