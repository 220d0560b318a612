"""Match statements to rows: which make a row, which deny it, which describe it.

Source of the rules: an access statement makes rows; an aspect attaches to a row only if activity,
data, target, actor and kind of aspect fit. Nothing here depends on a configuration, only on which
statements are in scope, so that the result is shared by all configurations of one scope.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sightline.derive.truth import compatible, strictly_implies
from sightline.model import Condition, Key, Knowledge, Statement

AT_REST = frozenset({"storage_place", "retention"})
UNSTATED = "not-stated"


@dataclass(frozen=True, slots=True)
class Describing:
    """A statement that says something about a row: one value of one aspect."""

    aspect: str
    value: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A row before its conditions are decided."""

    key: Key
    permitting: tuple[Statement, ...]
    denying: tuple[Statement, ...]
    describing: tuple[Describing, ...]
    describing_denial: tuple[Describing, ...]
    beaten: Mapping[str, frozenset[str]]
    """Statement -> statements of the other side, same document version, that prevail over it."""


class Rows:
    """Builds the rows that statements in scope make.

    ``instantiate`` names a data category at which rules about all of something broader are
    spelled out.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        statements: Sequence[Statement],
        instantiate: str | None = None,
    ) -> None:
        self._knowledge = knowledge
        self._instantiate = instantiate
        access = [s for s in statements if s.kind == "access" and s.effect != "advises"]
        self._permits = [s for s in access if s.effect == "permits"]
        self._denies = [s for s in access if s.effect == "denies"]
        self._describing = [
            s
            for s in statements
            if s.kind in ("access", "aspect") and s.aspects and s.effect != "advises"
        ]
        self._implying = self._at_rest_without_store()

    def build(self) -> tuple[Skeleton, ...]:
        """Give all rows, sorted by key."""
        made: defaultdict[Key, list[Statement]] = defaultdict(list)
        for statement in (*self._permits, *self._implying):
            for key in self._keys(statement, self._actors(statement), self._actions(statement)):
                made[key].append(statement)
        denied = {s.iri: self._denied_pairs(s, made) for s in self._denies}
        for statement in self._denies:
            for actor, action in denied[statement.iri]:
                for key in self._keys(statement, (actor,), (action,)):
                    made.setdefault(key, [])
        return tuple(
            self._skeleton(key, made[key], denied)
            for key in sorted(made, key=lambda k: (*_sortable(k),))
        )

    def _skeleton(
        self,
        key: Key,
        own: Sequence[Statement],
        denied: Mapping[str, frozenset[tuple[str, str]]],
    ) -> Skeleton:
        permitting = list(own)
        for statement in self._permits:
            if (
                statement.covers_narrower
                and statement not in permitting
                and statement.activity == key.activity
                and key.action in statement.actions
                and key.actor in self._actors(statement)
                and self._covers(statement, key.data)
                and (
                    key.target in statement.targets
                    or (key.target is None and not statement.targets)
                )
            ):
                permitting.append(statement)
        denying = [
            statement
            for statement in self._denies
            if statement.activity == key.activity
            and (key.actor, key.action) in denied[statement.iri]
            and (not statement.data or self._covers(statement, key.data))
            and (not statement.targets or key.target in statement.targets)
        ]
        owners = frozenset(s.iri for s in (*permitting, *denying))
        describing = [d for s in self._describing for d in self._describe(s, key, owners)]
        return Skeleton(
            key,
            tuple(permitting),
            tuple(denying),
            tuple(d for d in describing if d.statement.effect == "permits"),
            tuple(d for d in describing if d.statement.effect == "denies"),
            self._precedence(permitting, denying),
        )

    def _precedence(
        self, permitting: Iterable[Statement], denying: Sequence[Statement]
    ) -> dict[str, frozenset[str]]:
        beaten: defaultdict[str, set[str]] = defaultdict(set)
        for one in permitting:
            for other in denying:
                if one.version != other.version:
                    continue
                first, second = self._conditions(one), self._conditions(other)
                if strictly_implies(first, second):
                    beaten[other.iri].add(one.iri)
                elif strictly_implies(second, first):
                    beaten[one.iri].add(other.iri)
        return {iri: frozenset(by) for iri, by in beaten.items()}

    def _conditions(self, statement: Statement) -> list[Condition]:
        return [self._knowledge.conditions[token] for token in statement.conditions]

    # -- who

    def _actors(self, statement: Statement) -> tuple[str, ...]:
        """Who a permitting statement is about: as stated, or the performer named elsewhere."""
        if statement.basis == "not-stated" or statement.actor is None:
            return (UNSTATED,)
        if statement.basis == "stated":
            return (statement.actor,)
        named = self._performers(statement, self._actions(statement), stated=True)
        return (statement.actor,) if not named or statement.actor in named else tuple(sorted(named))

    def _performers(
        self, statement: Statement, actions: Sequence[str], *, stated: bool
    ) -> frozenset[str]:
        return frozenset(
            other.actor
            for other in self._permits
            if other.actor is not None
            and other.activity == statement.activity
            and (other.basis == "stated" if stated else other.basis != "not-stated")
            and (not actions or set(actions) & set(other.actions))
            and self._overlap(statement, other)
        )

    def _denied_pairs(
        self, statement: Statement, made: Mapping[Key, Sequence[Statement]]
    ) -> frozenset[tuple[str, str]]:
        """Actor and action that a denial reaches; a passive one reaches every performer."""
        pairs = {(k.actor, k.action) for k in made if k.activity == statement.activity}
        if statement.basis == "stated" and statement.actor is not None:
            actions = statement.actions or {act for who, act in pairs if who == statement.actor}
            return frozenset((statement.actor, action) for action in actions)
        performers = self._performers(statement, statement.actions, stated=False)
        reached = {
            (who, act)
            for who, act in pairs
            if who in performers | {UNSTATED}
            and (not statement.actions or act in statement.actions)
        }
        if not performers and statement.actor is not None:
            reached |= {(statement.actor, action) for action in statement.actions}
        return frozenset(reached)

    def _overlap(self, one: Statement, other: Statement) -> bool:
        if one.scope == other.scope or not one.scope or not other.scope:
            return True
        conditions = self._knowledge.conditions
        return all(
            any(
                compatible(first, second)
                for first in conditions[a].atoms
                for second in conditions[b].atoms
            )
            for a in one.scope
            for b in other.scope
        )

    # -- what

    def _actions(self, statement: Statement) -> tuple[str, ...]:
        if statement.kind == "aspect":
            return tuple(sorted(self._knowledge.storage_actions))
        return statement.actions

    def _keys(
        self, statement: Statement, actors: Iterable[str], actions: Iterable[str]
    ) -> Iterable[Key]:
        data = list(statement.data)
        wanted = self._instantiate
        if wanted and wanted not in data and statement.covers_narrower:
            data += [wanted] if self._covers(statement, wanted) else []
        for actor in actors:
            for action in actions:
                for item in data:
                    for target in statement.targets or (None,):
                        yield Key(statement.activity, actor, action, item, target)

    def _covers(self, statement: Statement, data: str) -> bool:
        return not self._knowledge.broader.get(data, frozenset({data})).isdisjoint(statement.data)

    def _at_rest_without_store(self) -> list[Statement]:
        """Find aspects of data at rest where no statement says that it is stored at all."""
        storing = {
            (s.activity, item)
            for s in self._permits
            if self._knowledge.storage_actions.intersection(s.actions)
            for item in s.data
        }
        return [
            s
            for s in self._describing
            if s.kind == "aspect"
            and s.effect == "permits"
            and s.basis == "inferred"
            and s.actor is not None
            and self._at_rest(s)
            and s.data
            and not any((s.activity, item) in storing for item in s.data)
        ]

    def _at_rest(self, statement: Statement) -> bool:
        kinds = self._knowledge.safeguard_kinds
        return bool(AT_REST & statement.aspects.keys()) or any(
            kinds.get(value) == "at-rest" for value in statement.aspects.get("safeguards", ())
        )

    # -- how

    def _describe(
        self, statement: Statement, key: Key, owners: frozenset[str]
    ) -> Iterable[Describing]:
        if (
            statement.activity != key.activity
            or (statement.data and not self._covers(statement, key.data))
            or (statement.targets and key.target not in statement.targets)
        ):
            return
        own = statement.iri in owners
        exactly = statement.actor == key.actor
        named = statement.kind == "access" and statement.basis == "stated"
        for aspect, values in statement.aspects.items():
            for value in values:
                if self._fits(aspect, value, statement, key, own, exactly, named):
                    yield Describing(aspect, value, statement)

    def _fits(
        self,
        aspect: str,
        value: str,
        statement: Statement,
        key: Key,
        own: bool,
        exactly: bool,
        named: bool,
    ) -> bool:
        known = self._knowledge
        if aspect in ("roles", "actor_place"):
            return exactly
        kind = known.safeguard_kinds.get(value) if aspect == "safeguards" else None
        if kind == "personnel":
            return exactly
        if named and not exactly:
            return False
        if aspect in AT_REST or kind == "at-rest":
            return key.action in known.storage_actions
        if aspect == "processing_place":
            return key.action in known.processing_actions and (
                key.action in statement.actions or statement.kind == "aspect"
            )
        if kind == "processing":
            return key.action in known.processing_actions
        if aspect == "purposes" and not named and statement.kind == "access":
            return own or key.action in statement.actions
        return own


def _sortable(key: Key) -> Iterable[str]:
    return (key.activity, key.actor, key.action, key.data, key.target or "")
