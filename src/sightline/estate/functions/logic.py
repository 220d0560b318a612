"""Functions that compare and decide, three-valued."""

from collections.abc import Mapping, Sequence

from sightline.estate.functions.calling import EvaluationError, Function, NotKnown, strict
from sightline.estate.partial import pieces
from sightline.estate.values import OneOf, Unknown, Value, identity


def truth(value: Value) -> bool | None:
    """Read a truth value; None where it is open.

    Raises EvaluationError where it is no truth value.
    """
    if isinstance(value, (Unknown, OneOf)):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value != 0
    if isinstance(value, str) and value.lower() in ("true", "false", "1", "0"):
        return value.lower() in ("true", "1")
    raise EvaluationError("a truth value is needed")


def same(left: Value, right: Value) -> bool | None:
    """Tell whether two values are equal; None where that is open."""
    if isinstance(left, OneOf) or isinstance(right, OneOf):
        return None
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _same_text(left, right)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        folded = {str(key).lower(): member for key, member in right.items()}
        if {str(key).lower() for key in left} != folded.keys():
            return False
        return _all(same(member, folded[str(key).lower()]) for key, member in left.items())
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        return _all(same(one, other) for one, other in zip(left, right, strict=True))
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def _same_text(left: Value, right: Value) -> bool | None:
    if identity(left) == identity(right):
        return True
    if left is None or right is None:
        open_one = right if left is None else left
        return None if open_one.nullable else False
    if left == "" or right == "":
        open_one = right if left == "" else left
        return False if open_one.filled else None
    if any(isinstance(side, (Mapping, list, bool, int, float)) for side in (left, right)):
        partly = left if isinstance(left, Unknown) else right
        return False if partly.parts else None
    ours, theirs = pieces(left), pieces(right)
    for end in (0, -1):
        one, other = ours[end], theirs[end]
        if isinstance(one, str) and isinstance(other, str):
            size = min(len(one), len(other))
            if (one[:size] != other[:size]) if end == 0 else (one[-size:] != other[-size:]):
                return False
    for side, partly in ((left, theirs), (right, ours)):
        known = sum(len(piece) for piece in partly if isinstance(piece, str))
        if isinstance(side, str) and len(side) < known:
            return False
    return None


def _all(answers: object) -> bool | None:
    found = list(answers)  # type: ignore[call-overload]
    return False if False in found else None if None in found else True


def _equals(args: Sequence[Value], expression: str) -> Value:
    left, right = args
    answer = same(left, right)
    if answer is None:
        raise NotKnown
    return answer


def _not(args: Sequence[Value], expression: str) -> Value:
    (value,) = args
    answer = truth(value)
    if answer is None:
        raise NotKnown
    return not answer


def _xor(args: Sequence[Value], expression: str) -> Value:
    left, right = map(truth, args)
    if left is None or right is None:
        raise NotKnown
    return left != right


def _bool(args: Sequence[Value], expression: str) -> Value:
    answer = truth(args[0])
    if answer is None:
        raise NotKnown
    return answer


def _order(left: Value, right: Value) -> int:
    if isinstance(left, str) != isinstance(right, str):
        raise EvaluationError("texts and numbers have no common order")
    return int(left > right) - int(left < right)


FUNCTIONS: dict[str, Function] = {
    "equals": _equals,
    "not": _not,
    "xor": _xor,
    "bool": _bool,
    "true": strict(lambda: True),
    "false": strict(lambda: False),
    "null": strict(lambda: None),
    "less": strict(lambda left, right: _order(left, right) < 0),
    "lessorequals": strict(lambda left, right: _order(left, right) <= 0),
    "greater": strict(lambda left, right: _order(left, right) > 0),
    "greaterorequals": strict(lambda left, right: _order(left, right) >= 0),
}
