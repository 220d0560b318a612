"""Workers give the answers of the graph itself, within limits, and whatever dies they come back."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pytest

from sightline.errors import InputError, QueryError, ServiceError, SightlineError, UnknownTermError
from sightline.graph import KnowledgeGraph
from sightline.render.answer import answer_json
from sightline.render.solutions import solutions_json
from sightline.service.lines import processor_time
from sightline.service.pool import Pool
from sightline.service.sandbox import MIB, Limits
from sightline.service.work import Snapshot, estate_graph

from .conftest import HEAVY, JSON, Run, fetch, select

COUNT = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
SLOW = (
    "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 3000 } "
    "{ SELECT * { ?d ?e ?f } LIMIT 1000 } }"
)
DOUBLING = (
    "SELECT (STRLEN(?a30) AS ?n) { BIND('aaaaaaaaaaaaaaaa' AS ?a0) "
    + " ".join(f"BIND(CONCAT(?a{i}, ?a{i}) AS ?a{i + 1})" for i in range(30))
    + " }"
)


async def settled(pool: Pool, workers: int = 2) -> None:
    """Wait until all workers are back."""
    async with asyncio.timeout(20):
        while pool.stats()["idle"] < workers:
            await asyncio.sleep(0.02)


async def using(scene: Callable[[Pool], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Play a scene with a pool of its own."""
    async with Pool(**options, warm=False) as pool:
        await scene(pool)


def niceness(process: psutil.Process) -> int:
    try:
        return int(process.nice())
    except psutil.NoSuchProcess:
        return 0


def workers_of(pool: Pool) -> list[psutil.Process]:
    return psutil.Process(pool.stats()["zygote"]).children()


def test_answers_are_those_of_the_graph(
    run: Run, pool: Pool, graph: KnowledgeGraph, ask_at_random: Any
) -> None:
    today, chance = date.today(), random.Random(4)
    for _ in range(10):
        asked = ask_at_random(chance)
        given = {
            "configuration": asked.configuration,
            "as_of": asked.as_of and asked.as_of.isoformat(),
            "collection": asked.collection,
            "assume": asked.assume,
        }
        try:
            answer = graph.derivation(asked.as_of, asked.collection).answer(asked)
        except SightlineError as error:
            with pytest.raises(type(error)):
                run(pool.call("access", given))
        else:
            expected = answer_json(answer, graph.knowledge.digest, asked.as_of or today)
            assert run(pool.call("access", given)) == expected


def test_questions_of_the_library_are_answered(run: Run, pool: Pool, graph: KnowledgeGraph) -> None:
    configuration = {"offering": ["serverless-api"]}
    params = {"data": "prompts"}
    given = {"name": "who-can-access", "configuration": configuration, "params": params}
    expected = solutions_json(graph.ask("who-can-access", configuration, data="prompts"))

    assert run(pool.call("ask", given)) == {"question": "who-can-access", **expected}


def test_streams_are_those_of_the_store(run: Run, pool: Pool, graph: KnowledgeGraph) -> None:
    text = "SELECT * { ?s ?p ?o FILTER(!ISBLANK(?s) && !ISBLANK(?o)) } ORDER BY ?s ?p ?o"

    found = run(select(pool, text))

    assert len(found) > 1024 * 1024
    assert found == graph.store.serialize(text, "json", graphs=pool.graphs)


def test_errors_come_as_they_were_raised(run: Run, pool: Pool) -> None:
    with pytest.raises(UnknownTermError) as unknown:
        run(pool.call("access", {"configuration": {"offering": ["serverles-api"]}}))
    assert unknown.value.matches == ["serverless-api"]
    assert unknown.value.code == "term.unknown"
    with pytest.raises(QueryError, match="SERVICE"):
        run(select(pool, "SELECT * { SERVICE <urn:x> { } }"))


def test_a_fault_in_a_task_is_told_and_logged(
    run: Run, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ServiceError, match="'explain' failed") as failed:
        run(pool.call("explain", {}))

    assert failed.value.code == "service.failed"
    assert "KeyError" in caplog.text


