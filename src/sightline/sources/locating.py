"""Say what became of each sentence of a document version in a rendered document."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sightline.sources.changes import changes
from sightline.sources.evidence import Evidence
from sightline.sources.rendering import Rendering
from sightline.sources.spans import Gaps, Span, beginning, evidence_spans, is_plausible, is_sentence

Status = Literal["unchanged", "moved", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Located:
    """What became of one sentence; ``detail`` says it in few words."""

    evidence: Evidence
    status: Status
    detail: str = ""


def share_found(evidences: Sequence[Evidence], rendering: Rendering) -> float:
    """Measure how much of the evidence a text holds, from 0 to 1.

    A sentence with other words between its first and last words counts half.
    """
    if not evidences:
        return 0.0
    found = 0.0
    for evidence in evidences:
        spans = evidence_spans(evidence, rendering)
        if any(is_sentence(evidence, rendering, span) for span in spans):
            found += 1
        elif any(is_plausible(span) for span in spans):
            found += 0.5
    return found / len(evidences)


def locate(evidences: Sequence[Evidence], rendering: Rendering) -> list[Located]:
    """Say of each sentence whether it stands unchanged, has moved, has changed or is gone.

    ``evidences`` are in the order of the text that they were taken from.
    """
    places = _place(evidences, rendering)
    moves = _moves(evidences, places, rendering)
    missing = [evidence for evidence in evidences if evidence.iri not in places]
    changed = changes(missing, set(places.values()), rendering)
    located = []
    for evidence in evidences:
        if evidence.iri in moves:
            located.append(Located(evidence, "moved", moves[evidence.iri]))
        elif evidence.iri in places:
            located.append(Located(evidence, "unchanged"))
        elif evidence.iri in changed:
            located.append(Located(evidence, "changed", changed[evidence.iri]))
        else:
            located.append(Located(evidence, "gone", "no sentence begins or ends like it"))
    return located


def _place(evidences: Sequence[Evidence], rendering: Rendering) -> dict[str, Span]:
    """Give each evidence whose sentence is there its place, one place to one locator."""
    places: dict[str, Span] = {}
    owners: dict[Span, tuple[str, str, int]] = {}
    exact = {
        evidence.iri: [
            (number, span)
            for number, span in enumerate(evidence_spans(evidence, rendering), start=1)
            if is_sentence(evidence, rendering, span)
        ]
        for evidence in evidences
    }
    for evidence in evidences:
        for number, span in exact[evidence.iri]:
            if number == evidence.occurrence:
                places[evidence.iri] = span
    # What is not at home may stand anywhere but inside a sentence that is.
    taken = Gaps(places.values(), len(rendering.text))
    for evidence in evidences:
        locator = (evidence.first_words, evidence.last_words, evidence.occurrence)
        for _, span in exact[evidence.iri]:
            if evidence.iri in places or not taken.hold(span):
                continue
            if owners.setdefault(span, locator) == locator:
                places[evidence.iri] = span
    return places


def _moves(
    evidences: Sequence[Evidence], places: dict[str, Span], rendering: Rendering
) -> dict[str, str]:
    """Say how sentences that are still there have moved."""
    placed = [evidence for evidence in evidences if evidence.iri in places]
    in_order = _longest_rising([places[evidence.iri] for evidence in placed])
    sections = _Sections(placed, places, rendering)
    moves: dict[str, str] = {}
    for index, evidence in enumerate(placed):
        span = places[evidence.iri]
        number = evidence_spans(evidence, rendering).index(span) + 1
        if other := sections.other(evidence, span):
            moves[evidence.iri] = f"now under '{beginning(other)}'"
        elif index not in in_order:
            before = max((s for s in places.values() if s.end <= span.start), default=None)
            moves[evidence.iri] = (
                f"now after '{beginning(rendering.text[before.start : before.end])}'"
                if before
                else "now first"
            )
        elif number != evidence.occurrence:
            moves[evidence.iri] = f"now occurrence {number}, was {evidence.occurrence}"
    return moves


class _Sections:
    """Which heading the sentences of a section stand under, by majority."""

    def __init__(
        self, placed: Sequence[Evidence], places: dict[str, Span], rendering: Rendering
    ) -> None:
        self._starts = [start for start, _title in rendering.headings]
        self._titles = [title for _start, title in rendering.headings]
        votes: dict[str, Counter[int]] = defaultdict(Counter)
        for evidence in placed:
            votes[evidence.section][self._heading(places[evidence.iri])] += 1
        self._home = {
            section: max(counter, key=lambda heading: (counter[heading], -heading))
            for section, counter in votes.items()
            if section
        }

    def other(self, evidence: Evidence, span: Span) -> str:
        """Give the heading of another section under which the sentence stands now, if any."""
        heading = self._heading(span)
        home = self._home.get(evidence.section, heading)
        # A new subheading inside a section moves nothing: only homes of other sections count.
        elsewhere = heading != home and heading in self._home.values()
        return self._titles[heading] if elsewhere and heading >= 0 else ""

    def _heading(self, span: Span) -> int:
        # A heading may itself be evidence: it stands under itself.
        return bisect_right(self._starts, span.start) - 1


def _longest_rising(spans: Sequence[Span]) -> set[int]:
    """Pick the indexes of a longest run of spans, gaps allowed, that does not go back."""
    tails: list[Span] = []
    tail_indexes: list[int] = []
    previous: list[int] = []
    for index, span in enumerate(spans):
        length = bisect_right(tails, span)
        previous.append(tail_indexes[length - 1] if length else -1)
        tails[length : length + 1] = [span]
        tail_indexes[length : length + 1] = [index]
    picked: set[int] = set()
    index = tail_indexes[-1] if tail_indexes else -1
    while index >= 0:
        picked.add(index)
        index = previous[index]
    return picked
