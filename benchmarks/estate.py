"""Measure estates of several sizes: import, load, derivation, policies, questions, memory.

Each size runs in processes of its own. All times are seconds of processor time, because machines
are shared. The peer is the bare loading of the estate's triples by pyoxigraph in the same run, so
that figures of different machines can be compared. 'gate' is the command, from start to end, with
one policy. Questions are asked of at most 100,000 deployments: the store in memory holds all of
their triples and all derived ones.
Run: python benchmarks/estate.py [COUNT]... (default: 10000 100000)
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from estate_files import write

CONFIGURATIONS = 5000
POLICY = "processing-in-eea"
QUESTIONS = ("deployments-by-region", "deployments-by-sku", "deployments-without-own-key")
RUNS = 3
"""Repetitions of what is short; import and the gate run once."""

MOST_ASKED = 100_000

Result = TypeVar("Result")


def peak() -> float:
    """Give the highest memory of this process so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def once(work: Callable[[], Result]) -> tuple[float, Result]:
    """Give the seconds and the result of one call."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def median(work: Callable[[], object], runs: int) -> float:
    """Give the median of the seconds of some calls."""
    return statistics.median(once(work)[0] for _ in range(runs))


def measure(folder: str) -> dict[str, Any]:
    """Measure all steps over the files of a folder."""
    from sightline import KnowledgeGraph
    from sightline.render import estate_rdf, rdf
    from sightline.stores import blocks
    from sightline.validate.gate import gate
    from sightline.validate.policies import Policies

    graph = KnowledgeGraph()
    knowledge = graph.knowledge
    imported, estate = once(lambda: graph.estate([folder]))
    assert not estate.errors, estate.errors[0]
    found = {"import": imported, "memory of import": peak()}
    path = Path(folder) / "estate.nq"
    questions = QUESTIONS if len(estate.deployments) <= MOST_ASKED else ()

    def written() -> int:
        quads = estate_rdf.quads(
            estate.reported(), estate.deployments, datetime.now(UTC), estate.described
        )
        lines = 0
        with path.open("wb") as file:
            for block in blocks(quads):
                lines += block.count(b"\n")
                file.write(block)
        return lines

    found["write"], found["triples"] = once(written)
    runs = 1 if found["triples"] > 5_000_000 else RUNS
    derived = [once(lambda: graph.access_estate(estate.deployments)) for _ in range(runs)]
    found["derive"] = statistics.median(seconds for seconds, _ in derived)
    deployed = derived[-1][1]
    found["configurations"] = len(deployed)
    policies = Policies(knowledge)

    def policy() -> None:
        gate(deployed, knowledge, policies, [POLICY], quads=rdf.quads)

    found["policy"] = median(policy, runs)
    found["memory of policy"] = peak()
    if questions:
        first, _ = once(lambda: graph.ask(QUESTIONS[0], estate=estate))
    for name in questions:
        found[name] = median(lambda name=name: graph.ask(name, estate=estate), runs)
    if questions:
        found["store for questions"] = first - found[QUESTIONS[0]]
        found["memory of questions"] = peak()
    return found


def load(folder: str) -> dict[str, Any]:
    """Measure the bare loading of the triples that ``measure`` wrote."""
    import pyoxigraph

    path = Path(folder) / "estate.nq"

    def loaded() -> None:
        store = pyoxigraph.Store()
        store.bulk_load(path=path, format=pyoxigraph.RdfFormat.N_QUADS)

    seconds = median(loaded, 1 if path.stat().st_size > 2**30 else RUNS)
    path.unlink()
    return {"load": seconds, "memory of load": peak()}


def measured(what: str, folder: str) -> dict[str, Any]:
    """Run ``measure`` or ``load`` in a process of its own."""
    command = [sys.executable, __file__, what, folder]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(counts: list[int]) -> None:
    """Print a table per size, and how the time per deployment grows."""
    each: dict[int, float] = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            size = write(count, Path(folder), min(CONFIGURATIONS, count // 20))
            found = measured("measure", folder) | measured("load", folder)
            checked = [sys.executable, "-m", "sightline", "validate", folder, "--policy", POLICY]
            process = subprocess.Popen(checked, stdout=subprocess.DEVNULL)
            _, _, usage = os.wait4(process.pid, 0)
        gate = usage.ru_utime + usage.ru_stime
        bare = found["load"]
        total = sum(found[name] for name in ("import", "write", "load", "derive", "policy"))
        each[count] = total / count
        print(
            f"{count} deployments, {found['configurations']} configurations, "
            f"{found['triples']} triples, {size / 1e6:.0f} MB of JSON"
        )
        steps = ("import", "write", "load", "derive", "policy", "store for questions", *QUESTIONS)
        for name in (name for name in steps if name in found):
            rate = f", {count / found[name]:.0f} deployments/s" if name == "import" else ""
            print(f"  {name}: {found[name]:.2f} s = {found[name] / bare:.2f} of load{rate}")
        added = (found["derive"] + found["policy"]) / bare
        print(f"  derive and policy: {added:.2f} of load (goal: at most 0.25)")
        print(f"  gate, the whole command: {gate:.1f} s = {gate / bare:.1f} of load (goal: 5)")
        memory = {k.removeprefix("memory of "): v for k, v in found.items() if "memory of" in k}
        memory["gate"] = usage.ru_maxrss / 2**20
        words = ", ".join(f"{name} {size:.2f}" for name, size in memory.items())
        print(f"  peak memory in GiB: {words} (goal: under 10)")
        print(
            f"  per deployment: {each[count] * 1e6:.0f} us = "
            f"{each[count] / each[counts[0]]:.2f} of {counts[0]} (goal: at most 1.5)",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        json.dump(measure(sys.argv[2]), sys.stdout)
    elif sys.argv[1:2] == ["load"]:
        json.dump(load(sys.argv[2]), sys.stdout)
    else:
        main([int(count) for count in sys.argv[1:]] or [10_000, 100_000])
