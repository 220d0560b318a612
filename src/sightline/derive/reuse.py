"""Reuse rows: each depends on few facets, and the configurations of an estate agree on most."""

from collections.abc import Callable, Hashable

from sightline.derive.facets import Facets, Known
from sightline.derive.rows import Skeleton
from sightline.model import Knowledge, Row

_KEPT = 512
"""How many different outcomes of one row are kept."""


class Outcomes:
    """The outcomes of one row so far, by all that it depends on but the places of its region."""

    def __init__(self, skeleton: Skeleton, facets: Facets, knowledge: Knowledge) -> None:
        self.skeleton = skeleton
        described = (*skeleton.describing, *skeleton.describing_denial)
        statements = [*skeleton.permitting, *skeleton.denying, *(d.statement for d in described)]
        tokens = dict.fromkeys(token for s in statements for token in s.conditions)
        behind = facets.behind(tokens)
        self._facets = behind - facets.placed
        self._by_place = bool(behind & facets.placed)
        self._open_by_place = tuple(
            token
            for token in tokens
            if any(atom.facet in facets.placed for atom in knowledge.conditions[token].atoms)
        )
        self._rows: dict[Hashable, Row | None] = {}

    def row(
        self, view: "View", derive: Callable[[Skeleton], Row | None]
    ) -> tuple[Row | None, bool]:
        """Give the row for what is known, and whether it was derived just now."""
        key = (view.of(self._facets), self._place(view))
        if key in self._rows:
            return self._rows[key], False
        if len(self._rows) >= _KEPT:
            self._rows.clear()
        row = self._rows[key] = derive(self.skeleton)
        return row, True

    def _place(self, view: "View") -> Hashable:
        if not self._by_place:
            return None
        truths = view.known.truths
        if view.outlook is None or any(truths[token] is None for token in self._open_by_place):
            return view.exactly
        return view.outlook


class View:
    """What is known of one configuration, as rows depend on it."""

    def __init__(self, known: Known, facets: Facets) -> None:
        self.known = known
        self.outlook = facets.outlook(known)
        self.exactly: Hashable = (
            tuple(region.token for region in known.regions),
            frozenset((f, v) for f, v in known.given.items() if f in facets.placed),
        )
        self._assumed = {assumed.facet for assumed in known.assumed}
        self._seen: dict[frozenset[str], Hashable] = {}

    def of(self, facets: frozenset[str]) -> Hashable:
        """Give what is known of some facets."""
        if facets not in self._seen:
            given, candidates = self.known.given, self.known.candidates
            self._seen[facets] = tuple(
                (given.get(facet), candidates.get(facet), facet in self._assumed)
                for facet in sorted(facets)
            )
        return self._seen[facets]