def test_what_takes_too_long_is_stopped_and_replaced(run: Run) -> None:
    async def scene(pool: Pool) -> None:
        await settled(pool)
        before = {process.pid for process in workers_of(pool)}
        began = time.monotonic()
        with pytest.raises(ServiceError, match=r"longer than 0\.5 seconds") as stopped:
            await select(pool, HEAVY)
        assert stopped.value.code == "service.timeout"
        assert time.monotonic() - began < 5
        assert await select(pool, "ASK {}")
        await settled(pool)
        async with asyncio.timeout(5):
            while len(before & {process.pid for process in workers_of(pool)}) != 1:
                await asyncio.sleep(0.02)
        assert pool.stats()["killed"] == 1

    run(using(scene, workers=2, seconds=0.5))


def test_what_is_slow_leaves_the_processors_to_others(run: Run, pool: Pool) -> None:
    async def scene() -> None:
        await settled(pool)
        workers = workers_of(pool)
        running = asyncio.create_task(select(pool, HEAVY))
        async with asyncio.timeout(5):
            while not any(niceness(process) > 0 for process in workers):
                await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.wait([running])
        assert b'"value":"3000000"' in await select(pool, SLOW)
        await settled(pool)
        async with asyncio.timeout(5):
            while any(niceness(process) > 0 for process in workers_of(pool)):
                await asyncio.sleep(0.02)

    run(scene())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell it")
def test_time_that_a_worker_waits_is_not_time_that_it_computes() -> None:
    idle = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        before, own = processor_time(idle.pid), processor_time(os.getpid())
        began, end = time.monotonic(), time.process_time() + 0.1
        while time.process_time() < end:
            pass
        assert processor_time(os.getpid()) - own >= 0.1
        assert processor_time(idle.pid) - before < time.monotonic() - began
    finally:
        idle.communicate(b"\n")


def test_some_tasks_may_take_longer(run: Run) -> None:
    async def scene(pool: Pool) -> None:
        with pytest.raises(ServiceError, match=r"0\.2 seconds"):
            await select(pool, HEAVY, graphs=await pool.call("graphs", {}))

    run(using(scene, workers=1, seconds=30, longer={"sparql": 0.2}))


def test_what_grows_too_large_ends_its_worker_only(run: Run) -> None:
    async def scene(pool: Pool) -> None:
        with pytest.raises(ServiceError) as ended:
            await select(pool, DOUBLING)
        assert ended.value.code == "service.failed"
        await settled(pool)
        assert pool.stats()["restarts"] == 1  # it was at fault, and is not tried again
        assert await select(pool, "ASK {}")

    run(using(scene, workers=2, limits=Limits(memory=192 * MIB)))


def test_too_many_rows_or_bytes_are_an_error(run: Run, pool: Pool) -> None:
    text = "SELECT * { ?s ?p ?o } LIMIT 50"
    assert run(select(pool, text, rows=50))
    for cap in ({"rows": 49}, {"bytes": 500}):
        with pytest.raises(ServiceError) as stopped:
            run(select(pool, text, **cap))
        assert stopped.value.code == "service.too-large"


def test_the_queue_is_bounded(run: Run) -> None:
    async def scene(pool: Pool) -> None:
        await settled(pool, 1)
        running = asyncio.create_task(select(pool, HEAVY))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(select(pool, "ASK {}"))
        await asyncio.sleep(0)
        with pytest.raises(ServiceError, match="at once") as busy:
            await select(pool, "ASK {}")
        assert busy.value.code == "service.busy"
        assert busy.value.retry_after >= 1
        assert pool.stats()["queued"] == 1
        waiting.cancel()  # a client that waits may go away, too
        await asyncio.wait([waiting, running])
        assert pool.stats()["queued"] == 0
        assert await select(pool, "ASK {}")

    run(using(scene, workers=1, queue=1, seconds=1))


