"""Hold an estate to policies: findings per deployment, what is accepted, and the verdict."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePath
from typing import Literal

from sightline.model import (
    ASPECT_PROPERTIES,
    Answer,
    DeployedAccess,
    Deployment,
    Knowledge,
    Sentence,
    Statement,
)
from sightline.terms import FACET, SL
from sightline.validate.accepted import Accepted
from sightline.validate.assumed import assumptions, contradictions
from sightline.validate.cases import ToQuads, cases
from sightline.validate.judging import Judge, Judgement
from sightline.validate.policies import SCOPES, Outcome, Policies, Policy

FailOn = Literal["violation", "unknown", "warning"]

Derive = Callable[[Mapping[str, tuple[str, ...]]], Answer]
"""What answers for another configuration, so that advice can be tried before it is given."""


@dataclass(frozen=True)
class Finding:
    """A judgement as it holds for one deployment.

    ``limited`` names a scope of the policy that the deployment does not report: the judgement then
    only would hold. ``accepted`` is the entry that accepts the finding, if one does; ``changed``
    are the facets in which the deployment differs from a baseline.
    """

    judgement: Judgement
    deployment: Deployment
    limited: str | None = None
    accepted: Accepted | None = None
    changed: tuple[str, ...] = ()

    @property
    def policy(self) -> Policy:
        """The policy that does not conform."""
        return self.judgement.policy

    @property
    def outcome(self) -> Outcome:
        """Violation or unknown."""
        return "unknown" if self.limited else self.judgement.outcome

    @property
    def message(self) -> str:
        """Say what is wrong and what to do, in one line."""
        messages = list(dict.fromkeys(reason.message for reason in self.judgement.telling))
        rest = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
        text = f"{messages[0]}{rest}"
        if self.limited:
            return (
                f"The policy is for some values of {self.limited} only, which the deployment "
                f"does not report; with one of them: {text[:1].lower()}{text[1:]}"
            )
        return text

    @property
    def fingerprint(self) -> str:
        """Name the finding alike from run to run, wherever in its file the deployment stands.

        It is another one when the outcome gets worse or other access is gained, so that who has
        dismissed the one still sees the other.
        """
        own = self.deployment
        gains = sorted(reason.gained for reason in self.judgement.telling if reason.gained)
        file = PurePath(own.file).as_posix()
        text = "\0".join((self.policy.token, self.outcome, file, own.account, own.iri, *gains))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Source:
    """A statement behind a finding, and where its sentence stands."""

    statement: Statement
    title: str
    version: str
    sentence: Sentence | None


@dataclass(frozen=True)
class Gate:
    """What a gate found; ``findings`` are without those that conform, the worst first."""

    knowledge: Knowledge
    policies: tuple[Policy, ...]
    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    deployments: tuple[Deployment, ...]
    conforming: Mapping[str, int]
    advice: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What people should know and no threshold counts: that a search for advice was broken off."""

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that are not accepted."""
        return tuple(finding for finding in self.findings if finding.accepted is None)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are, by outcome, and how many are accepted."""
        found = Counter(finding.outcome for finding in self.open)
        return {
            "violation": found["violation"],
            "unknown": found["unknown"],
            "accepted": len(self.findings) - len(self.open),
            "conforms": sum(self.conforming.values()),
        }

    @property
    def conforms(self) -> bool:
        """Whether nothing violates and nothing is unknown."""
        return not self.open

    def exit_code(self, fail_on: FailOn = "violation") -> int:
        """Give 1 for findings at or above the threshold, 3 where only unknowns stand in the way."""
        counts = self.counts
        if counts["violation"] or (fail_on != "violation" and counts["unknown"]):
            return 1
        if fail_on == "warning" and self.warnings:
            return 1
        return 3 if counts["unknown"] else 0

    def changes(self, finding: Finding) -> tuple[str, ...]:
        """List changes that were tried and make the policy conform, or what would settle it."""
        own = finding.judgement
        tried = self.advice.get((own.policy.token, own.case.iri), ())
        if finding.outcome == "violation":
            return tried
        return tuple(dict.fromkeys((*settling(finding), *tried)))

    def sources(self, finding: Finding) -> Iterator[Source]:
        """Give the statements that the rows of a finding rest on, each once."""
        rows = finding.judgement.rows
        asked = {
            page for reason in finding.judgement.telling for page in reason.constraint.see_also
        }
        # What a constraint is about comes first: the sentence on the place, say.
        aspects = [name for name, term in ASPECT_PROPERTIES.items() if SL[term] in asked]
        placed = (
            iri
            for row in rows
            for aspect in aspects
            for statements in row.aspects.get(aspect, {}).values()
            for iri in statements
        )
        decisive = (iri for row in rows for iri in (*row.supports, *row.denies))
        later = (iri for row in rows for item in row.open for iri in item.statements)
        for name in dict.fromkeys((*placed, *decisive, *later)):
            statement = self.knowledge.by_iri[name]
            version = self.knowledge.versions[statement.version]
            evidence = statement.evidence[0] if statement.evidence else ""
            yield Source(
                statement, version.title, version.label, self.knowledge.sentences.get(evidence)
            )


