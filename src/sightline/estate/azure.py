"""Functions about resources and the place of a deployment."""

from typing import Any

from sightline.estate.evaluator import Evaluator, Opaque, Special, plain
from sightline.estate.expressions import Call
from sightline.estate.finding import find
from sightline.estate.functions import EvaluationError
from sightline.estate.instances import DEPLOYMENTS, Instance
from sightline.estate.parameters import output
from sightline.estate.partial import folded, text
from sightline.estate.scopes import Env
from sightline.estate.values import OneOf, Value, derived, identity, look, member, spread, unknown

DECLARED = frozenset({"location", "kind", "sku", "tags", "type", "apiversion", "zones", "plan"})


def _resource_id(form: str) -> Special:
    def give(evaluator: Evaluator, call: Call, env: Env) -> Value:
        args = [plain(evaluator.node(arg, env)) for arg in call.args]
        return spread(
            args,
            f"[{call.text}]",
            lambda chosen: _id(evaluator, call, env, form, list(chosen)),
        )

    return give


def _id(evaluator: Evaluator, call: Call, env: Env, form: str, args: list[Value]) -> Value:
    expression = f"[{call.text}]"
    start = 1 if form == "extension" else 0
    at = next(
        (i for i, arg in enumerate(args) if i >= start and isinstance(arg, str) and "/" in arg),
        None,
    )
    if at is None or any(isinstance(arg, (list, dict)) or arg is None for arg in args):
        return derived(expression, args, call.name)
    kind, names = args[at], args[at + 1 :]
    provider, *types = kind.strip("/").split("/")
    if len(names) != len(types):
        raise EvaluationError("the id needs as many names as its type has levels")
    parts = _above(env, form, args[:at])
    tail: list[Value] = []
    for level, name in zip(types, names, strict=True):
        tail += [f"/{level}/", name]
    made = text([*parts, f"/providers/{provider}", *tail], expression)
    joined: list[Value] = []
    for name in names:
        joined += ["/", name] if joined else [name]
    evaluator.origins[identity(made)] = (
        kind.strip("/").lower(),
        folded(text(joined, expression)),
    )
    return made


def _above(env: Env, form: str, before: list[Value]) -> list[Value]:
    place = env.scope.place
    if form == "extension":
        return before[:1]
    if form == "tenant":
        return []
    if form == "managementgroup":
        name = before[0] if before else unknown("[managementGroup().name]", "runtime")
        return ["/providers/Microsoft.Management/managementGroups/", name]
    if form == "subscription":
        return ["/subscriptions/", before[-1] if before else place.subscription]
    group = before[-1] if before else place.group
    subscription = before[0] if len(before) > 1 else place.subscription
    return ["/subscriptions/", subscription, "/resourceGroups/", group]


class _Reference(Opaque):
    """What ``reference`` gives for a resource of the file."""

    def __init__(self, instance: Instance, *, full: bool) -> None:
        self.instance = instance
        self.full = full

    def item(self, evaluator: Evaluator, key: str, expression: str) -> Value:
        """Look up what the file itself determines; the rest is known when it runs."""
        instance, wanted = self.instance, key.lower()
        nested = instance.type(evaluator).lower() == DEPLOYMENTS
        if nested and wanted == "outputs":
            inner = instance.inner(evaluator)
            outputs = look(instance.template, "outputs")
            if inner is not None and isinstance(outputs, dict):
                return _Outputs(inner, outputs)
        if nested and wanted == "properties" and self.full:
            return self
        if self.full and wanted in DECLARED and not instance.existing:
            raw = member(instance.raw, wanted)
            if raw is not None:
                return plain(evaluator.tree(raw, instance.env))
        return unknown(
            expression, "runtime", identity=("reference", id(instance), wanted), nullable=True
        )


class _Outputs(Opaque):
    """The outputs of a nested template."""

    def __init__(self, env: Env, outputs: dict[str, Any]) -> None:
        self.env = env
        self.outputs = outputs

    def item(self, evaluator: Evaluator, key: str, expression: str) -> Value:
        """Look up an output."""
        return {"value": output(evaluator, self.env, self.outputs, key)}


