"""Translate the expressions of Bicep into those of templates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sightline.estate.bicep_tokens import Expr
from sightline.estate.evaluator import Evaluator, Special
from sightline.estate.expressions import Access, Call, Formula, Literal, Node
from sightline.estate.placed import Placed
from sightline.estate.scopes import Env
from sightline.estate.secrets import scrub
from sightline.estate.settings import Meter
from sightline.estate.values import Value, shorten, unknown

OPEN = "bicep.open"
BINARY = {
    "*": "mul", "/": "div", "%": "mod", "+": "add", "-": "sub", "<": "less", "<=": "lessorequals",
    ">": "greater", ">=": "greaterorequals", "==": "equals", "&&": "and", "||": "or",
    "??": "coalesce",
}  # fmt: skip
LOADED = re.compile(r"load\w+|nameof|tenant|resourceinput\w*", re.IGNORECASE)
DECLARED = frozenset({"location", "kind", "sku", "tags", "zones", "plan"})
Names = Mapping[str, Node]


@dataclass(slots=True)
class Symbol:
    """A resource or module of the file by its symbolic name."""

    key: str
    type: str
    version: str
    body: Expr | None
    loop: Expr | None = None
    conditions: tuple[Expr, ...] = ()
    existing: bool = False
    module: bool = False
    parent: Symbol | None = None
    start: int = 0
    children: dict[str, Symbol] = field(default_factory=dict)

    def get(self, name: str) -> Expr | None:
        """Give a property of the body; None if it is not spelled out."""
        for pair in self.body.parts if self.body is not None else ():
            if isinstance(pair, Expr) and pair.kind == "pair" and key_of(pair) == name:
                return pair.part(1)
        return None


class Expressions:
    """The expressions of a file, with the symbols that they can name."""

    def __init__(self, text: str, meter: Meter) -> None:
        self.text = text
        self.meter = meter
        self.symbols: dict[str, Symbol] = {}
        self.known: dict[str, str] = {}
        """Name -> the word that declares it: param, var or type."""

    # Symbols

    def symbol(self, expr: Expr, names: Names) -> tuple[Symbol, Names] | None:
        """Find the resource that an expression names, with what its loop binds."""
        if expr.kind in ("name", "nested") and expr.value in names:
            return None
        if expr.kind == "name":
            found = self.symbols.get(str(expr.value))
            return (found, {}) if found is not None and found.loop is None else None
        if expr.kind == "nested":
            above = self.symbol(expr.part(0), names)
            child = above[0].children.get(str(expr.value)) if above else None
            return (child, {}) if child is not None else None
        if expr.kind == "index" and expr.part(0).kind == "name":
            found = self.symbols.get(str(expr.part(0).value))
            if found is not None and found.loop is not None:
                return found, self.inside(found, self.node(expr.part(1), names))
        return None

    def full_name(self, symbol: Symbol, names: Names) -> Node | None:
        """Make the name of a resource with those of its parents."""
        own = symbol.get("name")
        if own is None:
            return None
        node = self.node(own, names)
        parent = symbol.get("parent")
        above: tuple[Symbol, Names] | None = None
        if symbol.parent is not None:
            above = (symbol.parent, {})
        elif parent is not None:
            above = self.symbol(parent, names)
            if above is None:
                return self.open(parent)
        if above is None:
            return node
        outer = self.full_name(*above)
        if outer is None:
            return None
        slash = Literal("/", "'/'")
        return Call("concat", (outer, slash, node), f"{outer.text}/{node.text}"[:600])

    def inside(self, symbol: Symbol, index: Node | None = None) -> Names:
        """Bind the variables of the loop that a resource is declared in."""
        if symbol.loop is None:
            return {}
        over = self.node(symbol.loop.part(0), {})
        names = symbol.loop.names
        at = index or Call("copyindex", (Literal(symbol.key, ""),), names[-1])
        return {names[0]: Access(over, at, names[0]), **dict.fromkeys(names[1:], at)}

    # Values

    def value(self, expr: Expr, names: Names) -> Any:
        """Make the value of a template: an object, an array, a text, or an expression."""
        self.meter.step()
        if expr.kind == "literal":
            return expr.value
        if expr.kind == "text" and not any(isinstance(each, Expr) for each in expr.parts):
            text = text_of(expr) or ""
            return f"[{text}" if text.startswith("[") else text
        if expr.kind == "group":
            return self.value(expr.part(0), names)
        if expr.kind == "array" and not spreads(expr):
            return [self.value(each, names) for each in expr.parts if isinstance(each, Expr)]
        if expr.kind == "object" and not spreads(expr):
            made = Placed.at(expr.start)
            for pair in expr.parts:
                assert isinstance(pair, Expr)
                if pair.kind == "pair":
                    key = key_of(pair)
                    name = key if key is not None else Formula.of(self.node(pair.part(0), names))
                    made.put(name, self.value(pair.part(1), names), pair.part(1).start)
            return made
        return Formula.of(self.node(expr, names))

    def node(self, expr: Expr, names: Names) -> Node:
        """Make the expression of a template."""
        self.meter.step()
        text = self.spelled(expr.start, expr.end)
        make = getattr(self, f"_{expr.kind}", None)
        node: Node | None = make(expr, names, text) if make is not None else None
        return node if node is not None else self.open(expr)

    def open(self, expr: Expr) -> Node:
        """Leave an expression open that only the compiler knows."""
        return self.open_at(expr.start, expr.end)

    def open_at(self, start: int, end: int) -> Node:
        """Leave open what stands between two places."""
        return Call(OPEN, (Literal(start, ""),), self.spelled(start, end))

    def spelled(self, start: int, end: int) -> str:
        """Spell an expression as the file does, on one line and without secrets."""
        return shorten(scrub(" ".join(self.text[start : min(end, start + 2000)].split())))

    def nodes(self, parts: Sequence[Expr | str], names: Names) -> tuple[Node, ...]:
        """Make several expressions."""
        return tuple(self.node(each, names) for each in parts if isinstance(each, Expr))

    def _literal(self, expr: Expr, names: Names, text: str) -> Node:
        if isinstance(expr.value, bool) or expr.value is None:
            return Call({True: "true", False: "false", None: "null"}[expr.value], (), text)
        return Literal(expr.value if isinstance(expr.value, int) else str(expr.value), text)

    def _text(self, expr: Expr, names: Names, text: str) -> Node:
        held = [each for each in expr.parts if isinstance(each, Expr)]
        if not held:
            return Literal(text_of(expr) or "", text)
        pattern, count = "", 0
        for part in expr.parts:
            if isinstance(part, Expr):
                pattern, count = f"{pattern}{{{count}}}", count + 1
            else:
                pattern += part.replace("{", "{{").replace("}", "}}")
        return Call("format", (Literal(pattern, ""), *self.nodes(held, names)), text)

    def _group(self, expr: Expr, names: Names, text: str) -> Node:
        return self.node(expr.part(0), names)

    def _array(self, expr: Expr, names: Names, text: str) -> Node:
        if not spreads(expr):
            return Call("createarray", self.nodes(expr.parts, names), text)
        groups = [
            self.node(each.part(0), names)
            if each.kind == "spread"
            else Call("createarray", (self.node(each, names),), text)
            for each in expr.parts
            if isinstance(each, Expr)
        ]
        return Call("flatten", (Call("createarray", tuple(groups), text),), text)

    def _object(self, expr: Expr, names: Names, text: str) -> Node:
        groups: list[Node] = []
        members: list[Node] = []
        for pair in (*expr.parts, None):
            if pair is None or (isinstance(pair, Expr) and pair.kind == "spread"):
                if members or (pair is None and not groups):
                    groups.append(Call("createobject", tuple(members), text))
                members = []
            if isinstance(pair, Expr) and pair.kind == "spread":
                groups.append(self.node(pair.part(0), names))
            elif isinstance(pair, Expr) and pair.kind == "pair":
                members += [self.node(pair.part(0), names), self.node(pair.part(1), names)]
        if len(groups) == 1 and not spreads(expr):
            return groups[0]
        return Call("shallowmerge", (Call("createarray", tuple(groups), text),), text)

    def _unary(self, expr: Expr, names: Names, text: str) -> Node:
        inner = self.node(expr.part(0), names)
        if expr.value == "!":
            return Call("not", (inner,), text)
        return Call("sub", (Literal(0, "0"), inner), text)

    def _binary(self, expr: Expr, names: Names, text: str) -> Node:
        left, right = self.nodes(expr.parts, names)
        if expr.value in ("=~", "!~"):
            left, right = Call("tolower", (left,), left.text), Call("tolower", (right,), right.text)
        if expr.value in ("=~", "!~", "!="):
            equal = Call("equals", (left, right), text)
            return equal if expr.value == "=~" else Call("not", (equal,), text)
        return Call(BINARY[str(expr.value)], (left, right), text)

    def _if(self, expr: Expr, names: Names, text: str) -> Node:
        return Call("if", self.nodes(expr.parts, names), text)

    def _for(self, expr: Expr, names: Names, text: str) -> Node | None:
        if expr.part(1).kind == "when":
            return None
        over = self.node(expr.part(0), names)
        return Call("map", (over, self.function(expr.names, expr.part(1), names, text)), text)

    def _lambda(self, expr: Expr, names: Names, text: str) -> Node:
        return self.function(expr.names, expr.part(0), names, text)

    def function(self, own: tuple[str, ...], body: Expr, names: Names, text: str) -> Node:
        """Make a function of a lambda or a loop."""
        bound = {name: Call("lambdavariables", (Literal(name, name),), name) for name in own}
        made = self.node(body, {**names, **bound})
        return Call("lambda", (*(Literal(name, name) for name in own), made), text)

    def _name(self, expr: Expr, names: Names, text: str) -> Node | None:
        name = str(expr.value)
        if name in names:
            return names[name]
        word = {"param": "parameters", "var": "variables"}.get(self.known.get(name, ""))
        return Call(word, (Literal(name, name),), text) if word else None

    def _call(self, expr: Expr, names: Names, text: str) -> Node | None:
        return self.call(str(expr.value).lower(), expr.parts, names, text)

    def _method(self, expr: Expr, names: Names, text: str) -> Node | None:
        name, target = str(expr.value).lower(), expr.part(0)
        if target.kind == "name" and target.value in ("sys", "az"):
            return self.call(name, expr.parts[1:], names, text)
        if name.startswith("list") or name == "getsecret":
            return Call(name, (Literal(expr.start, ""),), text)
        return None

    def call(self, name: str, parts: Sequence[Expr | str], names: Names, text: str) -> Node | None:
        """Call a function of templates, if it is one."""
        if name == "any" and len(parts) == 1:
            return self.nodes(parts, names)[0]
        if LOADED.fullmatch(name) or (name in ("resourcegroup", "subscription") and parts):
            return None
        if name == "readenvironmentvariable":
            name = "externalinput"
        return Call(name, self.nodes(parts, names), text)

    def _index(self, expr: Expr, names: Names, text: str) -> Node | None:
        if self.symbol(expr, names) is not None:
            return None
        target, key = self.nodes(expr.parts[:2], names)
        if is_safe(expr):
            return Call("tryget", (target, key), text)
        return Access(target, key, text)

    def _member(self, expr: Expr, names: Names, text: str) -> Node | None:
        target, key = expr.part(0), str(expr.value)
        found = self.symbol(target, names)
        if found is not None:
            return self.of_symbol(*found, key, target, text)
        inner = target.part(0) if target.kind == "member" else None
        above = self.symbol(inner, names) if inner is not None else None
        if above is not None and above[0].module and target.value == "outputs":
            outputs = self.node(target, names)
            held = Access(outputs, Literal(key, key), text)
            return Access(held, Literal("value", "value"), text)
        node = self.node(target, names)
        if is_safe(expr):
            return Call("tryget", (node, Literal(key, key)), text)
        return Access(node, Literal(key, key), text)

    def of_symbol(
        self, symbol: Symbol, names: Names, key: str, target: Expr, text: str
    ) -> Node | None:
        """Read a property of a resource of the file."""
        label = self.label(symbol, target)
        own = symbol.get("name")
        if key == "name":
            return self.node(own, names) if own is not None else None
        if key in ("type", "apiVersion"):
            return Literal(symbol.type if key == "type" else symbol.version, text)
        if label is None or (key == "id" and symbol.get("scope") is not None):
            return None
        if key == "id" and not symbol.module:
            info = Call("resourceinfo", (label,), text)
            return Access(info, Literal("id", "id"), text)
        if key in DECLARED:
            version = Literal(symbol.version, "")
            reference = Call("reference", (label, version, Literal("full", "")), text)
            return Access(reference, Literal(key, key), text)
        reference = Call("reference", (label,), text)
        if key == "properties":
            return reference
        if key == "outputs" and symbol.module:
            return Access(reference, Literal(key, key), text)
        return None

    def label(self, symbol: Symbol, target: Expr) -> Literal | None:
        """Give the name by which a template knows a resource, or one of its loop."""
        if symbol.loop is None:
            return Literal(symbol.key, symbol.key)
        index = target.part(1) if target.kind == "index" else None
        if index is not None and isinstance(index.value, int):
            return Literal(f"{symbol.key}[{index.value}]", symbol.key)
        return None


def key_of(pair: Expr) -> str | None:
    """Give the key of a property where it is spelled out."""
    return text_of(pair.part(0)) if pair.kind == "pair" else None


def text_of(expr: Expr | None) -> str | None:
    """Give a text without interpolation."""
    if expr is None or expr.kind != "text" or any(isinstance(each, Expr) for each in expr.parts):
        return None
    return "".join(str(each) for each in expr.parts)


def spreads(expr: Expr) -> bool:
    """Tell whether something is spread into an object or array."""
    return any(isinstance(each, Expr) and each.kind == "spread" for each in expr.parts)


def is_safe(expr: Expr) -> bool:
    """Tell whether an access gives null where there is nothing: it, or one before it, says so."""
    while expr.kind in ("member", "index"):
        if expr.parts[-1] == "?":
            return True
        expr = expr.part(0)
    return False


def _not_compiled(evaluator: Evaluator, call: Call, env: Env) -> Value:
    where = call.args[0].value if isinstance(call.args[0], Literal) else None
    return unknown(
        f"[{call.text}]",
        "not-compiled",
        identity=("not compiled", id(env.scope), where, *env.loops.values()),
        nullable=True,
    )


SPECIALS: dict[str, Special] = {OPEN: _not_compiled}
