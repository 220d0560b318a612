"""Say what is unknown, how much waits for it, and who can settle it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sightline.joining import Joined
from sightline.model import DeployedAccess, Deployment, Knowledge, Row, Unsettled
from sightline.render.presenting import PLACES
from sightline.render.wording import about, value_label
from sightline.reporting import naming
from sightline.terms import BASE

NAMED = 6
"""Things that an entry names; of further ones it says how many there are."""

_PUBLISHER = "the publisher of the documents, or your contract"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that is not known; ``count`` is how many things it stands for.

    ``kind`` is facet, event, discretion, not-stated, ungoverned, pending, setting or dataset.
    """

    kind: str
    what: str
    waits: str
    who: str
    count: int = 1
    statements: tuple[str, ...] = ()
    facet: str = ""
    command: str = ""


@dataclass(slots=True)
class _Waiting:
    """What waits for a facet: rows by their key, and the deployments whose answers they are."""

    rows: dict[object, Row] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)


def unknowns(
    knowledge: Knowledge, found: Sequence[DeployedAccess], data: str, joined: Joined | None
) -> Iterator[Unknown]:
    """List what is unknown: no answer at all, what can be settled, and what nobody states."""
    total = sum(len(each.deployments) for each in found)
    yield from _withheld(found)
    waiting = _waiting(found)
    facets = knowledge.facets
    order = {"facet": 0, "event": 1, "discretion": 2}
    for token in sorted(
        waiting, key=lambda t: (order[facets[t].kind], -len(waiting[t].rows), facets[t].label)
    ):
        yield _open(knowledge, token, waiting[token], total)
    yield from _not_stated(knowledge, found, data)
    yield from _settings(knowledge, found, waiting)
    yield from _pending(found)
    yield from _datasets(joined)


def _withheld(found: Iterable[DeployedAccess]) -> Iterator[Unknown]:
    reasons: dict[str, list[Deployment]] = {}
    for each in found:
        if not each.answer.complete:
            reason = each.answer.incomplete_because or "the answer is incomplete"
            reasons.setdefault(reason, []).extend(each.deployments)
    for reason, deployments in reasons.items():
        names = listed([each.label for each in deployments])
        yield Unknown(
            "ungoverned",
            f"{names}: {reason}" if names else reason,
            "everything about it",
            _PUBLISHER,
            len(deployments) or 1,
        )


def _waiting(found: Iterable[DeployedAccess]) -> dict[str, _Waiting]:
    waiting: dict[str, _Waiting] = {}
    for each in found:
        for row in each.answer.rows:
            if row.key is None:
                continue
            names = {a.condition for a in row.awaits}
            for token in names | {facet for item in row.open for facet in item.awaits}:
                own = waiting.setdefault(token, _Waiting())
                own.rows.setdefault(row.key, row)
                own.deployments.update((d.iri, d) for d in each.deployments)
    return waiting


def _open(knowledge: Knowledge, token: str, own: _Waiting, total: int) -> Unknown:
    facet = knowledge.facets[token]
    values = [value_label(knowledge, token, value) for value in sorted(facet.values)]
    of_kind = f" ({' or '.join(values)})" if facet.kind == "facet" and 1 < len(values) < 5 else ""
    waits = naming.counted(len(own.rows), "answer")
    if total and len(own.deployments) < total:
        waits += f", {len(own.deployments)} of {naming.counted(total, 'deployment')}"
    statements = dict.fromkeys(iri for row in own.rows.values() for iri in row.supports)
    who, command = "the actor alone decides", ""
    what = f"{facet.label}{of_kind}"
    if facet.kind != "facet":
        definition = knowledge.definitions.get(f"{BASE}facet/{token}", "")
        what = ": ".join(
            filter(None, (facet.label, knowledge.inside(about(definition).rstrip("."))))
        )
    if facet.kind == "event":
        who = "nobody beforehand: it shows when it happens"
    elif facet.kind == "facet":
        who, command = _settler(token, tuple(own.deployments.values()))
    return Unknown(facet.kind, what, waits, who, 1, tuple(statements), token, command)


def _settler(token: str, deployments: Sequence[Deployment]) -> tuple[str, str]:
    """Say who can settle a facet, and how."""
    owners = dict.fromkeys(o for d in deployments if (o := d.attributes.get("owner")))
    who = listed(list(owners)) or "whoever deploys it"
    left = [item for each in deployments for item in each.unsettled if item.facet == token]
    ways = dict.fromkeys(item.settle for item in left if item.settle)
    if ways:
        return who, " or ".join(f"{way}{_value(way)}" for way in list(ways)[:2])
    if left:
        return f"{who}: {_reason(left[0])}", f"--set {token}=VALUE"
    return who if deployments else "whoever uses it", f"--set {token}=VALUE"


