"""Functions that decide what is evaluated: branches, parameters, variables, loops and lambdas."""

from collections.abc import Mapping, Sequence
from functools import cmp_to_key

from sightline.estate.evaluator import Evaluator, Special, plain
from sightline.estate.expressions import Call, Literal, Node
from sightline.estate.functions import EvaluationError, NotKnown
from sightline.estate.functions.calling import array, number, string
from sightline.estate.functions.logic import truth
from sightline.estate.parameters import parameter, user_function, variable
from sightline.estate.scopes import Env
from sightline.estate.values import OneOf, Unknown, Value, derived, identity, one_of, unknown


def _if(evaluator: Evaluator, call: Call, env: Env) -> Value:
    condition, yes, no = _three(call)
    value = evaluator.node(condition, env)
    answer = truth(plain(value))
    if answer is not None:
        return evaluator.node(yes if answer else no, env)
    branches = [plain(evaluator.node(branch, env)) for branch in (yes, no)]
    return one_of(branches, f"[{call.text}]", [value])


def _three(call: Call) -> tuple[Node, Node, Node]:
    if len(call.args) != 3:
        raise EvaluationError("three arguments are needed")
    return call.args[0], call.args[1], call.args[2]


def _connective(*, decisive: bool) -> Special:
    """Make ``and`` (decided by a false argument) or ``or`` (by a true one)."""

    def connect(evaluator: Evaluator, call: Call, env: Env) -> Value:
        opened: list[Value] = []
        for arg in call.args:
            value = plain(evaluator.node(arg, env))
            answer = truth(value)
            if answer is decisive:
                return decisive
            if answer is None:
                opened.append(value)
        if not opened:
            return not decisive
        if all(isinstance(value, OneOf) for value in opened):
            return one_of([True, False], f"[{call.text}]", opened)
        return derived(f"[{call.text}]", opened, call.name)

    return connect


def _coalesce(evaluator: Evaluator, call: Call, env: Env) -> Value:
    candidates: list[Value] = []
    sources: list[Value] = []
    for arg in call.args:
        value = plain(evaluator.node(arg, env))
        for each in value.values if isinstance(value, OneOf) else (value,):
            if each is not None:
                candidates.append(each)
        if isinstance(value, OneOf):
            sources.append(value)
        maybe = value.values if isinstance(value, OneOf) else (value,)
        if not any(each is None or (isinstance(each, Unknown) and each.nullable) for each in maybe):
            break
    else:
        if not candidates:
            return None
        if all(isinstance(each, Unknown) for each in candidates) and len(candidates) == 1:
            return candidates[0]
        candidates.append(None)
    return one_of(candidates, f"[{call.text}]", sources)


def _parameters(evaluator: Evaluator, call: Call, env: Env) -> Value:
    name = _name(evaluator, call, env)
    for bound, value in env.local.items():
        if bound == f"parameters.{name.lower()}":
            return value
    return parameter(evaluator, env.scope, name)


def _variables(evaluator: Evaluator, call: Call, env: Env) -> Value:
    return variable(evaluator, env.scope, _name(evaluator, call, env))


def _name(evaluator: Evaluator, call: Call, env: Env) -> str:
    if len(call.args) != 1:
        raise EvaluationError("one name is needed")
    value = evaluator.node(call.args[0], env)
    if not isinstance(value, str):
        raise EvaluationError("the name is not known")
    return value


def _copy_index(evaluator: Evaluator, call: Call, env: Env) -> Value:
    args = [evaluator.node(arg, env) for arg in call.args]
    name = args.pop(0).lower() if args and isinstance(args[0], str) else ""
    index = env.loops.get(name)
    if index is None:
        raise EvaluationError("there is no such loop")
    if isinstance(index, Unknown):
        return derived(f"[{call.text}]", [index], "copyindex")
    return number(index) + (number(args[0]) if args else 0)


def _lambda_variable(evaluator: Evaluator, call: Call, env: Env) -> Value:
    name = _name(evaluator, call, env)
    if name not in env.local:
        raise EvaluationError("there is no such variable of a lambda")
    return env.local[name]


class _Lambda:
    """The last argument of ``map`` and its kin, ready to be called."""

    def __init__(self, evaluator: Evaluator, node: Node, env: Env) -> None:
        if not isinstance(node, Call) or node.name != "lambda" or not node.args:
            raise EvaluationError("a lambda is needed")
        self.evaluator, self.env, self.body = evaluator, env, node.args[-1]
        self.names = [str(arg.value) for arg in node.args[:-1] if isinstance(arg, Literal)]

    def __call__(self, *values: Value) -> Value:
        bound = dict(zip(self.names, values, strict=False))
        return plain(self.evaluator.node(self.body, self.env.bound(bound)))

    def known(self, *values: Value) -> Value:
        """Call and require a result that is known."""
        result = self(*values)
        if isinstance(result, (Unknown, OneOf)):
            raise NotKnown
        return result


