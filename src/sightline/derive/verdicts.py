"""Decide one row: its verdict, what it awaits, and which aspects hold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sightline.derive.rows import Describing, Skeleton
from sightline.derive.truth import Truth, all_of, open_atoms
from sightline.model import (
    ASPECTS,
    Atom,
    Awaited,
    Candidates,
    Condition,
    Facet,
    OpenAspect,
    Statement,
)

Settle = Callable[[frozenset[Atom]], Mapping[str, Truth]]
"""Gives the truth of every condition as it would be with some atoms settled."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The statements of a row that are true or open, on either side."""

    permits: tuple[Statement, ...]
    may_permit: tuple[Statement, ...]
    denies: tuple[Statement, ...]
    may_deny: tuple[Statement, ...]
    gated: tuple[Statement, ...]
    """Statements that would permit but for a gate that is not met."""

    @property
    def verdict(self) -> str:
        """The verdict; source of the rule: the table of five verdicts."""
        if self.permits and self.denies:
            return "contradictory"
        if self.permits and not self.may_deny:
            return "permitted"
        if self.denies and not self.permits and not self.may_permit:
            return "prohibited"
        if not (self.permits or self.may_permit or self.denies or self.may_deny):
            return "not-stated"
        return "conditional"


def decide(skeleton: Skeleton, truths: Mapping[str, Truth]) -> Sides:
    """Sort a row's statements by what is known, after gates and precedence.

    Gates conjoin over all statements behind the row. A gate of which the text says 'only' turns
    its statement into a denial where it is not met; one stated as practice leaves nothing stated.
    """
    applies = {
        s.iri: all_of(truths[c] for c in (*s.scope, *s.applies_when))
        for s in (*skeleton.permitting, *skeleton.denying)
    }
    gate: Truth = True
    barred: list[tuple[Statement, Truth]] = []
    for s in skeleton.permitting:
        holds = applies[s.iri]
        if holds is False:
            continue
        for token in (*s.only_when, *s.requires):
            met = truths[token]
            if met is True:
                continue
            # A gate of a statement that may not apply is itself in doubt.
            failed: Truth = holds if met is False else None
            gate = all_of((gate, None if failed is None else False))
            if token in s.only_when:
                barred.append((s, failed))
    permits = [s for s in skeleton.permitting if all_of((applies[s.iri], gate)) is True]
    may_permit = [s for s in skeleton.permitting if all_of((applies[s.iri], gate)) is None]
    denies = [s for s in skeleton.denying if applies[s.iri] is True]
    may_deny = [s for s in skeleton.denying if applies[s.iri] is None]
    true = {s.iri for s in (*permits, *denies)}

    def unbeaten(statements: Iterable[Statement]) -> list[Statement]:
        return [s for s in statements if not (skeleton.beaten.get(s.iri, frozenset()) & true)]

    permits, may_permit = unbeaten(permits), unbeaten(may_permit)
    denies, may_deny = unbeaten(denies), unbeaten(may_deny)
    denies += [s for s, failed in barred if failed is True and s not in denies]
    may_deny += [s for s, failed in barred if failed is None and s not in may_deny]
    gated = [
        s
        for s in skeleton.permitting
        if gate is False and applies[s.iri] is not False and s not in denies
    ]
    return Sides(
        tuple(permits),
        tuple(may_permit),
        _unique(denies),
        _unique(may_deny),
        tuple(gated),
    )


def awaited(
    skeleton: Skeleton,
    sides: Sides,
    truths: Mapping[str, Truth],
    conditions: Mapping[str, Condition],
    candidates: Candidates,
    settle: Settle,
    facets: Mapping[str, Facet],
) -> tuple[tuple[Awaited, ...], tuple[frozenset[Atom], ...]]:
    """List the open conditions of a conditional row, in alternative groups.

    Also gives the groups on the permitting side, or all where there is none, for ``describe``. A
    facet that follows from another is awaited as that other one, which a customer can settle.
    """
    needed: dict[frozenset[Atom], bool] = {}
    gates = [
        token
        for s in (*sides.permits, *sides.may_permit)
        for token in (*s.only_when, *s.requires)
        if truths[token] is None
    ]
    for s in sides.may_permit:
        tokens = [*s.scope, *s.applies_when, *gates]
        for atoms in _alternatives(tokens, truths, conditions, candidates):
            needed.setdefault(atoms, True)
    for s in sides.may_deny:
        ways = _alternatives([*s.scope, *s.applies_when], truths, conditions, candidates)
        if s.effect != "denies":
            if sides.permits or sides.may_permit:
                continue  # the other side of an only-gate, told by the gate itself
            failing = _failures(s.only_when, truths, conditions)
            ways = [way | failure for way in ways or [frozenset()] for failure in failing]
        for atoms in ways:
            needed.setdefault(atoms, False)
    groups = []
    for every, permitting in needed.items():
        atoms, then = _fewest(every, lambda atoms: decide(skeleton, settle(atoms)).verdict)
        groups.append((atoms, permitting, then))
    groups = list(dict.fromkeys(groups))
    groups = [
        (atoms, permitting, then)
        for atoms, permitting, then in groups
        if not any(other < atoms and verdict == then for other, _, verdict in groups)
    ]
    groups.sort(key=lambda g: (not g[1], sorted((a.facet, sorted(a.values)) for a in g[0])))
    rows = [
        Awaited(
            (facet := facets[atom.facet]).derived_from or facet.token,
            facet.kind,
            () if facet.derived_from else _settling(atom, facet, candidates),
            then,
            number,
        )
        for number, (atoms, _, then) in enumerate(groups, 1)
        for atom in sorted(atoms, key=lambda a: a.facet)
    ]
    permitting_groups = tuple(atoms for atoms, permitting, _ in groups if permitting)
    return tuple(dict.fromkeys(rows)), permitting_groups or tuple(atoms for atoms, _, _ in groups)


