"""Functions on arrays and objects, and those that take texts as well."""

from collections.abc import Mapping, Sequence

from sightline.estate.functions.calling import (
    EvaluationError,
    Function,
    NotKnown,
    array,
    mapping,
    number,
    shallow,
    string,
)
from sightline.estate.functions.logic import same
from sightline.estate.partial import pieces
from sightline.estate.values import (
    OneOf,
    Unknown,
    Value,
    derived,
    identity,
    is_known,
    member,
    spread,
)

MAX_RANGE = 10_000


def _create_object(args: Sequence[Value], expression: str) -> Value:
    if len(args) % 2:
        raise EvaluationError("a property has no value")
    made: dict[str, Value] = {}
    for key, value in zip(args[::2], args[1::2], strict=True):
        if isinstance(key, (Unknown, OneOf)):
            raise NotKnown
        made[string(key)] = value
    return made


def _length(args: Sequence[Value], expression: str) -> Value:
    (value,) = args
    if isinstance(value, Unknown):
        raise NotKnown
    if isinstance(value, (list, str, Mapping)):
        return len(value)
    raise EvaluationError("it has no length")


def _empty(args: Sequence[Value], expression: str) -> Value:
    (value,) = args
    if isinstance(value, Unknown):
        if value.filled:
            return False
        raise NotKnown
    if value is None or isinstance(value, (list, str, Mapping)):
        return not value
    raise EvaluationError("it has no length")


def _contains(args: Sequence[Value], expression: str) -> Value:
    container, sought = args
    if isinstance(container, Unknown):
        known = [piece for piece in container.parts if isinstance(piece, str)]
        if isinstance(sought, str) and any(sought.lower() in piece.lower() for piece in known):
            return True
        raise NotKnown
    if isinstance(container, list):
        answers = [same(each, sought) for each in container]
        if True in answers:
            return True
        if None in answers:
            raise NotKnown
        return False
    if isinstance(sought, Unknown):
        raise NotKnown
    if isinstance(container, Mapping):
        return string(sought).lower() in {str(key).lower() for key in container}
    return string(sought).lower() in string(container).lower()


def merged(left: Value, right: Value, *, deep: bool = True) -> Value:
    """Merge two objects, the later first in rank, whatever the case of their keys.

    >>> merged({"a": 1, "b": {"c": 2}}, {"A": 3, "b": {"d": 4}})
    {'a': 3, 'b': {'c': 2, 'd': 4}}
    """
    result = dict(mapping(left))
    names = {str(key).lower(): key for key in result}
    for key, value in mapping(right).items():
        name = names.setdefault(str(key).lower(), key)
        old = result.get(name)
        if deep and isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merged(old, value)
        elif deep and isinstance(value, (Unknown, OneOf)) and isinstance(old, (Mapping, Unknown)):
            value = derived(value.expression, [old, value], "union")
        elif deep and isinstance(old, (Unknown, OneOf)) and isinstance(value, Mapping):
            value = derived(old.expression, [old, value], "union")
        result[name] = value
    return result


def _union(args: Sequence[Value], expression: str) -> Value:
    if any(isinstance(arg, list) for arg in args):
        arrays = [array(arg) for arg in args]
        members = [each for arg in arrays for each in arg]
        if sum(map(bool, arrays)) > 1 and not is_known(members):
            raise NotKnown
        return list({identity(each): each for each in members}.values())
    result: Value = {}
    for arg in args:
        result = merged(result, {} if arg is None else arg)
    return result


def _shallow_merge(args: Sequence[Value], expression: str) -> Value:
    def join(members: tuple[Value, ...]) -> Value:
        result: Value = {}
        for each in members:
            result = merged(result, {} if each is None else each, deep=False)
        return result

    return spread(array(args[0]), expression, join)


def _intersection(first: Value, *others: Value) -> Value:
    if not is_known([first, *others]):
        raise NotKnown
    if isinstance(first, list):
        kept = [{identity(each) for each in array(other)} for other in others]
        return [each for each in first if all(identity(each) in keys for keys in kept)]
    return {
        key: value
        for key, value in mapping(first).items()
        if all(key in mapping(other) and other[key] == value for other in others)
    }


