"""Set actors against categories of data: the rows of an answer, cell by cell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sightline.model import Answer, DeployedAccess, Deployment, Knowledge, Question, Row

Ask = Callable[[Question], Answer]
"""What answers a question: a derivation for the documents that the question rests on."""

Cells = Mapping[tuple[str, str], Sequence[Row]]
"""(actor, category of data) -> rows; nothing is stated where there are none."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cells of one configuration, for the deployments that share it.

    ``silent`` are the actors and ``unmentioned`` the categories of which no row speaks.
    """

    deployments: tuple[Deployment, ...]
    answer: Answer
    actors: tuple[str, ...]
    data: tuple[str, ...]
    cells: Cells
    silent: tuple[str, ...]
    unmentioned: tuple[str, ...]

    @property
    def withheld(self) -> str:
        """Why there is no answer, if so."""
        return "" if self.answer.complete else self.answer.incomplete_because or "incomplete"


def cells(answer: Answer, ask: Ask) -> dict[tuple[str, str], list[Row]]:
    """Give the rows that asking for each category of an answer gives, under their own actors.

    Rows of a category that is narrower than the one asked for are among them.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for category in dict.fromkeys(row.key.data for row in answer.rows if row.key):
        for row in ask(replace(answer.question, data=category)).rows:
            if row.key:
                found.setdefault((row.key.actor, category), []).append(row)
    return found


def matrix(knowledge: Knowledge, found: DeployedAccess, ask: Ask) -> Matrix:
    """Make the matrix of an answer.

    A cell holds the rows about its category itself: what is narrower has a line of its own, so
    that no verdict on a part is read as one on the whole.
    """
    answer = found.answer
    own = {
        (actor, data): rows
        for (actor, data), every in cells(answer, ask).items()
        if (rows := [row for row in every if row.key and row.key.data == data])
    }
    actors = {actor for actor, _ in own}
    data = {category for _, category in own}

    def named(kind: str, tokens: set[str]) -> tuple[str, ...]:
        return tuple(sorted(tokens, key=lambda t: (t == "not-stated", _name(knowledge, kind, t))))

    return Matrix(
        found.deployments,
        answer,
        named("actor", actors),
        named("data", data),
        own,
        named("actor", set(knowledge.tokens["actor"]) - actors - {"not-stated"}),
        named("data", set(knowledge.tokens["data"]) - data),
    )


def _name(knowledge: Knowledge, kind: str, token: str) -> str:
    return knowledge.label(kind, token).casefold()
