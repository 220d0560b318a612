"""Tell which access deployments gain over a baseline, and hold findings to what is new."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from sightline.model import Answer, Change, DeployedAccess, Deployment, Key, Row
from sightline.validate.cases import case
from sightline.validate.gate import Finding, Gate
from sightline.validate.judging import Judgement, Reason
from sightline.validate.policies import Constraint, Policy

Diff = Callable[[Answer, Answer], Sequence[Change]]
"""What compares two answers: ``KnowledgeGraph.diff``."""

GAINED = frozenset({"gained", "place-gained", "retention-gained"})
MAYBE = frozenset({"maybe-gained"})
_PLACES = ("processing_place", "storage_place", "actor_place")

_SHAPE = "https://w3id.org/sightline/shape/NoNewAccess"
_RULES: Mapping[str, Constraint] = {
    "violation": Constraint(f"{_SHAPE}IsGained", "violation", "no access is new", "", "", ()),
    "unknown": Constraint(f"{_SHAPE}MayBeGained", "unknown", "no access may be new", "", "", ()),
}
POLICY = Policy(
    "no-new-access",
    "No new data access",
    "Policy that a change opens no access which the baseline did not have.",
    tuple(_RULES.values()),
    {},
    (),
)


def only_new(
    gate: Gate, before: Gate, now: Sequence[DeployedAccess], base: Sequence[DeployedAccess],
    diff: Diff,
) -> Gate:  # fmt: skip
    """Keep the findings that the baseline did not have, and add one for each gain of access.

    ``before`` is the gate over the baseline ``base``. A deployment of the baseline is found again
    by account and name; another one is compared with the nearest of the baseline.
    """
    ranks = {"unknown": 1, "violation": 2}
    known: dict[tuple[str, ...], int] = {}
    for finding in before.findings:
        place = (finding.policy.token, *_name(finding.deployment))
        known[place] = max(known.get(place, 0), ranks[finding.outcome])
    kept = tuple(
        finding
        for finding in gate.findings
        if known.get((finding.policy.token, *_name(finding.deployment)), 0) < ranks[finding.outcome]
    )
    gained = tuple(_gains(now, base, diff))
    return replace(
        gate,
        policies=(*gate.policies, POLICY),
        judgements=(*gate.judgements, *{id(f.judgement): f.judgement for f in gained}.values()),
        findings=(*kept, *gained),
    )


def _gains(
    now: Sequence[DeployedAccess], base: Sequence[DeployedAccess], diff: Diff
) -> Iterable[Finding]:
    places = {_name(own): each.answer for each in base for own in each.deployments}
    compared: dict[tuple[int, int | None], tuple[Reason, ...]] = {}

    def reasons(before: Answer | None, after: Answer) -> tuple[Reason, ...]:
        key = (id(after), None if before is None else id(before))
        if key not in compared:
            compared[key] = tuple(_reasons(before, after, diff))
        return compared[key]

    for access in now:
        judgements: dict[tuple[Reason, ...], Judgement] = {}
        for own in access.deployments:
            before = places.get(_name(own))
            if before is not None:
                found = reasons(before, access.answer)
            else:
                tried = [reasons(each.answer, access.answer) for each in base]
                found = min(tried, key=len) if tried else reasons(None, access.answer)
            if found:
                judged = case(access.answer, {}, (), own.ungoverned)
                shared = judgements.setdefault(found, Judgement(POLICY, judged, found))
                yield Finding(shared, own)


def _reasons(before: Answer | None, after: Answer, diff: Diff) -> Iterable[Reason]:
    old = before or replace(after, rows=())
    for change in diff(old, after):
        if change.change in GAINED | MAYBE:
            outcome = "violation" if change.change in GAINED else "unknown"
            yield Reason(_RULES[outcome], _words(change), change.key)
    rows = {row.key: row for row in old.rows}
    for row in after.rows:
        earlier = rows.get(row.key)
        if row.key is None or earlier is None or row.verdict in ("prohibited", "not-stated"):
            continue
        was = _countries(earlier)
        if was and (added := sorted(_countries(row) - was)):
            words = f"{_who(row.key)} can now be in {', '.join(added)}."
            yield Reason(_RULES["violation"], words, row.key)


def _words(change: Change) -> str:
    kind = {"place-gained": "gains the place", "retention-gained": "is kept for"}
    if change.change in kind:
        return f"{_who(change.key)} {kind[change.change]} {change.after}: new over the baseline."
    may = "may have become" if change.change in MAYBE else "has become"
    return f"{_who(change.key)} {may} {change.after} (was {change.before})."


def _who(key: Key) -> str:
    target = f" for {key.target}" if key.target else ""
    return f"{key.activity}: {key.actor} {key.action} {key.data}{target}"


def _countries(row: Row) -> frozenset[str]:
    named = {place for aspect in _PLACES for place in row.aspects.get(aspect, {})}
    found: set[str] = set()
    for place in named:
        countries = row.resolved.get(place, {}).get("countries")
        if isinstance(countries, list):
            found.update(countries)
    return frozenset(found)


def _name(own: Deployment) -> tuple[str, str]:
    return own.account.casefold(), own.name.casefold()
