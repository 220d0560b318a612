"""Write an answer as the JSON that gates and other tools read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sightline.model import ASPECTS, Answer, Change, Row, Version
from sightline.render.rdf import row_iri

SCHEMA = 1
"""Version of the form; the schema ``access`` of ``sightline.schemas`` describes it."""


def answer_json(answer: Answer, knowledge: str, today: date) -> dict[str, Any]:
    """Turn an answer into plain JSON values.

    ``knowledge`` is the digest of the knowledge it rests on; ages are in whole days at ``today``.
    """
    return {
        **premises_json(answer),
        "documents": [version_json(version, today) for version in answer.versions],
        "commitments": list(answer.commitments),
        **_complete(answer),
        "schema": SCHEMA,
        "knowledge": knowledge,
        "access": [row_json(answer, row) for row in answer.rows],
    }


def premises_json(answer: Answer) -> dict[str, Any]:
    """Give the configuration of an answer as it is known, and what of it is assumed or doubtful."""
    premises: dict[str, Any] = {
        "configuration": {
            facet: values[0] if len(values) == 1 else list(values)
            for facet, values in answer.configuration.items()
        },
        "assumptions": [
            {
                "facet": assumed.facet,
                "value": assumed.value,
                "because": assumed.because,
                "statements": list(assumed.statements),
            }
            for assumed in answer.assumptions
        ],
    }
    if answer.contradicted:
        premises["contradicted"] = [
            {
                "facet": each.facet,
                "given": list(each.given),
                "implied": each.implied,
                "because": each.because,
                "statements": list(each.statements),
            }
            for each in answer.contradicted
        ]
    return premises


def version_json(version: Version, today: date) -> dict[str, Any]:
    """Name a document version with its date and its age in days at ``today``."""
    return {
        "document": version.document.rsplit("/", 1)[-1],
        "version": version.label,
        "title": version.title,
        "date": version.effective.isoformat(),
        "date_basis": version.date_basis,
        "age_days": (today - version.effective).days,
    }


def row_json(answer: Answer, row: Row) -> dict[str, Any]:
    """Turn one row into plain JSON values; a token is null where a question did not fix it."""
    key = row.key
    names = ("activity", "actor", "action", "data")
    tokens = {n: getattr(key, n) if key else row.filters.get(n) for n in names}
    return {
        "id": row_iri(answer, row) if key else None,
        **tokens,
        "target": [key.target] if key and key.target else [],
        "verdict": row.verdict,
        "rule": row.rule,
        "actor_basis": row.basis,
        "awaits": [
            {
                "condition": a.condition,
                "kind": a.kind,
                "values": list(a.values),
                "then": a.then,
                "group": a.group,
            }
            for a in row.awaits
        ],
        **{aspect: list(row.aspects.get(aspect, ())) for aspect in ASPECTS},
        "resolved": {place: dict(known) for place, known in row.resolved.items()},
        "open": [
            {
                "aspect": o.aspect,
                "value": o.value,
                "awaits": list(o.awaits),
                "statements": list(o.statements),
            }
            for o in row.open
        ],
        "statements": list(row.statements),
        "pending_review": [iri for iri in row.statements if iri in answer.pending],
        "nearest": list(row.nearest),
    }


def changes_json(answers: Sequence[Answer], changes: Sequence[Change]) -> dict[str, Any]:
    """Turn a comparison into plain JSON values: one object per changed access and change."""
    names = ("activity", "actor", "action", "data")
    before, after = map(_side, answers)
    return {
        "schema": SCHEMA,
        "before": before,
        "after": after,
        "changes": [
            {
                **{name: getattr(change.key, name) for name in names},
                "target": [change.key.target] if change.key.target else [],
                "change": change.change,
                "from": change.before,
                "to": change.after,
                "statements_before": list(change.statements_before),
                "statements_after": list(change.statements_after),
            }
            for change in changes
        ],
    }


def _side(answer: Answer) -> dict[str, Any]:
    documents = [
        {"document": v.document.rsplit("/", 1)[-1], "version": v.label} for v in answer.versions
    ]
    return {**premises_json(answer), "documents": documents, **_complete(answer)}


def _complete(answer: Answer) -> dict[str, Any]:
    because = answer.incomplete_because
    return {"complete": answer.complete, **({"incomplete_because": because} if because else {})}
