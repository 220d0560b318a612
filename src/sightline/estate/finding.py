"""Find the resources of a template that others name, and put them in the order of deployment."""

from collections.abc import Hashable, Mapping

from sightline.estate.evaluator import Evaluator, plain
from sightline.estate.instances import Instance
from sightline.estate.partial import folded
from sightline.estate.scopes import Env, Scope
from sightline.estate.values import Value, identity, look, member


def find(evaluator: Evaluator, env: Env, target: Value) -> Instance | None:
    """Find the instance that a symbolic name, a name or a resource id refers to."""
    wanted = evaluator.origins.get(identity(target))
    if wanted is not None:
        return _index(evaluator, env.scope).get(wanted)
    if not isinstance(target, str) or "/" in target:
        return None
    for instance in env.scope.instances:
        if instance.symbol and instance.label() == target.lower():
            return instance
    return _index(evaluator, env.scope).get(target.lower())


def _index(evaluator: Evaluator, scope: Scope) -> dict[Hashable, Instance]:
    """Map type and name to instance, and the name alone where symbols do not replace it."""
    if scope.indexed != len(scope.instances):
        scope.indexed = len(scope.instances)
        index: dict[Hashable, Instance] = {}
        for instance in scope.instances:
            evaluator.meter.step()
            name = folded(instance.name(evaluator))
            index.setdefault((instance.type(evaluator).lower(), name), instance)
            if isinstance(name, str) and not instance.symbol:
                index.setdefault(name, instance)
        scope.index = index
    return scope.index


def ordered(evaluator: Evaluator, env: Env, instances: list[Instance]) -> list[Instance]:
    """Sort instances so that each comes after those it depends on; else they keep their order."""
    if not any(member(instance.raw, "dependsOn") for instance in instances):
        return instances
    known = {id(instance) for instance in instances}
    loops: dict[str, list[Instance]] = {}
    for instance in instances:
        loop = look(instance.raw, "copy", "name")
        for name in {str(loop).lower() if loop else "", instance.symbol.lower()} - {""}:
            loops.setdefault(name, []).append(instance)
    done: dict[int, bool] = {}
    result: list[Instance] = []
    for first in instances:
        stack: list[tuple[Instance, bool]] = [(first, False)]
        while stack:
            instance, ready = stack.pop()
            if ready:
                result.append(instance)
            elif id(instance) not in done:
                done[id(instance)] = True
                stack.append((instance, True))
                for needed in reversed(_needed(evaluator, instance, loops)):
                    if id(needed) in known and id(needed) not in done:
                        stack.append((needed, False))
    return result


def _needed(
    evaluator: Evaluator, instance: Instance, loops: Mapping[str, list[Instance]]
) -> list[Instance]:
    named = member(instance.raw, "dependsOn")
    found: list[Instance] = [] if instance.parent is None else [instance.parent]
    for each in named if isinstance(named, list) else []:
        if not isinstance(each, str):
            continue
        if each.lower() in loops:
            found += loops[each.lower()]
            continue
        target = find(evaluator, instance.env, plain(evaluator.tree(each, instance.env)))
        if target is not None:
            found.append(target)
    return found
