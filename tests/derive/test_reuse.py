"""Rows that are reused from other configurations are those that would be derived anew."""

import itertools
import random

import pytest

from sightline import KnowledgeGraph
from sightline.derive import Derivation
from sightline.model import Question

SWITCHES = ("deployment-type", "workload", "content-logging", "modified-abuse-monitoring")


def questions(graph: KnowledgeGraph, seed: int) -> list[Question]:
    """Ask of many regions, of several at once and of none, with some switches set."""
    draw = random.Random(seed)
    facets = graph.knowledge.facets
    regions = sorted(graph.knowledge.regions)
    places = [*((name,) for name in draw.sample(regions, 8)), tuple(draw.sample(regions, 2)), ()]
    found = []
    for place, _ in itertools.product(places, range(3)):
        chosen = draw.sample(SWITCHES, 2)
        configuration = {f: (draw.choice(sorted(facets[f].values)),) for f in chosen}
        configuration["offering"] = ("azure-openai",)
        if place:
            configuration["region"] = place
        found.append(Question(configuration, assume=draw.random() < 0.8))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_reused_rows_are_those_derived_anew(graph: KnowledgeGraph, seed: int) -> None:
    asked = questions(graph, seed)
    used = Derivation(graph.knowledge)
    for question in asked:
        assert used.answer(question) == Derivation(graph.knowledge).answer(question)


def test_a_region_of_another_geography_has_places_of_its_own(graph: KnowledgeGraph) -> None:
    derivation = Derivation(graph.knowledge)
    resolved = {}
    for region in ("swedencentral", "japaneast"):
        configuration = {"offering": ("azure-openai",), "deployment-type": ("standard",)}
        answer = derivation.answer(Question(configuration | {"region": (region,)}))
        resolved[region] = {str(row.resolved) for row in answer.rows if row.resolved}
    assert resolved["swedencentral"] != resolved["japaneast"]
