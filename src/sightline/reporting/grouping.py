"""Group deployments into records: those that share their configuration and what is declared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sightline.joining import Joined, Reach
from sightline.joining.pairs import configured
from sightline.model import Answer, DeployedAccess, Deployment
from sightline.reporting.declared import Declared

Derive = Callable[[Sequence[Deployment]], list[DeployedAccess]]
"""What derives the access of deployments: ``KnowledgeGraph.access_estate``."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A facet that the files of a deployment leave open, and who settles it."""

    values: tuple[str, ...]
    by: "Declared | Reach"


@dataclass(frozen=True, slots=True)
class Group:
    """Deployments of one record, as their files have them, with all that bears on them."""

    deployments: tuple[Deployment, ...]
    answer: Answer
    declared: tuple[Declared, ...]
    settled: Mapping[str, Settled]
    conflicts: tuple[tuple[str, str, "Declared | Reach"], ...]
    """Facet, what contradicts the files of the deployments, and who says so."""
    reaches: tuple[Reach, ...]


@dataclass(slots=True)
class _Used:
    own: Deployment
    used: Deployment
    declared: tuple[int, ...]
    settled: dict[str, Settled] = field(default_factory=dict)
    conflicts: list[tuple[str, str, "Declared | Reach"]] = field(default_factory=list)


def grouped(joined: Joined, declared: Sequence[Declared], derive: Derive) -> list[Group]:
    """Group the deployments of an estate, in the order in which the first of each stands there.

    A way of use, and a declaration, settle what the files of a deployment leave open; they change
    nothing that these say, and a contradiction is kept.
    """
    reaches: dict[str, list[Reach]] = {}
    for reach in joined.reaches:
        reaches.setdefault(reach.deployment, []).append(reach)
    used = {
        own.iri: _used(joined, own, declared, reaches.get(own.iri, ()))
        for own in joined.deployments.values()
    }
    places = {name: number for number, name in enumerate(used)}
    found: dict[tuple[object, ...], tuple[Answer, list[_Used]]] = {}
    for number, access in enumerate(derive([each.used for each in used.values()])):
        for deployment in access.deployments:
            each = used[deployment.iri]
            key = (number, each.declared, tuple(text for _, text, _ in each.conflicts))
            found.setdefault(key, (access.answer, []))[1].append(each)
    groups = sorted(found.values(), key=lambda pair: places[pair[1][0].own.iri])
    return [
        Group(
            tuple(each.own for each in own),
            answer,
            tuple(declared[number] for number in own[0].declared),
            own[0].settled,
            tuple(own[0].conflicts),
            tuple(reach for each in own for reach in reaches.get(each.own.iri, ())),
        )
        for answer, own in groups
    ]


def _used(
    joined: Joined, own: Deployment, declared: Sequence[Declared], reaches: Sequence[Reach]
) -> _Used:
    fitting = tuple(number for number, entry in enumerate(declared) if entry.fits(own))
    used = _Used(own, own, fitting)
    for facet, values, by in _settling(joined, declared, fitting, reaches):
        known = own.configuration.get(facet, ())
        earlier = used.settled.get(facet)
        if len(known) == 1 and known != values:
            text = f"{facet} is {known[0]} in the file of the deployment"
            used.conflicts.append((facet, text, by))
        elif earlier and set(earlier.values) != set(values):
            said = " or ".join(earlier.values)
            used.conflicts.append((facet, f"{facet} is {said} elsewhere", by))
        elif len(known) > 1 and not set(values) <= set(known):
            text = f"{facet} is {' or '.join(known)} in the file of the deployment"
            used.conflicts.append((facet, text, by))
        elif len(known) != 1:
            used.settled[facet] = Settled(values, by)
    for reach in reaches:
        _, dispute = configured(joined, reach)
        if dispute and not any(by is reach for _, _, by in used.conflicts):
            used.conflicts.append(("", dispute, reach))
    if used.settled:
        added = {facet: each.values for facet, each in used.settled.items()}
        used.used = replace(own, configuration={**own.configuration, **added})
    return used


def _settling(
    joined: Joined, declared: Sequence[Declared], fitting: Sequence[int], reaches: Sequence[Reach]
) -> Iterator[tuple[str, tuple[str, ...], "Declared | Reach"]]:
    for reach in reaches:
        way = joined.crosswalk.ways.get(reach.link.way)
        for facet, value in way.gives if way else ():
            yield facet, (value,), reach
    for number in fitting:
        for facet, (values, _) in declared[number].settings.items():
            yield facet, values, declared[number]
