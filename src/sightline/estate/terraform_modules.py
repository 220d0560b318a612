"""Evaluate the expressions of Terraform in the module that they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sightline.estate.azure_objects import parse_id
from sightline.estate.evaluator import Evaluator, Opaque, Special, plain
from sightline.estate.expressions import Call, Formula, Literal
from sightline.estate.partial import text as joined
from sightline.estate.scopes import (
    NO_GROUP,
    NO_LOCATION,
    NO_NAME,
    NO_SUBSCRIPTION,
    Env,
    Place,
    Scope,
)
from sightline.estate.terraform import AZAPI, azapi_body
from sightline.estate.terraform_folders import Folder
from sightline.estate.terraform_names import TYPES, translated
from sightline.estate.terraform_syntax import OPEN, Block
from sightline.estate.values import OneOf, Unknown, Value, derived, identity, look, unknown

KINDS = {
    **dict.fromkeys(("list", "set", "tuple"), "array"),
    **dict.fromkeys(("map", "object"), "object"),
    "string": "string",
    "bool": "bool",
    "number": "int",
}
OWN = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner"})


@dataclass(slots=True)
class ModuleScope(Scope):
    """What the expressions of one use of a folder can see."""

    module: Module | None = None


@dataclass(slots=True)
class Module:
    """One use of a folder: with its values, and the resources that its expressions can name."""

    folder: Folder
    scope: Scope
    address: str = ""
    level: int = 0
    resources: dict[str, Block] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    link: tuple[str, Block] | None = None
    """The call of the module that the file which is read holds, if it is not its own."""


def scope_of(folder: Folder, given: Mapping[str, Any], parent: Scope | None) -> ModuleScope:
    """Make what the expressions of a folder can see."""
    parameters: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    for _, block in folder.blocks:
        if block.type == "variable" and block.labels:
            parameters[block.labels[0]] = _declared(block)
        elif block.type == "locals":
            variables |= {name: Formula.of(node) for name, (node, _) in block.attributes.items()}
    template = {"parameters": parameters, "variables": variables}
    place = Place(NO_SUBSCRIPTION, NO_GROUP, lambda: NO_LOCATION, NO_NAME)
    return ModuleScope(template, place, given, parent)


def _declared(block: Block) -> dict[str, Any]:
    made: dict[str, Any] = {}
    kind, default = block.attributes.get("type"), block.attributes.get("default")
    word = kind[0].text.partition("(")[0].strip() if kind else ""
    made["type"] = KINDS.get(word, "")
    hidden = block.attributes.get("sensitive")
    if hidden is not None and hidden[0].text == "true":
        made["type"] = "secureString"
    if default is not None and isinstance(default[0], Call) and default[0].name == "null":
        made["nullable"] = True
    elif default is not None:
        made["defaultValue"] = Formula.of(default[0])
    return made


def module_of(folder: Folder, scope: ModuleScope, **more: Any) -> Module:
    """Make one use of a folder."""
    made = Module(folder, scope, **more)
    for _, block in folder.blocks:
        if block.type == "resource" and len(block.labels) == 2:
            made.resources[".".join(block.labels)] = block
    scope.module = made
    return made


class Instance:
    """One instance of a resource: its attributes, evaluated when they are asked for."""

    def __init__(self, evaluator: Evaluator, module: Module, block: Block, env: Env) -> None:
        self.evaluator = evaluator
        self.module = module
        self.block = block
        self.env = env

    @property
    def address(self) -> str:
        """The address of the block."""
        return f"{self.module.address}{'.'.join(self.block.labels)}"

    def get(self, name: str) -> Value:
        """Evaluate an attribute; None if it is absent."""
        found = self.block.attributes.get(name)
        if found is None:
            return None
        key = f"{id(self.env.local)} {self.address}.{name}"
        if key in self.module.pending:
            return unknown(f"{self.address}.{name}", "evaluation")
        self.module.pending.add(key)
        try:
            return plain(self.evaluator.node(found[0], self.env))
        finally:
            self.module.pending.discard(key)

    def values(self) -> dict[str, Value]:
        """Evaluate all attributes, and the blocks as lists of objects."""
        return _values(self.evaluator, self.block, self.env)

    def name(self) -> Value:
        """Give the full name, with those of the resources above."""
        kind = self.block.labels[0]
        own = self.get("name")
        attribute = ""
        if kind == "azapi_resource":
            spelled = self.get("type")
            nested = isinstance(spelled, str) and spelled.partition("@")[0].count("/") > 1
            attribute = "parent_id" if nested else ""
        elif kind in ("azapi_update_resource",):
            attribute = "resource_id" if self.get("resource_id") is not None else ""
        else:
            attribute = TYPES.get(kind, ("", ""))[1]
        if not attribute:
            return unknown(f"{self.address}.name", "absent") if own is None else own
        above = self.above(attribute)
        if own is None:
            return above
        if isinstance(above, OneOf):
            above = derived(above.expression, [above], "name")
        return joined([above, "/", own], f"{self.address}.name")

    def above(self, attribute: str) -> Value:
        """Give the name of the resource whose id an attribute holds."""
        value = self.get(attribute)
        if isinstance(value, str):
            return "/".join(parse_id(value)[1]) or value
        if isinstance(value, Unknown) and isinstance(value.identity, _Id):
            return value.identity.instance.name()
        if value is None:
            return unknown(f"{self.address}.{attribute}", "absent")
        return value

    def made(self, suffix: str) -> tuple[str, Value, Mapping[str, Value], Value, Value] | None:
        """Give type, name and body as Azure has them, the group, and the version of the type."""
        kind, version = self.block.labels[0], None
        values = self.values()
        if kind in AZAPI:
            spelled = values.get("type")
            if not isinstance(spelled, str):
                return kind, self.name(), {"properties": values}, None, None
            target, _, version = spelled.partition("@")
            body: Mapping[str, Value] = azapi_body(values)
        else:
            target = TYPES.get(kind, (kind, ""))[0]
            body = translated(kind, values)
        group = values.get("resource_group_name") if target.count("/") == 1 else None
        return (target, self.name(), body, group, version) if target else None


class _Id:
    """The identity of the id of a resource, which leads to the resource itself."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        local = tuple(sorted((k, identity(v)) for k, v in instance.env.local.items()))
        self.key = (instance.module.folder.name, instance.address, local)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Id) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)


