"""Derive effective access: who can do what with which data under a configuration.

The evaluator reads statements as data. It knows no document, offering or actor by name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from sightline.derive.facets import Facets, Known
from sightline.derive.places import Resolved, resolve
from sightline.derive.reuse import Outcomes, View
from sightline.derive.rows import UNSTATED, Rows, Skeleton
from sightline.derive.truth import Truth, all_of, open_atoms
from sightline.derive.verdicts import Settle, Sides, awaited, decide, describe
from sightline.errors import UnknownTermError
from sightline.identity import configuration_token
from sightline.model import (
    Answer,
    Atom,
    Awaited,
    Knowledge,
    OpenAspect,
    Question,
    Row,
    Statement,
    Version,
)

__all__ = ["Derivation", "select_versions"]

_NEAREST = 12
_PLACES = ("processing_place", "storage_place", "actor_place")


def select_versions(
    knowledge: Knowledge, as_of: date | None = None, collection: str | None = None
) -> tuple[Version, ...]:
    """Choose the document versions an answer rests on: of each document the newest at a date.

    A document that another one replaced drops out from the date of the other's first version.
    Raises UnknownTermError for an unknown collection.
    """
    allowed: Iterable[Version] = knowledge.versions.values()
    if collection is not None:
        if collection not in knowledge.collections:
            raise UnknownTermError("collection", collection, knowledge.collections)
        members = knowledge.collections[collection]
        allowed = (v for v in allowed if v.iri in members)
    known = [v for v in allowed if as_of is None or v.effective <= as_of]
    newest: dict[str, Version] = {}
    for version in sorted(known, key=lambda v: (v.effective, v.iri)):
        newest[version.document] = version
    return tuple(
        version
        for iri, version in sorted(newest.items())
        if knowledge.documents[iri].replaced_by not in newest
    )


class Derivation:
    """Answers questions on one selection of document versions; build once, ask often.

    >>> from sightline.graph import KnowledgeGraph
    >>> derivation = Derivation(KnowledgeGraph().knowledge)
    >>> answer = derivation.answer(Question({"offering": ("serverless-api",)}, "model-provider"))
    >>> {row.verdict for row in answer.rows}
    {'prohibited'}
    """

    def __init__(
        self, knowledge: Knowledge, as_of: date | None = None, collection: str | None = None
    ) -> None:
        self._knowledge = knowledge
        self._collection = collection
        self.versions = select_versions(knowledge, as_of, collection)
        self._selected = {version.iri for version in self.versions}
        today = as_of or date.today()
        self.selected_on = max(
            (
                *(v.effective for v in self.versions),
                *(d for m in knowledge.memberships for d in (m.start, m.end) if d and d <= today),
            ),
            default=today,
        )
        self._facets = Facets(
            knowledge,
            [i for i in knowledge.implications if i.version in self._selected],
            [a for a in knowledge.assumptions if a.version in self._selected],
            today,
        )
        self._statements = [s for s in knowledge.statements if s.version in self._selected]
        self._scopes = frozenset(s.scope for s in self._statements)
        self._pending = frozenset(s.iri for s in self._statements if s.pending)
        self._resolutions: dict[tuple[str, str], dict[str, Resolved]] = {}
        self._skeletons: dict[tuple[frozenset[str], str | None], tuple[Outcomes, ...]] = {}

    def answer(self, question: Question) -> Answer:
        """Derive the rows for a question about one configuration.

        Raises UnknownTermError for unknown facets, values or filter tokens, and InputError for
        facets that contradict the table of regions.
        """
        self._check_filters(question)
        known = self.known(question)
        scope = self._scope(known)
        rows = [
            row
            for row in _merged(list(self._derived(scope, known, question.data)))
            if self._matches(row, question, scope)
        ]
        if not rows and question.filters:
            rows = [self._nothing_stated(question, scope)]
        identity = configuration_token({f: tuple(sorted(v)) for f, v in known.given.items()})
        governing = {s.version for s in scope}
        return Answer(
            question=question,
            configuration=self._echo(known),
            identity=identity,
            selected_on=self.selected_on,
            versions=tuple(v for v in self.versions if v.iri in governing),
            assumptions=known.assumed,
            commitments=tuple(
                s.iri
                for s in scope
                if s.kind == "commitment" and all_of(known.truths[c] for c in s.conditions) is True
            ),
            rows=tuple(rows),
            contradicted=known.contradicted,
            pending=self._pending,
            complete=bool(scope),
            incomplete_because=None if scope else "no document governs this configuration",
        )

    def known(self, question: Question) -> Known:
        """Close a question's configuration: what was given, what follows, what is assumed.

        Raises UnknownTermError and InputError as ``answer`` does.
        """
        checked = self._facets.checked(question.configuration)
        return self._facets.known(checked, assume=question.assume)

    # -- rows

    def _derived(self, scope: list[Statement], known: Known, data: str | None) -> Iterator[Row]:
        """Derive all rows; what a row depends on is often as it was for another configuration."""
        worlds: dict[frozenset[Atom], Mapping[str, Truth]] = {}

        def settle(atoms: frozenset[Atom]) -> Mapping[str, Truth]:
            if atoms not in worlds:
                worlds[atoms] = self._facets.settled(known, atoms)
            return worlds[atoms]

        def derive(skeleton: Skeleton) -> Row | None:
            return self._row(skeleton, known, settle)

        view = View(known, self._facets)
        for outcomes in self._rows_of(scope, data):
            row, new = outcomes.row(view, derive)
            if row is not None:
                yield row if new else self._placed(row, known)

    def _placed(self, row: Row, known: Known) -> Row:
        """Give a row with its places resolved in another region."""
        if not row.resolved:
            return row
        return replace(row, resolved=self._resolved(row.aspects, row.open, known))

    def _resolved(
        self,
        aspects: Mapping[str, Mapping[str, tuple[str, ...]]],
        still_open: tuple[OpenAspect, ...],
        known: Known,
    ) -> dict[str, Resolved]:
        stated = [token for name in _PLACES for token in aspects.get(name, {})]
        stated += [item.value for item in still_open if item.aspect in _PLACES]
        places = self._knowledge.places
        found: dict[str, Resolved] = {}
        for place in (places[token] for token in stated if token in places):
            own = known.regions[0].token if len(known.regions) == 1 else None
            resolved = self._resolutions.get((own, place.token)) if own else None
            if resolved is None:
                resolved = resolve([place], known.regions, self._facets.regions, self._facets.zones)
                if own:
                    self._resolutions[own, place.token] = resolved
            found |= resolved
        return found

    def _rows_of(self, scope: list[Statement], data: str | None) -> tuple[Outcomes, ...]:
        key = (frozenset(s.iri for s in scope), data)
        if key not in self._skeletons:
            self._skeletons[key] = tuple(
                Outcomes(skeleton, self._facets, self._knowledge)
                for skeleton in Rows(self._knowledge, scope, data).build()
            )
        return self._skeletons[key]

    def _row(self, skeleton: Skeleton, known: Known, settle: Settle) -> Row | None:
        sides = decide(skeleton, known.truths)
        verdict = sides.verdict
        if verdict == "not-stated" and not skeleton.permitting:
            return None  # a denial that does not apply says nothing
        awaits: tuple[Awaited, ...] = ()
        groups: tuple[frozenset[Atom], ...] = ()
        if verdict == "conditional":
            awaits, groups = awaited(
                skeleton,
                sides,
                known.truths,
                self._knowledge.conditions,
                known.candidates,
                settle,
                self._knowledge.facets,
            )
        aspects, still_open = describe(
            skeleton,
            sides,
            verdict,
            known.truths,
            [settle(group) for group in groups],
            lambda s: self._opened(s, known),
            frozenset(a.condition for a in awaits),
        )
        # A definite verdict rests on what is true alone, not on what may be true besides.
        still = verdict == "conditional"
        deciding = (*sides.permits, *(sides.may_permit if still else ()))
        denying = (*sides.denies, *(sides.may_deny if still else ()))
        near = (*skeleton.permitting, *skeleton.denying) if verdict == "not-stated" else ()
        return Row(
            key=skeleton.key,
            filters={},
            verdict=verdict,
            rule=_rule(sides, verdict),
            basis=_basis((*deciding, *denying) or near, skeleton.key.actor),
            awaits=awaits,
            aspects=aspects,
            resolved=self._resolved(aspects, still_open, known),
            open=still_open,
            supports=tuple(s.iri for s in deciding),
            denies=tuple(s.iri for s in denying if s not in deciding or sides.denies),
            nearest=tuple(s.iri for s in near),
        )

    def _opened(self, statement: Statement, known: Known) -> tuple[str, ...]:
        facets = self._knowledge.facets
        return tuple(
            dict.fromkeys(
                facets[atom.facet].derived_from or atom.facet
                for token in statement.conditions
                if known.truths[token] is None
                for atom in open_atoms(self._knowledge.conditions[token], known.candidates)
            )
        )

    # -- filters

    def _check_filters(self, question: Question) -> None:
        for name, token in question.filters.items():
            if token not in self._knowledge.tokens[name]:
                raise UnknownTermError(name, token, self._knowledge.tokens[name])

    def _matches(self, row: Row, question: Question, scope: list[Statement]) -> bool:
        key = row.key
        if key is None:
            return True
        broader = self._knowledge.broader.get(key.data, frozenset({key.data}))
        return (
            (question.activity is None or key.activity == question.activity)
            and (question.action is None or key.action == question.action)
            and (question.data is None or question.data in broader)
            and (question.actor is None or key.actor in self._widened(question.actor, scope))
        )

    def _widened(self, actor: str, scope: list[Statement]) -> frozenset[str]:
        """Give an actor, its members, and the services it is stated to operate."""
        members = self._knowledge.members.get(actor, frozenset({actor}))
        operated = {o for s in scope if s.actor == actor for o in s.operates}
        return members | operated

    def _nothing_stated(self, question: Question, scope: list[Statement]) -> Row:
        return Row(
            key=None,
            filters=question.filters,
            verdict="not-stated",
            rule="nothing-stated",
            basis=UNSTATED,
            nearest=self._nearest(question, scope),
        )

    def _nearest(self, question: Question, scope: list[Statement]) -> tuple[str, ...]:
        """Rank statements by how many of the filters they meet, at most a dozen."""
        actors = self._widened(question.actor, scope) if question.actor else frozenset()
        broader = self._knowledge.broader
        related = broader.get(question.data, frozenset()) if question.data else frozenset()

        def score(s: Statement) -> int:
            data = any(d in related or question.data in broader.get(d, ()) for d in s.data)
            return (
                4 * (s.activity == question.activity)
                + 3 * (s.actor is not None and s.actor in actors)
                + 2 * data
                + (question.action in s.actions)
                if s.kind != "context" or s.activity == question.activity
                else 0
            )

        ranked = sorted((-score(s), s.iri) for s in scope if score(s))
        return tuple(iri for _, iri in ranked[:_NEAREST])

    # -- configuration

    def _scope(self, known: Known) -> list[Statement]:
        """List the statements that are not out of scope; many share theirs."""
        within = {
            scope: all_of(known.truths[c] for c in scope) is not False for scope in self._scopes
        }
        return [s for s in self._statements if within[s.scope]]

    def _echo(self, known: Known) -> dict[str, tuple[str, ...]]:
        """Give the facets that are known or were given, events included only if given."""
        facets = self._knowledge.facets
        return {
            token: tuple(sorted(values))
            for token, values in sorted(known.candidates.items())
            if token in known.given
            or (len(values) == 1 and facets[token].kind == "facet")
            or any(a.facet == token for a in known.assumed)
        }


def _merged(rows: list[Row]) -> list[Row]:
    """Fold a row without a stated actor into permitted rows of named actors that say the same."""
    named = {
        (r.key.activity, r.key.action, r.key.data, r.key.target)
        for r in rows
        if r.key and r.key.actor != UNSTATED and r.verdict == "permitted"
    }
    unstated = {
        (r.key.activity, r.key.action, r.key.data, r.key.target): r
        for r in rows
        if r.key and r.key.actor == UNSTATED and r.verdict == "permitted"
    }
    result = []
    for row in rows:
        assert row.key is not None
        shared = (row.key.activity, row.key.action, row.key.data, row.key.target)
        if row.key.actor == UNSTATED:
            if row.verdict != "permitted" or shared not in named:
                result.append(row)
        elif row.verdict == "permitted" and shared in unstated:
            more = unstated[shared].supports
            result.append(replace(row, supports=tuple(dict.fromkeys((*row.supports, *more)))))
        else:
            result.append(row)
    return result


def _rule(sides: Sides, verdict: str) -> str:
    if verdict == "not-stated":
        return "gate-of-practice" if sides.gated else "nothing-applies"
    if verdict == "prohibited" and all(s.effect == "permits" for s in sides.denies):
        return "only-gate"
    return {
        "permitted": "stated-and-not-denied",
        "prohibited": "denied-and-not-stated",
        "contradictory": "stated-and-denied",
        "conditional": "open-conditions",
    }[verdict]


def _basis(statements: Iterable[Statement], actor: str) -> str:
    bases = {s.basis for s in statements if s.actor == actor or s.basis != "stated"}
    for basis in ("stated", "inferred"):
        if basis in bases and actor != UNSTATED:
            return basis
    return UNSTATED if actor == UNSTATED else "inferred"
