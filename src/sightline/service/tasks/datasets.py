"""The tasks about the datasets of catalogs that are joined to an estate of the server.

What they find is the same for all who may read the estate, and is kept: a catalog may be large.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from sightline.errors import UnknownTermError
from sightline.service.tasks.answers import no_catalog
from sightline.service.work import Arguments, Work
from sightline.terms import compact

if TYPE_CHECKING:
    from sightline.catalogs import Dataset
    from sightline.estate import Estate
    from sightline.joining import Joined, Reach
    from sightline.validate.gate import Gate
    from sightline.validate.policies import Policies

SHOWN = 25
"""How many things of a kind are told one by one; all of them are counted."""
DEPLOYMENTS, REACHES = 50, 10
"""How many deployments are told, and each with how many of the datasets that reach it."""


def overview(work: Work, given: Arguments, body: bytes) -> Any:
    """Tell which datasets reach which deployments of an ``estate``, and of which nobody knows.

    Candidates stand apart: they count for nothing. Raises ParameterError for an estate without a
    catalog.
    """
    name = str(given["estate"])
    if name not in work.estates:
        raise UnknownTermError("estate", name, work.estates)
    if name not in work.joined:
        raise no_catalog("the page", name)
    if name not in work.overviews:
        work.overviews[name] = _overview(work.joined[name])
    return work.overviews[name]


def judged_datasets(
    work: Work, given: Arguments, estate: "Estate", policies: "Policies"
) -> "Gate | None":
    """Give what the chosen policies on datasets find; None where no catalog is served.

    Raises ParameterError for such a policy that is named where no catalog is served.
    """
    from sightline.gates import chosen_of_datasets, judge_datasets

    chosen = given.get("policies")
    names = chosen_of_datasets(policies, chosen)
    joined = work.joined.get(str(given.get("estate")))
    if joined is None:
        if chosen is not None and names:
            raise no_catalog(f"the policy {names[0]!r}", given.get("estate"))
        return None
    if not names:
        return None
    if given.get("facets"):
        joined = joined.with_deployments(estate.deployments)
    if given.get("facets") or given.get("policy_params") or names != list(policies.of_datasets):
        return judge_datasets(work.graph, joined, policies, names)
    return judged_by_default(work, str(given["estate"]))


def judged_by_default(work: Work, estate: str) -> "Gate":
    """Give what all policies on datasets find without any settings."""
    from sightline.gates import judge_datasets
    from sightline.validate.policies import Policies

    if estate not in work.gates:
        policies = Policies(work.graph.knowledge)
        names = policies.of_datasets
        work.gates[estate] = judge_datasets(work.graph, work.joined[estate], policies, names)
    return work.gates[estate]


def _overview(joined: "Joined") -> dict[str, Any]:
    reaches: dict[str, list[Reach]] = {}
    for reach in joined.reaches:
        reaches.setdefault(reach.deployment, []).append(reach)
    reached = sorted(reaches, key=lambda iri: (joined.deployments[iri].label, iri))
    candidates = [link for link in joined.links if link.status == "candidate"]
    readings = joined.readings
    return {
        "files": [
            {"file": file.file, "format": file.format, "datasets": len(file.datasets)}
            for file in joined.catalog.files
        ],
        "datasets": sum(each.described for each in joined.datasets.values()),
        "reaching": len({reach.dataset for reach in joined.reaches}),
        "deployments": [
            _deployment(joined, iri, reaches[iri]) for iri in islice(reached, DEPLOYMENTS)
        ],
        "reached": len(reached),
        "unreached": [
            own.label for iri, own in sorted(joined.deployments.items()) if iri not in reaches
        ],
        "unknown": _part(
            {**_named(joined, iri), "owners": _owners(joined.datasets[iri])}
            for iri in joined.unknown
        ),
        "unused": _part(
            {**_named(joined, iri), "by": entry.by, "when": entry.on.isoformat()}
            for iri, entry in sorted(joined.nothing.items())
        ),
        "candidates": _part(
            {
                **_named(joined, link.dataset),
                "deployment": joined.deployments[link.deployment].label,
                "reason": link.reason,
            }
            for link in candidates
        ),
        "unmapped": _part(
            {"key": reading.term.key, "kind": reading.term.kind}
            for reading in readings
            if not reading.mapped
        ),
        "problems": _part({"text": text} for text in joined.problems),
    }


def _deployment(joined: "Joined", iri: str, reaches: "list[Reach]") -> dict[str, Any]:
    own = joined.deployments[iri]
    reaches.sort(key=lambda r: (r.steps, joined.datasets[r.dataset].name, r.dataset, r.link.way))
    datasets = dict.fromkeys(reach.dataset for reach in reaches)
    counted: dict[str, int] = {}
    for name in datasets:
        for category in joined.personal(name):
            counted[category] = counted.get(category, 0) + 1
    return {
        "deployment": iri,
        "name": own.name,
        "account": own.account,
        "datasets": len(datasets),
        "personal": [
            {"category": category, "name": compact(category), "datasets": count}
            for category, count in sorted(counted.items())
        ],
        "untold": sum(1 for name in datasets if not _told(joined, name)),
        "reaches": _part((_reach(joined, reach) for reach in reaches), REACHES),
    }


def _reach(joined: "Joined", reach: "Reach") -> dict[str, Any]:
    link = reach.link
    way = joined.crosswalk.ways.get(link.way)
    return {
        **_named(joined, reach.dataset),
        "steps": reach.steps,
        "through": None if reach.dataset == link.dataset else _named(joined, link.dataset)["name"],
        "status": link.status,
        "way": way.label if way else None,
        "by": link.reviewer or None,
        "when": link.on.isoformat() if link.on else None,
        "reason": link.reason,
        "dispute": link.dispute or None,
        "personal": [
            {"category": iri, "name": compact(iri)} for iri in joined.personal(reach.dataset)
        ],
        "told": _told(joined, reach.dataset),
    }


def _told(joined: "Joined", dataset: str) -> bool:
    """Tell whether a term says what a dataset holds: without one it is not known."""
    return any(joined.crosswalk.read(term).categories for term in joined.terms(dataset))


def _named(joined: "Joined", iri: str) -> dict[str, Any]:
    each = joined.datasets[iri]
    return {"dataset": iri, "name": each.title or each.name}


def _owners(dataset: "Dataset") -> list[str]:
    return [owner.name for owner in dataset.owners]


def _part(items: Iterable[Mapping[str, Any]], most: int = SHOWN) -> dict[str, Any]:
    """Give the first of many, and how many there are."""
    going: Iterator[Mapping[str, Any]] = iter(items)
    first = list(islice(going, most))
    return {"first": first, "count": len(first) + sum(1 for _ in going)}
