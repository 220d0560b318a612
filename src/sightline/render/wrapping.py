"""Break tokens, IRIs and sentences into lines where people would."""

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.text import Text

# A piece ends after blanks, or after a sign that joins words: deployment-type, a/b, x?y=z&w.
_WORD = re.compile(r"\s+|\S+\s*")
_PIECE = re.compile(r"\s+|(?:[^\s\-/&?=|:]+[\-/&?=|:]*|[\-/&?=|:]+)\s*")


class Wrapped(Text):
    """Text that breaks after blanks, hyphens and slashes, and within words only if it must."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """Break the text into lines of at most ``width`` cells."""
        if no_wrap:
            return super().wrap(console, width, justify=justify, overflow=overflow, no_wrap=True)
        lines = Lines()
        for line in self.split(allow_blank=True):
            if cell_len(line.plain) != len(line.plain):  # offsets are not cells
                lines.extend(line.wrap(console, width, overflow="fold"))
                continue
            for part in line.divide(breaks(line.plain, width)):
                part.rstrip()
                lines.append(part)
        if justify:
            lines.justify(console, width, justify=justify, overflow="fold")
        return lines


def breaks(text: str, width: int) -> Iterator[int]:
    """Give the offsets at which lines of at most ``width`` characters begin, but the first.

    >>> list(breaks("a resource-geography", 10))
    [2, 11]
    >>> list(breaks("a resource-geography", 18))
    [2]
    """
    used = 0
    for word in _WORD.finditer(text):
        whole = len(word.group().rstrip()) <= width
        for start, end in [word.span()] if whole else _pieces(word):
            length = len(text[start:end].rstrip())
            if used and used + length > width:
                yield start
                used = 0
            if length > width:
                yield from range(start + width, start + length, width)
                used = (length - 1) % width + 1 + end - start - length
            else:
                used += end - start


def _pieces(word: re.Match[str]) -> Iterator[tuple[int, int]]:
    for piece in _PIECE.finditer(word.string, *word.span()):
        yield piece.span()


def longest_word(text: str) -> int:
    """Count the characters of the longest word.

    >>> longest_word("the resource-geography")
    18
    """
    return max(map(len, text.split()), default=0)


def shares(natural: Sequence[int], least: Sequence[int], width: int) -> list[int] | None:
    """Share ``width`` among columns: what each wants, or as fairly as can be above its least.

    >>> shares([5, 40, 60], [5, 10, 10], 65)
    [5, 30, 30]
    >>> shares([50, 50], [30, 30], 40) is None
    True
    """
    if sum(least) > width:
        return None
    given = list(least)
    left = width - sum(given)
    while left > 0:
        wanting = [n for n, want in enumerate(natural) if want > given[n]]
        if not wanting:
            break
        lowest = min(given[n] for n in wanting)
        poorest = [n for n in wanting if given[n] == lowest]
        for n in poorest[:left]:
            given[n] += 1
        left -= len(poorest[:left])
    return given


def printable(text: str) -> str:
    r"""Replace control characters, so that the text of a file cannot steer the terminal.

    >>> printable("a\x1b[2Jb\n")
    'a\\x1b[2Jb\n'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
