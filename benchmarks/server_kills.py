"""Kill workers and zygotes under load: what is answered is right and whole, and it goes on soon."""

import asyncio
import os
import random
import signal
import time
from contextlib import suppress
from typing import Any

from server_load import (
    PREFIXES,
    TEMPLATE,
    Busy,
    Client,
    Load,
    Serving,
    Stage,
    percentiles,
    post,
    rows_of,
    serving,
    sparql,
    until,
)

WORKERS, ZYGOTES = 1_000, 100
GOAL = 1.0
"""Seconds within which it has to be back."""

QUERIES = (
    PREFIXES
    + "SELECT * { ?s a ?c ; ?p ?o FILTER(ISIRI(?s) && !ISBLANK(?o)) FILTER(?c = skos:Concept) }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    PREFIXES + "SELECT ?c ?l { ?c skos:prefLabel ?l } ORDER BY ?c ?l",
    "ASK { ?s ?p ?o }",
    PREFIXES + "CONSTRUCT { ?s skos:prefLabel ?o } { ?s skos:prefLabel ?o }",
)


class Traffic:
    """Clients that ask without pause, and hold each answer against the one before the kills."""

    def __init__(self, server: Serving, stage: Stage, seed: int) -> None:
        self._server = server
        self._stage = stage
        self._chance = random.Random(seed)
        self._over = False
        self.load = Load()
        self.expected: dict[bytes, tuple[bytes, Any]] = {}

    async def learn(self) -> None:
        """Ask each question twice, before anything is killed."""
        client = Client(self._server.port)
        for request in (
            *map(sparql, QUERIES[:4]),
            _construct(QUERIES[4]),
            post("/api/estate/access?data=prompts", TEMPLATE),
        ):
            first, second = await client.ask(request), await client.ask(request)
            same = _content(first.body) == _content(second.body)
            self._stage.must(first.status == second.status == 200 and same, f"at rest: {request!r}")
            self.expected[request] = first.body, _content(first.body)
        client.close()

    async def run(self, clients: int = 6) -> None:
        """Ask until ``end``."""
        await asyncio.gather(*(self._ask() for _ in range(clients)))

    def end(self) -> None:
        """Let the clients come to their end."""
        self._over = True

    async def _ask(self) -> None:
        client, asked = Client(self._server.port), list(self.expected)
        while not self._over:
            request = self._chance.choice(asked)
            start = time.perf_counter()
            answer = await client.ask(request)
            self.load.note(answer, time.perf_counter() - start)
            if answer.status == 200:
                body, content = self.expected[request]
                right = answer.body == body or _content(answer.body) == content
                self._stage.must(right, f"another answer to {request[:80]!r}")
            elif answer.status not in (0, 500, 503):
                self._stage.must(False, f"status {answer.status} for {request[:80]!r}")
        client.close()


def _construct(query: str) -> bytes:
    return sparql(query).replace(b"application/sparql-results+json", b"application/n-triples")


def _content(body: bytes) -> Any:
    """Give what has to be the same: rows, triples or JSON, in any order."""
    if body.startswith(b"{") and b'"head"' in body[:200]:
        return rows_of(body)
    return sorted(body.splitlines())


async def kill_workers(share: float) -> Stage:
    """Kill workers at random."""
    stage = Stage("worker kills")
    count = max(1, round(WORKERS * share))
    chance, busy = random.Random(1), Busy()
    first: list[float] = []
    full: list[float] = []
    with serving(workers=4) as server:
        traffic = Traffic(server, stage, 2)
        await traffic.learn()
        await until(lambda: len(server.workers) == 4)
        running = asyncio.create_task(traffic.run())
        probe = Client(server.port)
        zygote = server.zygote
        killed = 0
        while killed < count:
            await asyncio.sleep(chance.uniform(0.0, 0.1))
            before = server.workers
            if not before:
                continue
            pid = chance.choice(before)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
                full_again = asyncio.create_task(
                    until(lambda old=set(before): _replaced(server, old))
                )
                first.append(await _answered(probe))
                full.append(await full_again)
        traffic.end()
        await running
        probe.close()
        stage.must(server.zygote == zygote, "the zygote was replaced")
        await _at_rest(server, stage)
    stage.figures = {
        "workers killed": killed,
        "answers compared": traffic.load.statuses[200],
        "visible failures": sum(n for s, n in traffic.load.statuses.items() if s != 200),
        "next answer after a kill": percentiles(first),
        "all four workers again after a kill": percentiles(full),
        "load": traffic.load.figures(),
        **busy.share(),
    }
    stage.goal(max(first) < GOAL, f"an answer within {GOAL:g} s of each worker kill")
    stage.goal(max(full) < GOAL, f"all workers within {GOAL:g} s of each worker kill")
    return stage


async def kill_zygotes(share: float) -> Stage:
    """Kill zygotes, each once the one before it has been replaced."""
    stage = Stage("zygote kills")
    count = max(1, round(ZYGOTES * share))
    chance, busy = random.Random(3), Busy()
    first: list[float] = []
    with serving(workers=4) as server:
        traffic = Traffic(server, stage, 4)
        await traffic.learn()
        running = asyncio.create_task(traffic.run(clients=3))
        probe = Client(server.port)
        for _ in range(count):
            await until(lambda: len(server.workers) == 4)
            await asyncio.sleep(chance.uniform(0.0, 0.5))
            old, start = server.zygote, time.perf_counter()
            os.kill(old, signal.SIGKILL)
            await until(lambda old=old: server.zygote not in (0, old))
            await _answered(probe)
            first.append(time.perf_counter() - start)
        traffic.end()
        await running
        probe.close()
        await _at_rest(server, stage)
    stage.figures = {
        "zygotes killed": count,
        "answers compared": traffic.load.statuses[200],
        "visible failures": sum(n for s, n in traffic.load.statuses.items() if s != 200),
        "next answer after a kill": percentiles(first),
        "over one second": sum(1 for each in first if each >= GOAL),
        "load": traffic.load.figures(),
        **busy.share(),
    }
    stage.goal(max(first) < GOAL, f"an answer within {GOAL:g} s of each zygote kill")
    return stage


def _replaced(server: Serving, before: set[int]) -> bool:
    workers = set(server.workers)
    return len(workers) == 4 and workers != before


async def _answered(probe: Client) -> float:
    """Ask until there is an answer; gives the seconds that it took."""
    request = sparql("ASK { ?s ?p ?o }")

    async def answered() -> bool:
        return (await probe.ask(request)).status == 200

    return await until(answered)


async def _at_rest(server: Serving, stage: Stage) -> None:
    """When it is over, there are as many processes as at the start."""
    await until(lambda: len(server.workers) == 4, 5)
    found = len(server.family)
    stage.must(found == 6, f"{found} processes at the end, where 6 should be")
