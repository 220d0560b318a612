"""The task that counts verdicts: actors against categories of data, for one configuration."""

from collections import Counter
from dataclasses import replace
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

    whole = answer_for(work, given)
    knowledge = work.graph.knowledge
    categories = dict.fromkeys(row.key.data for row in whole.rows if row.key)
    derivation = work.graph.derivation(whole.question.as_of, whole.question.collection)
    counts: dict[tuple[str, str], Counter[str]] = {}
    for category in categories:
        answer = derivation.answer(replace(whole.question, data=category))
        for row in answer.rows:
            if row.key:
                counts.setdefault((row.key.actor, category), Counter())[row.verdict] += 1
    found = answer_json(whole, knowledge.digest, today(given))
    return {
        **{name: value for name, value in found.items() if name not in ("access", "commitments")},
        "actors": sorted({actor for actor, _ in counts}),
        "data": sorted({category for _, category in counts}),
        "cells": [
            {"actor": actor, "data": category, "verdicts": dict(sorted(counted.items()))}
            for (actor, category), counted in sorted(counts.items())
        ],
    }
