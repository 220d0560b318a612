"""Name the sentences behind statements as JSON."""

from collections.abc import Iterable
from typing import Any

from sightline.model import Knowledge


def evidence_json(knowledge: Knowledge, statements: Iterable[str]) -> list[dict[str, Any]]:
    """Give for each statement what it says in our words, and where its sentence stands.

    What is no statement of the graph is left out.
    """
    found = []
    for iri in dict.fromkeys(statements):
        known = knowledge.by_iri.get(iri)
        if known is None:
            continue
        version = knowledge.versions[known.version]
        sentence = knowledge.sentences.get(known.evidence[0]) if known.evidence else None
        found.append(
            {
                "statement": iri,
                "paraphrase": known.paraphrase,
                "document": version.document.rsplit("/", 1)[-1],
                "version": version.label,
                "title": version.title,
                "section": sentence.section if sentence else None,
                "deep_link": sentence.deep_link if sentence else None,
                "pending_review": known.pending,
            }
        )
    return found
