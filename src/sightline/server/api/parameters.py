"""The parameters that several endpoints have: facets, filters, what to rest on, parts of rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sightline.model import Facet, Knowledge
from sightline.server.api.endpoints import FORMS, Parameter, Values, one_of
from sightline.server.api.reading import DATASETS, ESTATE

FILTERS: Mapping[str, str] = {
    "actor": "Only that actor, its members and the services it operates.",
    "data": "Only that category of data, and what is narrower.",
    "activity": "Only that processing activity.",
    "action": "Only that action.",
}
ASSUME, YES, NO = "assume", "yes", "no"
MOST = 100_000
"""The most rows of one part."""


def facets(knowledge: Knowledge, prefix: str = "") -> tuple[Parameter, ...]:
    """Describe a parameter for each facet and event of a configuration."""
    found = []
    for facet in knowledge.facets.values():
        if facet.kind == "discretion":
            continue
        what = "event" if facet.kind == "event" else "facet"
        side = f" of the configuration {prefix.rstrip('.')}" if prefix else ""
        values = allowed(knowledge, facet)
        example = facet.example or values[0]
        description = (
            f"The {what} {facet.label}{side}; several values are candidates, repeated or with "
            "commas between them."
        )
        name = prefix + facet.token
        found.append(
            Parameter(name, description, one_of(*values), list=True, example=example, shared=name)
        )
    return tuple(found)


def allowed(knowledge: Knowledge, facet: Facet) -> list[str]:
    """List the values that a facet can have; those of places follow from the regions."""
    if facet.values:
        return sorted(facet.values)
    regions = knowledge.regions.values()
    if facet.derived_from is None:
        return sorted(region.token for region in regions)
    of_regions = {v for region in regions for v in region.facets.get(facet.token, ())}
    return sorted(of_regions or {membership.zone for membership in knowledge.memberships})


def filters(knowledge: Knowledge) -> tuple[Parameter, ...]:
    """Describe the parameters that narrow an answer."""
    return tuple(
        Parameter(name, what, one_of(*sorted(knowledge.tokens[name])), shared=name)
        for name, what in FILTERS.items()
    )


def basis(knowledge: Knowledge) -> tuple[Parameter, ...]:
    """Describe the parameters that say what an answer rests on."""
    return (
        Parameter(
            "as_of",
            "Answer from the document versions of that date instead of the newest.",
            {"type": "string", "format": "date"},
            example="2024-10-01",
            shared="as_of",
        ),
        Parameter(
            "collection",
            "Rest on the document versions of that collection only.",
            one_of(*sorted(knowledge.collections)),
            shared="collection",
        ),
        Parameter(
            ASSUME,
            "Whether defaults that the documents state may be assumed.",
            {**one_of(YES, NO), "default": YES},
            shared=ASSUME,
        ),
    )


def estate(estates: Sequence[str]) -> Parameter:
    """Describe the parameter that names an estate of the server, which may be the only one."""
    schema = one_of(*estates) if estates else {"type": "string", "minLength": 1}
    text = "The estate of the server that is asked about."
    return Parameter(ESTATE, text, schema, required=len(estates) != 1, kind=ESTATE)


def datasets(estates: Sequence[str]) -> Parameter:
    """Describe the parameter that names an estate to which a catalog is joined."""
    found = estate(estates)
    text = "The estate of the server whose datasets are asked about: one with a catalog."
    return replace(found, description=text, kind=DATASETS)


def paging() -> tuple[Parameter, ...]:
    """Describe the parameters that ask for a part of the rows."""
    return (
        Parameter(
            "limit",
            "Give at most so many rows; the header Link leads to the others.",
            {"type": "integer", "minimum": 1, "maximum": MOST},
            shared="limit",
        ),
        Parameter(
            "offset",
            "Pass over so many rows.",
            {"type": "integer", "minimum": 0, "maximum": 10_000_000},
            shared="offset",
        ),
    )


def form(forms: Iterable[str]) -> Parameter:
    """Describe the parameter that chooses a form, for links that cannot send a header."""
    listed = ", ".join(f"{name} ({FORMS[name]})" for name in forms)
    return Parameter("format", f"The form, instead of Accept: {listed}.", one_of(*forms))


def asked(knowledge: Knowledge, values: Values, prefix: str = "") -> dict[str, Any]:
    """Turn values into the arguments of the task ``access``."""
    names = [*FILTERS, "as_of", "collection"]
    found: dict[str, Any] = {name: values[name] for name in names if name in values}
    found["configuration"] = {
        facet: values[prefix + facet] for facet in knowledge.facets if prefix + facet in values
    }
    if ASSUME in values:
        found["assume"] = values[ASSUME] == YES
    return found
