"""Pair datasets with the deployments they reach, as policies on linked data judge them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from sightline.catalogs.datasets import Dataset
from sightline.joining.joined import Joined, Reach
from sightline.model import DeployedAccess, Deployment
from sightline.terms import DATA, compact

Derive = Callable[[list[Deployment]], list[DeployedAccess]]
"""What derives the access of deployments: ``KnowledgeGraph.access_estate``."""

UNLINKED, UNUSED = "none", "declared-unused"
"""What the attribute ``link`` says where there is no link: nobody knows, or people say so."""

_LINE = re.compile(r"line (\d+)")


def configured(joined: Joined, reach: Reach) -> tuple[Deployment, str]:
    """Give the deployment of a reach as it is used there, and why that cannot be, if so.

    The way of use settles what the files of the deployment leave open.
    """
    own = joined.deployments[reach.deployment]
    way = joined.crosswalk.ways.get(reach.link.way)
    added = {}
    for facet, value in way.gives if way else ():
        values = own.configuration.get(facet, ())
        if len(values) == 1 and values[0] != value:
            return own, f"the files say {facet} {values[0]}"
        added[facet] = (value,)
    if not added:
        return own, ""
    return replace(own, configuration={**own.configuration, **added}), ""


def carried(joined: Joined, reach: Reach) -> tuple[str, ...]:
    """Give the data that a dataset becomes for a deployment: of all ways, if none is stated."""
    ways = joined.crosswalk.ways
    own = [ways[reach.link.way]] if reach.link.way in ways else ways.values()
    return tuple(sorted({data for way in own for data in way.carries}))


def paired(joined: Joined, derive: Derive) -> list[DeployedAccess]:
    """Give each pair of a dataset and a deployment that it reaches, and each dataset without one.

    A pair stands as a deployment with the name of both, at the place of the dataset, which reports
    ``link``, ``carriedData``, ``personalData`` and, if there are any, ``unmappedTerms``.
    """
    pairs: list[Deployment] = []
    reached = set()
    for (name, _deployment, _way), reach in sorted(_nearest(joined).items()):
        dataset = joined.datasets[name]
        own, _ = configured(joined, reach)
        reached.add(name)
        carries = " ".join(compact(DATA[data]) for data in carried(joined, reach))
        status = reach.link.status
        pairs.append(_pair(joined, dataset, own, {"link": status, "carriedData": carries}))
    nobody = Deployment("", "", "", "", 1, {}, (), {})
    for name, dataset in sorted(joined.datasets.items()):
        if name not in reached and name not in joined.stands_for and dataset.described:
            link = UNUSED if name in joined.nothing else UNLINKED
            pairs.append(_pair(joined, dataset, nobody, {"link": link}))
    return derive(pairs)


def _nearest(joined: Joined) -> Mapping[tuple[str, str, str], Reach]:
    found: dict[tuple[str, str, str], Reach] = {}
    for reach in joined.reaches:
        key = (reach.dataset, reach.deployment, reach.link.way)
        if key not in found or reach.steps < found[key].steps:
            found[key] = reach
    return found


def _pair(joined: Joined, dataset: Dataset, own: Deployment, said: Mapping[str, str]) -> Deployment:
    attributes = {**own.attributes, **said, **dict(_held(joined, dataset.iri))}
    found = _LINE.search(dataset.pointer)
    name = dataset.name if not own.iri else f"{dataset.name} in {own.label}"
    if said["link"] in (UNLINKED, UNUSED):
        name = dataset.name
    return replace(
        own,
        iri=dataset.iri,
        name=name,
        account="",
        file=dataset.file,
        line=int(found[1]) if found else 1,
        attributes=attributes,
        holder="",
        written_at=None,
    )


def _held(joined: Joined, dataset: str) -> Iterator[tuple[str, str]]:
    readings = [joined.crosswalk.read(term) for term in joined.terms(dataset)]
    categories = {iri for reading in readings for iri in reading.categories}
    if held := joined.crosswalk.within(categories):
        yield "personalData", " ".join(held)
    unmapped = sorted({r.term.key for r in readings if not r.mapped})
    if unmapped:
        yield "unmappedTerms", ", ".join(unmapped)