def _reference(evaluator: Evaluator, call: Call, env: Env) -> Value:
    if not call.args:
        raise EvaluationError("a resource is needed")
    args = [plain(evaluator.node(arg, env)) for arg in call.args]
    full = len(args) > 2 and isinstance(args[2], str) and args[2].lower() == "full"
    target = args[0]
    found = None if isinstance(target, OneOf) else find(evaluator, env, target)
    if found is None:
        return unknown(
            f"[{call.text}]",
            "runtime",
            identity=("reference", *(identity(arg) for arg in args)),
            filled=True,
        )
    return _Reference(found, full=full)


def _references(evaluator: Evaluator, call: Call, env: Env) -> Value:
    args = [plain(evaluator.node(arg, env)) for arg in call.args]
    if not args or not isinstance(args[0], str):
        raise EvaluationError("a loop is needed")
    full = len(args) > 1 and isinstance(args[-1], str) and args[-1].lower() == "full"
    found = [each for each in env.scope.instances if each.symbol.lower() == args[0].lower()]
    if not found or any(each.uncertain is not None for each in found):
        return unknown(f"[{call.text}]", "runtime")
    return [_Reference(each, full=full) for each in found]


def _resource_info(evaluator: Evaluator, call: Call, env: Env) -> Value:
    found = find(evaluator, env, evaluator.node(call.args[0], env)) if call.args else None
    if found is None:
        return unknown(f"[{call.text}]", "runtime")
    kind, name = found.type(evaluator), found.name(evaluator)
    info: dict[str, Value] = {"name": name, "type": kind}
    if isinstance(name, str):
        made = _id(evaluator, call, found.env, "group", [kind, *name.split("/")])
        info["id"] = made
    else:
        info["id"] = derived(f"[{call.text}.id]", [name], "resourceinfo")
        evaluator.origins[identity(info["id"])] = (kind.lower(), folded(name))
    if not found.existing and member(found.raw, "location") is not None:
        info["location"] = plain(evaluator.tree(member(found.raw, "location"), found.env))
    return info


def _resource_group(evaluator: Evaluator, call: Call, env: Env) -> Value:
    place = env.scope.place
    above = ["/subscriptions/", place.subscription, "/resourceGroups/", place.group]
    return {
        "id": text(above, "[resourceGroup().id]"),
        "name": place.group,
        "type": "Microsoft.Resources/resourceGroups",
        "location": place.location,
        "managedBy": unknown("[resourceGroup().managedBy]", "runtime", nullable=True),
        "tags": unknown("[resourceGroup().tags]", "runtime", nullable=True),
        "properties": unknown("[resourceGroup().properties]", "runtime"),
    }


def _subscription(evaluator: Evaluator, call: Call, env: Env) -> Value:
    subscription = env.scope.place.subscription
    return {
        "id": text(["/subscriptions/", subscription], "[subscription().id]"),
        "subscriptionId": subscription,
        "tenantId": unknown("[subscription().tenantId]", "runtime", filled=True, segment=True),
        "displayName": unknown("[subscription().displayName]", "runtime", filled=True),
    }


def _deployment(evaluator: Evaluator, call: Call, env: Env) -> Value:
    return {
        "name": env.scope.place.name,
        "location": unknown("[deployment().location]", "runtime", filled=True, segment=True),
        "properties": unknown("[deployment().properties]", "runtime"),
    }


AZURE: dict[str, Special] = {
    "resourceid": _resource_id("group"),
    "subscriptionresourceid": _resource_id("subscription"),
    "tenantresourceid": _resource_id("tenant"),
    "managementgroupresourceid": _resource_id("managementgroup"),
    "extensionresourceid": _resource_id("extension"),
    "reference": _reference,
    "references": _references,
    "resourceinfo": _resource_info,
    "resourcegroup": _resource_group,
    "subscription": _subscription,
    "deployment": _deployment,
}
