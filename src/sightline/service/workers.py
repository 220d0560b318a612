"""Who does the tasks: the contract of all workers, and those that are threads of this process."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple, Protocol

from sightline.service.tasks import TASKS
from sightline.service.work import Work


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
            with self._lock:
                return TASKS[task](self._work, given, body)

        return await asyncio.to_thread(run)

    async def close(self) -> None:
        """Do nothing: threads end with what they do."""
