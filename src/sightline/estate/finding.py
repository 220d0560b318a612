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
        kind, name = wanted
        return _named(evaluator, env.scope, kind).get(name)
    if not isinstance(target, str) or "/" in target:
        return None
    symbols = _labelled(env.scope)
    if target.lower() in symbols or len(symbols) == len(env.scope.instances):
        return symbols.get(target.lower())
    kinds = {each.type(evaluator).lower() for each in env.scope.instances if not each.symbol}
    found = [_named(evaluator, env.scope, kind).get(target.lower()) for kind in sorted(kinds)]
    named = [each for each in found if each is not None]
    return named[0] if len(named) == 1 else None


def _labelled(scope: Scope) -> dict[str, Instance]:
    """Map the symbolic names of a template to its instances."""
    size, symbols = scope.symbols
    if size != len(scope.instances):
        symbols = {each.label(): each for each in reversed(scope.instances) if each.symbol}
        scope.symbols = (len(scope.instances), symbols)
    return symbols


def _named(evaluator: Evaluator, scope: Scope, kind: str) -> dict[Hashable, Instance]:
    """Map the names of the instances of one type, evaluating no others: they may need these."""
    size, index = scope.index.get(kind, (0, {}))
    if size != len(scope.instances):
        index = {}
        scope.index[kind] = (len(scope.instances), index)
        for instance in scope.instances:
            evaluator.meter.step()
            if instance.type(evaluator).lower() == kind:
                index.setdefault(folded(instance.name(evaluator)), instance)
    return index


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
