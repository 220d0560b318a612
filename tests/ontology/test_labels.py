"""Labels inside sentences: names and abbreviations keep their capitals, other words lose theirs."""

import pytest

from sightline.graph import KnowledgeGraph


@pytest.mark.parametrize(
    ("kind", "token", "words"),
    [
        ("actor", "human-reviewer", "human reviewer"),
        ("actor", "microsoft", "Microsoft"),
        ("actor", "microsoft-personnel", "Microsoft personnel"),
        ("actor", "openai", "OpenAI"),
        ("target", "microsoft-products-services", "Microsoft products and services"),
        ("place", "same-geography-as-aoai-resource", "same geography as the Azure OpenAI resource"),
        ("place", "microsoft-azure-environment", "Azure environment of Microsoft"),
        ("place", "eea", "European Economic Area"),
        ("safeguard", "eea-reviewers", "reviewers in the EEA"),
        ("safeguard", "azure-policy", "Azure Policy"),
        ("safeguard", "aes-256-at-rest", "AES-256 at rest"),
        ("safeguard", "tls-1.2-or-higher", "TLS 1.2 or higher"),
        ("safeguard", "exclusive-gpu-memory", "exclusive GPU memory"),
        ("data", "rag-content", "RAG content"),
        ("facet", "feature:assistants", "Assistants API"),
        ("facet", "content-logging", "ContentLogging attribute"),
        ("modality", "may-if", "may if"),
        ("actor", "somebody-new", "somebody-new"),
    ],
)
def test_a_concept_is_named_inside_a_sentence(
    graph: KnowledgeGraph, kind: str, token: str, words: str
) -> None:
    assert graph.knowledge.named(kind, token) == words


def test_a_word_that_begins_names_begins_them_everywhere(graph: KnowledgeGraph) -> None:
    """A vendor or product that is marked once is not forgotten in another label."""
    known = graph.knowledge
    makers = {known.label("actor", "microsoft"), known.label("actor", "openai"), "Azure"}
    for label in known.labels.values():
        if label.partition(" ")[0] in makers:
            assert known.inside(label) == label


@pytest.mark.parametrize(
    ("aspect", "value", "words"),
    [
        ("storage_place", "customer-tenant", "stored in customer tenant"),
        ("actor_place", "eea", "people in European Economic Area"),
        ("retention", "up-to-30-days", "kept up to 30 days"),
        ("safeguards", "customer-managed-key", "safeguard customer-managed key"),
        ("roles", "processor", "role processor"),
    ],
)
def test_an_aspect_is_told_in_words(
    graph: KnowledgeGraph, aspect: str, value: str, words: str
) -> None:
    assert graph.knowledge.aspect_words(aspect, value) == words
