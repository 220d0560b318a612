"""Parse the source of Bicep into statements, with the place of each expression.

A statement that does not parse is kept as an error and the next one is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sightline.estate.bicep_terms import Terms
from sightline.estate.bicep_tokens import LINES, NAME, NUMBER, BicepError, Expr
from sightline.estate.settings import Meter

STATEMENT = re.compile(
    r"^[ \t]*(?:@|targetScope\b|(?:param|var|resource|module|output|type|func|metadata|import"
    r"|extension|provider|using|assert)[ \t]+[\w'*{])",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: its word, name and type, its decorators and its value."""

    word: str
    name: str
    kind: Expr | None
    value: Expr | None
    start: int
    existing: bool = False
    decorators: Sequence[Expr] = field(default_factory=tuple)


def parse_bicep(text: str, meter: Meter) -> tuple[list[Statement], list[BicepError]]:
    """Parse a file into its statements and what is not well-formed.

    Raises InputError (``input.too-large``) beyond the budget.
    """
    return _Parser(text, meter).file()


class _Parser(Terms):
    def file(self) -> tuple[list[Statement], list[BicepError]]:
        """Read all statements."""
        found: list[Statement] = []
        errors: list[BicepError] = []
        self.lines()
        while self.at < len(self.text):
            start = self.at
            try:
                found.append(self.statement())
                self.end_of_line()
            except BicepError as error:
                errors.append(error)
                after = STATEMENT.search(self.text, max(error.at, start + 1))
                self.at = after.start() if after else len(self.text)
                self.depth = 0
            self.lines()
        return found, errors

    def statement(self) -> Statement:
        """Read a statement with its decorators."""
        decorators = []
        while self.sign("@"):
            decorators.append(self.postfix())
            self.lines()
        start = self.at
        word = self.name()
        self.space()
        if word in ("import", "extension", "provider", "using", "assert"):
            self.rest()
            return Statement(word, "", None, None, start)
        if word == "targetScope":
            self.need("=")
            return Statement(word, "", None, self.expression(), start)
        name = self.name()
        self.space()
        kind: Expr | None = None
        value: Expr | None = None
        existing = False
        if word in ("resource", "module"):
            kind, existing, value = self.body(word)
        elif word in ("var", "metadata"):
            if word == "var" and not self.peek("="):
                self.type()
            self.need("=")
            self.lines()
            value = self.expression()
        elif word in ("param", "output"):
            if not self.peek("=") and not self.line_ends():
                kind = self.type()
            if self.sign("="):
                self.lines()
                value = self.expression()
        elif word == "type":
            self.need("=")
            kind = self.type()
        elif word == "func":
            self.function()
        else:
            raise BicepError(f"'{word[:40]}' begins no statement", start)
        return Statement(word, name, kind, value, start, existing, tuple(decorators))

    def body(self, word: str) -> tuple[Expr, bool, Expr]:
        """Read the type and body of a resource or module."""
        kind = self.string()
        self.space()
        existing = False
        found = NAME.match(self.text, self.at)
        if found and found[0] == "existing" and word == "resource":
            existing, self.at = True, found.end()
        self.need("=")
        self.lines()
        return kind, existing, self.conditional()

    def function(self) -> None:
        """Skip the definition of a function; calls of it stay open."""
        self.need("(")
        self.skip_to(")")
        self.type()
        self.need("=>")
        self.lines()
        self.expression()

    def type(self) -> Expr:
        """Read a type: its name, or the texts that it allows."""
        start = self.at
        items: list[Expr | str] = []
        while True:
            self.lines() if items else self.space()
            self.sign("|")
            self.lines() if items else self.space()
            items.append(self.type_item())
            after = LINES.match(self.text, self.at)
            at = after.end() if after else self.at
            if not self.text.startswith("|", at):
                break
            self.at = at
        nullable = any(isinstance(each, Expr) and each.value is None for each in items)
        return Expr("type", nullable, tuple(items), start, self.at)

    def type_item(self) -> Expr:
        """Read one type of a union."""
        start = self.at
        if self.peek("'"):
            item = self.string()
        elif self.peek("{") or self.peek("("):
            close = {"{": "}", "(": ")"}[self.text[self.at]]
            self.at += 1
            self.skip_to(close)
            item = Expr("typename", "object" if close == "}" else "any", (), start, self.at)
        elif self.peek("["):
            self.at += 1
            self.skip_to("]")
            item = Expr("typename", "array", (), start, self.at)
        elif self.sign("-") or NUMBER.match(self.text, self.at):
            number = NUMBER.match(self.text, self.at)
            self.at = number.end() if number else self.at
            item = Expr("typename", "any", (), start, self.at)
        else:
            item = Expr("typename", self.name(), (), start, self.at)
        value = item.value
        while self.at < len(self.text):
            if self.sign("[", spaced=False) or self.sign("[?", spaced=False):
                self.skip_to("]")
                value = "array"
            elif self.sign(".", spaced=False):
                found = NAME.match(self.text, self.at)
                self.at = found.end() if found else self.at + 1
                value = "any"
            elif self.sign("<", spaced=False):
                self.skip_angle()
                value = "any"
            elif self.sign("?", spaced=False):
                return Expr("nullable", None, (item,), start, self.at)
            elif self.sign("!", spaced=False):
                continue
            else:
                break
        return item if value == item.value else Expr("typename", value, (), start, self.at)

    def skip_angle(self) -> None:
        """Pass over the arguments of a type."""
        found = re.compile(r"[^<>\n]*+>").match(self.text, self.at)
        if found is None:
            raise BicepError("there is no '>'", self.at)
        self.at = found.end()

    def rest(self) -> None:
        """Skip a statement that says nothing of resources."""
        while not self.line_ends():
            if self.peek("'"):
                self.string()
                continue
            at = self.at
            self.at += 1
            if self.text[at] in "{[(":
                self.skip_to({"{": "}", "[": "]", "(": ")"}[self.text[at]])
