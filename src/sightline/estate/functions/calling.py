"""What the functions of templates share: their form, their faults and checks of arguments."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from sightline.estate.values import OneOf, Unknown, Value, is_known

Function: TypeAlias = Callable[[Sequence[Value], str], Value]
"""Takes arguments without a OneOf at the top, and the expression of the call."""


class EvaluationError(Exception):
    """A call that Azure would refuse too: a missing property, a wrong type."""


class NotKnown(Exception):  # noqa: N818 - no error, but an answer
    """The result depends on arguments that are not known."""


def strict(function: Callable[..., Value]) -> Function:
    """Make a function that needs every argument known to the last leaf."""

    def call(args: Sequence[Value], expression: str) -> Value:
        if not all(is_known(arg) for arg in args):
            raise NotKnown
        return _call(function, args)

    return call


def shallow(function: Callable[..., Value]) -> Function:
    """Make a function that needs its arguments known, but not what they hold."""

    def call(args: Sequence[Value], expression: str) -> Value:
        if any(isinstance(arg, (Unknown, OneOf)) for arg in args):
            raise NotKnown
        return _call(function, args)

    return call


def _call(function: Callable[..., Value], args: Sequence[Value]) -> Value:
    try:
        return function(*args)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, OSError) as error:
        raise EvaluationError(str(error)) from None


def string(value: Value) -> str:
    """Require a text; numbers are written out."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise EvaluationError("a text is needed")


def number(value: Value) -> int:
    """Require a whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise EvaluationError("a number is needed")


def array(value: Value) -> list[Value]:
    """Require an array; an unknown one raises NotKnown."""
    if isinstance(value, (Unknown, OneOf)):
        raise NotKnown
    if isinstance(value, list):
        return value
    raise EvaluationError("an array is needed")


def mapping(value: Value) -> Mapping[str, Value]:
    """Require an object; an unknown one raises NotKnown."""
    if isinstance(value, (Unknown, OneOf)):
        raise NotKnown
    if isinstance(value, Mapping):
        return value
    raise EvaluationError("an object is needed")
