"""A client of the SDK, connected in this process."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the package mcp is not installed")

from mcp import Client

from sightline.mcp import create_server
from sightline.service.work import Snapshot, Work
from sightline.service.workers import Threads


@pytest.fixture(scope="session")
def work() -> Work:
    return Snapshot().load()


@pytest.fixture(scope="session")
def with_client(work: Work) -> Callable[[Callable[[Client], Any]], Any]:
    def run(use: Callable[[Client], Any]) -> Any:
        server = create_server(Threads(work), work.graph.knowledge, work.graph.questions())

        async def connected() -> Any:
            async with Client(server) as client:
                return await use(client)

        return asyncio.run(connected())

    return run


@pytest.fixture(scope="session")
def call(with_client: Callable[..., Any]) -> Callable[..., Any]:
    def run(tool: str, arguments: Mapping[str, Any] | None = None) -> Any:
        return with_client(lambda client: client.call_tool(tool, dict(arguments or {})))

    return run
