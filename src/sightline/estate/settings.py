"""Hold what the user adds to the files, and how much work one file may cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sightline.errors import InputError


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that one file may cost."""

    bytes: int = 256 * 1024 * 1024
    depth: int = 200
    """Levels of brackets."""
    nodes: int = 20_000_000
    """Objects, arrays and members."""
    expression: int = 128 * 1024
    """Characters of one expression."""
    nesting: int = 60
    """Levels of calls in one expression, and of expressions that need one another."""
    steps: int = 3_000_000
    """Function calls and tree nodes evaluated."""
    copies: int = 5_000
    """Iterations of one loop."""
    size: int = 200_000
    """Characters of a text or nodes of a tree that an expression builds."""
    resources: int = 200_000
    """Resources that one template declares."""
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line adds: parameter values and where the deployment goes.

    ``parameters`` maps names to values. A text stands for itself, or for the JSON it spells where
    the template declares the parameter as something other than a string.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    resource_group_location: str | None = None
    subscription: str | None = None
    budget: Budget = Budget()


class Meter:
    """Counts the work that a file causes and stops it at the budget."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.steps = 0
        self.resources = 0
        self._end = monotonic() + budget.seconds
        self._next_look = 500

    def step(self, count: int = 1) -> None:
        """Count work; raise InputError (``input.too-large``) when there was too much."""
        self.steps += count
        if self.steps >= self._next_look:
            self._next_look = self.steps + 500
            if self.steps > self.budget.steps:
                raise too_large(f"it takes more than {self.budget.steps} steps to evaluate")
            if monotonic() > self._end:
                raise too_large(f"it takes more than {self.budget.seconds:g} seconds to read")

    def resource(self) -> None:
        """Count a resource; raise InputError (``input.too-large``) when there were too many."""
        self.resources += 1
        if self.resources > self.budget.resources:
            raise too_large(f"it has more than {self.budget.resources} resources")


def too_large(message: str) -> InputError:
    """Make the error for a file that goes beyond its budget."""
    return InputError("input.too-large", message, "split the file, or check that it is well-formed")
