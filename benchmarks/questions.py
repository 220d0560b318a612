"""Compare each question of the library on the store in memory with rdflib over the same triples.

Each question runs with its examples as parameters, and once more if that was quick.
Run: python benchmarks/questions.py [RUNS]
"""

import statistics

from peers import RUNS, call

from sightline import KnowledgeGraph, queries
from sightline.identity import configuration_iri
from sightline.render import rdf
from sightline.stores import iri, nquads
from sightline.stores.embedded import EmbeddedStore

_CONFIGURATION = {"offering": "azure-openai", "deployment-type": "global", "region": "eastus"}


def main() -> None:
    """Print the ratio of each question, and their median."""
    from rdflib import Dataset
    from rdflib.plugins.sparql import prepareQuery

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
        query = prepareQuery(text)
        first = [call(lambda text=text: ours.query(text)) for _ in range(RUNS)]
        second = [call(lambda query=query: list(theirs.query(query)))]
        if second[0] < 1:
            second += [call(lambda query=query: list(theirs.query(query))) for _ in range(2)]
        mine, peer = statistics.median(first), statistics.median(second)
        ratios[name] = peer / mine
        print(
            f"{name}: {mine * 1000:.1f} ms / {peer * 1000:.1f} ms, {ratios[name]:.1f} times faster"
        )
    slower = [name for name, ratio in ratios.items() if ratio < 1]
    print(f"{len(ratios)} questions, median {statistics.median(ratios.values()):.1f} times faster "
          f"(goal: 10), slower: {', '.join(slower) or 'none'} (goal: none)")  # fmt: skip


main()