def describe(
    skeleton: Skeleton,
    sides: Sides,
    verdict: str,
    truths: Mapping[str, Truth],
    worlds: Sequence[Mapping[str, Truth]],
    opened: Callable[[Statement], tuple[str, ...]],
    awaits: frozenset[str] = frozenset(),
) -> tuple[dict[str, dict[str, tuple[str, ...]]], tuple[OpenAspect, ...]]:
    """Attach to a row the aspects that hold, and list those that await more than the row does.

    ``worlds`` are the truths under each group of conditions the row awaits; what holds in all of
    them holds for the row. What is said of a denial stays on the denial.
    """
    if verdict == "not-stated":
        return {}, ()
    permitted_side = bool(sides.permits or sides.may_permit)
    candidates: list[Describing] = []
    if permitted_side:
        candidates += skeleton.describing
    if verdict in ("prohibited", "contradictory") or not permitted_side:
        candidates += skeleton.describing_denial
    found: dict[str, dict[str, list[str]]] = {}
    pending: dict[tuple[str, str], list[Statement]] = {}
    for item in candidates:
        holds = _holding(item.statement, truths)
        if holds is None and worlds and all(_holding(item.statement, w) is True for w in worlds):
            holds = True
        if holds is True:
            found.setdefault(item.aspect, {}).setdefault(item.value, []).append(item.statement.iri)
        elif holds is None:
            pending.setdefault((item.aspect, item.value), []).append(item.statement)
    aspects = {
        name: {value: tuple(dict.fromkeys(iris)) for value, iris in sorted(found[name].items())}
        for name in ASPECTS
        if name in found
    }
    still_open = tuple(
        OpenAspect(
            aspect,
            value,
            _beyond(dict.fromkeys(facet for s in statements for facet in opened(s)), awaits),
            tuple(s.iri for s in statements),
        )
        for (aspect, value), statements in sorted(pending.items())
        if value not in found.get(aspect, {})
    )
    return aspects, still_open


def _beyond(facets: Iterable[str], awaits: frozenset[str]) -> tuple[str, ...]:
    every = tuple(facets)
    return tuple(facet for facet in every if facet not in awaits) or every


def _holding(statement: Statement, truths: Mapping[str, Truth]) -> Truth:
    return all_of(truths[token] for token in statement.conditions)


def _alternatives(
    tokens: Iterable[str],
    truths: Mapping[str, Truth],
    conditions: Mapping[str, Condition],
    candidates: Candidates,
) -> list[frozenset[Atom]]:
    """Give each set of atoms that would make all of some conditions true."""
    options = []
    for token in dict.fromkeys(tokens):
        if truths[token] is None:
            atoms = open_atoms(conditions[token], candidates) or conditions[token].atoms
            options.append(atoms)
    return [frozenset(choice) for choice in product(*options)] if options else []


def _fewest(
    atoms: frozenset[Atom], verdict: Callable[[frozenset[Atom]], str]
) -> tuple[frozenset[Atom], str]:
    """Drop the atoms that follow from the others; gives the rest and the verdict they lead to."""
    then = verdict(atoms)
    for atom in sorted(atoms, key=lambda a: (a.facet, sorted(a.values))):
        rest = atoms - {atom}
        if rest and then != "conditional" and verdict(rest) == then:
            atoms = rest
    return atoms, then


def _failures(
    gates: Iterable[str], truths: Mapping[str, Truth], conditions: Mapping[str, Condition]
) -> list[frozenset[Atom]]:
    """Give each set of atoms that would leave one of the gates unmet; the empty one if any is."""
    tokens = tuple(gates)
    if any(truths[token] is False for token in tokens):
        return [frozenset()]
    return [
        frozenset(replace(atom, negated=not atom.negated) for atom in conditions[token].atoms)
        for token in tokens
        if truths[token] is None
    ]


def _settling(atom: Atom, facet: Facet, candidates: Candidates) -> tuple[str, ...]:
    """Give the values of a facet that meet an atom, as far as they are known."""
    if not atom.negated:
        return tuple(sorted(atom.values))
    return tuple(sorted(candidates.get(atom.facet, facet.values) - atom.values))


def _unique(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple({s.iri: s for s in statements}.values())
