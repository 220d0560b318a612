"""Hold findings to what is new over a baseline, and find the access that deployments gain."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import date

from sightline.model import Answer, DeployedAccess, Deployment, Key, Knowledge
from sightline.validate.accepted import Accepted
from sightline.validate.cases import case
from sightline.validate.gains import gains
from sightline.validate.gate import Finding, Gate, accept, severity_order
from sightline.validate.judging import Judgement, Reason
from sightline.validate.policies import Constraint, Policy

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
_RANKS = {"unknown": 1, "violation": 2}

Found = tuple[Deployment, Answer]
_Gained = tuple[tuple[Reason, ...], Deployment | None]


class Base:
    """The deployments of a baseline, found again by file, account and name."""

    def __init__(self, deployed: Iterable[DeployedAccess]) -> None:
        self.all = tuple(deployed)
        self.examples = [(one, each.answer) for each in self.all for one in each.deployments[:1]]
        self.ungoverned: set[tuple[object, ...]] = set()
        self._places: dict[tuple[str, ...], list[Found]] = {}
        for access in self.all:
            for own in access.deployments:
                if own.ungoverned is not None:
                    self.ungoverned.add(_seen(own))
                for key in (_name(own), (own.file, *_name(own))):
                    self._places.setdefault(key, []).append((own, access.answer))

    def find(self, own: Deployment) -> Sequence[Found]:
        """Give the deployment of the same file and name, else all of the name in other files."""
        here = self._places.get((own.file, *_name(own)))
        return here or self._places.get(_name(own), [])


def only_new(
    gate: Gate, before: Gate, now: Sequence[DeployedAccess], base: Sequence[DeployedAccess],
    accepted: Sequence[Accepted] = (), today: date | None = None,
) -> Gate:  # fmt: skip
    """Keep the findings that the baseline did not have, and add one for each gain of access.

    ``gate`` accepts nothing yet; ``before`` is the gate over the baseline ``base``. A deployment
    that the baseline did not have is compared with the nearest that it had.
    """
    old = Base(base)
    gained = list(_gained(now, old, gate.knowledge))
    told, warnings = accept((*gate.findings, *gained), accepted, today or date.today())
    ranks = {
        (finding.policy.token, finding.deployment.iri): _RANKS[finding.outcome]
        for finding in before.findings
    }

    def known(finding: Finding) -> bool:
        token, found = finding.policy.token, old.find(finding.deployment)
        worst = [ranks.get((token, each.iri), 0) for each, _ in found]
        return bool(worst) and min(worst) >= _RANKS[finding.outcome]

    count = len(gate.findings)
    kept = [finding for finding in told[:count] if not known(finding)]
    return replace(
        gate,
        policies=(*gate.policies, POLICY),
        judgements=(*gate.judgements, *{id(f.judgement): f.judgement for f in gained}.values()),
        findings=tuple(sorted([*kept, *told[count:]], key=severity_order)),
        warnings=(*gate.warnings, *warnings),
    )


def _gained(now: Sequence[DeployedAccess], base: Base, knowledge: Knowledge) -> Iterator[Finding]:
    compared: dict[tuple[int, int], tuple[Reason, ...]] = {}

    def reasons(before: Answer | None, after: Answer) -> tuple[Reason, ...]:
        key = (id(before), id(after))
        if key not in compared:
            compared[key] = tuple(
                Reason(
                    _RULES[gain.outcome],
                    f"{_who(gain.key, knowledge)} {gain.words}.",
                    gain.key,
                    gained=" ".join((*map(str, astuple(gain.key)), gain.token)),
                )
                for gain in gains(before, after, knowledge)
            )
        return compared[key]

    for access in now:
        judgements: dict[tuple[Reason, ...], Judgement] = {}
        nearest: _Gained | None = None
        for own in access.deployments:
            named = base.find(own)
            if own.ungoverned is not None:
                gained = _unjudged(own, named, base)
            elif named:
                gained = _least(named, access.answer, reasons)
            else:
                nearest = nearest or _least(base.examples, access.answer, reasons)
                gained = nearest
            found, near = gained
            if near is not None and own.ungoverned is None:
                found += tuple(_reopened(near, own))
            if found:
                judged = case(access.answer, {}, (), own.ungoverned)
                shared = judgements.setdefault(found, Judgement(POLICY, judged, found))
                yield Finding(shared, own, changed=_changed(near, own))


def _least(
    before: Sequence[Found],
    answer: Answer,
    reasons: Callable[[Answer | None, Answer], tuple[Reason, ...]],
) -> _Gained:
    """Give what is gained over the nearest deployment; all there is without any."""
    tried = [(reasons(old, answer), own) for own, old in before]
    return min(tried, key=lambda one: len(one[0])) if tried else (reasons(None, answer), None)


def _unjudged(own: Deployment, named: Sequence[Found], base: Base) -> _Gained:
    """Let what no document governs pass only if nothing about it has changed."""
    before = {_seen(old) for old, _ in named} if named else base.ungoverned
    if _seen(own) in before:
        return (), None
    words = f"What access it opens is not known, as no document governs it ({own.ungoverned})."
    reason = Reason(_RULES["unknown"], words, None, gained=words)
    return (reason,), named[0][0] if named else None


def _reopened(old: Deployment, own: Deployment) -> Iterator[Reason]:
    """Report facets that were open and still are, but can be something else than before."""
    was, now = ({each.facet: each.expression for each in d.unsettled} for d in (old, own))
    for facet in sorted({*was} & {*now}):
        values = [d.configuration.get(facet) for d in (old, own)]
        if was[facet] != now[facet] or values[0] != values[1]:
            words = (
                f"What {facet} is was open ({was[facet]}) and can be another now ({now[facet]})."
            )
            yield Reason(_RULES["unknown"], words, None, gained=words)


def _seen(own: Deployment) -> tuple[object, ...]:
    settings = (frozenset(own.configuration.items()), frozenset(own.attributes.items()))
    return own.ungoverned, *settings


def _changed(old: Deployment | None, own: Deployment) -> tuple[str, ...]:
    if old is None:
        return ()
    was, now = old.configuration, own.configuration
    facets = [facet for facet in sorted({*was, *now}) if was.get(facet) != now.get(facet)]
    names = sorted({*old.attributes, *own.attributes})
    return (*facets, *(n for n in names if old.attributes.get(n) != own.attributes.get(n)))


def _who(key: Key, knowledge: Knowledge) -> str:
    """Name a row by its labels: 'Human review: human reviewer, view prompts:'."""
    named = knowledge.named
    target = f" for {named('target', key.target)}" if key.target else ""
    what = f"{named('action', key.action)} {named('data', key.data)}{target}"
    return f"{knowledge.label('activity', key.activity)}: {named('actor', key.actor)}, {what}:"


def _name(own: Deployment) -> tuple[str, str]:
    return own.account.casefold(), own.name.casefold()
