"""Decide whether conditions hold under what is known: true, false, or None for unknown."""

from collections.abc import Iterable

from sightline.model import Atom, Candidates, Condition

Truth = bool | None


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjoin: false if any is false, else unknown if any is unknown, else true.

    >>> all_of([True, None]), all_of([None, False]), all_of([])
    (None, False, True)
    """
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjoin: true if any is true, else unknown if any is unknown, else false.

    >>> any_of([False, None]), any_of([None, True]), any_of([])
    (None, True, False)
    """
    result: Truth = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            result = None
    return result


def holds(atom: Atom, candidates: Candidates) -> Truth:
    """Tell whether all candidates of the atom's facet meet it, none does, or only some do."""
    values = candidates.get(atom.facet)
    if values is None:
        return None
    met = values & atom.values
    if atom.negated:
        return True if not met else None if len(met) < len(values) else False
    return False if not met else None if len(met) < len(values) else True


def implies(first: Iterable[Condition], second: Iterable[Condition]) -> bool:
    """Tell whether conditions that hold together always make the others hold too."""
    firsts = tuple(first)
    return all(any(_narrower(one, other) for one in firsts) for other in second)


def strictly_implies(first: Iterable[Condition], second: Iterable[Condition]) -> bool:
    """Tell whether the first conditions include the second and are not included by them.

    Source of the rule: a statement whose conditions strictly include another's prevails.
    """
    firsts, seconds = tuple(first), tuple(second)
    return implies(firsts, seconds) and not implies(seconds, firsts)


def compatible(one: Atom, other: Atom) -> bool:
    """Tell whether two atoms can be met together."""
    if one.facet != other.facet or (one.negated and other.negated):
        return True
    if one.negated:
        return not other.values <= one.values
    return not one.values <= other.values if other.negated else bool(one.values & other.values)


def _narrower(one: Condition, other: Condition) -> bool:
    return one.token == other.token or all(
        any(_atom_narrower(atom, wider) for wider in other.atoms) for atom in one.atoms
    )


def _atom_narrower(atom: Atom, wider: Atom) -> bool:
    if atom.facet != wider.facet:
        return False
    if wider.negated:
        return wider.values <= atom.values if atom.negated else not (wider.values & atom.values)
    return not atom.negated and atom.values <= wider.values


def open_atoms(condition: Condition, candidates: Candidates) -> tuple[Atom, ...]:
    """List the atoms that would each settle an unknown condition."""
    return tuple(atom for atom in condition.atoms if holds(atom, candidates) is None)
