"""Parse the expressions of ARM templates, as in ``[concat(parameters('name'), '-ai')]``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*+')|(?P<number>[+-]?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_$][\w$]*)|(?P<sign>\?\.|[(),.\[\]?]))"
)
MAX_DEPTH = 60
"""Levels of brackets in an expression."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or a number."""

    value: str | int | float
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, by its lower-case name with its namespace, and arguments."""

    name: str
    args: tuple[Node, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Access:
    """A property (a literal key) or an item of what ``target`` gives."""

    target: Node
    key: Node
    text: str
    safe: bool = False


Node: TypeAlias = Literal | Call | Access


class Formula(str):
    """An expression of another language in its own spelling, parsed already."""

    node: Node

    @classmethod
    def of(cls, node: Node) -> Formula:
        """Make the formula that a node stands for."""
        made = cls(f"[{node.text}]")
        made.node = node
        return made


class ExpressionError(Exception):
    """An expression is not well-formed."""


def is_expression(text: str) -> bool:
    """Tell whether a text of a template is an expression rather than itself.

    >>> is_expression("[concat('a')]"), is_expression("[[no]"), is_expression("no")
    (True, False, False)
    """
    if not text.startswith("["):
        return False
    return isinstance(text, Formula) or (text.endswith("]") and not text.startswith("[["))


def unescape(text: str) -> str:
    """Undo the doubled bracket of a text that only looks like an expression.

    >>> unescape("[[no]")
    '[no]'
    """
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


def parse(text: str) -> Node:
    """Parse an expression with its brackets.

    >>> parse("[variables('a')[0].b]").text
    "variables('a')[0].b"

    Raises ExpressionError.
    """
    parser = _Parser(text[1:-1])
    node = parser.node(0)
    if parser.kind:
        raise ExpressionError(f"unexpected {parser.token!r}")
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.end = 0
        self.kind = ""
        self.token = ""
        self.start = 0
        self.last = 0
        self._next()

    def _next(self) -> None:
        self.last = self.end
        found = TOKEN.match(self.text, self.end)
        if found is None:
            if self.text[self.end :].strip():
                raise ExpressionError(f"unexpected {self.text[self.end :].strip()[:1]!r}")
            self.kind, self.token = "", ""
            return
        self.kind = found.lastgroup or ""
        self.token = found[self.kind]
        self.start = found.start(self.kind)
        self.end = found.end()

    def _take(self, sign: str) -> bool:
        if self.kind == "sign" and self.token == sign:
            self._next()
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise ExpressionError(f"expected {sign!r}")

    def node(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionError("nested too deep")
        start = self.start
        node = self._first(depth, start)
        links = 0
        while True:
            links += 1
            if links > MAX_DEPTH:
                raise ExpressionError("too many properties in a row")
            if self._take("."):
                node = self._property(node, start, safe=False)
            elif self._take("?."):
                node = self._property(node, start, safe=True)
            elif self._take("["):
                safe = self._take("?")
                key = self.node(depth + 1)
                self._expect("]")
                node = Access(node, key, self._since(start), safe)
            else:
                return node

    def _first(self, depth: int, start: int) -> Node:
        kind, token = self.kind, self.token
        if kind == "text":
            self._next()
            return Literal(token[1:-1].replace("''", "'"), token)
        if kind == "number":
            self._next()
            if len(token) > 40:
                raise ExpressionError("the number is too long")
            return Literal(float(token) if "." in token else int(token), token)
        if kind == "name":
            self._next()
            name = token
            while self.kind == "sign" and self.token == ".":
                self._next()
                if self.kind != "name":
                    raise ExpressionError("expected a name")
                name += "." + self.token
                self._next()
            self._expect("(")
            args: list[Node] = []
            while not self._take(")"):
                if args:
                    self._expect(",")
                args.append(self.node(depth + 1))
            return Call(name.lower(), tuple(args), self._since(start))
        raise ExpressionError(f"unexpected {token!r}" if token else "it ends too soon")

    def _property(self, node: Node, start: int, *, safe: bool) -> Node:
        token = self.token
        if self.kind not in ("name", "number"):
            raise ExpressionError("expected a property")
        self._next()
        return Access(node, Literal(token, token), self._since(start), safe)

    def _since(self, start: int) -> str:
        return self.text[start : self.last]
