"""Translate the source of Bicep into the template that it stands for.

Only what the file spells out is translated: what its compiler alone knows, as content that is
loaded or symbols that are imported, stays open with the reason ``not-compiled``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sightline.errors import InputError
from sightline.estate.bicep_expressions import Expressions, Names, Symbol, key_of, text_of
from sightline.estate.bicep_syntax import Statement, parse_bicep
from sightline.estate.bicep_tokens import Expr
from sightline.estate.expressions import Call, Formula
from sightline.estate.jsonc import Text
from sightline.estate.placed import Placed
from sightline.estate.settings import Meter

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/{}.json#"
SCOPES = {
    "subscription": "subscriptionDeploymentTemplate",
    "managementGroup": "managementGroupDeploymentTemplate",
    "tenant": "tenantDeploymentTemplate",
}
TYPES = frozenset({"string", "int", "bool", "object", "array"})
OPENED = ("location", "kind", "sku", "properties")
"""What a body may have that is spread into it."""


def read_bicep(source: Text, meter: Meter) -> tuple[Placed, list[tuple[str, int]]]:
    """Translate a file into a template; the messages and offsets are of what does not parse.

    Raises InputError: ``input.syntax`` if nothing parses, ``input.too-large``.
    """
    statements, errors = parse_bicep(source.text, meter)
    if errors and not statements:
        line = source.line(errors[0].at)
        raise InputError(
            "input.syntax", f"line {line}: {errors[0]}", "check it with 'az bicep build'"
        )
    translator = _Translator(source.text, statements, meter)
    template = translator.template()
    return template, [(str(each), each.at) for each in errors]


class _Translator(Expressions):
    def __init__(self, text: str, statements: Sequence[Statement], meter: Meter) -> None:
        super().__init__(text, meter)
        self.statements = statements
        for each in statements:
            if each.word in ("resource", "module"):
                self.symbols[each.name] = self.declared(each, None, each.name)
            elif each.word in ("param", "var", "type"):
                self.known[each.name] = each.word

    def template(self) -> Placed:
        """Make the template of the file."""
        made = Placed.at(0)
        scope = "deploymentTemplate"
        parts: dict[str, Placed] = {
            name: Placed.at(0)
            for name in ("parameters", "variables", "definitions", "resources", "outputs")
        }
        for each in self.statements:
            self.meter.step()
            if each.word == "targetScope" and each.value is not None:
                scope = SCOPES.get(text_of(each.value) or "", scope)
            elif each.word == "param":
                parts["parameters"].put(each.name, self.parameter(each), each.start)
            elif each.word == "var" and each.value is not None:
                parts["variables"].put(each.name, self.value(each.value, {}), each.value.start)
            elif each.word == "type" and each.kind is not None:
                parts["definitions"].put(each.name, self.type(each.kind), each.start)
            elif each.word == "output" and each.value is not None:
                parts["outputs"].put(each.name, self.output(each), each.start)
        for symbol in list(self.symbols.values()):
            self.add(parts["resources"], symbol)
        made.update({"$schema": SCHEMA.format(scope), "languageVersion": "2.0"}, **parts)
        return made

    # Declarations

    def parameter(self, statement: Statement) -> dict[str, Any]:
        made = self.type(statement.kind) if statement.kind is not None else {}
        for decorator in statement.decorators:
            name = str(decorator.value)
            if name == "allowed" and decorator.parts:
                allowed = [_plain(each) for each in decorator.part(-1).parts]
                if None not in allowed:
                    made["allowedValues"] = allowed
            elif name == "secure":
                made["type"] = "secureObject" if made.get("type") == "object" else "secureString"
        if statement.value is not None:
            made["defaultValue"] = self.value(statement.value, {})
        return made

    def type(self, kind: Expr) -> dict[str, Any]:
        made: dict[str, Any] = {}
        texts: list[str] = []
        for item in kind.parts:
            if isinstance(item, Expr) and item.kind == "nullable":
                made["nullable"] = True
                item = item.part(0)
            assert isinstance(item, Expr)
            if item.kind == "text":
                texts.append(text_of(item) or "")
            elif item.value in TYPES:
                made["type"] = item.value
            elif self.known.get(str(item.value)) == "type":
                made["$ref"] = f"#/definitions/{item.value}"
        if texts and len(texts) == len(kind.parts):
            made |= {"type": "string", "allowedValues": texts}
        return made

    def output(self, statement: Statement) -> dict[str, Any]:
        hidden = any(each.value == "secure" for each in statement.decorators)
        assert statement.value is not None
        return {
            "type": "secureString" if hidden else "",
            "value": self.value(statement.value, {}),
        }

    def declared(self, statement: Statement, above: Symbol | None, key: str) -> Symbol:
        kind, _, version = (text_of(statement.kind) or "").partition("@")
        body, loop = statement.value, None
        conditions: tuple[Expr, ...] = ()
        if body is not None and body.kind == "for":
            loop, body = body, body.part(1)
        if body is not None and body.kind == "when":
            conditions, body = (body.part(0),), body.part(1)
        if body is None or body.kind != "object":
            body = None
        made = Symbol(key, kind, version, body, loop, conditions, statement.existing)
        made.module, made.parent, made.start = statement.word == "module", above, statement.start
        if above is not None:
            made.type = f"{above.type}/{kind}" if "." not in kind.partition("/")[0] else kind
            made.conditions += above.conditions
            made.existing = statement.existing
        for child in body.parts if body is not None else ():
            if isinstance(child, Expr) and isinstance(child.value, Statement):
                inner = child.value
                made.children[inner.name] = self.declared(inner, made, f"{key}::{inner.name}")
        return made

    def add(self, resources: Placed, symbol: Symbol) -> None:
        self.meter.resource()
        raw = self.module(symbol) if symbol.module else self.resource(symbol)
        resources.put(symbol.key, raw, symbol.start)
        for child in symbol.children.values():
            self.add(resources, child)

    def resource(self, symbol: Symbol) -> Placed:
        raw = self.frame(symbol)
        raw["type"], raw["apiVersion"] = symbol.type, symbol.version
        if symbol.existing:
            raw["existing"] = True
        names = self.inside(symbol)
        name = self.full_name(symbol, names)
        raw["name"] = Formula.of(name) if name is not None else None
        needed = [symbol.parent.key] if symbol.parent is not None else []
        for pair in symbol.body.parts if symbol.body is not None else ():
            assert isinstance(pair, Expr)
            key = key_of(pair)
            if pair.kind == "spread":
                for each in OPENED:
                    if each not in raw:
                        raw[each] = Formula.of(self.open(pair))
            elif pair.kind == "pair" and key in ("parent", "dependsOn"):
                needed += self.needed(pair.part(1))
            elif pair.kind == "pair" and key != "name":
                place = pair.part(1).start
                raw.put(str(key), self.value(pair.part(1), names), place)
        if needed:
            raw["dependsOn"] = needed
        return raw

    def module(self, symbol: Symbol) -> Placed:
        raw, names = self.frame(symbol), self.inside(symbol)
        name, params, scope = symbol.get("name"), symbol.get("params"), symbol.get("scope")
        raw["type"] = "Microsoft.Resources/deployments"
        raw["name"] = self.value(name, names) if name is not None else symbol.key
        properties: dict[str, Any] = {"templateLink": {"relativePath": symbol.type}}
        properties["expressionEvaluationOptions"] = {"scope": "inner"}
        given: dict[str, Any] = {}
        if params is not None and params.kind == "object":
            for pair in params.parts:
                assert isinstance(pair, Expr)
                if pair.kind == "pair" and (key := key_of(pair)) is not None:
                    given[key] = {"value": self.value(pair.part(1), names)}
                else:
                    properties["parametersLink"] = {"uri": ""}
        elif params is not None:
            properties["parametersLink"] = {"uri": ""}
        properties["parameters"] = given
        raw["properties"] = properties
        if scope is not None:
            raw |= self.scope(scope, names)
        needed = symbol.get("dependsOn")
        if needed is not None:
            raw["dependsOn"] = self.needed(needed)
        return raw

    def scope(self, scope: Expr, names: Names) -> dict[str, Any]:
        """Tell where a module goes: to a group of its own, or to one that is not told."""
        if scope.kind == "call" and scope.value == "resourceGroup":
            if not scope.parts:
                return {}
            made = {"resourceGroup": self.value(scope.part(-1), names)}
            if len(scope.parts) > 1:
                made["subscriptionId"] = self.value(scope.part(0), names)
            return made
        found = self.symbol(scope, names)
        if found is not None and found[0].type.lower() == "microsoft.resources/resourcegroups":
            name = self.full_name(*found)
            if name is not None:
                return {"resourceGroup": Formula.of(name)}
        if scope.kind == "call" and scope.value == "subscription" and not scope.parts:
            return {}
        return {"resourceGroup": Formula.of(self.open(scope))}

    def frame(self, symbol: Symbol) -> Placed:
        raw = Placed.at(symbol.start)
        names = self.inside(symbol)
        nodes = [self.node(each, names) for each in symbol.conditions]
        if nodes:
            node = nodes[0] if len(nodes) == 1 else Call("and", tuple(nodes), nodes[0].text)
            raw["condition"] = Formula.of(node)
        if symbol.loop is not None:
            over = self.node(symbol.loop.part(0), {})
            count = Formula.of(Call("length", (over,), f"length({over.text})"))
            raw["copy"] = {"name": symbol.key, "count": count}
        elif symbol.body is None:
            raw["condition"] = Formula.of(self.open_at(symbol.start, symbol.start + 80))
        return raw

    def needed(self, value: Expr) -> list[str]:
        items = value.parts if value.kind == "array" else (value,)
        found = [self.symbol(each, {}) for each in items if isinstance(each, Expr)]
        return [each[0].key for each in found if each is not None]


def _plain(expr: Expr | str) -> Any:
    assert isinstance(expr, Expr)
    return expr.value if expr.kind == "literal" else text_of(expr)
