"""Compare each question of the library on the store in memory with rdflib over the same triples.

Each question runs with its examples as parameters, from its text to its last row. rdflib gets
PATIENCE seconds for each; what takes longer counts as that long.
Run: python benchmarks/questions.py [RUNS]
"""

import signal
import statistics
from collections.abc import Callable

from peers import RUNS, call

from sightline import KnowledgeGraph, queries
from sightline.identity import configuration_iri
from sightline.render import rdf
from sightline.stores import iri, nquads
from sightline.stores.embedded import EmbeddedStore

_CONFIGURATION = {"offering": "azure-openai", "deployment-type": "global", "region": "eastus"}


PATIENCE = 20
"""Seconds."""


def patiently(work: Callable[[], object]) -> float:
    """Time a call that is given up after PATIENCE seconds."""

    def give_up(_signal: int, _frame: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        return call(work)
    except TimeoutError:
        return float(PATIENCE)
    finally:
        signal.alarm(0)


def main() -> None:
    """Print the ratio of each question, and their median."""
    from rdflib import Dataset

    graph = KnowledgeGraph()
    answer = graph.access(_CONFIGURATION)
    added = [*rdf.quads(answer), *queries.catalog_quads()]
    content = "".join(nquads([*graph.store.quads(), *added])).encode()
    ours = EmbeddedStore()
    ours.load(content, format="nquads")
    theirs = Dataset(default_union=True)
    theirs.parse(data=content, format="nquads")
    ratios = {}
    for name, asked in sorted(queries.library().items()):
        examples = {p.name: p.example for p in asked.params.values() if p.required}
        values = dict(queries.read_params(graph.store, asked, examples))
        if queries.CONFIGURATION in asked.needs:
            values[queries.CONFIGURATION] = iri(configuration_iri(answer.identity))
        text = queries.bind(asked, values)
        first = [call(lambda text=text: ours.query(text)) for _ in range(RUNS)]
        second = [patiently(lambda text=text: list(theirs.query(text)))]
        if second[0] < 1:
            second += [call(lambda text=text: list(theirs.query(text))) for _ in range(2)]
        mine, peer = statistics.median(first), statistics.median(second)
        ratios[name] = peer / mine
        print(
            f"{name}: {mine * 1000:.1f} ms / {peer * 1000:.1f} ms, {ratios[name]:.1f} times faster"
        )
    slower = [name for name, ratio in ratios.items() if ratio < 1]
    print(f"{len(ratios)} questions, median {statistics.median(ratios.values()):.1f} times faster "
          f"(goal: 10), slower: {', '.join(slower) or 'none'} (goal: none)")  # fmt: skip


main()
