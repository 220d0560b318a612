"""One percent of the load and faults that ``benchmarks/server.py`` measures: nothing goes wrong.

How fast it goes is not tested here; docs/reliability.md has the figures.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sightline.service.pool import Pool

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or not Pool.is_possible(), reason="looks at processes in /proc"
    ),
]


def stage(name: str, share: float = 0.01) -> dict[str, Any]:
    """Run a stage; whatever is wrong fails the test."""
    command = [sys.executable, BENCHMARKS / "server.py", name, "--share", str(share), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.stdout, ended.stderr
    found = json.loads(ended.stdout)
    assert found["wrong"] == []
    assert ended.returncode == 0
    return dict(found["figures"])


def test_requests_at_a_fixed_rate_are_answered_also_while_workers_are_held() -> None:
    found = stage("latency")

    assert len([name for name in found if "held" in name]) == 2
    assert all(each["requests"] == 500 for each in found.values() if isinstance(each, dict))


def test_killed_workers_leave_no_wrong_answer() -> None:
    found = stage("workers")

    assert found["workers killed"] == 10
    assert found["answers compared"] > 10


def test_killed_zygotes_leave_no_wrong_answer() -> None:
    found = stage("zygotes")

    assert found["zygotes killed"] == 1
    assert found["answers compared"] > 1


def test_mutated_queries_reach_no_network() -> None:
    found = stage("queries")

    assert found["queries"] == 10_000
    assert found["network contacts"] == 0
    assert found["outcomes"]["answered"] > 500
    assert found["outcomes"]["query.refused"] > 500


def test_mutated_queries_would_reach_the_network_without_the_guard() -> None:
    script = """
import sys, itertools, random
sys.path.insert(0, sys.argv[1])
import server_queries
from sightline.stores import embedded, guard
embedded.check = lambda text: guard.Question(text, "SELECT", False, frozenset())
canary = server_queries.Canary()
texts = itertools.islice(server_queries.mutants(random.Random(6), canary.addresses), 1000)
server_queries.guard_alone(list(texts))
print(canary.contacts)
"""
    command = [sys.executable, "-W", "ignore", "-c", script, BENCHMARKS]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert int(ended.stdout) > 0, ended.stderr


def test_mixed_traffic_meets_no_failure() -> None:
    found = stage("soak")

    assert found["load"]["requests"] > 20
    assert found["descriptors"]["end"] > 0
