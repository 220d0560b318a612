"""A pool of two workers and the event loop that it lives in, started once."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from sightline.service.pool import Pool
from sightline.service.workers import Workers

Run = Callable[[Coroutine[Any, Any, Any]], Any]

JSON = "application/sparql-results+json"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""It would take days."""

if not Pool.is_possible():
    pytest.skip("this system cannot fork processes", allow_module_level=True)


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session")
def pool(run: Run) -> Iterator[Pool]:
    pool = Pool(workers=2)
    run(pool.start())
    yield pool
    run(pool.close())


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """A template with one account and one deployment."""
    kind = "Microsoft.CognitiveServices/accounts"
    resources = [
        {
            "type": kind,
            "apiVersion": "2024-10-01",
            "name": "secret-account",
            "location": "swedencentral",
            "kind": "OpenAI",
            "sku": {"name": "S0"},
            "properties": {},
        },
        {
            "type": f"{kind}/deployments",
            "apiVersion": "2024-10-01",
            "name": "secret-account/secret-deployment",
            "sku": {"name": "GlobalStandard", "capacity": 1},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "1"}},
        },
    ]
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    template = {"$schema": schema, "contentVersion": "1.0.0.0", "resources": resources}
    path = tmp_path / "main.json"
    path.write_text(json.dumps(template), encoding="utf-8")
    return path


async def fetch(workers: Workers, task: str, **given: Any) -> bytes:
    """Do a streaming task and collect all of its bytes."""
    stream = await workers.stream(task, {"media_type": JSON, **given})
    return b"".join([piece async for piece in stream.chunks])


async def select(pool: Pool, query: str, **given: Any) -> bytes:
    return await fetch(pool, "sparql", query=query, **{"graphs": pool.graphs, **given})
