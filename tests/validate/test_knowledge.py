"""What ships conforms to its shapes, and so do the answers derived from it."""

import pytest

from sightline import validate
from sightline.graph import KnowledgeGraph
from sightline.render import rdf
from sightline.terms import BASE, SHAPE

KNOWN_FAULTS: set[tuple[str, str]] = set()
"""Rules and values of faults not mended yet; once mended, a fault has to leave this list."""

CONFIGURATIONS: list[dict[str, str | tuple[str, ...]]] = [
    {},
    {"offering": "managed-compute", "network": "private"},
    {"offering": "serverless-api", "content-filter": "off", "region": "eastus2"},
    {"offering": "downloaded-model"},
    {"offering": "azure-openai", "deployment-type": "global", "region": "swedencentral"},
    {"offering": "azure-openai", "deployment-type": "data-zone", "region": "westeurope"},
    {"offering": "azure-openai", "workload": "batch", "region": "eastus"},
    {
        "offering": "azure-openai",
        "modified-abuse-monitoring": "approved",
        "abuse-monitoring": "off",
    },
    {"offering": "azure-openai", "flagged": "true", "jit-approved": "false"},
    {"offering": "azure-openai", "feature:assistants": "used", "customer-managed-key": "yes"},
    {"offering": ("azure-openai", "serverless-api"), "model-kind": "fine-tuned"},
    {"offering": "azure-openai", "region": ("japaneast", "francecentral"), "flagged": "false"},
]


@pytest.mark.slow
@pytest.mark.parametrize("shapes", ["hygiene", "statements"])
def test_the_shipped_knowledge_conforms(graph: KnowledgeGraph, shapes: str) -> None:
    report = validate.knowledge(graph.store, [shapes])
    assert report.conforms, report.text()


@pytest.mark.slow
@pytest.mark.parametrize("assume", [True, False], ids=["assumed", "unassumed"])
def test_derived_answers_conform(graph: KnowledgeGraph, assume: bool) -> None:
    derived = [
        quad
        for configuration in CONFIGURATIONS[:: 1 if assume else 4]
        for quad in rdf.quads(graph.access(configuration, assume=assume))
    ]
    report = validate.answers(graph.store, derived)
    found = {
        (SHAPE.token(result.rule), result.value.value.removeprefix(BASE) if result.value else "")
        for result in report.results
    }
    assert found == (KNOWN_FAULTS if assume else set()), report.text()
