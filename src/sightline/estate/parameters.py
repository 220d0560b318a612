"""Evaluate parameters, variables, outputs and user-defined functions of a template."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sightline.estate.evaluator import Evaluator, is_copy, plain
from sightline.estate.expressions import Call
from sightline.estate.functions import EvaluationError
from sightline.estate.scopes import Env, Scope
from sightline.estate.secrets import is_secret_name, secret
from sightline.estate.values import (
    MAX_CANDIDATES,
    Cause,
    OneOf,
    Unknown,
    Value,
    member,
    one_of,
    unknown,
)


def parameter(evaluator: Evaluator, scope: Scope, name: str) -> Value:
    """Give the value of a parameter: as supplied, else its default, else what bounds it."""
    key = name.lower()
    if key not in scope.parameters:
        definition = scope.defined("parameters", name)
        if not isinstance(definition, Mapping):
            raise EvaluationError("there is no such parameter")
        scope.parameters[key] = _once(
            evaluator, scope, f"parameter {key}", lambda: _value(evaluator, scope, name, definition)
        )
    return scope.parameters[key]


def _once(evaluator: Evaluator, scope: Scope, key: str, make: Any) -> Value:
    if key in scope.pending:
        raise EvaluationError("it refers to itself")
    scope.pending.add(key)
    try:
        return make()
    finally:
        scope.pending.discard(key)


def _value(evaluator: Evaluator, scope: Scope, name: str, definition: Mapping[str, Any]) -> Value:
    kind, nullable, allowed = _declared(scope, definition)
    if kind in ("securestring", "secureobject"):
        return _hidden(name, scope)
    supplied = scope.supplied.get(name.lower())
    value = _typed(plain(supplied()), kind) if supplied else None
    if value is None and member(definition, "defaultValue") is not None:
        value = plain(evaluator.tree(member(definition, "defaultValue"), Env(scope)))
    elif value is None and not nullable and not supplied:
        value = unknown(
            f"[parameters('{name}')]",
            "required-parameter",
            "" if scope.parent else f"--set-parameter {name}",
            ("parameter", id(scope), name.lower()),
        )
    if is_secret_name(name) and _is_text(value):
        return _hidden(name, scope)
    if isinstance(value, Unknown) and allowed and value.reason != "secret":
        return one_of(allowed, value.expression, [value])
    return value


def _is_text(value: Value) -> bool:
    """Tell whether a value is or may be a text that says something."""
    candidates = value.values if isinstance(value, OneOf) else (value,)
    return any(isinstance(each, str) and each for each in candidates)


def _hidden(name: str, scope: Scope) -> Unknown:
    text = f"[parameters('{name}')]"
    return Unknown(text, (Cause("secret", text),), ("secret", id(scope), name), nullable=True)


def _declared(scope: Scope, definition: Mapping[str, Any]) -> tuple[str, bool, list[Value]]:
    """Read type, nullability and allowed values, following references to user types."""
    nullable = member(definition, "nullable") is True
    for _ in range(8):
        reference = member(definition, "$ref")
        if not isinstance(reference, str):
            break
        found = scope.defined("definitions", reference.rpartition("/")[2])
        if not isinstance(found, Mapping):
            break
        definition = found
        nullable = nullable or member(definition, "nullable") is True
    allowed = member(definition, "allowedValues")
    kind = member(definition, "type")
    usable = isinstance(allowed, list) and len(allowed) <= MAX_CANDIDATES
    bounded = allowed if usable and all(not isinstance(a, (list, dict)) for a in allowed) else []
    if isinstance(kind, str) and kind.lower() == "array":
        bounded = []  # each member is among them, not the whole
    return (kind.lower() if isinstance(kind, str) else "", nullable, bounded)


def _typed(value: Value, kind: str) -> Value:
    """Read a text given for a parameter that is no text."""
    if isinstance(value, str) and kind in ("int", "bool", "array", "object"):
        try:
            return json.loads(value.lower() if kind == "bool" else value)
        except (ValueError, RecursionError):
            return value
    return value


def variable(evaluator: Evaluator, scope: Scope, name: str) -> Value:
    """Give the value of a variable, evaluated when it is first needed."""
    key = name.lower()
    if key not in scope.variables:
        value = _once(
            evaluator, scope, f"variable {key}", lambda: _variable(evaluator, scope, name)
        )
        if isinstance(value, (list, Mapping)):  # variables that hold one another multiply
            value = evaluator.weighed(value, f"[variables('{name}')]")
        scope.variables[key] = value
    return scope.variables[key]


def _variable(evaluator: Evaluator, scope: Scope, name: str) -> Value:
    section = scope.section("variables")
    loops = section.get("copy")
    value: Value
    for loop in loops if is_copy(loops) and isinstance(loops, list) else []:
        if str(loop["name"]).lower() == name.lower():
            value = evaluator.copied(loop, str(loop["name"]), Env(scope))
            break
    else:
        names = {str(key).lower() for key in section}
        if name.lower() not in names:
            raise EvaluationError("there is no such variable")
        value = plain(evaluator.tree(member(section, name), Env(scope)))
    if is_secret_name(name) and _is_text(value):
        return unknown(f"[variables('{name}')]", "secret", nullable=True)
    return value


def output(evaluator: Evaluator, env: Env, outputs: Mapping[str, Any], name: str) -> Value:
    """Give the value of an output of a nested template."""
    scope = env.scope
    key = f"{id(outputs)} {name.lower()}"
    if key not in scope.outputs:
        definition = member(outputs, name)
        if not isinstance(definition, Mapping):
            raise EvaluationError("there is no such output")
        kind = str(member(definition, "type") or "").lower()
        if kind.startswith("secure"):
            return secret(name)
        scope.outputs[key] = _once(
            evaluator, scope, f"output {key}", lambda: _output(evaluator, env, definition, name)
        )
    return scope.outputs[key]


def _output(evaluator: Evaluator, env: Env, definition: Mapping[str, Any], name: str) -> Value:
    if member(definition, "condition") is not None:
        condition = evaluator.tree(member(definition, "condition"), env)
        if condition is False:
            raise EvaluationError("the output is switched off")
    loop = member(definition, "copy")
    if isinstance(loop, Mapping) and "count" in loop:
        return evaluator.copied(loop, str(loop.get("name", name)), env)
    return plain(evaluator.tree(member(definition, "value"), env))


def user_function(evaluator: Evaluator, env: Env, call: Call, args: Sequence[Value]) -> Value:
    """Call a function that the template defines."""
    namespace, _, name = call.name.rpartition(".")
    groups = member(env.scope.template, "functions")
    for group in groups if isinstance(groups, list) else []:
        if str(member(group, "namespace")).lower() != namespace:
            continue
        found = member(member(group, "members"), name)
        if not isinstance(found, Mapping):
            continue
        names = member(found, "parameters")
        bound = {
            f"parameters.{str(member(each, 'name')).lower()}": value
            for each, value in zip(names if isinstance(names, list) else [], args, strict=False)
        }
        body = member(member(found, "output"), "value")
        return evaluator.tree(body, Env(env.scope, {}, bound))
    return unknown(f"[{call.text}]", "unknown-function", nullable=True)
