"""Number the sentences that a report rests on, in the order in which it names them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sightline.model import Knowledge
from sightline.render.presenting import source


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of a document version, and what statements say of it in our words."""

    number: int
    document: str
    version: str
    section: str
    words: str
    deep_link: str | None
    pending: bool
    paraphrases: tuple[str, ...]
    statements: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Write it as plain JSON values."""
        return {
            "number": self.number,
            "document": self.document,
            "version": self.version,
            "section": self.section or None,
            "deep_link": self.deep_link,
            "pending_review": self.pending,
            "paraphrase": " ".join(self.paraphrases),
            "statements": list(self.statements),
        }


class Numbers:
    """The numbers of sentences; one that is named again keeps its number."""

    def __init__(self, knowledge: Knowledge, pending: Iterable[str] = ()) -> None:
        self._knowledge = knowledge
        self._pending = set(pending)
        self._numbers: dict[str, int] = {}
        self._statements: dict[int, list[str]] = {}

    def of(self, statements: Iterable[str]) -> tuple[int, ...]:
        """Give the numbers of the sentences behind statements, ascending."""
        found = set()
        for iri in statements:
            known = self._knowledge.by_iri.get(iri)
            sentence = known.evidence[0] if known and known.evidence else iri
            number = self._numbers.setdefault(sentence, len(self._numbers) + 1)
            own = self._statements.setdefault(number, [])
            if iri not in own:
                own.append(iri)
            found.add(number)
        return tuple(sorted(found))

    def sources(self) -> list[Source]:
        """List all sentences that have a number."""
        return [self._source(number, own) for number, own in self._statements.items()]

    def _source(self, number: int, statements: list[str]) -> Source:
        every = [source(self._knowledge, iri, iri in self._pending) for iri in statements]
        first = every[0]
        return Source(
            number,
            first.document,
            first.version,
            first.section,
            first.words,
            first.deep_link,
            any(each.pending for each in every),
            tuple(dict.fromkeys(each.paraphrase for each in every if each.paraphrase)),
            tuple(statements),
        )


def ranges(numbers: Iterable[int]) -> list[tuple[str, int]]:
    """Write numbers in order, runs of three and more as one, each with its first number.

    >>> ranges([1, 3, 4, 5, 9])
    [('1', 1), ('3-5', 3), ('9', 9)]
    """
    ordered = sorted(numbers)
    found: list[tuple[str, int]] = []
    start = 0
    for end in range(1, len(ordered) + 1):
        if end == len(ordered) or ordered[end] != ordered[end - 1] + 1:
            run = ordered[start:end]
            if len(run) > 2:
                found.append((f"{run[0]}-{run[-1]}", run[0]))
            else:
                found += [(str(number), number) for number in run]
            start = end
    return found


def marks(numbers: Iterable[int]) -> str:
    """Write numbers as marks.

    >>> marks([1, 3, 4, 5, 9])
    '[1][3-5][9]'
    """
    return "".join(f"[{text}]" for text, _ in ranges(numbers))
