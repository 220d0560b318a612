"""Workers that are processes: forked from one that has read everything, and killed at a limit."""

import asyncio
import json
import logging
import math
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Mapping
from time import monotonic
from typing import Any, Self

from sightline.errors import ServiceError
from sightline.service.forking import Forker, memory
from sightline.service.frames import Frame, pack, read_error
from sightline.service.lines import Line, Lost, Run, told
from sightline.service.sandbox import Limits
from sightline.service.work import Snapshot
from sightline.service.workers import Stream

_log = logging.getLogger("sightline.service")

_KILLED = frozenset({-signal.SIGKILL, -signal.SIGTERM, 0, None})
"""How a worker ends that has nothing to blame itself for; None: it went with its zygote."""

_SLOWEST_RETRY = 1.0
"""Seconds between attempts to start what does not start."""


class Pool:
    """Do tasks in forked processes that can be killed; see ``Workers``.

    A pool belongs to the event loop that it is first used in. ``launch`` may come before, blocks
    until everything is read, and raises what is wrong with the ``snapshot``; ``start`` is implied
    by the first task. ``seconds`` limits each task but those of ``longer`` (task -> seconds).
    Without ``warm`` each worker imports for itself what not every task needs: a faster start.
    """

    def __init__(
        self,
        snapshot: Snapshot | None = None,
        *,
        workers: int = 4,
        queue: int = 64,
        seconds: float = 10.0,
        longer: Mapping[str, float] | None = None,
        limits: Limits | None = None,
        warm: bool = True,
    ) -> None:
        self._snapshot = snapshot or Snapshot()
        self._size = workers
        self._queue = queue
        self._seconds = seconds
        self._longer = dict(longer or {})
        self._limits = limits or Limits()
        self._warm = warm
        self._forker: Forker | None = None
        self._old: set[Forker] = set()
        self._idle: list[Line] = []
        self._waiting: deque[asyncio.Future[Line]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = asyncio.Lock()
        self._started = self._closed = False
        self._failures = self._killed = self._restarts = self._done = 0
        self._usual = 0.05

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *details: object) -> None:
        await self.close()

    @staticmethod
    def is_possible() -> bool:
        """Tell whether this system can fork processes."""
        return hasattr(os, "fork")

    @property
    def digest(self) -> str:
        """Names the state of all that answers come from; '' before the launch."""
        return self._forker.digest if self._forker else ""

    @property
    def graphs(self) -> tuple[str, ...]:
        """The named graphs that SPARQL queries can see."""
        return self._forker.graphs if self._forker else ()

    @property
    def walled(self) -> bool:
        """Whether the system keeps workers from the network; if not, ``reason`` says why."""
        return bool(self._forker and self._forker.walled)

    @property
    def reason(self) -> str:
        """Why workers are not kept from the network, or ''."""
        return self._forker.reason if self._forker else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the files counts for nothing, and why."""
        return self._forker.warnings if self._forker else ()

    def launch(self) -> None:
        """Read everything, and block until that is done.

        Raises InputError for an estate or a file that cannot be read.
        """
        if self._forker is None:
            forker = Forker(self._snapshot, self._limits, warm=self._warm)
            try:
                forker.wait()
            except BaseException:
                forker.abort()
                raise
            self._forker = forker

    async def start(self) -> None:
        """Read everything, unless that is done, and have workers forked; raises as ``launch``."""
        async with self._starting:
            if self._started or self._closed:
                return
            if self._forker is None:
                self._forker = await self._begun(self._snapshot)
            else:
                self._forker.attach(self)
            self._started = True
            self._top_up()

    async def call(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Any:
        """Do a task whose result is a JSON value."""
        _, frame = await self._first(task, given, body)
        return json.loads(frame.body)

    async def stream(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Stream:
        """Do a task whose result is bytes; returns when the first of them, or the end, is there."""
        run, frame = await self._first(task, given, body)
        return Stream(frame.head.get("head", {}), _chunks(run, frame))

    async def swap(self, snapshot: Snapshot) -> None:
        """Answer from another snapshot; what has begun is still answered from the old one.

        Raises as ``launch``, and then nothing has changed.
        """
        await self.start()
        async with self._starting:
            forker = await self._begun(snapshot)
            old, self._forker, self._snapshot = self._forker, forker, snapshot
            idle, self._idle = self._idle, []
            if old and not old.is_lost:
                self._old.add(old)
                for line in idle:
                    old.end(line)
                    line.close()
                self._dismiss(old)
            self._top_up()

    async def close(self) -> None:
        """End all workers; what waits or runs fails."""
        self._closed = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(_closing())
        self._waiting.clear()
        async with self._starting:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for forker in self._forkers():
                await forker.close()
            self._old.clear()

    def stats(self) -> dict[str, int]:
        """Count workers, tasks and failures.

        ``rss`` is the memory of all processes in bytes, where what they share counts for each;
        ``zygote`` is the id of the process that forks them.
        """
        forkers = self._forkers()
        lines = [line for forker in forkers for line in forker.lines.values()]
        pids = [*(f.process.pid for f in forkers), *(line.pid for line in lines if line.pid)]
        return {
            "busy": sum(1 for line in lines if line.run),
            "idle": len(self._idle),
            "queued": len(self._waiting),
            "done": self._done,
            "killed": self._killed,
            "restarts": self._restarts,
            "rss": sum(map(memory, pids)),
            "zygote": self._forker.process.pid if self._forker else 0,
        }

    def _forkers(self) -> list[Forker]:
        return [*self._old, *([self._forker] if self._forker else [])]

    # What lines tell.

    def ready(self, line: Line) -> None:
        """Take a worker that is there."""
        self._failures = 0
        self._offer(line)

    def done(self, line: Line, *, retire: bool) -> None:
        """Take a worker back."""
        self._done += 1
        stale = line.is_slow or (line.is_cold and line.forker.is_warm)
        if retire or stale or line.forker is not self._forker:
            self._release(line)
        else:
            self._offer(line)

    def lost(self, line: Line) -> None:
        """Replace a worker that is gone."""
        if line.number in line.forker.lines:
            self._restarts += 1
            self._failures += not line.pid  # it did not even begin
            self._release(line)

    def end(self, line: Line) -> None:
        """Kill a worker, and replace it."""
        self._killed += 1
        self._release(line)

    def _release(self, line: Line) -> None:
        if line in self._idle:
            self._idle.remove(line)
        line.forker.end(line)
        line.close()
        if line.forker in self._old:
            self._dismiss(line.forker)
        elif self._failures:
            self._spawn(self._later())
        else:
            self._top_up()

    def _offer(self, line: Line) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(line)
                return
        self._idle.append(line)

    def _top_up(self) -> None:
        forker = self._forker
        if forker and self._started and not self._closed:
            while len(forker.lines) < self._size and not forker.is_lost:
                forker.fork()  # may lose the zygote

    async def _later(self) -> None:
        await asyncio.sleep(min(_SLOWEST_RETRY, 0.01 * 2**self._failures))
        self._top_up()

    # Zygotes.

    async def _begun(self, snapshot: Snapshot, *, warm: bool = True) -> Forker:
        forker = Forker(snapshot, self._limits, warm=self._warm)
        try:
            forker.attach(self)
            await forker.ready(warm=warm)
        except BaseException:
            await forker.close()
            raise
        return forker

    def warmed(self, forker: Forker) -> None:
        """Replace the workers that were forked before that, unless they work."""
        for line in [line for line in self._idle if line.forker is forker and line.is_cold]:
            self._release(line)

    def gone(self, forker: Forker) -> None:
        """Start another zygote."""
        self._old.discard(forker)
        self._idle = [line for line in self._idle if line.forker is not forker]
        if forker is self._forker and not self._closed:
            self._restarts += 1
            self._spawn(self._restart(forker))

    async def _restart(self, lost: Forker) -> None:
        _log.warning("the process that forks workers is gone; another one is started")
        pause = 0.05
        await lost.close()
        while self._forker is lost:
            try:
                forker = await self._begun(self._snapshot, warm=False)
                if self._forker is lost:
                    self._forker = forker
                else:  # another snapshot came first
                    await forker.close()
            except Exception as error:
                _log.error("workers cannot be started: %s", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _SLOWEST_RETRY)
        self._top_up()

    def _dismiss(self, forker: Forker) -> None:
        if not forker.lines:
            self._old.discard(forker)
            self._spawn(forker.close())

    def _spawn(self, work: Any) -> None:
        if self._closed:
            work.close()
            return
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Tasks.

    async def _first(self, task: str, given: Mapping[str, Any], body: bytes) -> tuple[Run, Frame]:
        """Do a task up to its first frame; a second time if its worker was killed before that."""
        request = pack({"task": task, "given": dict(given)}, body)
        seconds = self._longer.get(given.get("task", task), self._seconds)  # of what is written
        for is_last in (False, True):
            line = await self._free()
            began = monotonic()
            run = line.begin(request, seconds)
            try:
                frame = await run.next()
            except Lost as error:
                if is_last or await line.status() not in _KILLED:
                    raise _failed() from error
                continue
            except BaseException:  # nobody waits for it any more
                run.abandon()
                raise
            self._usual += 0.05 * (monotonic() - began - self._usual)
            _check(frame)
            return run, frame
        raise _failed()

    async def _free(self) -> Line:
        """Wait for a worker; raises ServiceError where too many wait already, or for too long."""
        await self.start()
        if self._closed:
            raise _closing()
        if self._idle:
            return self._idle.pop()
        if len(self._waiting) >= self._queue:
            raise self._busy()
        waiter: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await asyncio.wait([waiter], timeout=self._seconds)
        except asyncio.CancelledError:
            if waiter.done() and not waiter.exception():
                self._offer(waiter.result())
            raise
        finally:
            if not waiter.done():
                waiter.cancel()
                self._waiting.remove(waiter)
        if waiter.cancelled():
            raise self._busy()
        return waiter.result()

    def _busy(self) -> ServiceError:
        seconds = max(1, math.ceil(self._usual * (len(self._waiting) + 1) / self._size))
        error = ServiceError(
            "service.busy", "too much is asked for at once", f"ask again in {seconds} s"
        )
        error.retry_after = seconds
        return error


async def _chunks(run: Run, frame: Frame) -> AsyncIterator[bytes]:
    try:
        while True:
            if frame.body:
                yield frame.body
            if "end" in frame.head:
                return
            try:
                frame = await run.next()
            except Lost as error:
                raise _failed() from error
            _check(frame)
    finally:
        run.abandon()


def _check(frame: Frame) -> None:
    if error := told(frame):
        if "trace" in frame.head:
            _log.error("a task failed:\n%s", frame.head["trace"])
        raise read_error(error)


def _failed() -> ServiceError:
    message = "the worker ended before the answer was complete"
    return ServiceError("service.failed", message, "ask for less: it may have grown too large")


def _closing() -> ServiceError:
    return ServiceError("service.failed", "the server is closing", "ask again later")