def _values(evaluator: Evaluator, block: Block, env: Env) -> dict[str, Value]:
    """Evaluate the attributes of a block, and the blocks in it as lists, as a plan has them."""
    made: dict[str, Value] = {}
    for name, (node, _) in block.attributes.items():
        if name not in OWN:
            made[name] = plain(evaluator.node(node, env))
    for each in block.blocks:
        if each.type == "dynamic" and each.labels:
            held = made.setdefault(each.labels[0], [])
            opened = unknown(f"dynamic {each.labels[0]}", "loop", identity=each.start)
            made[each.labels[0]] = [*held, opened] if isinstance(held, list) and held else opened
        elif each.type not in OWN:
            held = made.setdefault(each.type, [])
            if isinstance(held, list):
                held.append(_values(evaluator, each, env))
    return made


def members(name: str, value: Value, most: int) -> list[tuple[Any, Value]] | None:
    """List the keys and values that a loop runs over; None where they are open."""
    if name == "count":
        usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
        return [(number, number) for number in range(value)] if usable else None
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [(each, each) for each in dict.fromkeys(value)]
    return None


def bound(name: str, key: Value, value: Value) -> dict[str, Value]:
    """Bind what a loop lets its block name."""
    return {"count.index": key} if name == "count" else {"each.key": key, "each.value": value}


def _module_of(env: Env) -> Module | None:
    return env.scope.module if isinstance(env.scope, ModuleScope) else None


def _whose(env: Env) -> tuple[str, str]:
    """Tell the use of a folder: what is unknown in it is the same in all its files."""
    module = _module_of(env)
    return (module.folder.name, module.address) if module is not None else ("", "")


def _args(call: Call) -> list[Any]:
    return [arg.value for arg in call.args if isinstance(arg, Literal)]


def _open(evaluator: Evaluator, call: Call, env: Env) -> Value:
    key = (*_whose(env), call.text, *_args(call), *(identity(each) for each in env.local.values()))
    return unknown(call.text, "not-evaluated", identity=("terraform", *key), nullable=True)


def _variable(evaluator: Evaluator, call: Call, env: Env) -> Value:
    name = _args(call)[0]
    if env.scope.defined("parameters", name) is None:
        section = env.scope.template["parameters"]
        section[name] = {"type": ""}  # another file declares it, so that its default is not seen
    value = evaluator.special["parameters"](evaluator, call, Env(env.scope))
    if isinstance(value, Unknown) and value.reason == "required-parameter":
        settle = "" if env.scope.parent else f"--set-parameter {name}"
        own = ("variable", *_whose(env), name)
        return unknown(f"var.{name}", value.reason, settle, own)
    return value


def _local(evaluator: Evaluator, call: Call, env: Env) -> Value:
    if env.scope.defined("variables", _args(call)[0]) is None:
        return _open(evaluator, call, env)
    return evaluator.special["variables"](evaluator, call, Env(env.scope))


