"""Take the text of Bicep apart into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sightline.estate.settings import Meter

SPACE = re.compile(r"(?:[ \t\r\ufeff]|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)++")
LINES = re.compile(r"(?:[\s\ufeff]|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/|#[^\n]*+)++")
NAME = re.compile(r"[A-Za-z_]\w*+")
NUMBER = re.compile(r"\d++")
SIGN = re.compile(r"\.\.\.|=>|\?\?|&&|\|\||[=!<>]=|=~|!~|::|\.\?|\[\?|[-+*/%<>!?:.,(){}\[\]=@|]")
PLAIN = re.compile(r"[^'\\$\n]++|\$(?!\{)")
ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|([\\'nrt$]))")
ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
MULTILINE = re.compile(r"'''\n?(.*?)'''(?!')", re.DOTALL)


class BicepError(Exception):
    """A part of a file is not well-formed."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression: its kind, what belongs to the kind, its parts, and its place."""

    kind: str
    value: object = None
    parts: tuple[Expr | str, ...] = ()
    start: int = 0
    end: int = 0
    names: tuple[str, ...] = ()

    def part(self, index: int) -> Expr:
        """Give a part that is an expression."""
        found = self.parts[index]
        assert isinstance(found, Expr)
        return found


class Tokens:
    """The tokens of a text, from the place that is read."""

    def __init__(self, text: str, meter: Meter) -> None:
        self.text = text
        self.meter = meter
        self.at = 0
        self.depth = 0

    def space(self) -> None:
        """Pass over blanks and comments."""
        found = SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()

    def lines(self) -> None:
        """Pass over blanks, comments and line breaks."""
        found = LINES.match(self.text, self.at)
        if found:
            self.at = found.end()

    def line_ends(self) -> bool:
        """Tell whether nothing more stands on the line."""
        self.space()
        return self.at >= len(self.text) or self.text[self.at] == "\n"

    def end_of_line(self) -> None:
        """Require the end of the line."""
        if not self.line_ends():
            raise BicepError("the statement does not end here", self.at)

    def peek(self, sign: str) -> bool:
        """Tell whether a sign follows."""
        self.space()
        return self.text.startswith(sign, self.at)

    def sign(self, sign: str, *, spaced: bool = True, lines: bool = False) -> bool:
        """Take a sign if it follows."""
        if lines:
            self.lines()
        elif spaced:
            self.space()
        found = SIGN.match(self.text, self.at)
        if found is None or found[0] != sign:
            return False
        self.at = found.end()
        return True

    def need(self, sign: str) -> None:
        """Take a sign that has to follow."""
        self.space()
        if not self.text.startswith(sign, self.at):
            raise BicepError(f"there is no '{sign}'", self.at)
        self.at += len(sign)

    def name(self) -> str:
        """Take a name."""
        self.space()
        found = NAME.match(self.text, self.at)
        if found is None:
            raise BicepError("there is no name", self.at)
        self.at = found.end()
        return found[0]
