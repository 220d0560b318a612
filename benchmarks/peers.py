"""Time whole processes side by side and print the ratio of their medians."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence


def process(command: Sequence[str]) -> float:
    """Run a command once and give its wall-clock seconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def call(work: Callable[[], object]) -> float:
    """Call a function once and give its wall-clock seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(
    first: Callable[[], float], second: Callable[[], float], runs: int
) -> tuple[float, float]:
    """Time two things in turns, after one run each that does not count."""
    first(), second()
    pairs = [(first(), second()) for _ in range(runs)]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def report(name: str, ours: float, peer: float, goal: str) -> None:
    """Print one line: medians in milliseconds, the ratio, and what it should be."""
    print(f"{name}: {ours * 1000:.1f} ms / {peer * 1000:.1f} ms = {ours / peer:.3f} ({goal})")


RUNS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 7