def _over(work: str) -> Special:
    """Make a function that runs a lambda over the members of its first argument."""

    def run(evaluator: Evaluator, call: Call, env: Env) -> Value:
        subject = evaluator.node(call.args[0], env) if call.args else None
        expression = f"[{call.text}]"

        def apply(args: list[Value], _: str) -> Value:
            return OVER[work](evaluator, call, env, args[0])

        return evaluator.apply(expression, work, apply, [subject])

    return run


def _map(evaluator: Evaluator, call: Call, env: Env, subject: Value) -> Value:
    each = _Lambda(evaluator, call.args[-1], env)
    return [each(value, index) for index, value in enumerate(array(subject))]


def _filter(evaluator: Evaluator, call: Call, env: Env, subject: Value) -> Value:
    keep = _Lambda(evaluator, call.args[-1], env)
    return [v for i, v in enumerate(array(subject)) if truth(keep.known(v, i))]


def _reduce(evaluator: Evaluator, call: Call, env: Env, subject: Value) -> Value:
    step = _Lambda(evaluator, call.args[-1], env)
    result = plain(evaluator.node(call.args[1], env))
    for index, value in enumerate(array(subject)):
        evaluator.meter.step()
        result = evaluator.apply(
            f"[{call.text}]",
            "reduce",
            lambda args, _, v=value, i=index: step(args[0], v, i),  # type: ignore[misc]
            [result],
        )
    return result


def _sort(evaluator: Evaluator, call: Call, env: Env, subject: Value) -> Value:
    before = _Lambda(evaluator, call.args[-1], env)

    def order(left: Value, right: Value) -> int:
        if truth(before.known(left, right)):
            return -1
        return 1 if truth(before.known(right, left)) else 0

    return sorted(array(subject), key=cmp_to_key(order))


def _to_object(evaluator: Evaluator, call: Call, env: Env, subject: Value) -> Value:
    key = _Lambda(evaluator, call.args[1], env)
    value = _Lambda(evaluator, call.args[2], env) if len(call.args) > 2 else None
    return {string(key.known(each)): value(each) if value else each for each in array(subject)}


def _group_by(evaluator: Evaluator, call: Call, env: Env, subject: Value) -> Value:
    key = _Lambda(evaluator, call.args[-1], env)
    groups: dict[str, list[Value]] = {}
    for each in array(subject):
        groups.setdefault(string(key.known(each)), []).append(each)
    return groups


def _map_values(evaluator: Evaluator, call: Call, env: Env, subject: Value) -> Value:
    if isinstance(subject, Unknown):
        raise NotKnown
    if not isinstance(subject, Mapping):
        raise EvaluationError("an object is needed")
    change = _Lambda(evaluator, call.args[-1], env)
    return {key: change(each) for key, each in subject.items()}


OVER = {
    "map": _map,
    "filter": _filter,
    "reduce": _reduce,
    "sort": _sort,
    "toobject": _to_object,
    "groupby": _group_by,
    "mapvalues": _map_values,
}


def _user_function(evaluator: Evaluator, call: Call, env: Env) -> Value:
    args: Sequence[Value] = [plain(evaluator.node(arg, env)) for arg in call.args]
    return user_function(evaluator, env, call, args)


def _opaque(reason: str, *, filled: bool = True, segment: bool = True) -> Special:
    """Make a function whose result the file does not determine, but its arguments do."""

    def give(evaluator: Evaluator, call: Call, env: Env) -> Value:
        args = [evaluator.node(arg, env) for arg in call.args]
        return unknown(
            f"[{call.text}]",
            reason,
            identity=(call.name, *(identity(plain(arg)) for arg in args)),
            filled=filled,
            segment=segment,
        )

    return give


def _fail(evaluator: Evaluator, call: Call, env: Env) -> Value:
    raise EvaluationError("the template fails here by intent")


SPECIAL: dict[str, Special] = {
    "if": _if,
    "and": _connective(decisive=False),
    "or": _connective(decisive=True),
    "coalesce": _coalesce,
    "parameters": _parameters,
    "variables": _variables,
    "copyindex": _copy_index,
    "lambdavariables": _lambda_variable,
    "namespace.*": _user_function,
    "uniquestring": _opaque("hash"),
    "guid": _opaque("hash"),
    "newguid": _opaque("runtime"),
    "utcnow": _opaque("runtime"),
    "list*": _opaque("runtime", filled=False, segment=False),
    "providers": _opaque("runtime", filled=False, segment=False),
    "pickzones": _opaque("runtime", filled=False, segment=False),
    "getsecret": _opaque("secret", filled=False, segment=False),
    "externalinput": _opaque("placeholder", filled=False, segment=False),
    "deployer": _opaque("runtime", filled=False, segment=False),
    "environment": _opaque("runtime", filled=False, segment=False),
    "tenant": _opaque("runtime", filled=False, segment=False),
    "managementgroup": _opaque("runtime", filled=False, segment=False),
    "tologicalzone": _opaque("runtime"),
    "tologicalzones": _opaque("runtime", filled=False, segment=False),
    "tophysicalzone": _opaque("runtime"),
    "tophysicalzones": _opaque("runtime", filled=False, segment=False),
    "fail": _fail,
    **{name: _over(name) for name in OVER},
}
