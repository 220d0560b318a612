"""Load and faults: the server beside rdflib-endpoint, and under kills, hostile queries and time.

Run: python benchmarks/server.py [STAGE ...] [--share SHARE] [--json]
The stages are those of ``STAGES`` (default: all). ``--share 1`` makes the full counts, which takes
about an hour and a half; the default is one percent. Exits with 1 if anything was wrong; a goal
that was missed is printed, and no error, because it depends on what else the machine does.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

import server_kills
import server_latency
import server_load
import server_queries
import server_ratios
import server_soak

STAGES: dict[str, Callable[[float], Awaitable[server_load.Stage]]] = {
    "ratios": server_ratios.ratios,
    "latency": server_latency.latency,
    "workers": server_kills.kill_workers,
    "zygotes": server_kills.kill_zygotes,
    "queries": server_queries.hostile,
    "soak": server_soak.soak,
}


def main() -> int:
    """Run the stages one after another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AsWritten)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(STAGES))
    parser.add_argument("--share", type=float, default=0.01, help="of the full counts")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each stage")
    options = parser.parse_args()
    for name in options.stages:
        if name not in STAGES:
            parser.error(f"no stage {name!r}; there are: {', '.join(STAGES)}")
    faulty = False
    if not options.json:
        print(json.dumps(server_load.machine()))
    for name in options.stages or STAGES:
        stage = asyncio.run(STAGES[name](options.share))
        faulty = faulty or bool(stage.wrong)
        if options.json:
            print(json.dumps(vars(stage)), flush=True)
        else:
            _print(stage)
    return int(faulty)


class _AsWritten(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the description."""


def _print(stage: server_load.Stage) -> None:
    print(f"\n{stage.name}")
    for name, value in stage.figures.items():
        shown = value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {each}" for key, each in value.items())
        print(f"  {name}: {shown}")
    for text in stage.wrong[:20]:
        print(f"  WRONG: {text}")
    for text in stage.missed:
        print(f"  goal missed: {text}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
