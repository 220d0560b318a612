"""Who does the tasks: the contract of all workers, and those that are threads of this process."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sightline.service.tasks import STREAMS, TASKS
from sightline.service.work import Work

if TYPE_CHECKING:
    import asyncio


PIECE = 64 * 1024
"""Bytes leave in pieces of that size: a short answer fails before it begins, or not at all."""


class Stream(NamedTuple):
    """Bytes on their way, with what is known of them before the first one."""

    head: Mapping[str, Any]
    """JSON values, such as the ``media_type``."""
    chunks: AsyncIterator[bytes]
    """Raises ServiceError if the rest cannot follow: what came so far is then no answer."""


class Workers(Protocol):
    """Do tasks by name.

    Both methods raise what the task raises, and ServiceError for a task that takes too long, grows
    too large, finds no room in the queue, or loses its worker.
    """

    async def call(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Any:
        """Do a task whose result is a JSON value."""

    async def stream(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Stream:
        """Do a task whose result is bytes; returns when the first of them, or the end, is there."""

    async def close(self) -> None:
        """End all workers."""


class Threads:
    """Do tasks one after another in a thread of this process, without limits of time or memory."""

    def __init__(self, work: Work) -> None:
        import threading

        self._work = work
        self._lock = threading.Lock()  # a graph is for one thread at a time

    async def call(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Any:
        """Do a task whose result is a JSON value."""
        import asyncio

        def run() -> Any:
            try:
                with self._lock:
                    return TASKS[task](self._work, given, body)
            except BaseException as error:
                _let_go(error)
                raise

        return await asyncio.to_thread(run)

    async def stream(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Stream:
        """Do a task whose result is bytes; it is held in memory until it is fetched."""
        import asyncio

        output = _Queue(asyncio.get_running_loop())

        def run() -> None:
            try:
                with self._lock:
                    STREAMS[task](self._work, given, body, output)
            except BaseException as error:
                _let_go(error)
                output.end(error)
            else:
                output.end(None)

        running = asyncio.get_running_loop().run_in_executor(None, run)
        first = await output.next()
        return Stream(output.head, output.chunks(first, running))

    async def close(self) -> None:
        """Do nothing: threads end with what they do."""


def _let_go(error: BaseException | None) -> None:
    """Drop the frames that an error holds: results of the engine must end in their own thread."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


class _Queue:
    """The bytes of a stream, from the thread that writes them to the one that reads them."""

    def __init__(self, loop: "asyncio.AbstractEventLoop") -> None:
        import asyncio

        self.head: Mapping[str, Any] = {}
        self._loop = loop
        self._queue: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue()
        self._held = bytearray()

    def begin(self, head: Mapping[str, Any]) -> None:
        self.head = head

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= PIECE:
            self._put(bytes(self._held))
            self._held.clear()
        return len(data)

    def flush(self) -> None:
        pass

    def end(self, error: BaseException | None) -> None:
        if self._held and error is None:
            self._put(bytes(self._held))
        self._put(error)

    async def next(self) -> bytes | None:
        found = await self._queue.get()
        if isinstance(found, BaseException):
            raise found
        return found

    async def chunks(
        self, first: bytes | None, running: "asyncio.Future[None]"
    ) -> AsyncIterator[bytes]:
        piece = first
        while piece is not None:
            yield piece
            piece = await self.next()
        await running

    def _put(self, piece: bytes | BaseException | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, piece)
