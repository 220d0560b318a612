"""Parse the expressions of Bicep."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sightline.estate.bicep_tokens import (
    ESCAPE,
    ESCAPED,
    LINES,
    MULTILINE,
    NAME,
    NUMBER,
    PLAIN,
    SIGN,
    SPACE,
    BicepError,
    Expr,
    Tokens,
)

BINARY = {
    "*": 8, "/": 8, "%": 8, "+": 7, "-": 7, "<": 6, "<=": 6, ">": 6, ">=": 6,
    "==": 5, "!=": 5, "=~": 5, "!~": 5, "&&": 4, "||": 3, "??": 2,
}  # fmt: skip
"""Operator -> how tightly it binds."""
WRAPPED = frozenset({"&&", "||", "??", "==", "!=", "?"})
"""Operators that may begin a line."""
MAX_DEPTH = 80
KEYWORDS = {"true": True, "false": False, "null": None}


class Terms(Tokens):
    """The expressions of a text."""

    def statement(self) -> object:
        """Read a resource that is declared within another."""
        raise NotImplementedError

    def expression(self) -> Expr:
        """Read an expression."""
        self.meter.step()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BicepError("it nests too deep", self.at)
        start = self.at
        found = self.binary(0)
        if self.operator() == "?":
            self.sign("?", lines=True)
            self.lines()
            yes = self.expression()
            self.lines()
            self.need(":")
            self.lines()
            no = self.expression()
            found = Expr("if", None, (found, yes, no), start, self.at)
        self.depth -= 1
        return found

    def operator(self) -> str:
        """Look at the operator that follows, over line breaks where it may begin a line."""
        space = SPACE.match(self.text, self.at)
        at = space.end() if space else self.at
        found = SIGN.match(self.text, at)
        if found is None and self.text.startswith("\n", at):
            lines = LINES.match(self.text, at)
            found = SIGN.match(self.text, lines.end()) if lines else None
            if found is not None and found[0] not in WRAPPED:
                return ""
        return found[0] if found else ""

    def binary(self, least: int) -> Expr:
        """Read operators that bind more tightly than some."""
        start = self.at
        left = self.unary()
        while BINARY.get(operator := self.operator(), 0) > least:
            self.meter.step()
            self.sign(operator, lines=True)
            self.lines()
            right = self.binary(BINARY[operator])
            left = Expr("binary", operator, (left, right), start, self.at)
        return left

    def unary(self) -> Expr:
        """Read a term with signs before it."""
        self.space()
        start = self.at
        for operator in ("!", "-"):
            if self.sign(operator):
                self.depth += 1
                if self.depth > MAX_DEPTH:
                    raise BicepError("it nests too deep", self.at)
                inner = self.unary()
                self.depth -= 1
                return Expr("unary", operator, (inner,), start, self.at)
        return self.postfix()

    def postfix(self) -> Expr:
        """Read a term with accesses after it."""
        start = self.at
        found = self.primary()
        while True:
            self.meter.step()
            if self.sign(".?", spaced=False):
                found = Expr("member", self.name(), (found, "?"), start, self.at)
            elif self.sign("...", spaced=False):
                raise BicepError("'...' stands where it may not", self.at)
            elif self.sign(".", spaced=False):
                name = self.name()
                if self.peek("("):
                    found = Expr("method", name, (found, *self.arguments()), start, self.at)
                else:
                    found = Expr("member", name, (found,), start, self.at)
            elif self.sign("::", spaced=False):
                found = Expr("nested", self.name(), (found,), start, self.at)
            elif (safe := self.sign("[?", spaced=False)) or self.sign("[", spaced=False):
                self.lines()
                index = self.expression()
                self.lines()
                self.need("]")
                parts = (found, index, "?") if safe else (found, index)
                found = Expr("index", None, parts, start, self.at)
            elif not self.text.startswith("!=", self.at) and self.sign("!", spaced=False):
                continue
            else:
                return found

    def arguments(self) -> list[Expr]:
        """Read the arguments of a call."""
        self.need("(")
        found: list[Expr] = []
        self.lines()
        while not self.sign(")"):
            found.append(self.expression())
            self.lines()
            if not self.sign(","):
                self.lines()
                self.need(")")
                break
            self.lines()
        return found

    def primary(self) -> Expr:
        """Read a term."""
        self.space()
        start = self.at
        if self.peek("'"):
            return self.string()
        if self.text.startswith("$'", start):
            raise BicepError("this kind of text is not read", start)
        if self.peek("{"):
            return self.object()
        if self.peek("["):
            return self.array()
        if self.peek("("):
            return self.parenthesis()
        number = NUMBER.match(self.text, start)
        if number is not None:
            if len(number[0]) > 19:
                raise BicepError("the number is too long", start)
            self.at = number.end()
            return Expr("literal", int(number[0]), (), start, self.at)
        name = self.name()
        if name in KEYWORDS:
            return Expr("literal", KEYWORDS[name], (), start, self.at)
        if self.operator() == "=>":
            return self.lambda_((name,), start)
        if self.text.startswith("(", self.at):
            return Expr("call", name, tuple(self.arguments()), start, self.at)
        return Expr("name", name, (), start, self.at)

    def parenthesis(self) -> Expr:
        """Read what stands in parentheses: a lambda, or a term."""
        start = self.at
        names = re.compile(r"\(\s*+((?:\w++\s*+,?\s*+)*+)\)[ \t]*+=>").match(self.text, start)
        if names is not None:
            self.at = names.end() - 2
            return self.lambda_(tuple(NAME.findall(names[1])), start)
        self.at += 1
        self.lines()
        inner = self.expression()
        self.lines()
        self.need(")")
        return Expr("group", None, (inner,), start, self.at)

    def lambda_(self, names: tuple[str, ...], start: int) -> Expr:
        """Read the rest of a lambda."""
        self.need("=>")
        self.lines()
        body = self.expression()
        return Expr("lambda", None, (body,), start, self.at, names)

    def string(self) -> Expr:
        """Read a text."""
        start = self.at
        if self.text.startswith("'''", start):
            found = MULTILINE.match(self.text, start)
            if found is None:
                raise BicepError("the text has no end", start)
            self.at = found.end()
            return Expr("text", None, (found[1],) if found[1] else (), start, self.at)
        self.need("'")
        parts: list[Expr | str] = []
        while True:
            self.meter.step()
            plain = PLAIN.match(self.text, self.at)
            if plain is not None:
                self.at = plain.end()
                parts.append(plain[0])
            elif self.text.startswith("'", self.at):
                self.at += 1
                return Expr("text", None, tuple(_joined(parts)), start, self.at)
            elif self.text.startswith("${", self.at):
                self.at += 2
                self.lines()
                parts.append(self.expression())
                self.lines()
                self.need("}")
            else:
                escape = ESCAPE.match(self.text, self.at)
                if escape is None:
                    raise BicepError("the text has no end on its line", start)
                self.at = escape.end()
                parts.append(_escaped(escape))

    def object(self) -> Expr:
        """Read an object."""
        start = self.at
        self.need("{")
        found: list[Expr | str] = []
        self.lines()
        while not self.sign("}"):
            found.append(self.property())
            after = self.at
            self.lines()
            if self.sign(","):
                self.lines()
            elif "\n" not in self.text[after : self.at] and not self.peek("}"):
                raise BicepError("an object needs ',' or a line break here", self.at)
        return Expr("object", None, tuple(found), start, self.at)

    def property(self) -> Expr:
        """Read a member of an object."""
        start = self.at
        self.meter.step()
        decorated = self.peek("@")
        while self.sign("@"):
            self.postfix()
            self.lines()
        if self.sign("..."):
            return Expr("spread", None, (self.expression(),), start, self.at)
        word = NAME.match(self.text, self.at)
        if word and word[0] == "resource" and not re.compile(r"\s*+:").match(self.text, word.end()):
            return Expr("child", self.statement(), (), start, self.at)
        if decorated:
            raise BicepError("only a resource has decorators here", start)
        key = (
            self.string() if self.peek("'") else Expr("text", None, (self.name(),), start, self.at)
        )
        self.need(":")
        self.lines()
        if self.text.startswith("if", self.at) and re.compile(r"if\s*+\(").match(
            self.text, self.at
        ):
            raise BicepError("'if' stands where it may not", self.at)
        return Expr("pair", None, (key, self.expression()), start, self.at)

    def array(self) -> Expr:
        """Read an array or a loop."""
        start = self.at
        self.need("[")
        self.lines()
        word = NAME.match(self.text, self.at)
        if word and word[0] == "for":
            self.at = word.end()
            return self.loop(start)
        found: list[Expr | str] = []
        while not self.sign("]"):
            if self.sign("..."):
                found.append(Expr("spread", None, (self.expression(),), start, self.at))
            else:
                found.append(self.expression())
            after = self.at
            self.lines()
            if self.sign(","):
                self.lines()
            elif "\n" not in self.text[after : self.at] and not self.peek("]"):
                raise BicepError("an array needs ',' or a line break here", self.at)
        return Expr("array", None, tuple(found), start, self.at)

    def loop(self, start: int) -> Expr:
        """Read the rest of a loop."""
        self.space()
        names: tuple[str, ...]
        if self.sign("("):
            first = self.name()
            self.need(",")
            names = (first, self.name())
            self.need(")")
        else:
            names = (self.name(),)
        self.space()
        if self.name() != "in":
            raise BicepError("a loop needs 'in'", self.at)
        over = self.expression()
        self.need(":")
        self.lines()
        found = NAME.match(self.text, self.at)
        conditional = re.compile(r"if\s*+\(").match(self.text, self.at) if found else None
        body = self.conditional() if conditional else self.expression()
        self.lines()
        self.need("]")
        return Expr("for", None, (over, body), start, self.at, names)

    def declared(self) -> Expr:
        """Read the body of a resource: an object, or a loop over one."""
        return self.array() if self.peek("[") else self.object()

    def conditional(self) -> Expr:
        """Read ``if (condition)`` before a body."""
        start = self.at
        found = NAME.match(self.text, self.at)
        if found is None or found[0] != "if":
            return self.declared()
        self.at = found.end()
        self.need("(")
        self.lines()
        condition = self.expression()
        self.lines()
        self.need(")")
        self.lines()
        return Expr("when", None, (condition, self.object()), start, self.at)

    def skip_to(self, end: str) -> None:
        """Pass over what stands before a closing bracket."""
        depth = 1
        while depth:
            self.lines()
            if self.peek("'"):
                self.string()
                continue
            found = SIGN.match(self.text, self.at) or NAME.match(self.text, self.at)
            found = found or NUMBER.match(self.text, self.at)
            if found is None:
                raise BicepError(f"there is no '{end}'", self.at)
            self.at = found.end()
            depth += (found[0] in ("(", "[", "{", "[?")) - (found[0] in (")", "]", "}"))


def _joined(parts: Sequence[Expr | str]) -> list[Expr | str]:
    found: list[Expr | str] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        else:
            found.append(part)
    return found


def _escaped(found: re.Match[str]) -> str:
    if found[1]:
        code = int(found[1], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return ESCAPED.get(found[2], found[2])
