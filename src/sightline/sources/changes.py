"""Find what may have become of a sentence that no longer stands as it did."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from sightline.sources.evidence import Evidence
from sightline.sources.rendering import Rendering, normalise
from sightline.sources.spans import Gaps, Span, beginning, ending, evidence_spans, is_plausible

# The least likeness, of 100, of first and last words for a candidate.
_LIKENESS = 75.0
_SENTENCE_END = re.compile(r"(?<=[.!?;]) |(?<=[.!?][\")]) | ?• ?")


class _Candidate(NamedTuple):
    score: float
    evidence: Evidence
    span: Span


def changes(
    missing: Sequence[Evidence], taken: Collection[Span], rendering: Rendering
) -> dict[str, str]:
    """Find what may have become of sentences, in text that no other sentence accounts for."""
    if not missing:
        return {}
    from rapidfuzz import fuzz  # only drift pays for it

    text = rendering.text
    free = Gaps(taken, len(text))
    sentences = [s for gap in free.spans for s in _sentences(rendering, gap)]
    candidates = [
        candidate
        for evidence in missing
        for candidate in _candidates(evidence, rendering, free, sentences, fuzz.ratio)
    ]
    unused = Gaps((), len(text))
    found: dict[str, str] = {}
    for score, evidence, span in sorted(candidates, key=lambda found: (-found.score, found.span)):
        if evidence.iri not in found and unused.hold(span):
            unused.take(span)
            sentence = text[span.start : span.end]
            ends = "the same" if score == 100 else f"{score:.0f} % alike"
            found[evidence.iri] = (
                f"now '{beginning(sentence)}' to '{ending(sentence)}'; first and last words {ends}"
            )
    return found


def _candidates(
    evidence: Evidence,
    rendering: Rendering,
    free: Gaps,
    sentences: Sequence[Span],
    ratio: Callable[[str, str], float],
) -> Iterator[_Candidate]:
    text = rendering.text
    first, last = normalise(evidence.first_words), normalise(evidence.last_words)
    for span in evidence_spans(evidence, rendering):
        if is_plausible(span) and free.hold(span):
            yield _Candidate(100.0, evidence, span)
    for span in sentences:
        words = text[span.start : span.end].split(" ")
        head = " ".join(words[: first.count(" ") + 1])
        tail = " ".join(words[-last.count(" ") - 1 :])
        score = (ratio(first, head) + ratio(last, tail)) / 2
        # One end that is still there word for word is a trace, however the other one reads.
        kept = (" " in first and head == first) or (" " in last and tail == last)
        if kept or score >= _LIKENESS:
            yield _Candidate(score, evidence, span)


def _sentences(rendering: Rendering, gap: Span) -> Iterator[Span]:
    """Cut a gap into sentences: at the ends of blocks, at closing marks and at bullets."""
    low = bisect_left(rendering.starts, gap.start)
    high = bisect_left(rendering.starts, gap.end)
    cuts = [gap.start, *rendering.starts[low:high], gap.end]
    for start, end in pairwise(cuts):
        position = start
        for match in _SENTENCE_END.finditer(rendering.text, start, end):
            yield from _trimmed(rendering.text, position, match.start())
            position = match.end()
        yield from _trimmed(rendering.text, position, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip(" "))
    end -= len(piece) - len(piece.rstrip(" "))
    if start < end:
        yield Span(start, end)