def test_what_nobody_waits_for_any_more_is_stopped(run: Run, pool: Pool) -> None:
    async def scene() -> None:
        await settled(pool)
        killed = pool.stats()["killed"]
        running = asyncio.create_task(select(pool, HEAVY))
        await asyncio.sleep(0.1)
        assert pool.stats()["busy"] == 1
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert pool.stats()["busy"] == 0
        stream = await pool.stream(
            "sparql",
            {
                "query": "SELECT * { ?a ?b ?c . ?d ?e ?f }",
                "graphs": pool.graphs,
                "media_type": JSON,
                "rows": 10**9,
                "bytes": 10**12,
            },
        )
        async for _ in stream.chunks:
            break
        await stream.chunks.aclose()  # type: ignore[attr-defined]
        assert pool.stats()["killed"] == killed + 2
        await settled(pool)

    run(scene())


def test_a_slow_reader_holds_no_worker(run: Run, pool: Pool) -> None:
    async def scene() -> bytes:
        await settled(pool)
        query = "SELECT * { ?s ?p ?o }"
        stream = await pool.stream(
            "sparql", {"query": query, "graphs": pool.graphs, "media_type": JSON}
        )
        await settled(pool)  # six megabytes wait here
        return b"".join([piece async for piece in stream.chunks])

    assert run(scene()).endswith(b"}]}}")


def test_no_answer_is_short_when_workers_are_killed(run: Run, pool: Pool) -> None:
    async def scene() -> None:
        await settled(pool)
        texts = ("SELECT * { ?s ?p ?o } LIMIT 2000", COUNT, COUNT)
        expected = {len(await select(pool, text)) for text in texts}
        done: list[int | ServiceError] = []
        over, chance = False, random.Random(1)

        async def ask(text: str) -> None:
            while not over:
                try:
                    done.append(len(await select(pool, text)))
                except ServiceError as error:
                    done.append(error)

        asking = [asyncio.create_task(ask(t)) for t in texts]
        for _ in range(25):
            await asyncio.sleep(chance.uniform(0.01, 0.06))
            for process in chance.sample(workers_of(pool), 1):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        over = True
        await asyncio.gather(*asking)
        answers = {each for each in done if isinstance(each, int)}
        assert answers == expected
        assert {e.code for e in done if isinstance(e, ServiceError)} <= {"service.failed"}
        await settled(pool)

    run(scene())


def test_a_lost_zygote_is_replaced(run: Run, pool: Pool) -> None:
    async def scene() -> None:
        await settled(pool)
        orphans = workers_of(pool)
        before = pool.stats()
        running = asyncio.create_task(select(pool, SLOW))
        await asyncio.sleep(0.05)
        os.kill(before["zygote"], signal.SIGKILL)
        assert b'"value":"3000000"' in await running  # on its second attempt
        assert pool.stats()["zygote"] != before["zygote"]
        assert pool.stats()["restarts"] == before["restarts"] + 1
        _, alive = psutil.wait_procs(orphans, timeout=5)
        assert not alive
        await settled(pool)

    run(scene())


