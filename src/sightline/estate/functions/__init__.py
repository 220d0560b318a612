"""The functions of ARM templates that depend on nothing but their arguments."""

from sightline.estate.functions import collections, logic, numbers, texts
from sightline.estate.functions.calling import EvaluationError, Function, NotKnown

PLAIN: dict[str, Function] = {
    **logic.FUNCTIONS,
    **texts.FUNCTIONS,
    **collections.FUNCTIONS,
    **numbers.FUNCTIONS,
}
"""Lower-case name -> function."""

__all__ = ["PLAIN", "EvaluationError", "Function", "NotKnown"]
