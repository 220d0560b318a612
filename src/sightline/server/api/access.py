"""The endpoints about effective access: answer, matrix, explanation, comparison."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

from sightline.model import Knowledge
from sightline.server.api import parameters
from sightline.server.api.endpoints import Endpoint, Parameter, Values, output
from sightline.server.site import Site
from sightline.terms import ACCESS, BASE, DOCUMENT

_GROUP = "answers"
_SIDES = ("before", "after")


def endpoints(site: Site) -> list[Endpoint]:
    """List the endpoints."""
    knowledge = site.knowledge
    facets, basis = parameters.facets(knowledge), parameters.basis(knowledge)
    filters = parameters.filters(knowledge)
    sides = [each for side in _SIDES for each in parameters.facets(knowledge, f"{side}.")]
    versions = sorted(iri.removeprefix(str(DOCUMENT)) for iri in knowledge.versions)
    return [
        Endpoint(
            "/api/access",
            _GROUP,
            "Who can access which data of a configuration",
            {"json": output("access"), "csv": None, "markdown": None, "turtle": None},
            task="access",
            given=partial(parameters.asked, knowledge),
            parameters=(*facets, *filters, *basis),
            description="The answer that `sightline access` gives.",
        ),
        Endpoint(
            "/api/matrix",
            _GROUP,
            "Count the verdicts of each actor on each category of data",
            {"json": output("matrix"), "csv": None, "markdown": None},
            task="matrix",
            given=partial(parameters.asked, knowledge),
            parameters=(*facets, *(f for f in filters if f.name in ("activity", "action")), *basis),
            description="Where there is no cell, nothing is stated.",
        ),
        Endpoint(
            "/api/explain/{id}",
            _GROUP,
            "Explain one row of an answer",
            {"json": output("explain")},
            task="explain",
            given=lambda values: {"id": access_id(values["id"])},
            parameters=(
                Parameter(
                    "id",
                    "The `id` of a row, percent-encoded, or the part of it that follows the host.",
                    {"type": "string", "minLength": 1},
                    required=True,
                ),
            ),
            description="The chain from the row to the sentences behind it.",
            route="/api/explain/{id:path}",
            refusal=404,
        ),
        Endpoint(
            "/api/diff",
            _GROUP,
            "Compare the answers for two configurations",
            {"json": output("diff"), "csv": None, "markdown": None},
            task="diff",
            given=partial(_sides, knowledge),
            parameters=(*sides, *filters, *basis, *_dates()),
            description="Facets are named with their side: `before.region`, `after.region`. "
            "Filters, and what the answers rest on, hold for both sides.",
        ),
        Endpoint(
            "/api/diff/versions",
            _GROUP,
            "Compare the claims of two document versions",
            {"json": output("diff-versions"), "csv": None, "markdown": None},
            task="diff_versions",
            given=lambda values: {**values, "all": values.get("all") == parameters.YES},
            parameters=(
                Parameter("before", "The version that is older.", _one_of(versions), required=True),
                Parameter("after", "The version that is newer.", _one_of(versions), required=True),
                Parameter(
                    "all",
                    "Whether to list claims that stay the same too.",
                    {**_one_of([parameters.YES, parameters.NO]), "default": parameters.NO},
                ),
            ),
        ),
    ]


def access_id(text: str) -> str:
    """Give the IRI of a row from the rest of a path, which may have been encoded as a whole.

    >>> access_id("access/region=eastus/2026-01-26") == access_id("region=eastus/2026-01-26")
    True
    >>> access_id("https:%2F%2Fw3id.org%2Fsightline%2Faccess%2Fa%3Db%252F")
    'https://w3id.org/sightline/access/a=b%2F'
    """
    name = text if "/" in text else unquote(text)
    if name.startswith(BASE):
        return name
    return str(ACCESS) + name.removeprefix("access/")


def _one_of(values: list[str]) -> dict[str, Any]:
    return {"type": "string", "enum": values}


def _dates() -> tuple[Parameter, ...]:
    schema = {"type": "string", "format": "date"}
    return tuple(
        Parameter(f"{side}.as_of", f"The date of the answer {side}, instead of as_of.", schema)
        for side in _SIDES
    )


def _sides(knowledge: Knowledge, values: Values) -> Mapping[str, Any]:
    shared = parameters.asked(knowledge, values)
    return {
        side: {
            **shared,
            "configuration": parameters.asked(knowledge, values, f"{side}.")["configuration"],
            **({"as_of": day} if (day := values.get(f"{side}.as_of")) else {}),
        }
        for side in _SIDES
    }
