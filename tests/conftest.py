"""What tests of several folders share: the graph, random questions, and how much is tried."""

import os
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from sightline.graph import KnowledgeGraph
from sightline.loading import load_knowledge
from sightline.model import Question
from sightline.stores.embedded import EmbeddedStore

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
    date(2025, 11, 1),
)

Ask = Callable[[random.Random], Question]
SYNTHETIC = Path(__file__).parent / "derive" / "synthetic"


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph()


@pytest.fixture(scope="session")
def synthetic() -> KnowledgeGraph:
    """Add to the shipped knowledge that of a vendor that does not exist."""
    store = EmbeddedStore()
    load_knowledge(store)
    for path in sorted(SYNTHETIC.glob("*.ttl")):
        store.load(path, graph=f"urn:synthetic:{path.stem}")
    return KnowledgeGraph(store)


@pytest.fixture(scope="session")
def ask_at_random(graph: KnowledgeGraph) -> Ask:
    """Make a question from a source of chance: facets, events, date, collection, assumptions."""
    return asking(graph, {})


@pytest.fixture(scope="session")
def ask_synthetic(synthetic: KnowledgeGraph) -> Ask:
    """Make a question, mostly about the vendor that does not exist."""
    values = {
        "offering": ("lumen-inference",),
        "model-publisher": ("lumen", "tern", "someone-else"),
        "model-version": ("1.0", "2.0", "2.1"),
    }
    return asking(synthetic, values)


def asking(graph: KnowledgeGraph, preferred: dict[str, tuple[str, ...]]) -> Ask:
    known = graph.knowledge
    facets = {
        facet.token: sorted(facet.values)
        for facet in sorted(known.facets.values(), key=lambda f: f.token)
        if facet.values and facet.kind != "discretion" and not facet.derived_from
    } | {token: list(values) for token, values in preferred.items()}
    regions = sorted(known.regions)

    def ask(chance: random.Random) -> Question:
        density = chance.choice((0.1, 0.4, 0.8))
        configuration: dict[str, tuple[str, ...]] = {}
        for token, values in facets.items():
            if chance.random() < density or (token == "offering" and chance.random() < 0.7):
                count = min(chance.choice((1, 1, 1, 2)), len(values))
                configuration[token] = tuple(chance.sample(values, count))
        if chance.random() < 0.7:
            configuration["region"] = tuple(chance.sample(regions, chance.choice((1, 1, 2))))
        elif chance.random() < 0.3:
            configuration["eea"] = (chance.choice(("yes", "no")),)
        return Question(
            configuration,
            as_of=chance.choice(DATES),
            collection=chance.choice((None, *sorted(known.collections))) if not preferred else None,
            assume=chance.random() < 0.6,
        )

    return ask
