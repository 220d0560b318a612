"""Choose the media type of an answer from what a request accepts (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_RANGE = re.compile(r"\s*([\w!#$%&'*+.^`|~-]+)/([\w!#$%&'*+.^`|~-]+)\s*((?:;[^;]*)*)\s*", re.ASCII)
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
_MOST = 100
"""More media ranges than that are not read."""


class Range(NamedTuple):
    """A media range of an Accept header; parameters other than q are not told apart."""

    kind: str
    subtype: str
    quality: float

    def fit(self, media_type: str) -> int:
        """Say how closely the range names a media type: 3 exactly, 1 as ``*/*``, 0 not at all."""
        kind, _, subtype = media_type.partition("/")
        if (self.kind, self.subtype) == ("*", "*"):
            return 1
        if self.kind != kind:
            return 0
        return 3 if self.subtype == subtype else 2 if self.subtype == "*" else 0


def ranges(accept: str) -> list[Range]:
    """Read an Accept header; parts that are no media range are passed over.

    >>> ranges("text/turtle, */*;q=0.1")
    [Range(kind='text', subtype='turtle', quality=1.0), Range(kind='*', subtype='*', quality=0.1)]
    """
    found = []
    for part in accept.lower().split(",", _MOST)[:_MOST]:
        if match := _RANGE.fullmatch(part):
            quality = 1.0
            for parameter in match[3].split(";"):
                name, _, value = parameter.partition("=")
                if name.strip() == "q" and _QUALITY.fullmatch(value.strip()):
                    quality = float(value)
            found.append(Range(match[1], match[2], quality))
    return found


def choose(accept: str | None, offered: Sequence[str]) -> str | None:
    """Give the offered media type that a client likes best, or None if it accepts none of them.

    Of types that it likes alike the one that is offered first is given; without a header all are
    liked.

    >>> choose("text/csv;q=0.5, application/*", ["text/csv", "application/json"])
    'application/json'
    >>> choose("text/html", ["text/csv"]) is None
    True
    """
    liked = preferences(accept, offered)
    return liked[0] if liked else None


def preferences(accept: str | None, offered: Sequence[str]) -> list[str]:
    """List the offered media types that a client accepts, best first.

    >>> preferences("text/*;q=0.2, text/csv", ["text/turtle", "text/csv", "image/png"])
    ['text/csv', 'text/turtle']
    """
    wanted = ranges(accept) if accept and accept.strip() else [Range("*", "*", 1.0)]
    quality = {media_type: _quality(wanted, media_type) for media_type in offered}
    return sorted((m for m in quality if quality[m] > 0), key=lambda m: -quality[m])


def accepts(accept: Iterable[str]) -> str | None:
    """Join the Accept headers of a request; None where it has none."""
    return ",".join(accept) or None


def _quality(wanted: Sequence[Range], media_type: str) -> float:
    """Take the quality from the range that names the type most closely."""
    best = max(((r.fit(media_type), r.quality) for r in wanted), default=(0, 0.0))
    return best[1] if best[0] else 0.0
