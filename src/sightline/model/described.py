"""Hold what estate files describe besides the settings of deployments, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

from sightline.model.answered import Unsettled


@dataclass(frozen=True, slots=True)
class Definition:
    """One of several places that describe a resource; ``values`` maps property paths to texts."""

    file: str
    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to a resource, by the property ``path``; ``leads_to`` is its IRI."""

    path: str
    target: str
    leads_to: str | None


@dataclass(frozen=True, slots=True)
class Described:
    """A resource of an estate as far as its consistency goes.

    ``kind`` is account, deployment or resource. Of a deployment, what ``Deployment`` holds is not
    repeated. ``location`` is the text of the file and None where it is absent or open.
    ``definitions`` are empty unless there are several.
    """

    iri: str
    kind: str
    type: str
    name: str
    file: str
    line: int
    location: str | None = None
    unsettled: tuple[Unsettled, ...] = ()
    definitions: tuple[Definition, ...] = ()
    links: tuple[Link, ...] = ()
