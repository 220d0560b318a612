"""Derive answers for many configurations, in one process or in several."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

from sightline.derive import Derivation
from sightline.model import Answer, Knowledge, Question

_derivations: dict[tuple[date | None, str | None], Derivation] = {}
_knowledge: list[Knowledge] = []


def answers(
    knowledge: Knowledge, questions: Sequence[Question], workers: int | None = None
) -> Iterator[Answer]:
    """Yield the answers to questions in their order, each distinct configuration derived once.

    ``workers`` is the number of processes. One is the default: it reuses most rows, and to carry
    answers from one process to another takes longer than to derive them.
    Raises what ``Derivation.answer`` raises for the first question that is wrong.
    """
    count = workers or 1
    if count == 1:
        _start(knowledge)
        yield from map(_answer, questions)
        return
    methods = get_context("fork" if os.name == "posix" else "spawn")
    chunk = max(1, min(64, len(questions) // (count * 4) or 1))
    with ProcessPoolExecutor(count, methods, _start, (knowledge,)) as pool:
        yield from pool.map(_answer, questions, chunksize=chunk)


def _start(knowledge: Knowledge) -> None:
    _knowledge[:] = [knowledge]
    _derivations.clear()


def _answer(question: Question) -> Answer:
    key = (question.as_of, question.collection)
    if key not in _derivations:
        _derivations[key] = Derivation(_knowledge[0], *key)
    return _derivations[key].answer(question)
