"""Expand the resources of a template into instances: loops unrolled, nested templates entered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sightline.estate.evaluator import Evaluator, plain
from sightline.estate.expressions import is_expression
from sightline.estate.jsonc import Located
from sightline.estate.partial import folded, text
from sightline.estate.scopes import NO_LOCATION, Env, Place, Scope, Thunk
from sightline.estate.values import OneOf, Unknown, Value, derived, look, member

DEPLOYMENTS = "microsoft.resources/deployments"
GROUPS = "microsoft.resources/resourcegroups"


class Instance:
    """One resource of a template, or one iteration of its loop."""

    def __init__(
        self,
        raw: Mapping[str, Any],
        env: Env,
        path: str,
        symbol: str = "",
        parent: Instance | None = None,
        uncertain: Value = None,
    ) -> None:
        self.raw = raw
        self.env = env
        self.path = path
        self.symbol = symbol
        self.parent = parent
        self.uncertain = uncertain
        """The count of the loop where it is open: there may be none."""
        self.existing = member(raw, "existing") is True
        self._names: Value = None
        self._named = False
        self._condition: Value = None
        self._inner: Env | None = None
        self._linked: tuple[str, Mapping[str, Any]] | None = None

    def type(self, evaluator: Evaluator) -> str:
        """Give the full type; empty where the file does not determine it."""
        written = member(self.raw, "type")
        if isinstance(written, str) and is_expression(written):
            written = evaluator.tree(written, self.env)
        if not isinstance(written, str):
            return ""
        if self.parent is not None and written.count("/") == 0:
            return f"{self.parent.type(evaluator)}/{written}"
        provider = written.partition("@")[0] if self.symbol else written
        if self.parent is not None and "." not in provider.partition("/")[0]:
            return f"{self.parent.type(evaluator)}/{provider}"
        return provider

    def name(self, evaluator: Evaluator) -> Value:
        """Give the full name, with the names of the parents before it."""
        if not self._named:
            self._named = True
            self._names = plain(evaluator.tree(member(self.raw, "name"), self.env))
            if self.parent is not None and "/" not in str(self._names):
                parent = self.parent.name(evaluator)
                parts = [parent, "/", self._names]
                if not any(isinstance(part, OneOf) or part is None for part in parts):
                    self._names = text(parts, f"[{self.path}.name]")
        return self._names

    def condition(self, evaluator: Evaluator) -> Value:
        """Tell whether it is deployed: true, false, or open with its expression."""
        if self._condition is None:
            self._condition = self._decide(evaluator)
        return self._condition

    def _decide(self, evaluator: Evaluator) -> Value:
        above = True if self.parent is None else self.parent.condition(evaluator)
        if above is False:
            return False
        value = member(self.raw, "condition")
        own = True if value is None else plain(evaluator.tree(value, self.env))
        if isinstance(own, str):
            own = {"true": True, "false": False}.get(own.lower(), own)
        if own is False:
            return False
        opened = [
            each for each in (above, own, self.uncertain) if isinstance(each, (Unknown, OneOf))
        ]
        if len(opened) == 1:
            return opened[0]
        return derived(opened[0].expression, opened, "and") if opened else True

    def label(self) -> str:
        """Give the symbolic name, with its index where it is one iteration of a loop."""
        loop = self.path.rpartition("#")
        if member(self.raw, "copy") is not None and loop[1]:
            return f"{self.symbol}[{loop[2]}]".lower()
        return self.symbol.lower()

    def inner(self, evaluator: Evaluator) -> Env | None:
        """Enter the template of a deployment; None where there is none in the file."""
        if self._inner is None and (isinstance(self.template, Mapping) or self.follow(evaluator)):
            self._inner = _enter(evaluator, self)
        return self._inner

    def follow(self, evaluator: Evaluator) -> bool:
        """Follow the link to a template in another of the files that are given."""
        properties = member(self.raw, "properties")
        link = look(properties, "templateLink", "relativePath")
        if link is None or member(properties, "parametersLink") is not None:
            return False
        path = plain(evaluator.tree(link, self.env))
        found = evaluator.linked(self.env.scope.file, path) if isinstance(path, str) else None
        scope: Scope | None = self.env.scope
        while found is not None and scope is not None:
            if scope.file == found[0]:  # it leads back to where it came from
                return False
            scope = scope.parent
        self._linked = found
        return found is not None

    @property
    def template(self) -> Any:
        """The nested template of a deployment, if it has one."""
        return look(self.raw, "properties", "template") if self._linked is None else self._linked[1]

    @property
    def linked(self) -> str:
        """The other file that holds the template of a deployment; empty if none does."""
        return "" if self._linked is None else self._linked[0]


def expand(evaluator: Evaluator, template: Mapping[str, Any], env: Env, path: str) -> None:
    """Add the instances of a template's resources to the scope that their expressions see."""
    resources = member(template, "resources")
    entries: list[tuple[str, str, Any]] = []
    if isinstance(resources, Mapping):
        entries = [(f"{path}resources.{key}", str(key), raw) for key, raw in resources.items()]
    elif isinstance(resources, list):
        entries = [(f"{path}resources[{i}]", "", raw) for i, raw in enumerate(resources)]
    for place, symbol, raw in entries:
        if isinstance(raw, Mapping):
            env.scope.instances.extend(_unrolled(evaluator, raw, env, place, symbol, None))


