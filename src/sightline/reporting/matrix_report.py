"""Write matrices as the JSON that tools read, which the other forms are made of."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sightline.errors import SightlineError
from sightline.identity import configuration_iri
from sightline.model import Knowledge, Row
from sightline.render.answer import premises_json, version_json
from sightline.render.estate_answer import deployment_json
from sightline.render.presenting import alternative_text, conditions
from sightline.render.rdf import row_iri
from sightline.render.wording import verdicts
from sightline.reporting.matrix import Matrix
from sightline.reporting.sources import Numbers

SCHEMA = 1

MIXED, NOT_STATED = "mixed", "not-stated"
"""What a cell reads as where rows have several verdicts, and where there are none."""


def matrix_json(
    knowledge: Knowledge,
    matrices: Sequence[Matrix],
    day: date,
    errors: Iterable[SightlineError] = (),
) -> dict[str, Any]:
    """Turn matrices into plain JSON values; every pair of an actor and a category has a cell.

    A cell ``reads`` as the verdict of its rows, as mixed, or as not stated where it has none. Ages
    of documents are in days at ``day``; ``errors`` are those of files that are not in it.
    """
    numbers = Numbers(knowledge, (iri for each in matrices for iri in each.answer.pending))
    written = [_matrix(knowledge, each, day, numbers) for each in matrices]
    told = [error.to_json() for error in errors]
    return {
        "schema": SCHEMA,
        "knowledge": knowledge.digest,
        "day": day.isoformat(),
        "configurations": len(matrices),
        "deployments": sum(len(each.deployments) for each in matrices),
        "matrices": written,
        "sources": [each.to_json() for each in numbers.sources()],
        **({"errors": told} if told else {}),
    }


def _matrix(knowledge: Knowledge, own: Matrix, day: date, numbers: Numbers) -> dict[str, Any]:
    answer = own.answer
    return {
        "id": configuration_iri(answer.identity),
        "deployments": [deployment_json(each) for each in own.deployments],
        "asked": list(answer.question.configuration),
        **premises_json(answer),
        "documents": [version_json(version, day) for version in answer.versions],
        "complete": answer.complete,
        **({"incomplete_because": answer.incomplete_because} if own.withheld else {}),
        "actors": list(own.actors),
        "data": list(own.data),
        "cells": [
            _cell(knowledge, own, actor, data, numbers) for data in own.data for actor in own.actors
        ],
        "nothing_stated": {"actors": list(own.silent), "data": list(own.unmentioned)},
    }


def _cell(
    knowledge: Knowledge, own: Matrix, actor: str, data: str, numbers: Numbers
) -> dict[str, Any]:
    rows = own.cells.get((actor, data), ())
    order = verdicts(knowledge)
    counted = Counter(row.verdict for row in rows)
    found: Mapping[str, int] = {verdict: counted[verdict] for verdict in order if counted[verdict]}
    reads = NOT_STATED if not found else MIXED if len(found) > 1 else next(iter(found))
    ordered = sorted(
        rows,
        key=lambda row: (order.index(row.verdict), row.key.activity if row.key else ""),
    )
    return {
        "actor": actor,
        "data": data,
        "reads": reads,
        "verdicts": found,
        "access": [_access(knowledge, own, row, numbers) for row in ordered],
    }


def _access(knowledge: Knowledge, own: Matrix, row: Row, numbers: Numbers) -> dict[str, Any]:
    key = row.key
    assert key is not None
    return {
        "id": row_iri(own.answer, row),
        "verdict": row.verdict,
        "activity": key.activity,
        "action": key.action,
        "target": [key.target] if key.target else [],
        "actor_basis": row.basis,
        "conditions": [alternative_text(knowledge, each) for each in conditions(knowledge, row)],
        "statements": list(row.statements),
        "sources": list(numbers.of(row.statements)),
    }
