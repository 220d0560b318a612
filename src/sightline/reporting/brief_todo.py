"""Say what to do: what policies find and would help, what to settle, confirm and look for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sightline.model import DeployedAccess, Knowledge, Version
from sightline.render.wording import age
from sightline.reporting.brief_points import Point
from sightline.reporting.brief_unknown import Unknown, listed
from sightline.reporting.naming import cut
from sightline.validate.gate import Finding, Gate

if TYPE_CHECKING:
    from sightline.reporting.brief import Beside

OLD = 365
"""Days after which a document is old enough to look for a newer version."""

_SOURCES = 4


@dataclass(frozen=True, slots=True)
class Todo:
    """Something to do, and why: ``kind`` is violation, undecided, or do."""

    kind: str
    text: str
    statements: tuple[str, ...] = ()
    command: str = ""


def todos(
    knowledge: Knowledge,
    found: Sequence[DeployedAccess],
    unknown: Sequence[Unknown],
    assumed: Sequence[Point],
    versions: Sequence[Version],
    day: date,
    beside: "Beside",
) -> Iterator[Todo]:
    """List what to do, the most pressing first."""
    if beside.gate is not None:
        yield from _findings(beside.gate)
    ungoverned = [each for each in unknown if each.kind == "ungoverned"]
    if ungoverned:
        yield Todo("do", "Find out what is stated for what has no answer, before it is used.")
    facets = [each for each in unknown if each.kind == "facet"]
    if facets:
        names = listed([knowledge.inside(each.what) for each in facets], 3)
        command = next((each.command for each in facets if each.command), "")
        yield Todo(
            "do",
            f"Settle what somebody can settle, first what most waits for: {names}.",
            (),
            command,
        )
    if any(each.kind == "not-stated" for each in unknown):
        yield Todo(
            "do",
            "Ask the publisher for what is not stated; until then, rely on neither yes nor no.",
        )
    for point in assumed:
        yield Todo("do", f"Confirm what is assumed: {point.text.partition('. ')[0]}.")
    for version in versions:
        days = (day - version.effective).days
        if days > OLD:
            dated = f"{version.title} ({version.label}) is {age(days)}"
            yield Todo("do", f"Look for a newer version: {dated}.", (), "sightline sources list")
    if any(each.kind == "pending" for each in unknown):
        yield Todo(
            "do", "Review the sentences that have changed.", (), "sightline sources check DIR"
        )
    if any(each.kind == "dataset" for each in unknown):
        yield Todo("do", "Review the links of datasets.", (), "sightline catalog link --review")
    for error in beside.errors:
        yield Todo("do", f"Mend a file that is not in this brief: {error.message}")
    if beside.gate is None and any(each.deployments for each in found):
        yield Todo("do", "Hold the estate to policies: none was run.", (), "--policy all")


def _findings(gate: Gate) -> Iterator[Todo]:
    """Group what policies find by what they say and what would help."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[Finding]] = {}
    for finding in gate.open:
        text = f"{finding.policy.label}: {finding.message}"
        alike.setdefault((finding.outcome, text, gate.changes(finding)), []).append(finding)
    total = len({each.iri for each in gate.deployments})
    for (outcome, text, changes), findings in alike.items():
        names = sorted({each.deployment.label for each in findings})
        where = listed([cut(each) for each in names], 3)
        if len(names) == total > 1:
            where = f"all {total} deployments"
        lead = "Tried, and would help" if outcome == "violation" else "Would settle it"
        helps = f" {lead}: {'; or '.join(c.rstrip('.') for c in changes)}." if changes else ""
        statements = dict.fromkeys(
            source.statement.iri for source in list(gate.sources(findings[0]))[:_SOURCES]
        )
        yield Todo(
            "violation" if outcome == "violation" else "undecided",
            f"{text.rstrip('.')}. At {where}.{helps}",
            tuple(statements),
        )
