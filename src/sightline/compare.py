"""Compare two answers, or two versions of a document: one row per changed access and change."""

from collections.abc import Iterator, Mapping

from sightline.errors import UnknownTermError
from sightline.model import Answer, Change, ClaimDifference, Key, Knowledge, Row
from sightline.terms import DOCUMENT

_WORDS = {
    "processing_place": "place",
    "storage_place": "place",
    "actor_place": "place",
    "boundary": "place",
    "retention": "retention",
    "safeguards": "safeguard",
    "purposes": "purpose",
    "roles": "role",
}
_ABSENT = "not-stated"


def compare(knowledge: Knowledge, before: Answer, after: Answer) -> tuple[Change, ...]:
    """Compare two answers row by row.

    Verdicts rank permitted over conditional and contradictory over the rest: up is ``gained``, down
    ``lost``, with ``maybe-`` if either side is in the middle; between not stated and prohibited it
    is ``newly-stated`` or ``no-longer-stated``. Aspects give ``place-``, ``retention-``,
    ``safeguard-``, ``purpose-`` and ``role-`` with ``gained`` or ``lost``.
    """
    first, second = _rows(before), _rows(after)
    order = knowledge.order
    keys = sorted(
        {*first, *second},
        key=lambda k: (order.get(k.activity, 0), k.actor, k.action, k.data, k.target or ""),
    )
    return tuple(
        change
        for key in keys
        for change in _changes(knowledge.ranks, key, first.get(key), second.get(key))
    )


def compare_versions(knowledge: Knowledge, before: str, after: str) -> tuple[ClaimDifference, ...]:
    """Compare the claims of two document versions: added, dropped, changed or the same.

    They are named by IRI or as slug/version. A claim has changed when anything that derivation
    reads differs; ``reworded`` when only the sentence does. A dropped claim is not denied by being
    dropped. Raises UnknownTermError for a version that is not in the graph.
    """
    versions = {v.removeprefix(str(DOCUMENT)): v for v in knowledge.versions}
    names = [name.removeprefix(str(DOCUMENT)) for name in (before, after)]
    for name in names:
        if name not in versions:
            raise UnknownTermError("document version", name, versions)
    first, second = (_claims(knowledge, versions[name]) for name in names)
    found = []
    for claim in sorted({*first, *second}):
        old, new = first.get(claim), second.get(claim)
        if old is None and new is not None:
            change = "added"
        elif new is None:
            change = "dropped"
        elif old is not None and old[1] != new[1]:
            change = "changed"
        else:
            change = "reworded" if old is not None and old[2] != new[2] else "same"
        found.append(
            ClaimDifference(
                claim,
                change,
                old[3] if old else "",
                new[3] if new else "",
                old[0] if old else None,
                new[0] if new else None,
            )
        )
    return tuple(found)


def _claims(
    knowledge: Knowledge, version: str
) -> dict[str, tuple[str, Mapping[str, object], tuple[str, ...], str]]:
    claims: dict[str, tuple[str, Mapping[str, object], tuple[str, ...], str]] = {}
    for s in knowledge.statements:
        if s.version == version and s.claim not in claims:
            modelled: dict[str, object] = {
                "actor": s.actor,
                "actions": s.actions,
                "data": s.data,
                "targets": s.targets,
                "modality": s.modality,
                "conditions": s.conditions,
                "aspects": dict(s.aspects),
            }
            sentences = tuple(
                f"{known.first_words} {known.last_words}"
                for iri in s.evidence
                if (known := knowledge.sentences.get(iri))
            )
            claims[s.claim] = (s.iri, modelled, sentences, s.paraphrase)
    return claims


def _rows(answer: Answer) -> dict[Key, Row]:
    return {row.key: row for row in answer.rows if row.key is not None}


def _changes(
    ranks: Mapping[str, int], key: Key, before: Row | None, after: Row | None
) -> Iterator[Change]:
    old, new = _verdict(before), _verdict(after)
    statements = (_statements(before), _statements(after))
    if (word := _moved(ranks, old, new)) is not None:
        yield Change(key, word, old, new, *statements)
    for aspect, name in _WORDS.items():
        first, second = _values(before, aspect), _values(after, aspect)
        for value in sorted({*first, *second}):
            if value not in first:
                yield Change(key, f"{name}-gained", "", value, (), second[value])
            elif value not in second:
                yield Change(key, f"{name}-lost", value, "", first[value], ())


def _moved(ranks: Mapping[str, int], old: str, new: str) -> str | None:
    if old == new:
        return None
    if ranks[old] == ranks[new]:
        if ranks[old] == 0:
            return "newly-stated" if old == _ABSENT else "no-longer-stated"
        return "maybe-gained" if new == "conditional" else "maybe-lost"
    middle = 1 in (ranks[old], ranks[new])
    return f"{'maybe-' if middle else ''}{'gained' if ranks[new] > ranks[old] else 'lost'}"


def _verdict(row: Row | None) -> str:
    return row.verdict if row is not None else _ABSENT


def _statements(row: Row | None) -> tuple[str, ...]:
    return row.statements or row.nearest if row is not None else ()


def _values(row: Row | None, aspect: str) -> Mapping[str, tuple[str, ...]]:
    return row.aspects.get(aspect, {}) if row is not None else {}
