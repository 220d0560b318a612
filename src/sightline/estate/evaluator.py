"""Evaluate the expressions of a template, three-valued and within a budget."""

from collections.abc import Callable, Mapping
from typing import Any

from sightline.estate.expressions import (
    Access,
    Call,
    ExpressionError,
    Formula,
    Literal,
    Node,
    is_expression,
    parse,
    unescape,
)
from sightline.estate.functions import PLAIN, EvaluationError, NotKnown
from sightline.estate.functions.calling import number
from sightline.estate.functions.collections import item
from sightline.estate.scopes import Env
from sightline.estate.settings import Meter, Settings
from sightline.estate.values import OneOf, Unknown, Value, derived, spread, unknown

Special = Callable[["Evaluator", Call, Env], Value]
Linked = Callable[[str, str], tuple[str, Mapping[str, Any]] | None]
"""Gives the template that a link in a file leads to, with its file; None if it is not there."""

MAX_LEVELS = 150
"""Levels of calls and trees at once: what Python's stack holds several times over."""

WHOLE = frozenset({"createarray", "createobject", "array", "coalesce", "shallowmerge"})
"""Functions that keep an argument with candidates as it is."""

TEXTS = frozenset({"concat", "format"})
"""Functions that keep candidates as pieces of a text of which other pieces are unknown."""


class Opaque:
    """A value that only property access understands: what ``reference`` gives."""

    def item(self, evaluator: "Evaluator", key: str, expression: str) -> Value:
        """Look up a property."""
        raise NotImplementedError