def _value(way: str) -> str:
    """Show where a value goes: after '=' for a parameter, after a blank for an option."""
    return "=VALUE" if " " in way else " VALUE"


def _reason(item: Unsettled) -> str:
    return f"{item.expression} is {item.reason.replace('-', ' ')} in the file"


def _not_stated(
    knowledge: Knowledge, found: Sequence[DeployedAccess], data: str
) -> Iterator[Unknown]:
    """List what documents leave out of the answers that they give, and whom they do not mention."""
    unplaced, untimed, silent = (dict[str, tuple[str, ...]]() for _ in range(3))
    actors = set(knowledge.tokens["actor"]) - {"not-stated"}
    answered = [each.answer for each in found if each.answer.complete]
    for answer in answered:
        for row in answer.rows:
            key = row.key
            if key is None:
                continue
            actors.discard(key.actor)
            actor = knowledge.label("actor", key.actor)
            action = knowledge.named("action", key.action)
            name = f"{actor} {action} ({knowledge.named('activity', key.activity)})"
            open_ = {item.aspect for item in row.open}
            if row.verdict == "not-stated":
                silent.setdefault(name, row.nearest[:3])
                continue
            if not knowledge.ranks[row.verdict]:
                continue
            if not any(row.aspects.get(aspect) for aspect in PLACES) and not open_ & set(PLACES):
                unplaced.setdefault(name, row.supports)
            storing = key.action in knowledge.storage_actions
            if storing and not row.aspects.get("retention") and "retention" not in open_:
                untimed.setdefault(name, row.supports)
    for lead, named in (
        ("Where this takes place", unplaced),
        ("How long this is kept", untimed),
        ("Whether this takes place", silent),
    ):
        if named:
            statements = dict.fromkeys(iri for own in named.values() for iri in own)
            yield Unknown(
                "not-stated",
                f"{lead}: {listed(list(named))}",
                naming.counted(len(named), "answer"),
                _PUBLISHER,
                len(named),
                tuple(statements) if named is not silent else (),
            )
    if answered and actors:
        names = sorted(knowledge.label("actor", each) for each in actors)
        words = knowledge.named("data", data)
        yield Unknown(
            "not-stated",
            f"What these may do with {words}, which is no denial: {listed(names)}",
            naming.counted(len(names), "actor"),
            _PUBLISHER,
            len(names),
        )


def _settings(
    knowledge: Knowledge, found: Iterable[DeployedAccess], waiting: Mapping[str, object]
) -> Iterator[Unknown]:
    """Tell of what files leave open although nothing that was asked waits for it."""
    left = {
        item.facet
        for each in found
        for deployment in each.deployments
        for item in deployment.unsettled
        if item.facet not in waiting
    }
    if left:
        names = sorted(knowledge.named("facet", token) for token in left)
        yield Unknown(
            "setting",
            f"Left open by files besides: {listed(names)}",
            "no answer in this brief",
            "whoever deploys it",
            len(left),
        )


def _pending(found: Iterable[DeployedAccess]) -> Iterator[Unknown]:
    pending = sorted(
        {
            iri
            for each in found
            for row in each.answer.rows
            for iri in row.statements
            if iri in each.answer.pending
        }
    )
    if pending:
        yield Unknown(
            "pending",
            "Sentences that have changed since they were read, and await review",
            naming.counted(len(pending), "statement"),
            "whoever keeps the knowledge",
            len(pending),
            tuple(pending),
        )


def _datasets(joined: Joined | None) -> Iterator[Unknown]:
    """Tell of datasets with no link: what they reach is not known, which is no 'nothing'."""
    if joined is None:
        return
    reached = {reach.dataset for reach in joined.reaches}
    left = [
        each.title or each.name
        for iri, each in sorted(joined.datasets.items())
        if iri not in reached and iri not in joined.nothing and iri not in joined.stands_for
    ]
    if left:
        yield Unknown(
            "dataset",
            f"What these datasets reach, as no link of theirs was reviewed: {listed(left)}",
            naming.counted(len(left), "dataset"),
            "the owners of the datasets",
            len(left),
            command="sightline catalog link --review",
        )


def listed(names: Sequence[str], most: int = NAMED) -> str:
    """List names, and say how many more there are.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