def gate(
    deployed: Sequence[DeployedAccess],
    knowledge: Knowledge,
    policies: Policies,
    names: Sequence[str] | None = None,
    *,
    quads: ToQuads,
    derive: Derive | None = None,
    accepted: Sequence[Accepted] = (),
    today: date | None = None,
    more: Sequence[Finding] = (),
) -> Gate:
    """Hold deployments to policies, all of them for None.

    ``quads`` writes derived facts (``render.rdf.quads``); ``derive`` answers for a changed
    configuration, without it no advice is given. What has expired by ``today`` accepts nothing.
    ``more`` are findings of other rules, such as the shapes of estates, to be reported as well.
    """
    chosen = policies.chosen(names)
    judge = Judge(policies, chosen, knowledge, quads)
    scoped = [name for name in SCOPES if any(policy.scope(name) for policy in chosen)]
    judged = cases(deployed, judge.attributes)
    judgements = tuple(judge.judge(judged))
    findings = list(more)
    conforming: Counter[str] = Counter()
    for judgement in judgements:
        for deployment in judgement.case.deployments:
            limited = limited_to(judgement.policy, deployment, scoped)
            if limited is False:
                continue
            if judgement.outcome == "conforms":
                conforming[judgement.policy.token] += 1
            else:
                findings.append(Finding(judgement, deployment, limited))
    day = today or date.today()
    findings, warnings = accept(findings, accepted, day)
    findings.sort(key=severity_order)
    advice: dict[tuple[str, str], tuple[str, ...]] = {}
    notes: tuple[str, ...] = ()
    if derive is not None:
        from sightline.validate.advice import advise

        own = {policy.token for policy in chosen}
        told = {
            id(f.judgement): f.judgement
            for f in findings
            if f.accepted is None and f.policy.token in own
        }
        advice, untried = advise(judge, tuple(told.values()), knowledge, derive)
        if untried:
            notes = (
                f"for {untried} of {len(told)} causes not all changes were tried, as there are too "
                "many; validate fewer files or policies at a time to see them",
            )
    others = {id(f.judgement): f.judgement for f in more}
    return Gate(
        knowledge,
        tuple({policy.token: policy for policy in (*chosen, *(f.policy for f in more))}.values()),
        (*judgements, *others.values()),
        tuple(findings),
        tuple(deployment for access in deployed for deployment in access.deployments),
        conforming,
        advice,
        (*warnings, *_incomplete(deployed), *contradictions(judgements)),
        (*notes, *assumptions(judgements)),
    )


def settling(finding: Finding) -> Iterator[str]:
    """List what would settle an unknown: settings of the file, and facets that answers await."""
    names = awaited(finding)
    for item in finding.deployment.unsettled:
        if item.facet in names:
            how = item.settle or f"resolve {item.expression}"
            yield f"Settle {item.facet} ({item.reason}): {how}"
    named = {item.facet for item in finding.deployment.unsettled}
    for name in sorted(names - named):
        yield f"Settle {name}: state it with --set {name}=VALUE"


def awaited(finding: Finding) -> set[str]:
    """Name the facets that an outcome waits for: of its rows, and those its rules are about."""
    names = {
        name
        for row in finding.judgement.rows
        for name, kind in [
            *((a.condition, a.kind) for a in row.awaits),
            *((facet, "facet") for item in row.open for facet in item.awaits),
        ]
        if kind == "facet"
    }
    pages = {page for r in finding.judgement.telling for page in r.constraint.see_also}
    return names | {name for page in pages if (name := FACET.token(page))}


def limited_to(
    policy: Policy, own: Deployment, scoped: Iterable[str] = SCOPES
) -> str | Literal[False] | None:
    """Say whether a policy is for a deployment: no (False), yes (None), or if it has this scope."""
    missing = None
    for name in scoped:
        if values := policy.scope(name):
            reported = own.attributes.get(name)
            if reported and reported.casefold() not in values:
                return False
            if not reported:
                missing = name
    return missing


def accept(
    findings: Iterable[Finding], accepted: Sequence[Accepted], today: date
) -> tuple[list[Finding], list[str]]:
    """Mark the findings that entries accept; tell of entries that expired or accept nothing."""
    used: set[int] = set()
    told = []
    for finding in findings:
        for number, entry in enumerate(accepted):
            if entry.matches(finding.policy.token, finding.deployment):
                used.add(number)
                if entry.expires >= today:
                    finding = replace(finding, accepted=entry)
                    break
        told.append(finding)
    warnings = []
    for number, entry in enumerate(accepted):
        if entry.expires < today:
            state = "has expired" if number in used else "has expired and accepts nothing"
            warnings.append(f"{entry.where}: the acceptance by {entry.owner} {state}")
        elif number not in used:
            warnings.append(f"{entry.where}: the acceptance by {entry.owner} accepts nothing")
    return told, warnings


def _incomplete(deployed: Iterable[DeployedAccess]) -> Iterator[str]:
    reasons = {
        access.answer.incomplete_because or "an answer is incomplete"
        for access in deployed
        if not access.answer.complete and not any(d.ungoverned for d in access.deployments)
    }
    yield from sorted(reasons)


def severity_order(finding: Finding) -> tuple[bool, str, str, int, str, str]:
    """Order findings: the worst first, then by policy and place."""
    own = finding.deployment
    worse = finding.outcome != "violation"
    return (worse, finding.policy.token, own.file, own.line, own.account, own.name)
