"""Find spans of text by their first and last words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sightline.sources.evidence import Evidence
from sightline.sources.rendering import Rendering, normalise, sentence_hash

# A span beyond this many characters is not one sentence.
_LONGEST = 2000
# Guards against text that repeats the same words without end.
_MOST_SPANS = 1000


class Span(NamedTuple):
    """A piece of text: characters from ``start`` up to, not including, ``end``."""

    start: int
    end: int


class Gaps:
    """The parts of a text of ``length`` characters that no span takes; spans may overlap."""

    def __init__(self, taken: Iterable[Span], length: int) -> None:
        self.spans: list[Span] = []
        position = 0
        for span in sorted(taken):
            if span.start > position:
                self.spans.append(Span(position, span.start))
            position = max(position, span.end)
        if position < length:
            self.spans.append(Span(position, length))

    def hold(self, span: Span) -> bool:
        """Tell whether a span lies in one gap."""
        index = self._before(span)
        return index >= 0 and span.end <= self.spans[index].end

    def take(self, span: Span) -> None:
        """Take a span that lies in one gap."""
        index = self._before(span)
        gap = self.spans[index]
        parts = [Span(gap.start, span.start), Span(span.end, gap.end)]
        self.spans[index : index + 1] = [part for part in parts if part.start < part.end]

    def _before(self, span: Span) -> int:
        return bisect_right(self.spans, span.start, key=lambda gap: gap.start) - 1


def find_spans(text: str, first: str, last: str) -> list[Span]:
    """List where text runs from the first words to the nearest last words, in order.

    First and last words may overlap or be the same.

    >>> find_spans("We keep logs. We keep nothing.", "We keep", "keep logs.")
    [Span(start=0, end=13)]
    >>> find_spans("Note. Text. Note.", "Note.", "Note.")
    [Span(start=0, end=5), Span(start=12, end=17)]
    """
    spans: list[Span] = []
    lasts = _occurrences(text, last)
    at = next(lasts, None)
    for start in _occurrences(text, first):
        while at is not None and (at < start or at + len(last) < start + len(first)):
            at = next(lasts, None)
        if at is None or len(spans) == _MOST_SPANS:
            break
        spans.append(Span(start, at + len(last)))
    return spans


def evidence_spans(evidence: Evidence, rendering: Rendering) -> list[Span]:
    """List where the words of a piece of evidence stand in a document, in order."""
    return find_spans(
        rendering.text, normalise(evidence.first_words), normalise(evidence.last_words)
    )


def is_sentence(evidence: Evidence, rendering: Rendering, span: Span) -> bool:
    """Tell whether a span is the very sentence that the evidence is about."""
    sentence = rendering.text[span.start : span.end]
    return is_plausible(span) and sentence_hash(sentence) == evidence.sentence_hash


def is_plausible(span: Span) -> bool:
    """Tell whether a span is short enough to be a sentence."""
    return span.end - span.start <= _LONGEST


def beginning(text: str) -> str:
    """Keep at most four words: enough to find a sentence, too few to repeat it."""
    words = text.split(" ")
    return _safe(" ".join(words[:4])[:60]) + (" ..." if len(words) > 4 else "")


def ending(text: str) -> str:
    """Keep at most the last three words."""
    words = text.split(" ")
    return ("... " if len(words) > 3 else "") + _safe(" ".join(words[-3:])[-60:])


def _safe(text: str) -> str:
    # A hostile copy must not steer the terminal.
    return "".join(char if char.isprintable() else "?" for char in text)


def _occurrences(text: str, words: str) -> Iterator[int]:
    """Yield where the words stand as words, not as parts of longer ones."""
    if not words:
        return
    position = text.find(words)
    while position >= 0:
        end = position + len(words)
        joined_before = position > 0 and text[position - 1].isalnum() and words[0].isalnum()
        joined_after = end < len(text) and text[end].isalnum() and words[-1].isalnum()
        if not joined_before and not joined_after:
            yield position
        position = text.find(words, position + 1)
