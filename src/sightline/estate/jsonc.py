"""Read JSON with comments and trailing commas, and keep where each object begins.

The C parser of the standard library closes objects in the order of their closing brackets, which
one pass of a regular expression finds too. So each object learns its position at a fraction of
what a parser in Python costs.
"""

import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from sightline.errors import InputError
from sightline.estate.settings import Budget, too_large

STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
BRACKETS = re.compile(rf"{STRING}|[\[\]{{}}]", re.DOTALL)
TOKENS = re.compile(rf"{STRING}|[\[\]{{}},:]", re.DOTALL)
COMMENT = re.compile(rf"{STRING}|//[^\n\r]*+|/\*.*?\*/|/\*", re.DOTALL)
TRAILING = re.compile(rf"{STRING}|,(?=\s*+[\]}}])", re.DOTALL)
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_FIRST = re.compile(r"\[\s*\{")
VISIBLE = re.compile(r"[^\r\n]")
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Located(dict[str, Any]):
    """A JSON object that knows the offset of its opening bracket."""

    __slots__ = ("start",)

    start: int


class Text:
    """The text of a file with its line breaks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._breaks: array[int] | None = None

    def line(self, offset: int) -> int:
        """Give the line of an offset; the first line is 1."""
        if self._breaks is None:
            # A list would take eight times the memory, for as long as the estate is in use.
            self._breaks = array("I", (found.start() for found in re.finditer("\n", self.text)))
        return bisect_right(self._breaks, offset - 1) + 1

    def line_of(self, node: Located, path: Sequence[str]) -> int:
        """Give the line of the property at ``path``, or of the nearest object that there is."""
        return self.line(self._reach(node, path)[0])

    def find_line(self, node: Located, path: Sequence[str]) -> int | None:
        """Give the line of the property at ``path``; None where the file does not have it.

        An expression that stands for an object counts as all the properties in it.
        """
        offset, there = self._reach(node, path)
        return self.line(offset) if there else None

    def _reach(self, node: Located, path: Sequence[str]) -> tuple[int, bool]:
        offset = node.start
        for key in path:
            found = self._member(offset, key)
            if found is None:
                return offset, False
            offset = found
            if self.text[offset] not in "{[":
                break
        return offset, True

    def _member(self, start: int, key: str) -> int | None:
        """Find the offset of a property's value in the object, or the list of one, at ``start``."""
        if self.text[start] == "[" and (first := _FIRST.match(self.text, start)):
            start = first.end() - 1
        if self.text[start] != "{":
            return None
        depth, name, found = 0, "", None
        for token in TOKENS.finditer(self.text, start):
            sign = token[0]
            if sign in "{[":
                depth += 1
            elif sign in "}]":
                depth -= 1
                if depth == 0:
                    return found
            elif depth == 1 and sign[0] == '"':
                name = sign[1:-1]
            elif depth == 1 and sign == ":" and name.lower() == key.lower():
                space = re.compile(r"\s*").match(self.text, token.end())
                found = space.end() if space else token.end()
        return found


def read(content: bytes, budget: Budget) -> tuple[Any, Text]:
    """Parse the bytes of a file into objects that know their places, and its text.

    Raises InputError: ``input.too-large``, ``input.not-text`` or ``input.syntax``.
    """
    if len(content) > budget.bytes:
        raise too_large(f"it has more than {budget.bytes} bytes")
    source = Text(decode(content))
    try:
        return _parse(source.text, budget), source
    except _SyntaxError:
        plain = _strict(source)
    try:
        return _parse(plain, budget), source
    except _SyntaxError as error:
        hint = "check the place that the message names"
        if re.search(r"^(<{7}|={7}|>{7})", source.text, re.MULTILINE):
            hint = "the file has merge conflict markers: resolve them first"
        line = source.line(error.offset)
        raise InputError("input.syntax", f"line {line}: {error.message}", hint) from None


class _SyntaxError(Exception):
    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def decode(content: bytes) -> str:
    """Decode the bytes of a file by its mark; raise InputError (``input.not-text``)."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "")
    try:
        text = content.decode(encoding or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError(
            "input.not-text",
            f"it is not {(encoding or 'utf-8').upper()} text (byte {error.start})",
            "save the file as UTF-8",
        ) from None
    if "\0" in text:
        raise InputError("input.not-text", "it holds null characters", "save the file as UTF-8")
    return text


def _strict(source: Text) -> str:
    """Blank out comments and trailing commas, so that all else keeps its place."""

    def comment(found: re.Match[str]) -> str:
        if found[0][0] == '"':
            return found[0]
        if found[0] == "/*":
            line = source.line(found.start())
            raise InputError("input.syntax", f"line {line}: the comment has no end", "add '*/'")
        return VISIBLE.sub(" ", found[0])

    def comma(found: re.Match[str]) -> str:
        return found[0] if found[0][0] == '"' else " "

    return TRAILING.sub(comma, COMMENT.sub(comment, source.text))


def _parse(text: str, budget: Budget) -> Any:
    starts = _starts(text, budget)
    count = 0

    def located(pairs: list[tuple[str, Any]]) -> Located:
        nonlocal count
        node = Located(pairs)
        node.start = starts[count] if count < len(starts) else 0
        count += 1
        return node

    try:
        document = json.loads(text, object_pairs_hook=located, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise _SyntaxError(error.msg[:1].lower() + error.msg[1:], error.pos) from None
    except RecursionError:
        raise too_large("its brackets nest too deep") from None
    except ValueError as error:
        raise _SyntaxError(str(error), 0) from None
    return _whole(document) if SURROGATE.search(text) else document


def _starts(text: str, budget: Budget) -> list[int]:
    """List the offsets of all objects in the order in which they end."""
    starts: list[int] = []
    stack: list[int] = []
    deepest = budget.depth
    for found in BRACKETS.finditer(text):
        sign = found[0]
        if sign in "{[":
            stack.append(found.start())
            if len(stack) > deepest:
                raise too_large(f"its brackets nest deeper than {deepest} levels")
        elif sign in "}]" and stack:
            start = stack.pop()
            if sign == "}":
                starts.append(start)
    if len(starts) + text.count(",") > budget.nodes:
        raise too_large(f"it has more than {budget.nodes} members")
    return starts


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _whole(value: Any) -> Any:
    """Replace lone surrogates, which no output can encode."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(member) for member in value]
    if isinstance(value, Located):
        node = Located((_whole(key), _whole(member)) for key, member in value.items())
        node.start = value.start
        return node
    return value
