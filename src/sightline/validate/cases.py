"""Say as RDF what policies judge: distinct configurations with what their deployments report."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sightline.identity import access_iri, basis_iri, configuration_iri
from sightline.model import Answer, Awaited, DeployedAccess, Deployment, Knowledge, Row
from sightline.stores import Quad, iri, literal
from sightline.terms import BASE, RDF, SL, ZONE, value

ToQuads = Callable[[Answer], Iterable[Quad]]
"""What writes the derived facts of an answer as RDF: ``render.rdf.quads``."""

AT_RUN_TIME = frozenset({"event", "discretion"})
"""The kinds of conditions that no setting decides."""


@dataclass(frozen=True)
class Case:
    """One thing to judge: an answer, what its deployments report alike, and the deployments."""

    iri: str
    answer: Answer
    attributes: Mapping[str, str]
    ungoverned: str | None
    deployments: tuple[Deployment, ...]

    @property
    def basis(self) -> str:
        """What the IRIs of all rows of the answer begin with."""
        asked = self.answer.question
        selected = self.answer.selected_on
        return basis_iri(self.answer.identity, selected, asked.collection, asked.assume)


def cases(deployed: Iterable[DeployedAccess], attributes: Sequence[str]) -> list[Case]:
    """Group deployments by all that policies can tell apart; ``attributes`` are those they read."""
    grouped: dict[tuple[object, ...], tuple[Answer, list[Deployment]]] = {}
    for access in deployed:
        for deployment in access.deployments:
            told = tuple(deployment.attributes.get(name) for name in attributes)
            key = (access.answer.identity, deployment.ungoverned, told)
            grouped.setdefault(key, (access.answer, []))[1].append(deployment)
    return [
        case(answer, shared[0].attributes, attributes, shared[0].ungoverned, shared)
        for answer, shared in grouped.values()
    ]


def case(
    answer: Answer,
    reported: Mapping[str, str],
    attributes: Sequence[str],
    ungoverned: str | None,
    deployments: Iterable[Deployment] = (),
) -> Case:
    """Make a case; of what is reported, only ``attributes`` count."""
    kept = {name: reported[name] for name in attributes if reported.get(name)}
    text = "\0".join([answer.identity, ungoverned or "", *(f"{k}={v}" for k, v in kept.items())])
    name = hashlib.sha256(text.encode()).hexdigest()[:20]
    return Case(f"{BASE}case/{name}", answer, kept, ungoverned, tuple(deployments))


def facts(
    judged: Iterable[Case], knowledge: Knowledge, quads: ToQuads, wanted: frozenset[str]
) -> Iterator[Quad]:
    """Write cases and the answers they rest on; only the ``wanted`` predicates of the latter.

    The rows of an answer that no document governs are left out, so that nothing conforms by them.
    """
    written: set[str] = set()
    for own in judged:
        yield from about_case(own)
        if own.ungoverned is None and own.basis not in written:
            written.add(own.basis)
            yield from (quad for quad in quads(own.answer) if quad[1] in wanted)
            yield from about_rows(own, knowledge)


def row_iri(answer: Answer, row: Row) -> str:
    """Write the IRI of a row that has a key."""
    assert row.key is not None
    asked = answer.question
    return access_iri(answer.identity, answer.selected_on, asked.collection, asked.assume, row.key)


def standing(row: Row) -> str:
    """Say how a row bears on a policy.

    What is permitted at run time at the latest is granted: no setting rules it out. What awaits a
    setting is undecided, and so is what documents contradict each other on.
    """
    if row.verdict == "conditional":
        groups: dict[int, list[Awaited]] = {}
        for awaited in row.awaits:
            groups.setdefault(awaited.group, []).append(awaited)
        for group in groups.values():
            if all(a.kind in AT_RUN_TIME and a.then == "permitted" for a in group):
                return "granted"
        return "undecided"
    return {"permitted": "granted", "prohibited": "denied", "not-stated": "silent"}.get(
        row.verdict, "undecided"
    )


def about_case(own: Case) -> Iterator[Quad]:
    """Write what is judged and what its deployments report."""
    yield own.iri, RDF["type"], iri(SL["PolicyCase"]), ""
    configuration = configuration_iri(own.answer.identity)
    if own.ungoverned is not None:  # its settings are judged, the rows of a like one are not
        configuration = f"{own.iri}/configuration"
        yield own.iri, SL["ungovernedBecause"], literal(own.ungoverned), ""
        for facet, values in own.answer.configuration.items():
            for item in values:
                yield configuration, SL["hasCandidate"], iri(value(facet, item)), ""
    yield own.iri, SL["judges"], iri(configuration), ""
    for name, text in own.attributes.items():
        node = f"{own.iri}/{name}"
        yield own.iri, SL["hasAttribute"], iri(node), ""
        yield node, RDF["type"], iri(SL["Attribute"]), ""
        yield node, SL["attributeName"], literal(name), ""
        yield node, SL["attributeValue"], literal(text), ""


def about_rows(own: Case, knowledge: Knowledge) -> Iterator[Quad]:
    """Write how the rows of the answer bear on policies, and the zones that places stay in."""
    basis = own.basis
    for row in own.answer.rows:
        if row.key is None:
            continue
        node = row_iri(own.answer, row)
        yield node, SL["standing"], literal(standing(row)), ""
        for number, item in enumerate(row.open, 1):
            certain = all(knowledge.facets[facet].kind in AT_RUN_TIME for facet in item.awaits)
            text = "granted" if certain else "undecided"
            yield f"{node}/open/{number}", SL["standing"], literal(text), ""
        for token, known in row.resolved.items():
            zones = known.get("zones")
            for zone in zones if isinstance(zones, list) else ():
                yield f"{basis}/place/{token}", SL["staysInZone"], iri(ZONE[zone]), ""