def _end(*, first: bool) -> Function:
    def call(args: Sequence[Value], expression: str) -> Value:
        (value,) = args
        index = 0 if first else -1
        if isinstance(value, Unknown):
            piece = pieces(value)[index]
            if not isinstance(piece, str):
                raise NotKnown
            return piece[index]
        if isinstance(value, (list, str)):
            empty: Value = "" if isinstance(value, str) else None
            return value[index] if value else empty
        raise EvaluationError("an array or a text is needed")

    return call


def _take(args: Sequence[Value], expression: str) -> Value:
    value, count = args
    if isinstance(count, Unknown):
        raise NotKnown
    size = max(0, number(count))
    if isinstance(value, Unknown):
        piece = pieces(value)[0]
        if not isinstance(piece, str) or len(piece) < size:
            raise NotKnown
        return piece[:size]
    if isinstance(value, (list, str)):
        return value[:size]
    raise EvaluationError("an array or a text is needed")


def _skip(value: Value, count: Value) -> Value:
    if isinstance(value, (list, str)):
        return value[max(0, number(count)) :]
    raise EvaluationError("an array or a text is needed")


def _range(start: Value, count: Value) -> list[Value]:
    if not 0 <= number(count) <= MAX_RANGE:
        raise EvaluationError("the range is too large")
    return list(range(number(start), start + count))


def _items(value: Value) -> list[Value]:
    return [
        {"key": key, "value": each}
        for key, each in sorted(mapping(value).items(), key=lambda item: str(item[0]).lower())
    ]


def _flatten(value: Value) -> list[Value]:
    return [each for inner in array(value) for each in array(inner)]


def _extreme(args: Sequence[Value], *, largest: bool) -> Value:
    numbers = array(args[0]) if len(args) == 1 else list(args)
    if not is_known(numbers):
        raise NotKnown
    chosen = [number(each) for each in numbers]
    if not chosen:
        raise EvaluationError("there is no number")
    return max(chosen) if largest else min(chosen)


def item(value: Value, key: Value) -> Value:
    """Look up a property or an item as ``value[key]`` does; a missing one is a fault."""
    if isinstance(value, list):
        if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(value):
            return value[key]
        raise EvaluationError("the array has no such item")
    if isinstance(value, Mapping):
        name = string(key)
        found = member(value, name)
        if found is None and name.lower() not in {str(each).lower() for each in value}:
            raise EvaluationError("the object has no such property")
        return found
    raise EvaluationError("it has no properties")


def _try_get(args: Sequence[Value], expression: str) -> Value:
    value, *path = args
    for key in path:
        if isinstance(value, (Unknown, OneOf)) or isinstance(key, Unknown):
            raise NotKnown
        try:
            value = item(value, key)
        except EvaluationError:
            return None
    return value


def _from_end(value: Value, index: Value) -> Value:
    return array(value)[-number(index)] if 0 < number(index) <= len(array(value)) else None


FUNCTIONS: dict[str, Function] = {
    "createarray": lambda args, expression: list(args),
    "createobject": _create_object,
    "array": lambda args, expression: args[0] if isinstance(args[0], list) else [args[0]],
    "length": _length,
    "empty": _empty,
    "contains": _contains,
    "union": _union,
    "shallowmerge": _shallow_merge,
    "intersection": shallow(_intersection),
    "first": _end(first=True),
    "last": _end(first=False),
    "take": _take,
    "skip": shallow(_skip),
    "range": shallow(_range),
    "items": shallow(_items),
    "objectkeys": shallow(lambda value: sorted(mapping(value), key=str.lower)),
    "flatten": shallow(_flatten),
    "min": shallow(lambda *args: _extreme(args, largest=False)),
    "max": shallow(lambda *args: _extreme(args, largest=True)),
    "tryget": _try_get,
    "indexfromend": shallow(_from_end),
    "tryindexfromend": shallow(_from_end),
}
