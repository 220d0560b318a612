"""Serve mixed traffic for half an hour: memory and descriptors must not grow."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from server_load import (
    HEAVY,
    PREFIXES,
    TEMPLATE,
    Busy,
    Client,
    Load,
    Serving,
    Stage,
    get,
    median,
    post,
    serving,
    sparql,
    until,
)

MINUTES = 30
RATE = 20
"""Requests per second: the same for half an hour on a machine that others use too."""
WARM = 0.2
"""The share of the time whose end is the start of comparison: caches fill, workers are touched."""
GOAL = 0.05

_REGIONS = ("eastus", "swedencentral", "westeurope", "japaneast", "uksouth", "australiaeast")
_TYPES = ("global", "data-zone", "standard")


def requests(chance: random.Random) -> Iterator[bytes]:
    """Give requests of all kinds: most of them quick, some wrong, now and then a hostile one."""
    while True:
        where = f"offering=azure-openai&deployment-type={chance.choice(_TYPES)}"
        where += f"&region={chance.choice(_REGIONS)}"
        kind = chance.random()
        if kind < 0.30:
            word = chance.choice(("data", "store", "human", "region", "abuse"))
            text = f"FILTER(CONTAINS(?l, '{word}{chance.randrange(99)}'))"
            yield sparql(f"{PREFIXES} SELECT ?c ?l {{ ?c skos:prefLabel ?l {text} }}")
        elif kind < 0.45:
            yield sparql(f"SELECT * {{ ?s ?p ?o }} LIMIT {chance.randrange(2000)}")
        elif kind < 0.60:
            yield get(f"/api/questions/access/who-can-access?{where}&data=prompts")
        elif kind < 0.65:
            yield get(f"/api/access?{where}&data=prompts")
        elif kind < 0.75:
            page = chance.choice(("/", "/questions", "/api", "/sparql-editor", "/nothing"))
            yield get(page, "text/html")
        elif kind < 0.80:
            yield get(f"/matrix?{where}", "text/html")
        elif kind < 0.82:
            yield post(chance.choice(("/api/validate", "/api/estate/access")), TEMPLATE)
        elif kind < 0.85:
            yield get(f"/id/nothing-{chance.randrange(10**6)}", "text/turtle")
        elif kind < 0.90:
            yield sparql("SELECT * { ?s ?p ")
        elif kind < 0.95:
            yield sparql("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
        elif kind < 0.999:
            yield get("/health")
        else:
            yield sparql(HEAVY)


class Sample:
    """The memory of all processes of a server, in MiB, and their descriptors.

    ``own`` is what the web process and the zygote share with nobody: workers are replaced, and
    only these two live on.
    """

    def __init__(self, server: Serving) -> None:
        self.pss = self.rss = self.own = 0.0
        self.descriptors = 0
        lasting = (server.process.pid, server.zygote)
        for pid in server.family:
            with suppress(OSError):
                folder = Path(f"/proc/{pid}")
                lines = (folder / "smaps_rollup").read_text().splitlines()
                sizes = {line.split(":")[0]: line.split()[1] for line in lines if "kB" in line}
                descriptors = len(list((folder / "fd").iterdir()))
                self.pss += int(sizes["Pss"]) / 1024
                self.rss += int(sizes["Rss"]) / 1024
                if pid in lasting:
                    private = int(sizes["Private_Clean"]) + int(sizes["Private_Dirty"])
                    self.own += private / 1024
                self.descriptors += descriptors


async def soak(share: float) -> Stage:
    """Ask at a low rate all the time, and look at the processes at rest, when no answer runs."""
    stage, busy = Stage("soak"), Busy()
    seconds = 60 * MINUTES * share
    pause = max(1.0, seconds / 180)
    load, samples, chance = Load(), [], random.Random(5)
    with serving(workers=4) as server:
        asked, began = requests(chance), time.perf_counter()
        clients = [Client(server.port) for _ in range(8)]
        pid = server.zygote
        while (now := time.perf_counter()) - began < seconds:
            await _ask(clients, asked, load, chance, end=now + pause)
            for client in clients:
                client.close()
            await until(lambda: len(server.workers) == 4, 3)
            samples.append((time.perf_counter() - began, Sample(server)))
        stage.must(server.zygote == pid, "the zygote was replaced")
        for client in clients:
            client.close()
    load.seconds = time.perf_counter() - began
    stage.figures = {
        "minutes": round(load.seconds / 60, 1),
        "load": load.figures(),
        "samples": len(samples),
    }
    early = [s for at, s in samples if WARM / 2 * seconds <= at < WARM * seconds]
    late = [s for at, s in samples if at >= (1 - WARM / 2) * seconds]
    for name in ("pss", "rss", "own", "descriptors"):
        before = median([getattr(s, name) for s in early])
        after = median([getattr(s, name) for s in late])
        growth = after / before - 1 if before else 0.0
        stage.figures[name] = {
            "start": round(samples[0][1].__dict__[name], 1),
            "warm": round(before, 1),
            "end": round(after, 1),
            "growth": f"{growth:+.1%}",
            "course": [round(getattr(s, name)) for _, s in samples[:: max(1, len(samples) // 15)]],
        }
        stage.goal(growth < GOAL, f"{name} grows under {GOAL:.0%} ({growth:+.1%})")
    unexpected = {s: n for s, n in load.statuses.items() if s in (0, 500)}
    stage.must(not unexpected, f"answers that failed: {unexpected}")
    stage.figures |= busy.share()
    return stage


async def _ask(
    clients: list[Client],
    asked: Iterator[bytes],
    load: Load,
    chance: random.Random,
    end: float,
) -> None:
    """Ask at the rate until then; a few clients go away before their answer."""
    running: set[asyncio.Task[None]] = set()
    free = list(clients)

    async def one(client: Client, request: bytes) -> None:
        start = time.perf_counter()
        if chance.random() < 0.005:
            await client.ask(request, patience=0.003)
        else:
            load.note(await client.ask(request), time.perf_counter() - start)
        free.append(client)

    due = time.perf_counter()
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        due += 1 / RATE
        if free:
            task = asyncio.create_task(one(free.pop(), next(asked)))
            running.add(task)
            task.add_done_callback(running.discard)
    await asyncio.gather(*running)