class Evaluator:
    """Evaluates the expressions of one file."""

    def __init__(self, settings: Settings, meter: Meter, special: Mapping[str, Special]) -> None:
        self.settings = settings
        self.meter = meter
        self.special = special
        self.level = 0
        self.failures = 0
        self.linked: Linked = lambda origin, link: None
        self.origins: dict[Any, Any] = {}
        """Identity of a resource id -> type and names it was made of."""
        self._parsed: dict[str, Node | str] = {}

    def tree(self, value: Any, env: Env) -> Value:
        """Evaluate all expressions below a node of a template."""
        self.meter.step()
        if isinstance(value, str):
            if is_expression(value):
                return plain(self.expression(value, env))
            return unescape(value)
        if not isinstance(value, (Mapping, list)):
            return value
        self.level += 1
        try:
            if self.level > MAX_LEVELS:
                return self.failed("[...]", "it nests too deep")
            if isinstance(value, list):
                return [self.tree(each, env) for each in value]
            return self._object(value, env)
        finally:
            self.level -= 1

    def _object(self, value: Mapping[str, Any], env: Env) -> Value:
        made: dict[str, Value] = {}
        for key, each in value.items():
            if key == "copy" and is_copy(each):
                for loop in each:
                    made[str(loop["name"])] = self.copied(loop, str(loop["name"]), env)
                continue
            if is_expression(key):
                name = self.expression(key, env)
                key = name if isinstance(name, str) else key
            made[key] = self.tree(each, env)
        return made

    def copied(self, loop: Mapping[str, Any], name: str, env: Env) -> Value:
        """Expand a loop that builds an array; unknown as a whole where its count is."""
        count = self.tree(loop.get("count"), env)
        if isinstance(count, (Unknown, OneOf)):
            return derived(count.expression, [count], "copy")
        if not isinstance(count, int) or not 0 <= count <= self.settings.budget.copies:
            return self.failed(f"[copy {name}]", "the count of the loop is no usable number")
        made = [self.tree(loop.get("input"), env.within(name, i)) for i in range(count)]
        return self.weighed(made, f"[copy {name}]")

    def expression(self, text: str, env: Env) -> Value:
        """Evaluate an expression with its brackets."""
        node = text.node if isinstance(text, Formula) else self._parsed.get(text)
        if node is None:
            node = self._parse(text)
        if isinstance(node, str):
            return self.failed(text, node)
        if self.level:
            return self.node(node, env)
        try:
            return self.node(node, env)
        except RecursionError:
            return self.failed(text, "it nests too deep")

    def _parse(self, text: str) -> Node | str:
        node: Node | str
        if len(text) > self.settings.budget.expression:
            return "it is too long"
        try:
            node = parse(text)
        except ExpressionError as error:
            node = str(error)
        self._parsed[text] = node
        return node

    def node(self, node: Node, env: Env) -> Value:
        """Evaluate a part of an expression."""
        if isinstance(node, Literal):
            return node.value
        self.meter.step()
        self.level += 1
        try:
            if self.level > MAX_LEVELS:
                return self.failed(f"[{node.text}]", "it nests too deep")
            if isinstance(node, Access):
                return self._access(node, env)
            return self._call(node, env)
        except EvaluationError as error:
            return self.failed(f"[{node.text}]", str(error))
        finally:
            self.level -= 1

    def _access(self, node: Access, env: Env) -> Value:
        target = self.node(node.target, env)
        key = self.node(node.key, env)
        expression = f"[{node.text}]"
        if isinstance(target, Opaque) and isinstance(key, str):
            return target.item(self, key, expression)
        if target is None and node.safe:
            return None
        return self.apply(expression, ".", _item, [target, key])

    def _call(self, node: Call, env: Env) -> Value:
        special = self.special.get(node.name)
        if special is None and node.name.startswith("list"):
            special = self.special["list*"]
        if special is not None:
            return special(self, node, env)
        expression = f"[{node.text}]"
        args = [self.node(arg, env) for arg in node.args]
        function = PLAIN.get(node.name)
        if function is None:
            if "." in node.name:
                return self.special["namespace.*"](self, node, env)
            return unknown(expression, "unknown-function", nullable=True)
        return self.apply(expression, node.name, function, args)

    def apply(
        self,
        expression: str,
        name: str,
        function: Callable[[list[Value], str], Value],
        args: list[Value],
    ) -> Value:
        """Call a function for every combination of candidates."""
        args = [plain(arg) for arg in args]

        def once(chosen: tuple[Value, ...]) -> Value:
            self.meter.step()
            try:
                return function(list(chosen), expression)
            except NotKnown:
                return derived(expression, chosen, name)
            except EvaluationError as error:
                return self.failed(expression, str(error))
            except (TypeError, ValueError) as error:
                return self.failed(expression, str(error))

        partial = name in TEXTS and any(isinstance(arg, Unknown) for arg in args)
        if partial or name in WHOLE or not any(isinstance(arg, OneOf) for arg in args):
            result = once(tuple(args))
        else:
            result = self._possible(args, expression, once)
        if isinstance(result, (str, list, Mapping)):
            return self.weighed(result, expression)
        return result

    def _possible(
        self, args: list[Value], expression: str, once: Callable[[tuple[Value, ...]], Value]
    ) -> Value:
        """Unite what the candidates give; those that Azure would refuse are none, if others are."""
        refused: list[Value] = []

        def tried(chosen: tuple[Value, ...]) -> Value:
            before = self.failures
            result = once(chosen)
            if self.failures > before and isinstance(result, Unknown):
                refused.append(result)
            return result

        return spread(
            args, expression, tried, lambda result: any(result is each for each in refused)
        )

    def failed(self, expression: str, message: str) -> Unknown:
        """Make the unknown for what cannot be evaluated."""
        self.failures += 1
        return unknown(expression, "evaluation", identity=("failed", self.failures), nullable=True)

    def weighed(self, value: Value, expression: str) -> Value:
        """Refuse what has grown beyond the budget."""
        left = self.settings.budget.size
        if isinstance(value, str):
            return value if len(value) <= left else self.failed(expression, "it is too long")
        level, count = [value], 0
        for _ in range(MAX_LEVELS):
            below: list[Value] = []
            for each in level:
                count += len(each)
                if count > left:
                    return self.failed(expression, "it is too large")
                members = each.values() if isinstance(each, Mapping) else each
                below += [one for one in members if isinstance(one, (list, Mapping)) and one]
            if not below:
                self.meter.step(count // 8)
                return value
            level = below
        return self.failed(expression, "it nests too deep")


def is_copy(value: Any) -> bool:
    """Tell whether the value of a property ``copy`` declares loops."""
    return isinstance(value, list) and all(
        isinstance(loop, Mapping) and "name" in loop and "count" in loop for loop in value
    )


def plain(value: Value) -> Value:
    """Make what ``reference`` gives an unknown, where it leaves property access."""
    if isinstance(value, Opaque):
        return unknown("[reference(...)]", "runtime", identity=("reference", id(value)))
    return value


def _item(args: list[Value], expression: str) -> Value:
    target, key = args
    if isinstance(target, Unknown) or isinstance(key, Unknown):
        raise NotKnown
    if isinstance(target, list) and not isinstance(key, str):
        number(key)
    return item(target, key)
