"""Work out what is known of a configuration: what was given, what follows, what is assumed."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sightline.derive.truth import Truth, all_of, any_of, holds
from sightline.errors import InputError, UnknownTermError
from sightline.model import (
    Assumed,
    Atom,
    Candidates,
    Condition,
    Contradicted,
    Inference,
    Knowledge,
    Membership,
    Region,
)

ROOT = "region"
"""The facet from which others follow by the table of regions."""

_ANOTHER = frozenset({"(another value)"})
"""Stands for whatever else a facet can be whose values are not all known."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a configuration: candidates of each facet, and the regions left."""

    given: Mapping[str, frozenset[str]]
    candidates: Candidates
    regions: tuple[Region, ...]
    assumed: tuple[Assumed, ...]
    truths: Mapping[str, Truth]
    contradicted: tuple[Contradicted, ...]


class Facets:
    """Closes configurations over the regions, implications and assumptions in force.

    ``implications`` and ``assumptions`` are those of the selected document versions; ``on`` is the
    date at which memberships in zones are read.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        implications: Sequence[Inference],
        assumptions: Sequence[Inference],
        on: date,
    ) -> None:
        self._knowledge = knowledge
        self._implications = tuple(implications)
        self._assumptions = tuple(assumptions)
        self._regions = {
            region.token: Region(region.token, region.label, _located(region, knowledge, on))
            for region in knowledge.regions.values()
        }
        self.zones = _zones(knowledge, on)
        self._derived = frozenset(
            token for token, facet in knowledge.facets.items() if facet.derived_from == ROOT
        )
        self._defaults = {
            token: facet.values
            for token, facet in knowledge.facets.items()
            if facet.values and token not in self._derived
        }
        self._conditions = tuple(knowledge.conditions.values())
        self._by_facet: dict[str, list[Condition]] = {}
        for condition in self._conditions:
            for atom in condition.atoms:
                self._by_facet.setdefault(atom.facet, []).append(condition)

        self._placed = tuple(
            dict.fromkeys(a for c in self._conditions for a in c.atoms if a.facet in self.placed)
        )
        inferences = (*self._implications, *self._assumptions)
        self._fixed_places = not any(f in self.placed for i in inferences for f, _ in i.gives)
        self._views: dict[Hashable, int] = {}
        self._outlooks: dict[str, int] = {}

    def checked(self, configuration: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
        """Check facets and values as given; the result maps facet token -> candidate values.

        Raises UnknownTermError for an unknown facet or value and InputError for a facet without
        values or an event that nothing settles.
        """
        given = {}
        for token, raw in configuration.items():
            facet = self._knowledge.facets.get(token)
            if facet is None:
                raise UnknownTermError("facet", token, self._knowledge.facets)
            if facet.kind == "discretion":
                raise InputError(
                    "input.value",
                    f"{token!r} is the actor's own choice and cannot be set",
                    "leave it out",
                )
            values = frozenset(str(value) for value in raw)
            if not values:
                raise InputError("input.value", f"facet {token!r} has no value", "give it one")
            allowed = self._allowed(token)
            for value in sorted(values):
                if allowed is not None and value not in allowed:
                    raise UnknownTermError(f"value of {token!r}:", value, allowed)
            given[token] = values
        return given

    def known(self, given: Mapping[str, frozenset[str]], assume: bool = True) -> Known:
        """Close a checked configuration.

        Raises InputError if no region fits what is given about its geography, country or zone.
        """
        regions = self._fitting(given)
        candidates: dict[str, frozenset[str]] = dict(self._defaults)
        candidates |= {f: v for f, v in given.items() if f != ROOT and f not in self._derived}
        fixed = set(given)
        self._imply(candidates, fixed, regions)
        assumed = []
        for inference in self._assumptions if assume else ():
            if any(facet in fixed for facet, _ in inference.gives):
                continue
            decided = self._decided(inference, candidates, regions)
            if decided is not True:
                continue
            for facet, value in inference.gives:
                candidates[facet] = frozenset({value})
                fixed.add(facet)
                assumed.append(Assumed(facet, value, inference.because, inference.rests_on))
        if assumed:
            self._imply(candidates, fixed, regions)
        self._locate(candidates, regions)
        return Known(
            given,
            candidates,
            regions,
            tuple(assumed),
            self.truths(candidates, regions),
            tuple(self._contradicted(given, candidates, regions)),
        )

    def outlook(self, known: Known) -> int | None:
        """Give a number for what conditions can see of the only region; None if there are more.

        Where the number is equal, and all else that is known, the same conditions hold.
        """
        if len(known.regions) != 1 or not self._fixed_places:
            return None
        token = known.regions[0].token
        if token not in self._outlooks:
            located: dict[str, frozenset[str]] = {}
            self._locate(located, known.regions)
            seen: list[object] = [frozenset(located)]
            for atom in self._placed:
                seen.append(holds(atom, located))
                if atom.facet in self._derived:
                    seen.append(_over_regions(atom.facet, atom.values, atom.negated, known.regions))
            number = self._views.setdefault(tuple(seen), len(self._views))
            self._outlooks[token] = number
        return self._outlooks[token]

    def behind(self, conditions: Iterable[str]) -> frozenset[str]:
        """Give the facets that conditions are about, and all that these can follow from."""
        found: set[str] = set()
        pending = {a.facet for c in conditions for a in self._knowledge.conditions[c].atoms}
        while pending:
            facet = pending.pop()
            found.add(facet)
            for inference in (*self._implications, *self._assumptions):
                given = {name for name, _ in inference.gives}
                if facet in given:
                    for token in (*inference.when, *inference.unless):
                        given |= {a.facet for a in self._knowledge.conditions[token].atoms}
                    pending |= given - found
        return frozenset(found)

    @property
    def placed(self) -> frozenset[str]:
        """The facets that say or follow from where a deployment is."""
        return self._derived | {ROOT}

    @property
    def regions(self) -> Mapping[str, Region]:
        """All regions by token, with their zones at the date."""
        return self._regions

    def settled(self, known: Known, atoms: Iterable[Atom]) -> Mapping[str, Truth]:
        """Decide all conditions as they would be with some atoms settled."""
        given = dict(known.given) | {a.facet: frozenset({a.value}) for a in known.assumed}
        for atom in atoms:
            before = given.get(atom.facet, self._knowledge.facets[atom.facet].values)
            met = before - atom.values if atom.negated else before & atom.values
            given[atom.facet] = met or (_ANOTHER if atom.negated else atom.values)
        if any(atom.facet == ROOT or atom.facet in self._derived for atom in atoms):
            try:
                return self.known(given, assume=False).truths
            except InputError:  # no region satisfies all of them
                return known.truths
        candidates = dict(known.candidates) | {atom.facet: given[atom.facet] for atom in atoms}
        self._imply(candidates, set(given), known.regions)
        changed = {f for f, values in candidates.items() if values != known.candidates.get(f)}
        touched = {c.token: c for f in changed for c in self._by_facet.get(f, ())}
        return {
            **known.truths,
            **{
                token: self._decide(condition, candidates, known.regions)
                for token, condition in touched.items()
            },
        }

    def truths(self, candidates: Candidates, regions: tuple[Region, ...]) -> dict[str, Truth]:
        """Decide all conditions; those on what follows from the region are decided per region."""
        return {c.token: self._decide(c, candidates, regions) for c in self._conditions}

    def _decide(
        self, condition: Condition, candidates: Candidates, regions: tuple[Region, ...]
    ) -> Truth:
        result: Truth = False
        for atom in condition.atoms:
            if atom.facet in self._derived:
                truth = _over_regions(atom.facet, atom.values, atom.negated, regions)
            else:
                truth = holds(atom, candidates)
            if truth:
                return True
            if truth is None:
                result = None
        return result

    def _decided(
        self, inference: Inference, candidates: Candidates, regions: tuple[Region, ...]
    ) -> Truth:
        conditions = self._knowledge.conditions
        met = all_of(self._decide(conditions[c], candidates, regions) for c in inference.when)
        barred = any_of(self._decide(conditions[c], candidates, regions) for c in inference.unless)
        return False if barred is True else met

    def _imply(
        self, candidates: dict[str, frozenset[str]], fixed: set[str], regions: tuple[Region, ...]
    ) -> None:
        pending = list(self._implications)
        fired = True
        while fired:
            fired = False
            for inference in tuple(pending):
                if self._decided(inference, candidates, regions) is not True:
                    continue
                pending.remove(inference)
                for facet, value in inference.gives:
                    listed = len(candidates.get(facet, ())) > 1 and value in candidates[facet]
                    if facet not in fixed or listed:
                        candidates[facet] = frozenset({value})
                        fixed.add(facet)
                        fired = True

    def _contradicted(
        self,
        given: Mapping[str, frozenset[str]],
        candidates: Candidates,
        regions: tuple[Region, ...],
    ) -> Iterator[Contradicted]:
        """List what was given although an implication that holds gives another value."""
        for inference in self._implications:
            against = [(f, v) for f, v in inference.gives if f in given and v not in given[f]]
            if against and self._decided(inference, candidates, regions) is True:
                for facet, value in against:
                    kept = tuple(sorted(given[facet]))
                    yield Contradicted(facet, kept, value, inference.because, inference.rests_on)

    def _fitting(self, given: Mapping[str, frozenset[str]]) -> tuple[Region, ...]:
        asked = {f: v for f, v in given.items() if f in self._derived}
        tokens = given.get(ROOT)
        eligible = sorted(tokens) if tokens else self._regions
        regions = tuple(
            region
            for region in (self._regions[token] for token in eligible)
            if all(region.facets.get(f, frozenset()) & v for f, v in asked.items())
        )
        if not regions:
            wanted = ", ".join(f"{f}={'|'.join(sorted(v))}" for f, v in sorted(asked.items()))
            raise InputError(
                "input.value",
                f"no region {'of those given ' if tokens else ''}has {wanted}",
                "drop one of the facets that follow from the region",
            )
        return regions

    def _locate(self, candidates: dict[str, frozenset[str]], regions: tuple[Region, ...]) -> None:
        candidates[ROOT] = frozenset(region.token for region in regions)
        for facet in self._derived:
            sets = [region.facets.get(facet, frozenset()) for region in regions]
            if all(sets):
                candidates[facet] = frozenset().union(*sets)

    def _allowed(self, token: str) -> frozenset[str] | None:
        if token == ROOT:
            return frozenset(self._regions)
        if token in self._derived:
            return frozenset().union(
                *(region.facets.get(token, frozenset()) for region in self._regions.values())
            )
        return self._knowledge.facets[token].values or None


def _in_force(knowledge: Knowledge, on: date) -> list[Membership]:
    return [
        m
        for m in knowledge.memberships
        if (m.start is None or m.start <= on) and (m.end is None or on < m.end)
    ]


def _located(region: Region, knowledge: Knowledge, on: date) -> dict[str, frozenset[str]]:
    countries = region.facets.get("country", frozenset())
    zones = frozenset(
        m.zone
        for m in _in_force(knowledge, on)
        if m.region == region.token or m.country in countries
    )
    return {**region.facets, "zone": zones}


def _zones(knowledge: Knowledge, on: date) -> dict[str, frozenset[str]]:
    """Give the countries of each zone; a member region brings in its country."""
    countries: dict[str, set[str]] = {}
    for m in _in_force(knowledge, on):
        own = {m.country} if m.country else _countries(knowledge, m.region)
        countries.setdefault(m.zone, set()).update(own)
    return {zone: frozenset(found) for zone, found in countries.items()}


def _countries(knowledge: Knowledge, region: str | None) -> set[str]:
    known = knowledge.regions.get(region or "")
    return set(known.facets.get("country", ())) if known else set()


def _over_regions(
    facet: str, values: frozenset[str], negated: bool, regions: tuple[Region, ...]
) -> Truth:
    seen = set()
    for region in regions:
        own = region.facets.get(facet)
        seen.add(None if own is None else bool(own & values) != negated)
    return seen.pop() if len(seen) == 1 else None