def _unrolled(
    evaluator: Evaluator,
    raw: Mapping[str, Any],
    env: Env,
    path: str,
    symbol: str,
    parent: Instance | None,
) -> Iterator[Instance]:
    evaluator.meter.resource()
    loop = member(raw, "copy")
    made: list[Instance] = []
    if not isinstance(loop, Mapping):
        made = [Instance(raw, env, path, symbol, parent)]
    else:
        name = str(member(loop, "name") or "")
        count = plain(evaluator.tree(member(loop, "count"), env))
        if isinstance(count, int) and 0 <= count <= evaluator.settings.budget.copies:
            made = [
                Instance(raw, env.within(name, i), f"{path}#{i}", symbol, parent)
                for i in range(count)
            ]
        else:
            if not isinstance(count, (Unknown, OneOf)):
                count = evaluator.failed(f"[{path}.copy]", "the count is no usable number")
            index = derived(f"[copyIndex('{name}')]", [count], "copyindex")
            made = [Instance(raw, env.within(name, index), f"{path}#?", symbol, parent, count)]
    for instance in made:
        evaluator.meter.resource()
        yield instance
        yield from _children(evaluator, instance)


def _children(evaluator: Evaluator, instance: Instance) -> Iterator[Instance]:
    children = member(instance.raw, "resources")
    if isinstance(children, Mapping):
        entries = [(f"{instance.path}.resources.{key}", str(key), c) for key, c in children.items()]
    elif isinstance(children, list):
        entries = [(f"{instance.path}.resources[{i}]", "", c) for i, c in enumerate(children)]
    else:
        return
    for place, symbol, raw in entries:
        if isinstance(raw, Mapping):
            yield from _unrolled(evaluator, raw, instance.env, place, symbol, instance)


def _enter(evaluator: Evaluator, instance: Instance) -> Env:
    template = instance.template
    path = f"{instance.path}.properties.template."
    scope = look(instance.raw, "properties", "expressionEvaluationOptions", "scope")
    if not (instance.linked or (isinstance(scope, str) and scope.lower() == "inner")):
        # The expressions of an outer-scoped template see what surrounds the deployment.
        expand(evaluator, template, instance.env, path)
        return instance.env
    inner = Scope(
        template, _place(evaluator, instance), _supplied(evaluator, instance), instance.env.scope
    )
    outer = instance.env.scope
    inner.file, inner.link = outer.file, outer.link
    if instance.linked:
        inner.file, path = instance.linked, f"{instance.path}({instance.linked})."
        if inner.link is None and isinstance(instance.raw, Located):
            inner.link = instance.raw
    env = Env(inner)
    expand(evaluator, template, env, path)
    return env


def _supplied(evaluator: Evaluator, instance: Instance) -> Mapping[str, Thunk]:
    given = look(instance.raw, "properties", "parameters")
    if isinstance(given, str):
        given = plain(evaluator.tree(given, instance.env))
        if isinstance(given, (Unknown, OneOf)):
            names = look(instance.template, "parameters")
            return {
                str(name).lower(): lambda n=str(name): look(given, n, "value")  # type: ignore[misc]
                for name in (names if isinstance(names, Mapping) else {})
            }
    if not isinstance(given, Mapping):
        return {}

    def thunk(entry: Any) -> Thunk:
        def value() -> Value:
            found = plain(evaluator.tree(entry, instance.env))
            if isinstance(found, Mapping) and member(found, "value") is None:
                reference = member(found, "reference")
                if reference is not None:
                    return derived("[key vault reference]", [], "reference", "secret")
            return look(found, "value")

        return value

    return {str(name).lower(): thunk(entry) for name, entry in given.items()}


def _place(evaluator: Evaluator, instance: Instance) -> Place:
    outer = instance.env.scope.place
    subscription, group = (
        None if raw is None else plain(evaluator.tree(raw, instance.env))
        for raw in (member(instance.raw, "subscriptionId"), member(instance.raw, "resourceGroup"))
    )
    name = instance.name(evaluator)
    if subscription is None or folded(subscription) == folded(outer.subscription):
        subscription = outer.subscription
    elif isinstance(subscription, OneOf):
        subscription = derived(subscription.expression, [subscription], "subscription")
    same_subscription = subscription is outer.subscription
    if group is None or (same_subscription and folded(group) == folded(outer.group)):
        return Place(subscription, outer.group, lambda: outer.location, name)
    if isinstance(group, OneOf):
        group = derived(group.expression, [group], "group")
    return Place(subscription, group, lambda: _declared(evaluator, instance.env.scope, group), name)


def _declared(evaluator: Evaluator, scope: Scope, group: Value) -> Value:
    """Find the location of a resource group that the file itself creates."""
    top = scope
    while top.parent is not None:
        top = top.parent
    wanted = folded(group)
    for each in _groups(evaluator, top, 0):
        if folded(each.name(evaluator)) == wanted:
            location = member(each.raw, "location")
            if location is not None:
                return plain(evaluator.tree(location, each.env))
    return NO_LOCATION


def _groups(evaluator: Evaluator, scope: Scope, level: int) -> Iterator[Instance]:
    for instance in list(scope.instances):
        evaluator.meter.step()
        kind = instance.type(evaluator).lower()
        if kind == GROUPS and not instance.existing:
            yield instance
        elif kind == DEPLOYMENTS and level < 3 and member(instance.raw, "resourceGroup") is None:
            inner = instance.inner(evaluator)
            if inner is not None and inner.scope is not scope:
                yield from _groups(evaluator, inner.scope, level + 1)
