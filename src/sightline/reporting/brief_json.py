"""Write a brief as JSON, with all that there is to say."""

from collections.abc import Iterable
from typing import Any

from sightline.model import Knowledge
from sightline.render.answer import premises_json, version_json
from sightline.render.estate_answer import deployment_json
from sightline.reporting.brief import Brief, Part
from sightline.reporting.brief_points import Point
from sightline.reporting.sources import Numbers

SCHEMA = 1


def brief_json(knowledge: Knowledge, own: Brief) -> dict[str, Any]:
    """Turn a brief into plain JSON values; nothing is left out of it."""
    numbers = Numbers(knowledge, own.pending)
    found = {
        "schema": SCHEMA,
        "knowledge": knowledge.digest,
        "day": own.day.isoformat(),
        "data": own.data,
        "deployments": own.deployments,
        "configurations": own.configurations,
        "in_short": _points(numbers, own.short),
        "groups": [_part(numbers, part) for part in own.parts],
        "unknown": [
            {
                "kind": each.kind,
                "what": each.what,
                "facet": each.facet or None,
                "count": each.count,
                "waiting": each.waits,
                "who": each.who,
                "how": each.command or None,
                "sources": list(numbers.of(each.statements)),
                "statements": list(each.statements),
            }
            for each in own.unknown
        ],
        "to_do": [
            {
                "kind": each.kind,
                "text": each.text,
                "command": each.command or None,
                "sources": list(numbers.of(each.statements)),
                "statements": list(each.statements),
            }
            for each in own.todo
        ],
        "assumptions": _points(numbers, own.assumed),
        "documents": [version_json(each, own.day) for each in own.versions],
    }
    told = [error.to_json() for error in own.errors]
    sources = [each.to_json() for each in numbers.sources()]
    return {**found, "sources": sources, **({"errors": told} if told else {})}


def _part(numbers: Numbers, part: Part) -> dict[str, Any]:
    return {
        "deployments": [deployment_json(each) for each in part.deployments],
        "configurations": [premises_json(answer)["configuration"] for answer in part.answers],
        "datasets": list(part.datasets),
        "complete": not part.withheld,
        **({"incomplete_because": part.withheld} if part.withheld else {}),
        "processed": _points(numbers, part.sections.processed),
        "stored": _points(numbers, part.sections.stored),
        "seen": _points(numbers, part.sections.seen),
    }


def _points(numbers: Numbers, points: Iterable[Point]) -> list[dict[str, Any]]:
    return [
        {
            "text": each.text,
            "verdict": each.verdict or None,
            "near": each.near,
            "sources": list(numbers.of(each.statements)),
            "statements": list(each.statements),
            "access": list(each.access),
        }
        for each in points
    ]
