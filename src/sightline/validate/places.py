"""Find the line that causes a finding: of the property it is about, else of the deployment."""

from collections.abc import Iterator
from dataclasses import dataclass

from sightline.terms import FACET
from sightline.validate.gate import Finding, awaited
from sightline.validate.judging import reported


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; ``cause`` is the facet or attribute that the property there gives."""

    file: str
    line: int
    cause: str | None = None


def place(finding: Finding) -> Place:
    """Give the line to look at first."""
    return next(properties(finding), deployment_place(finding))


def deployment_place(finding: Finding) -> Place:
    """Give the line where the deployment itself begins."""
    return Place(finding.deployment.file, finding.deployment.line)


def properties(finding: Finding) -> Iterator[Place]:
    """Give the lines of the properties behind a finding, the most telling first."""
    written_at = finding.deployment.written_at
    if written_at is None:
        return
    for name in dict.fromkeys(_causes(finding)):
        if at := written_at(name):
            yield Place(*at, name)


def _causes(finding: Finding) -> Iterator[str]:
    """Name facets and attributes: what changed, what is judged, what a remedy would change."""
    yield from finding.changed
    for reason in finding.judgement.telling:
        yield from filter(None, map(FACET.token, reason.constraint.see_also))
        yield from reported(reason.constraint.select)
    remedied = tuple(_remedied(finding))
    if finding.judgement.outcome == "violation":
        yield from remedied
        return
    names = awaited(finding)
    yield from (name for name in remedied if name in names)
    yield from (item.facet for item in finding.deployment.unsettled if item.facet in names)
    yield from sorted(names)


def _remedied(finding: Finding) -> Iterator[str]:
    """Name what the remedies of the policy would set to something else than it is."""
    own = finding.judgement.case
    for remedy in finding.policy.remedies:
        for facet, value in remedy.sets.items():
            if own.answer.configuration.get(facet, (value,)) != (value,):
                yield facet
        for name, text in remedy.attributes.items():
            if own.attributes.get(name, text).casefold() != text.casefold():
                yield name
        known = own.answer.configuration
        if remedy.varies and not (
            remedy.requires
            and all(known.get(facet) == (value,) for facet, value in remedy.requires)
        ):
            yield remedy.varies
