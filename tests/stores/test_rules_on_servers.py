"""The rules run unchanged on real servers and find there what they find in memory."""

from collections.abc import Callable
from datetime import date

import pytest

from sightline.graph import KnowledgeGraph
from sightline.loading import load_knowledge
from sightline.model import Question
from sightline.rules import Setting, describe, prepare, run
from sightline.stores import Solutions, Store

VERDICTS = """
PREFIX sl: <https://w3id.org/sightline/ontology/>
SELECT ?answer ?verdict
WHERE { ?answer sl:hasVerdict ?verdict }
ORDER BY ?answer
"""


@pytest.mark.parametrize("name", ["oxigraph-gsp", "virtuoso-gsp"])
def test_rules_give_the_same_verdicts_on_a_server(
    connect: Callable[[str], Store], graph: KnowledgeGraph, name: str
) -> None:
    questions = [
        Question({"offering": ("azure-openai",), "region": ("swedencentral",)}),
        Question({"offering": ("serverless-api",)}, as_of=date(2024, 6, 1), assume=False),
    ]
    settings = [
        Setting(
            f"urn:setting:{number}",
            graph.derivation(q.as_of).known(q).candidates,
            [version.iri for version in graph.derivation(q.as_of).versions],
            q.as_of or date(2026, 11, 1),
        )
        for number, q in enumerate(questions)
    ]
    found = []
    for store in (connect("embedded"), connect(name)):
        load_knowledge(store)
        prepare(store)
        run(store, describe(settings, graph.knowledge.facets))
        verdicts = store.query(VERDICTS)
        assert isinstance(verdicts, Solutions)
        found.append([tuple(map(str, row)) for row in verdicts.rows])
    assert len(found[0]) > 100
    assert found[0] == found[1]