def test_nothing_survives_the_server(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from sightline.service.pool import Pool\n"
        "async def main():\n"
        "    pool = Pool(workers=2, warm=False)\n"
        "    await pool.start()\n"
        "    while pool.stats()['idle'] < 2: await asyncio.sleep(0.02)\n"
        f"    asyncio.create_task(pool.stream('sparql', {{'query': {HEAVY!r},"
        f" 'graphs': pool.graphs, 'media_type': {JSON!r}}}))\n"
        "    await asyncio.sleep(0.1)\n"
        "    print(pool.stats()['busy'], flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert server.stdout
    assert server.stdout.readline() == b"1\n"
    family = psutil.Process(server.pid).children(recursive=True)
    assert len(family) == 3
    server.kill()
    server.communicate()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not alive


def test_closing_leaves_nothing(run: Run) -> None:
    async def scene() -> None:
        before = psutil.Process().num_fds(), len(psutil.Process().children())
        pool = Pool(workers=2, warm=False)
        await pool.start()
        await settled(pool)
        family = psutil.Process(pool.stats()["zygote"]).children()
        running = asyncio.create_task(select(pool, HEAVY))
        await asyncio.sleep(0.05)
        await pool.close()
        with pytest.raises(ServiceError):
            await running
        with pytest.raises(ServiceError, match="closing"):
            await pool.call("graphs", {})
        assert not any(process.is_running() for process in family)
        assert (psutil.Process().num_fds(), len(psutil.Process().children())) == before

    run(scene())


def test_nothing_leaks(run: Run, pool: Pool) -> None:
    async def scene() -> None:
        await settled(pool)
        zygote = psutil.Process(pool.stats()["zygote"])

        def state() -> tuple[int, int, int]:
            return psutil.Process().num_fds(), zygote.num_fds(), len(zygote.children())

        before = state()
        for number in range(300):
            if number % 30 == 0:
                stopped = asyncio.create_task(select(pool, HEAVY))
                await asyncio.sleep(0.01)
                stopped.cancel()
                await asyncio.wait([stopped])
            await select(pool, "SELECT * { ?s ?p ?o } LIMIT 9")
        await settled(pool)
        async with asyncio.timeout(5):
            while state() != before:
                await asyncio.sleep(0.02)

    run(scene())


def test_workers_that_did_much_are_replaced(run: Run) -> None:
    async def scene(pool: Pool) -> None:
        seen = set()
        for _ in range(7):
            await settled(pool, 1)
            seen |= {process.pid for process in workers_of(pool)}
            await pool.call("graphs", {})
        assert len(seen) == 3

    run(using(scene, workers=1, limits=Limits(tasks=3)))


def test_a_snapshot_is_swapped(run: Run, estate: Path) -> None:
    async def scene(pool: Pool) -> None:
        await settled(pool)
        digest, zygote = pool.digest, psutil.Process(pool.stats()["zygote"])
        stream = await pool.stream(
            "sparql", {"query": "SELECT * { ?s ?p ?o }", "graphs": pool.graphs, "media_type": JSON}
        )
        await pool.swap(Snapshot({"mine": (estate,)}))
        assert pool.digest != digest
        assert estate_graph("mine") in pool.graphs
        assert b"".join([piece async for piece in stream.chunks]).endswith(b"}]}}")
        mine = await fetch(
            pool, "graph", iri=estate_graph("mine"), graphs=pool.graphs, media_type="text/turtle"
        )
        assert b"secret-deployment" in mine
        psutil.wait_procs([zygote], timeout=0)
        async with asyncio.timeout(5):
            while zygote.is_running():
                await asyncio.sleep(0.02)
        with pytest.raises(InputError):
            await pool.swap(Snapshot(rdf=(estate.parent / "none.ttl",)))
        assert await select(pool, "ASK {}")

    run(using(scene, workers=2, seconds=5))


def test_a_launch_says_what_is_wrong(tmp_path: Path) -> None:
    pool = Pool(Snapshot(rdf=(tmp_path / "none.ttl",)))

    with pytest.raises(InputError, match=r"none\.ttl"):
        pool.launch()


def test_a_launched_pool_is_started_by_its_first_task(run: Run) -> None:
    pool = Pool(workers=1, warm=False)
    pool.launch()
    assert pool.digest
    assert pool.walled or pool.reason

    async def scene() -> None:
        assert await pool.call("graphs", {}) == list(pool.graphs)
        await pool.close()

    run(scene())


def test_questions_of_the_library_see_no_estate_that_is_not_asked_about(estate: Path) -> None:
    work = Snapshot({"mine": (estate,)}).load()

    assert estate_graph("mine") in work.dataset.graphs()
    assert estate_graph("mine") not in work.graph.store.graphs()
    assert "secret-account" in str(list(work.dataset.quads(estate_graph("mine"))))
    assert "secret-account" not in str(list(work.graph.store.quads()))
