"""Hold what an expression can see: the parameters, variables, functions and place of a template."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sightline.estate.jsonc import Located
from sightline.estate.values import Value, member, unknown

if TYPE_CHECKING:
    from sightline.estate.instances import Instance

Thunk = Callable[[], Value]


class Place:
    """Where a deployment goes: its subscription and, on that level, its resource group."""

    def __init__(self, subscription: Value, group: Value, location: Thunk, name: Value) -> None:
        self.subscription = subscription
        self.group = group
        self.name = name
        self._location: Thunk | None = location
        self._found: Value = None

    @property
    def location(self) -> Value:
        """The location of the resource group."""
        if self._location is not None:
            find, self._location = self._location, None
            self._found = NO_LOCATION  # what a group sees that depends on itself
            self._found = find()
        return self._found


NO_GROUP = unknown("[resourceGroup().name]", "resource-group", filled=True, segment=True)
NO_LOCATION = unknown("[resourceGroup().location]", "resource-group-location", filled=True)
ROOT_LOCATION = unknown(
    "[resourceGroup().location]",
    "resource-group-location",
    "--resource-group-location",
    ("root", "location"),
    filled=True,
    segment=True,
)
NO_SUBSCRIPTION = unknown(
    "[subscription().subscriptionId]", "subscription", "--subscription", filled=True, segment=True
)
NO_NAME = unknown("[deployment().name]", "runtime", filled=True, segment=True)


@dataclass(slots=True)
class Scope:
    """A template with the values it was given; an expression sees exactly one.

    ``supplied`` maps lower-case parameter names to what gives their value.
    """

    template: Mapping[str, Any]
    place: Place
    supplied: Mapping[str, Thunk]
    parent: Scope | None = None
    parameters: dict[str, Value] = field(default_factory=dict)
    variables: dict[str, Value] = field(default_factory=dict)
    outputs: dict[str, Value] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    instances: list[Instance] = field(default_factory=list)
    symbols: tuple[int, dict[str, Instance]] = field(default_factory=lambda: (0, {}))
    """How many instances there were, and those with a symbolic name by it."""
    index: dict[str, tuple[int, dict[Hashable, Instance]]] = field(default_factory=dict)
    """Type -> how many instances there were, and those of the type by name."""
    file: str = ""
    """The file that holds the template."""
    link: Located | None = None
    """Where the file that is read leads to the template, if another file holds it."""

    def section(self, name: str) -> Mapping[str, Any]:
        """Give a section of the template that maps names, empty if there is none."""
        found = member(self.template, name)
        return found if isinstance(found, Mapping) else {}

    def defined(self, section: str, name: str) -> Any:
        """Find a definition whatever the case of its name; None if there is none."""
        return member(self.section(section), name)


@dataclass(frozen=True, slots=True)
class Env:
    """A scope, with the loops and lambdas around an expression.

    ``loops`` maps lower-case names to the current index; the empty name is the innermost one.
    """

    scope: Scope
    loops: Mapping[str, Value] = field(default_factory=dict)
    local: Mapping[str, Value] = field(default_factory=dict)

    def within(self, loop: str, index: Value) -> Env:
        """Enter one iteration of a loop."""
        return Env(self.scope, {**self.loops, loop.lower(): index, "": index}, self.local)

    def bound(self, names: Mapping[str, Value]) -> Env:
        """Bind the variables of a lambda."""
        return Env(self.scope, self.loops, {**self.local, **names})