class _Named(Opaque):
    """A resource of the module, or its instances."""

    def __init__(self, module: Module, block: Block, env: Env | None) -> None:
        self.module, self.block, self.env = module, block, env

    def item(self, evaluator: Evaluator, key: str, expression: str) -> Value:
        """Look up an attribute; the id leads to the resource itself."""
        looped = next((n for n in ("count", "for_each") if n in self.block.attributes), "")
        env = self.env
        if env is None and looped:
            return self._of_loop(evaluator, looped, key, expression)
        instance = Instance(evaluator, self.module, self.block, env or Env(self.module.scope))
        if key == "id":
            return unknown(expression, "runtime", identity=_Id(instance), filled=True)
        value = instance.get(key)
        if value is None:
            return unknown(expression, "runtime", identity=(_Id(instance), key), nullable=True)
        return value

    def _of_loop(self, evaluator: Evaluator, looped: str, key: Any, expression: str) -> Value:
        env, pending = Env(self.module.scope), f"loop {id(self.block)}"
        if pending in self.module.pending:  # how often it is there depends on itself
            return unknown(expression, "evaluation", nullable=True)
        self.module.pending.add(pending)
        over = plain(evaluator.node(self.block.attributes[looped][0], env))
        self.module.pending.discard(pending)
        found = members(looped, over, evaluator.settings.budget.copies)
        for name, value in found or ():
            if str(name) == str(key):
                return _Named(self.module, self.block, env.bound(bound(looped, name, value)))
        if found is None and looped == "count" and str(key) == "0":
            first = env.bound(bound(looped, 0, 0))  # if there is one, it is this
            return _Named(self.module, self.block, first)
        return unknown(expression, "not-evaluated", nullable=True)


def _name(evaluator: Evaluator, call: Call, env: Env) -> Value:
    module, names = _module_of(env), _args(call)
    block = module.resources.get(".".join(map(str, names[:2]))) if module is not None else None
    if module is not None and block is not None and len(names) == 2:
        return _Named(module, block, None)
    reason = "not-evaluated" if names and names[0] in ("path", "terraform") else "runtime"
    return unknown(call.text, reason, identity=("name", *_whose(env), *names), nullable=True)


def _access(evaluator: Evaluator, call: Call, env: Env) -> Value:
    value = evaluator.node(call.args[0], env)
    for key_node in call.args[1:]:
        key = plain(evaluator.node(key_node, env))
        if isinstance(value, Opaque):
            if not isinstance(key, (str, int)):
                return unknown(call.text, "not-evaluated", nullable=True)
            value = value.item(evaluator, str(key), call.text)
        elif isinstance(value, Unknown) and not isinstance(value.identity, _Id):
            value = derived(call.text, [value], f".{key}")
        else:
            value = look(value, str(key)) if isinstance(value, Mapping) else None
            if value is None:
                return unknown(call.text, "not-evaluated", nullable=True)
    return value


def _same(evaluator: Evaluator, call: Call, env: Env) -> Value:
    return (
        plain(evaluator.node(call.args[0], env))
        if len(call.args) == 1
        else _open(evaluator, call, env)
    )


def _json(evaluator: Evaluator, call: Call, env: Env) -> Value:
    # Only a body is encoded that a provider decodes, so the value itself says more.
    return plain(evaluator.node(call.args[0], env))


def _lookup(evaluator: Evaluator, call: Call, env: Env) -> Value:
    held, key, otherwise = (plain(evaluator.node(arg, env)) for arg in call.args)
    if isinstance(held, Mapping) and isinstance(key, str):
        return held.get(key, otherwise)
    return derived(call.text, [held, key], "lookup", "not-evaluated")


def _for(evaluator: Evaluator, call: Call, env: Env) -> Value:
    spec = call.args[0]
    kind, *sizes = str(spec.value).split() if isinstance(spec, Literal) else ("", "0", "0", "0")
    words, results, conditions = (int(size) for size in sizes)
    over = plain(evaluator.node(call.args[1], env))
    names = [str(each.value) for each in call.args[2 : 2 + words] if isinstance(each, Literal)]
    rest = call.args[2 + words :]
    if isinstance(over, Mapping):
        members: list[tuple[Any, Value]] = list(over.items())
    elif isinstance(over, list):
        # The first of two names is the index in a list and the member itself in a set.
        spelled = isinstance(call.args[1], Call) and call.args[1].name == "createarray"
        hidden = unknown(call.text, "not-evaluated", nullable=True)
        members = [(i if spelled else hidden, value) for i, value in enumerate(over)]
    else:
        return derived(call.text, [over], "for")
    listed: list[Value] = []
    keyed: dict[str, Value] = {}
    for key, value in members:
        evaluator.meter.step()
        inner = env.bound(dict(zip(names[::-1], (value, key), strict=False)))
        if conditions:
            kept = plain(evaluator.node(rest[results], inner))
            if not isinstance(kept, bool):
                return derived(call.text, [kept], "for", "not-evaluated")
            if not kept:
                continue
        made = [plain(evaluator.node(each, inner)) for each in rest[:results]]
        if kind == "list":
            listed.append(made[0])
        elif isinstance(made[0], str):
            keyed[made[0]] = made[1]
        else:
            return derived(call.text, [made[0]], "for", "not-evaluated")
    return listed if kind == "list" else keyed


SPECIALS: dict[str, Special] = {
    OPEN: _open,
    "terraform.variable": _variable,
    "terraform.local": _local,
    "terraform.name": _name,
    "terraform.access": _access,
    "terraform.same": _same,
    "terraform.json": _json,
    "terraform.lookup": _lookup,
    "terraform.for": _for,
}
