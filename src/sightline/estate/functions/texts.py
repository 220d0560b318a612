"""Functions on texts, of which pieces may be unknown."""

import base64
import json
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote, urljoin

from sightline.estate.functions.calling import (
    EvaluationError,
    Function,
    NotKnown,
    array,
    number,
    strict,
    string,
)
from sightline.estate.partial import is_segment, pieces, text
from sightline.estate.values import OneOf, Unknown, Value, is_known, spread, to_json

FIELD = re.compile(r"\{\{|\}\}|\{(\d{1,4})(?:,(-?\d{1,3}))?(?::([^{}]*))?\}|[{}]")


def plain(value: Value) -> str:
    """Write a value as the function ``string`` does.

    >>> plain(True), plain([1, "a"])
    ('True', '[1,"a"]')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (bool, int, float)):
        return str(value)
    if not is_known(value):
        raise NotKnown
    return json.dumps(to_json(value), separators=(",", ":"), ensure_ascii=False)


def _string(args: Sequence[Value], expression: str) -> Value:
    (value,) = args
    return value if isinstance(value, Unknown) and value.parts else _piece(value)


def _piece(value: Value) -> str | Unknown | OneOf:
    if isinstance(value, OneOf) and not all(isinstance(each, str) for each in value.values):
        raise NotKnown
    return value if isinstance(value, (Unknown, OneOf)) else plain(value)


def _concat(args: Sequence[Value], expression: str) -> Value:
    if any(isinstance(arg, list) for arg in args):
        return [member for arg in args for member in array(arg)]
    return text([_piece(arg) for arg in args], expression)


def _format(args: Sequence[Value], expression: str) -> Value:
    pattern = args[0]
    if isinstance(pattern, (Unknown, OneOf)):
        raise NotKnown
    parts: list[Value] = []
    end = 0
    for found in FIELD.finditer(string(pattern)):
        parts.append(pattern[end : found.start()])
        end = found.end()
        if found[1] is None:
            if len(found[0]) == 1:
                raise EvaluationError("a bracket of the pattern has no partner")
            parts.append(found[0][0])
            continue
        index = int(found[1]) + 1
        if index >= len(args):
            raise EvaluationError(f"there is no argument {found[1]}")
        parts.append(_field(args[index], found[2], found[3]))
    return text([*parts, pattern[end:]], expression)


def _field(value: Value, width: str | None, style: str | None) -> Value:
    if width is None and style is None:
        return _piece(value)
    if isinstance(value, (Unknown, OneOf)):
        raise NotKnown
    written = plain(value)
    if style:
        digits = re.fullmatch(r"[dD](\d{0,2})|(0{1,20})", style)
        if not (digits and isinstance(value, int) and not isinstance(value, bool)):
            raise NotKnown
        size = int(digits[1] or 0) if digits[2] is None else len(digits[2])
        written = ("-" if value < 0 else "") + str(abs(value)).zfill(size)
    size = int(width or 0)
    return written.rjust(size) if size >= 0 else written.ljust(-size)


def _each(name: str, change: Callable[[str], str]) -> Function:
    """Make a function that changes every piece of a text by itself."""

    def call(args: Sequence[Value], expression: str) -> Value:
        (value,) = args
        if not isinstance(value, Unknown):
            return change(string(value))
        changed: list[Value] = []
        for piece in pieces(value):
            if isinstance(piece, Unknown):
                changed.append(_changed(piece, name, expression))
            else:
                changed.append(spread([piece], expression, lambda chosen: change(chosen[0])))
        return text(changed, expression)

    return call


def _changed(piece: Unknown, name: str, expression: str) -> Unknown:
    return Unknown(
        expression,
        piece.causes,
        (name, piece.identity),
        filled=piece.filled,
        segment=piece.segment,
    )


def _replace(args: Sequence[Value], expression: str) -> Value:
    value, old, new = args
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        raise NotKnown
    if not isinstance(value, Unknown):
        return string(value).replace(string(old), string(new)) if old else value
    if len(old) != 1 or "/" in new or not value.parts:
        raise NotKnown

    def change(piece: str | Unknown | OneOf) -> Value:
        if not isinstance(piece, Unknown):
            return spread([piece], expression, lambda chosen: chosen[0].replace(old, new))
        changed = _changed(piece, f"replace {old!r} {new!r}", expression)
        return changed if new else Unknown(expression, changed.causes, changed.identity)

    return text([change(piece) for piece in value.parts], expression)


def _split(args: Sequence[Value], expression: str) -> Value:
    value, between = args
    signs = [string(sign) for sign in (between if isinstance(between, list) else [between])]
    if not isinstance(value, Unknown):
        if not all(signs):
            raise EvaluationError("a separator is empty")
        return re.split("|".join(map(re.escape, signs)), string(value))
    if signs != ["/"] or not value.parts:
        raise NotKnown
    rows: list[list[Value]] = [[]]
    for piece in value.parts:
        if not isinstance(piece, str):
            if not is_segment(piece):
                raise NotKnown
            rows[-1].append(piece)
        else:
            first, *rest = piece.split("/")
            rows[-1].append(first)
            rows.extend([part] for part in rest)
    return [text(row, expression) for row in rows]


def _join(args: Sequence[Value], expression: str) -> Value:
    members, between = array(args[0]), string(args[1])
    parts: list[Value] = []
    for index, each in enumerate(members):
        parts += [between, _piece(each)] if index else [_piece(each)]
    return text(parts, expression)


def _substring(args: Sequence[Value], expression: str) -> Value:
    value, start, *length = args
    if isinstance(value, Unknown):
        head = pieces(value)[0]
        if not isinstance(head, str) or not is_known([start, *length]) or not length:
            raise NotKnown
        if number(start) + number(length[0]) > len(head):
            raise NotKnown
        value = head
    first, size = number(start), number(length[0]) if length else None
    if first < 0 or first > len(value) or (size is not None and first + size > len(value)):
        raise EvaluationError("the text is too short")
    return value[first:] if size is None else value[first : first + size]


def _edge(*, start: bool) -> Function:
    def call(args: Sequence[Value], expression: str) -> Value:
        value, sought = args
        if isinstance(sought, Unknown):
            raise NotKnown
        sought = string(sought).lower()
        piece = pieces(value)[0 if start else -1]
        if isinstance(piece, (Unknown, OneOf)):
            raise NotKnown
        known = string(piece).lower()
        if known.startswith(sought) if start else known.endswith(sought):
            return True
        size = min(len(known), len(sought))
        short = (known[:size], sought[:size]) if start else (known[-size:], sought[-size:])
        if isinstance(value, Unknown) and (size == 0 or short[0] == short[1]):
            raise NotKnown
        return False

    return call


def _pad(value: Value, size: Value, sign: Value = " ") -> str:
    if number(size) > 1000:
        raise EvaluationError("the width is too large")
    return plain(value).rjust(size, string(sign)[:1] or " ")


def _find(value: Value, sought: Value, *, last: bool) -> int:
    if isinstance(value, list):
        places = [index for index, each in enumerate(value) if each == sought]
        return places[-1 if last else 0] if places else -1
    folded = string(value).lower()
    return (folded.rfind if last else folded.find)(string(sought).lower())


def _parse(value: Value) -> Value:
    try:
        return json.loads(string(value).replace("'", '"') if value[:1] == "'" else value)
    except (ValueError, RecursionError):
        raise EvaluationError("it is not JSON") from None


def _decode(value: Value) -> str:
    return base64.b64decode(string(value), validate=True).decode("utf-8")


FUNCTIONS: dict[str, Function] = {
    "string": _string,
    "concat": _concat,
    "format": _format,
    "tolower": _each("tolower", str.lower),
    "toupper": _each("toupper", str.upper),
    "trim": strict(lambda value: string(value).strip()),
    "replace": _replace,
    "split": _split,
    "join": _join,
    "substring": _substring,
    "startswith": _edge(start=True),
    "endswith": _edge(start=False),
    "padleft": strict(_pad),
    "indexof": strict(lambda value, sought: _find(value, sought, last=False)),
    "lastindexof": strict(lambda value, sought: _find(value, sought, last=True)),
    "json": strict(_parse),
    "base64": strict(lambda value: base64.b64encode(plain(value).encode()).decode()),
    "base64tostring": strict(_decode),
    "base64tojson": strict(lambda value: _parse(_decode(value))),
    "uri": strict(lambda base, relative: urljoin(string(base), string(relative))),
    "uricomponent": strict(lambda value: quote(string(value), safe="~()*!'")),
    "uricomponenttostring": strict(lambda value: unquote(string(value))),
    "datauri": strict(
        lambda value: (
            f"data:text/plain;charset=utf8;base64,"
            f"{base64.b64encode(string(value).encode()).decode()}"
        )
    ),
    "datauritostring": strict(lambda value: _decode(string(value).partition(",")[2])),
}
