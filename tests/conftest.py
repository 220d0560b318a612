"""What tests of several folders share: the graph, random questions, and how much is tried."""

import os
import random
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import settings

from sightline.graph import KnowledgeGraph
from sightline.model import Question

# SIGHTLINE_TESTS=thorough tries ten times as much, from a new start each time.
settings.register_profile("quick", max_examples=100, derandomize=True, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("SIGHTLINE_TESTS", "quick"))

DATES = (
    None,
    date(2022, 1, 1),
    date(2023, 3, 1),
    date(2024, 6, 1),
    date(2024, 10, 1),
    date(2025, 6, 1),
)


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph()


@pytest.fixture(scope="session")
def ask_at_random(graph: KnowledgeGraph) -> Callable[[random.Random], Question]:
    """Make a question from a source of chance: facets, events, date, collection, assumptions."""
    known = graph.knowledge
    facets = [
        facet
        for facet in sorted(known.facets.values(), key=lambda f: f.token)
        if facet.values and facet.kind != "discretion" and not facet.derived_from
    ]
    regions = sorted(known.regions)
    offering = next(facet for facet in facets if facet.token == "offering")

    def ask(chance: random.Random) -> Question:
        density = chance.choice((0.1, 0.4, 0.8))
        configuration: dict[str, tuple[str, ...]] = {}
        for facet in facets:
            if chance.random() < density or (facet is offering and chance.random() < 0.7):
                values = sorted(facet.values)
                count = min(chance.choice((1, 1, 1, 2)), len(values))
                configuration[facet.token] = tuple(chance.sample(values, count))
        if chance.random() < 0.7:
            configuration["region"] = tuple(chance.sample(regions, chance.choice((1, 1, 2))))
        elif chance.random() < 0.3:
            configuration["eea"] = (chance.choice(("yes", "no")),)
        return Question(
            configuration,
            as_of=chance.choice(DATES),
            collection=chance.choice((None, *sorted(known.collections))),
            assume=chance.random() < 0.6,
        )

    return ask
