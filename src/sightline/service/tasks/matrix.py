"""The task that counts verdicts: actors against categories of data, for one configuration."""

from collections import Counter
from typing import Any

from sightline.service.tasks.answers import answer_for, today
from sightline.service.work import Arguments, Work


def matrix(work: Work, given: Arguments, body: bytes) -> Any:
    """Count the verdicts of each actor on each category of data.

    ``given`` is that of ``access`` without ``actor``. A cell counts the rows that asking for its
    category gives and that are the actor's own; where there is none, nothing is stated and there
    is no cell.
    """
    from sightline.render.answer import answer_json
    from sightline.reporting.matrix import cells

    whole = answer_for(work, given)
    derivation = work.graph.derivation(whole.question.as_of, whole.question.collection)
    counted = cells(whole, derivation.answer)
    found = answer_json(whole, work.graph.knowledge.digest, today(given))
    return {
        **{name: value for name, value in found.items() if name not in ("access", "commitments")},
        "actors": sorted({actor for actor, _ in counted}),
        "data": sorted({category for _, category in counted}),
        "cells": [
            {
                "actor": actor,
                "data": category,
                "verdicts": dict(sorted(Counter(row.verdict for row in rows).items())),
            }
            for (actor, category), rows in sorted(counted.items())
        ],
    }
