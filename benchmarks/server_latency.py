"""Ask at a fixed rate, also while hostile queries hold three of four workers."""

import asyncio

from server_load import (
    HEAVY,
    PREFIXES,
    Busy,
    Client,
    Stage,
    closed_loop,
    get,
    open_loop,
    serving,
    sparql,
)

RATE = 500.0
SECONDS = 60.0
"""How long each kind of request is asked for."""
GOAL = 100.0
"""Milliseconds."""

_WORDS = ("prompt", "human", "region", "store", "abuse", "train", "delete", "tenant")
_REGIONS = ("swedencentral", "eastus", "uksouth", "japaneast")
KINDS = {
    "library questions": [
        get(
            "/api/questions/access/who-can-access?offering=azure-openai"
            f"&deployment-type={kind}&region={region}&data=prompts"
        )
        for region in _REGIONS
        for kind in ("global", "standard")
    ],
    "SPARQL queries": [
        sparql(f"{PREFIXES} SELECT ?p ?o {{ <https://w3id.org/sightline/data/{name}> ?p ?o }}")
        for name in ("prompts", "completions", "training-data", "nothing")
    ]
    + [
        sparql(f"{PREFIXES} SELECT ?c {{ ?c a skos:Concept }} OFFSET {n} LIMIT 20")
        for n in range(0, 80, 20)
    ],
}


async def latency(share: float) -> Stage:
    """Give the percentiles of what is asked when it is due."""
    stage, busy = Stage("latency at a fixed rate"), Busy()
    seconds = max(1.0, SECONDS * share)
    with serving(workers=4) as server:
        for requests in KINDS.values():  # what is kept is kept, and connections are open
            await closed_loop(server.port, requests, 0.5)
        for held in (0, 3):
            over = asyncio.Event()
            hostile = [asyncio.create_task(_hold(server.port, over)) for _ in range(held)]
            await asyncio.sleep(1 if held else 0)
            for name, requests in KINDS.items():
                load = await open_loop(server.port, requests, seconds, RATE)
                figures = load.figures()
                shown = f"{name}, {held} of 4 workers held" if held else name
                stage.figures[shown] = figures
                rate, p99 = figures["per second"], figures.get("p99 ms", float("inf"))
                stage.goal(p99 < GOAL, f"p99 under {GOAL:g} ms for {shown} ({p99})")
                stage.goal(rate >= 0.99 * RATE, f"{RATE:g} a second for {shown} ({rate})")
                stage.must(
                    not set(load.statuses) - {0, 200, 503, 504},
                    f"{shown}: statuses {dict(load.statuses)}",
                )
            over.set()
            for task in hostile:
                task.cancel()
            ended = await asyncio.gather(*hostile, return_exceptions=True)
            for each in ended:
                stage.must(isinstance(each, asyncio.CancelledError), f"a hostile query: {each!r}")
    stage.figures |= busy.share()
    return stage


async def _hold(port: int, over: asyncio.Event) -> None:
    """Ask what never ends, again and again; it has to be stopped each time."""
    client = Client(port)
    try:
        while not over.is_set():
            answer = await client.ask(sparql(HEAVY))
            if answer.status not in (503, 504):
                raise AssertionError(f"status {answer.status}")
    finally:
        client.close()
