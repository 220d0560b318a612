"""Measure derivation: one configuration on a warm graph, and 5,000 distinct ones in one process.

The peer is the bare loading of the knowledge in the same run, so that figures of different machines
can be compared. Run: python benchmarks/configurations.py [COUNT]
"""

import itertools
import random
import statistics
import sys

from peers import call

from sightline import KnowledgeGraph
from sightline.model import Question

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 5000


def questions(graph: KnowledgeGraph, count: int) -> list[Question]:
    """Draw distinct configurations: regions x types x switches x features, some left unknown."""
    facets = {
        name: (*sorted(facet.values), None)
        for name, facet in graph.knowledge.facets.items()
        if facet.kind == "facet" and facet.values and not facet.derived_from
    }
    draw = random.Random(1)
    regions = sorted(graph.knowledge.regions)
    seen: dict[tuple[tuple[str, str], ...], Question] = {}
    while len(seen) < count:
        chosen = {"offering": draw.choice(facets["offering"][:-1]), "region": draw.choice(regions)}
        for name, values in facets.items():
            if name not in chosen and draw.random() < 0.5:
                chosen[name] = draw.choice(values)
        given = tuple(sorted((f, v) for f, v in chosen.items() if v))
        seen[given] = Question({f: (v,) for f, v in given})
    return list(itertools.islice(seen.values(), count))


if __name__ == "__main__":
    load = call(lambda: KnowledgeGraph().knowledge)
    graph = KnowledgeGraph()
    derivation = graph.derivation()
    drawn = questions(graph, COUNT)
    richest = Question({"offering": ("azure-openai",), "region": ("swedencentral",)})
    derivation.answer(richest)
    single = statistics.median(call(lambda: derivation.answer(richest)) for _ in range(50))
    print(f"one configuration, warm: {single * 1000:.1f} ms (goal: under 20 ms), "
          f"{single / load:.3f} of loading")  # fmt: skip
    many = call(lambda: sum(len(a.rows) for a in graph.answers(drawn)))
    print(
        f"{COUNT} configurations: {many:.1f} s (goal: under 15 s), {many / load:.1f} times loading"
    )
