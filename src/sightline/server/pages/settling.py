"""The form by which a user settles what estate files leave open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import ImmutableMultiDict

from sightline.model import REGION, Knowledge
from sightline.server.pages import configuration
from sightline.server.pages.configuration import Field

FACET = "facet."
PARAMETER = "parameter."
LOCATION = "resource_group_location"
SUBSCRIPTION = "subscription"

_BY_PARAMETER = "--set-parameter "
_BY_LOCATION = "--resource-group-location"
_BY_SUBSCRIPTION = "--subscription"


@dataclass(frozen=True, slots=True)
class Settled:
    """A field that settles facets: how many answers wait for them, and why they are open."""

    field: Field
    waiting: int
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that the files ask for, by name, and the facets that depend on it."""

    name: str
    label: str
    value: str
    decides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """All that would settle something; ``facets`` are ordered by what waits for them."""

    parameters: tuple[Asked, ...]
    location: Field | None
    subscription: Asked | None
    facets: tuple[Settled, ...]

    @property
    def first(self) -> tuple[Settled, ...]:
        """The fields for which the answers on the page wait, or that are set."""
        return tuple(item for item in self.facets if item.waiting or item.field.set)

    @property
    def more(self) -> tuple[Settled, ...]:
        """The other fields."""
        return tuple(item for item in self.facets if not (item.waiting or item.field.set))

    @property
    def any(self) -> bool:
        """Whether there is something to settle."""
        return bool(self.parameters or self.location or self.subscription or self.facets)


def read_settled(knowledge: Knowledge, fields: ImmutableMultiDict[str, str]) -> dict[str, Any]:
    """Read what the form settles, as arguments of the tasks about estates."""
    found: dict[str, Any] = {
        "parameters": {
            name.removeprefix(PARAMETER): value
            for name, value in fields.multi_items()
            if name.startswith(PARAMETER) and value.strip()
        }
    }
    facets = {
        name.removeprefix(FACET): [value.strip() for value in text.split(",")]
        for name, text in fields.multi_items()
        if name.startswith(FACET) and text.strip()
    }
    if facets:
        found["facets"] = facets
    for name in (LOCATION, SUBSCRIPTION):
        if value := fields.get(name, "").strip():
            found[name] = value
    return found


def form(knowledge: Knowledge, overview: Mapping[str, Any], given: Mapping[str, Any]) -> Form:
    """Describe the form for what an overview of an estate leaves open.

    An estate of the server was read when it started, so that only facets can still be settled.
    """
    own = "estate" not in given
    waiting = _waiting(overview["answers"])
    open_facets: dict[str, set[tuple[str, str]]] = {}
    settles: dict[str, set[str]] = {}
    for answer in overview["answers"]:
        for deployment in answer["deployments"]:
            for item in deployment["unsettled"]:
                how = item["settle"] or ""
                open_facets.setdefault(item["facet"], set()).add((how, item["reason"]))
                settles.setdefault(how, set()).add(item["facet"])
    for file in overview["files"]:
        for item in file["unresolved"]:
            settles.setdefault(item["settle"] or "", set())
    set_facets: Mapping[str, list[str]] = given.get("facets", {})
    by_location = {
        facet
        for facet, ways in open_facets.items()
        if own and all(how == _BY_LOCATION for how, _ in ways)
    }
    names = {*waiting, *open_facets, *set_facets} - by_location
    return Form(
        tuple(_parameters(knowledge, settles, given.get("parameters", {}))) if own else (),
        _location(knowledge, given)
        if own and (_BY_LOCATION in settles or LOCATION in given)
        else None,
        Asked(SUBSCRIPTION, "Subscription", given.get(SUBSCRIPTION, ""), ())
        if own and (_BY_SUBSCRIPTION in settles or SUBSCRIPTION in given)
        else None,
        tuple(
            sorted(
                (
                    Settled(field, waiting.get(token, 0), _why(open_facets.get(token, ())))
                    for token, field in _fields(knowledge, set_facets).items()
                    if token in names
                ),
                key=lambda item: (not item.field.set, -item.waiting, item.field.label),
            )
        ),
    )


def _waiting(answers: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for answer in answers:
        for row in answer["access"]:
            named = {a["condition"] for a in row["awaits"] if a["kind"] == "facet"}
            named |= {facet for item in row["open"] for facet in item["awaits"]}
            for token in named:
                found[token] = found.get(token, 0) + 1
    return found


def _parameters(
    knowledge: Knowledge, settles: Mapping[str, set[str]], given: Mapping[str, str]
) -> Iterable[Asked]:
    named = {
        how.removeprefix(_BY_PARAMETER): facets
        for how, facets in settles.items()
        if how.startswith(_BY_PARAMETER)
    }
    for name in sorted({*named, *given}):
        decides = (knowledge.label("facet", facet) for facet in named.get(name, ()))
        yield Asked(PARAMETER + name, name, given.get(name, ""), tuple(sorted(decides)))


def _location(knowledge: Knowledge, given: Mapping[str, Any]) -> Field:
    chosen = [given[LOCATION]] if LOCATION in given else []
    field = _fields(knowledge, {REGION: chosen} if chosen else {})[REGION]
    return Field(
        LOCATION, "location of the resource group", "", "", "not known", field.groups, bool(chosen)
    )


def _fields(knowledge: Knowledge, chosen: Mapping[str, list[str]]) -> dict[str, Field]:
    every = configuration.fields(knowledge, chosen, FACET)
    fields = (*every.sentence, *(field for _, group in every.groups for field in group))
    facets = {f.token for f in knowledge.facets.values() if f.kind == "facet"}
    found = {field.name.removeprefix(FACET): field for field in fields}
    return {token: field for token, field in found.items() if token in facets}


def _why(ways: Iterable[tuple[str, str]]) -> str:
    reasons = sorted({reason for _, reason in ways if reason})
    return " or ".join(reason.replace("-", " ") for reason in reasons)
