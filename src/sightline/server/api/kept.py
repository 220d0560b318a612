"""Keep answers that were written lately, so that what is often asked reaches no worker again."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import NamedTuple

BYTES = 64 * 1024 * 1024
"""The memory that all kept answers may take."""


class Written(NamedTuple):
    """An answer as it is sent, and for questions the number of all rows."""

    content: bytes
    total: int | None = None


class Kept:
    """The answers used last, by the name of the question and of the state of the knowledge.

    Of requests for one answer that come together only one has it made.
    """

    def __init__(self, most: int = BYTES) -> None:
        self.hits = 0
        self.misses = 0
        self._most = most
        self._size = 0
        self._answers: OrderedDict[str, Written] = OrderedDict()
        self._making: dict[str, asyncio.Task[Written]] = {}

    async def get(self, key: str, make: Callable[[], Awaitable[Written]]) -> Written:
        """Give a kept answer, or have it made; raises what making it raises."""
        if known := self._answers.get(key):
            self.hits += 1
            self._answers.move_to_end(key)
            return known
        self.misses += 1
        making = self._making.get(key)
        if making is None:
            making = asyncio.ensure_future(self._made(key, make))
            self._making[key] = making
            making.add_done_callback(lambda done: self._let_go(key, done))
        return await asyncio.shield(making)  # who leaves does not take it from the others

    async def _made(self, key: str, make: Callable[[], Awaitable[Written]]) -> Written:
        found = await make()
        size = len(found.content)
        if size <= self._most // 16:
            self._answers[key] = found
            self._size += size
            while self._size > self._most:
                self._size -= len(self._answers.popitem(last=False)[1].content)
        return found

    def _let_go(self, key: str, done: "asyncio.Task[Written]") -> None:
        self._making.pop(key, None)
        if not done.cancelled():
            done.exception()  # somebody may have waited for it, or nobody any more
