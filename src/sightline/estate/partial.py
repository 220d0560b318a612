"""Join texts of which pieces are not known, and take them apart again."""

from collections.abc import Hashable, Sequence

from sightline.estate.values import (
    OneOf,
    Unknown,
    Value,
    causes_of,
    derived,
    identity,
    shorten,
    spread,
    unknown,
)

MAX_PIECES = 200
"""The most pieces that are kept apart."""

Piece = str | Unknown | OneOf


def text(parts: Sequence[Value], expression: str) -> Value:
    """Join texts and open texts: a string if all are known, else an unknown with its parts.

    >>> text(["a", "b"], "[concat('a', 'b')]")
    'ab'
    """
    flat: list[Piece] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Unknown) and part.parts else (part,):
            piece = _textual(piece, expression)
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] += piece
            elif piece != "":
                flat.append(piece)
    if len(flat) == 1:
        return flat[0]
    if not any(isinstance(piece, Unknown) for piece in flat):
        return spread(flat, expression, "".join)
    if len(flat) > MAX_PIECES:
        return derived(expression, flat, "text")
    return Unknown(
        shorten(expression),
        causes_of([piece for piece in flat if not isinstance(piece, str)]),
        ("text", *(piece if isinstance(piece, str) else piece.identity for piece in flat)),
        tuple(flat),
        filled=any(_is_filled(piece) for piece in flat),
        segment=all(is_segment(piece) for piece in flat),
    )


def _textual(piece: Value, expression: str) -> Piece:
    """Take what is no text for a number written out, or for a fault."""
    if isinstance(piece, (str, Unknown, OneOf)):
        return piece
    if isinstance(piece, (int, float)) and not isinstance(piece, bool):
        return str(piece)
    return unknown(expression, "evaluation", identity=("no text", identity(piece)))


def pieces(value: Value) -> tuple[Piece, ...]:
    """List the pieces of a text that may be unknown in part."""
    if isinstance(value, Unknown):
        return value.parts or (value,)
    return (value,)


def is_segment(piece: Piece) -> bool:
    """Tell whether a piece of a text certainly has no slash."""
    if isinstance(piece, OneOf):
        return all(isinstance(each, str) and "/" not in each for each in piece.values)
    return "/" not in piece if isinstance(piece, str) else piece.segment


def _is_filled(piece: Piece) -> bool:
    if isinstance(piece, OneOf):
        return all(isinstance(each, str) and each for each in piece.values)
    return bool(piece) if isinstance(piece, str) else piece.filled


def folded(value: Value) -> Hashable:
    """Give a key under which names compare: without case, unknown pieces by identity.

    >>> folded("Main") == folded("main")
    True
    """
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, Unknown) and value.parts:
        return tuple(
            piece.lower() if isinstance(piece, str) else identity(piece) for piece in value.parts
        )
    return identity(value)
