"""Turn the rows of an answer into entries of a record: what documents state, on which condition.

A row that says nothing is stated makes no entry, and no silence is turned into a "none".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sightline.model import Answer, Key, Knowledge, Row
from sightline.render.presenting import alternative_text, conditions
from sightline.render.rdf import concept, row_iri
from sightline.render.rows import place_words
from sightline.reporting.register import Entry, Gap, Line
from sightline.reporting.register_sources import Sources
from sightline.terms import ACTIVITY, ACTOR

_PLACES = {
    "processing_place": "Processed in",
    "storage_place": "Stored in",
    "actor_place": "People in",
}
_PUBLISHER = "publisher of the document"
_UNSTATED = "not-stated"
_UNMET = "nothing-applies"
"""The rule of what is stated only under conditions that are not met."""
_OPEN = "conditional"
"""The verdict of what holds only if more is known."""


@dataclass(frozen=True)
class Found:
    """What is known of one item: entries, and what is missing."""

    entries: tuple[Entry, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class _Said:
    """A value of an aspect of a row, with its own statements and further open conditions."""

    token: str
    row: Row
    statements: tuple[str, ...]
    awaits: tuple[str, ...] = ()


class Stated:
    """The rows of one answer; ``own`` are the actors that stand for the organisation itself."""

    def __init__(
        self, knowledge: Knowledge, answer: Answer, sources: Sources, own: frozenset[str]
    ) -> None:
        self._knowledge = knowledge
        self._answer = answer
        self._sources = sources
        self._own = own
        self._rows = [row for row in answer.rows if row.key]
        self._documents = "; ".join(f"{v.title} ({v.label})" for v in answer.versions)

    def recipients(self) -> Found:
        """Name who does what with data, and who is stated not to; each on which condition."""
        rows = [row for row in self._rows if _key(row).actor not in self._own]
        return self._actors(rows, "actor", lambda key: ACTOR[key.actor])

    def processing(self) -> Found:
        """Name the activities, with who does what in them."""
        return self._actors(self._rows, "activity", lambda key: ACTIVITY[key.activity])

    def purposes(self) -> Found:
        """Name the purposes that are stated, and the activities whose purpose is not."""
        entries = self._aspect("purposes", self._rows, "purpose")
        has = {_key(s.row).activity for s in self._said("purposes", self._rows)}
        bare = [
            row for row in self._positive(self._rows)
            if _key(row).activity not in has and _key(row).actor not in self._own
        ]  # fmt: skip
        return Found(entries, self._silent("for what purpose data is used", "purposes", bare))

    def retention(self) -> Found:
        """Name how long data is stated to be kept, and what is kept without a stated limit."""
        stores = [
            row for row in self._rows
            if _key(row).action in self._knowledge.storage_actions
            and _key(row).actor not in self._own
        ]  # fmt: skip
        bare = [row for row in self._positive(stores) if not row.aspects.get("retention")]
        return Found(
            self._aspect("retention", stores, "duration"),
            self._silent("how long data is kept", "retention", bare),
        )

    def measures(self) -> Found:
        """Name safeguards with what they are stated for, and general commitments."""
        entries = self._aspect("safeguards", self._rows, "safeguard", judged=False)
        known = self._knowledge.by_iri
        for name in self._answer.commitments:
            if name in known:
                line = Line(known[name].paraphrase, sources=self._sources.statements([name]))
                entries += (Entry("Commitment", (line,)),)
        gaps = () if entries else self._silent("which measures protect data", "measures", ())
        return Found(entries, gaps)

    def places(self) -> Found:
        """Name where data and people are stated to be, resolved, and what has no stated place."""
        entries: list[Entry] = []
        for aspect, verb in _PLACES.items():
            for entry in self._aspect(aspect, self._positive(self._rows), "place", verb=verb):
                entries.append(entry)
        bare, unresolved, unnamed = [], [], []
        for row in self._positive(self._rows):
            if _key(row).actor in self._own:
                continue
            stores = _key(row).action in self._knowledge.storage_actions
            aspects = ("storage_place",) if stores else ("processing_place", "actor_place")
            tokens = [token for name in aspects for token in row.aspects.get(name, ())]
            known = [row.resolved[token] for token in tokens if token in row.resolved]
            if not tokens:
                bare.append(row)
            elif not any(each["zones"] or each["may_leave_eea"] is not None for each in known):
                unresolved.append(row)
            elif any(each["may_leave_eea"] and not each["countries"] for each in known):
                unnamed.append(row)
        gaps = self._silent("where data is processed or stored", "transfers", bare)
        gaps += (
            self._silent("which countries the stated place stands for", "transfers", unresolved)
            if self._located
            else ()
        )
        gaps += self._silent("which third countries it can be", "transfers", unnamed)
        return Found(tuple(entries), gaps)

    def contradictions(self) -> tuple[Gap, ...]:
        """Give the rows that documents contradict each other on."""
        rows = [row for row in self._rows if row.verdict == "contradictory"]
        return tuple(
            Gap(
                "contradiction", f"documents contradict each other: {self._does(row, group)}",
                "a correction or a written answer", _PUBLISHER, ("recipients", "processing"),
                sources=self._sources.statements(row.statements),
            )
            for row, group in self._folded(rows)
        )  # fmt: skip

    def unstated(self) -> tuple[Gap, ...]:
        """Give what the documents speak of and do not state for this configuration."""
        rows = [row for row in self._rows if row.verdict == _UNSTATED]
        unmet = [row for row in rows if row.rule == _UNMET]
        other = [row for row in rows if row.rule != _UNMET]
        items = "recipients processing"
        instead = "what holds instead, as the stated conditions are not met here"
        return (
            *self._silent(instead, items, unmet),
            *self._silent("whether this happens", items, other),
        )

    def facets(self, entries: Iterable[Entry]) -> dict[str, None]:
        """Give the facets that entries depend on, those that a setting decides."""
        known = self._knowledge.facets
        return dict.fromkeys(
            facet for entry in entries for line in entry.lines for facet in line.awaits
            if facet in known and known[facet].kind == "facet"
        )  # fmt: skip

    @property
    def _located(self) -> bool:
        return len(self._answer.configuration.get("region", ())) == 1

    def _actors(self, rows: Sequence[Row], name: str, of: Callable[[Key], str]) -> Found:
        groups: dict[str, list[tuple[Row, list[Row]]]] = {}
        for row, group in self._folded([row for row in rows if row.verdict != _UNSTATED]):
            groups.setdefault(getattr(_key(row), name), []).append((row, group))
        entries = []
        for token, found in groups.items():
            lines = tuple(
                self._line(self._phrase(row, group, name), row, group, row.statements)
                for row, group in found
            )
            if name == "actor":
                lines = (*self._operated(token), *lines)
            title, concept_ = self._title(token, name, found), of(_key(found[0][0]))
            if name == "actor" and found[0][0].basis == _UNSTATED:  # nobody is named: no recipient
                title, concept_ = "Someone whom no document names", ""
            entries.append(Entry(title, lines, concept_))
        nobody = [row for row in self._positive(rows) if row.basis == _UNSTATED]
        gaps = self._silent("who does it", "recipients processing", nobody)
        return Found(tuple(sorted(entries, key=self._rank)), gaps)

    def _title(self, token: str, kind: str, found: Sequence[tuple[Row, list[Row]]]) -> str:
        label = self._knowledge.label
        if kind != "actor":
            return label(kind, token)
        holders = sorted(
            label(kind, holder)
            for holder, members in self._knowledge.members.items()
            if token in members and holder != token
        )
        roles = dict.fromkeys(role for row, _ in found for role in row.aspects.get("roles", ()))
        told = [f"member of {', '.join(holders)}"] if holders else []
        told += [f"stated role: {self._knowledge.named('role', role)}" for role in roles]
        return f"{label(kind, token)} ({'; '.join(told)})" if told else label(kind, token)

    def _operated(self, token: str) -> Iterator[Line]:
        versions = {version.iri for version in self._answer.versions}
        for statement in self._knowledge.statements:
            if token in statement.operates and statement.version in versions and statement.actor:
                operator = self._knowledge.label("actor", statement.actor)
                numbers = self._sources.statements([statement.iri])
                yield Line(f"operated by {operator}", sources=numbers)

    def _aspect(
        self,
        aspect: str,
        rows: Sequence[Row],
        kind: str,
        *,
        verb: str = "",
        judged: bool = True,
    ) -> tuple[Entry, ...]:
        groups: dict[str, dict[tuple[object, ...], list[_Said]]] = {}
        for said in self._said(aspect, sorted(rows, key=self._order)):
            same = (said.row.verdict, said.row.awaits, said.awaits)
            groups.setdefault(said.token, {}).setdefault(same, []).append(said)
        entries = []
        for token, found in groups.items():
            lines = tuple(self._said_line(group, judged) for group in found.values())
            label = self._knowledge.label(kind, token)
            leaves = None
            if verb:
                resolved = next(
                    (said.row.resolved.get(token) for own in found.values() for said in own), None
                )
                label = f"{verb} {place_words(self._knowledge, token, resolved)}"
                leaves = _leaves(resolved)
            entries.append(Entry(label, lines, concept(aspect, token), leaves=leaves))
        return tuple(sorted(entries, key=self._rank))

    def _said(self, aspect: str, rows: Iterable[Row]) -> Iterator[_Said]:
        for row in rows:
            if row.verdict == _UNSTATED:
                continue
            for token, statements in row.aspects.get(aspect, {}).items():
                yield _Said(token, row, statements)
            for item in row.open:
                if item.aspect == aspect:
                    yield _Said(item.value, row, item.statements, item.awaits)

    def _said_line(self, group: Sequence[_Said], judged: bool) -> Line:
        first, rows = group[0], [said.row for said in group]
        statements = [name for said in group for name in said.statements]
        does = "; ".join(self._does(row, own) for row, own in self._folded(rows))
        line = self._line(does, first.row, rows, statements)
        if not judged and first.row.verdict == "prohibited":
            line = replace(line, text=f"stated not to happen: {line.text}", verdict="")
        if not judged and first.row.verdict == "permitted":
            line = replace(line, verdict="")
        if not first.awaits:
            return line
        labels = [self._knowledge.named("facet", facet) for facet in first.awaits]
        return replace(
            line,
            verdict=_OPEN,
            conditions=(*line.conditions, f"also depends on: {', '.join(labels)}"),
            awaits=(*line.awaits, *first.awaits),
        )

    def _line(self, text: str, row: Row, group: Sequence[Row], statements: Iterable[str]) -> Line:
        return Line(
            text,
            row.verdict,
            tuple(
                alternative_text(self._knowledge, each) for each in conditions(self._knowledge, row)
            ),
            self._sources.statements(statements),
            tuple(row_iri(self._answer, each) for each in group),
            tuple(dict.fromkeys(a.condition for a in row.awaits if a.kind == "facet")),
        )

    def _folded(self, rows: Sequence[Row]) -> list[tuple[Row, list[Row]]]:
        """Bring rows together that differ only in data, target and what describes them."""
        groups: dict[tuple[object, ...], list[Row]] = {}
        for row in sorted(rows, key=self._order):
            key = _key(row)
            same: tuple[object, ...] = (
                key.activity,
                key.actor,
                key.action,
                key.target,
                row.verdict,
                row.awaits,
            )
            groups.setdefault(same, []).append(row)
        found: dict[tuple[object, ...], list[Row]] = {}
        for same, group in groups.items():  # targets of the same data stand together
            data = tuple(_key(row).data for row in group)
            found.setdefault((*same[:3], *same[4:], data), []).extend(group)
        return [(group[0], group) for group in found.values()]

    def _order(self, row: Row) -> tuple[object, ...]:
        key = _key(row)
        return (
            self._knowledge.order.get(key.activity, 0), key.activity,
            -self._knowledge.ranks[row.verdict], key.actor, key.action, key.data, key.target or "",
        )  # fmt: skip

    def _rank(self, entry: Entry) -> tuple[int, str]:
        ranks = self._knowledge.ranks
        return -max(ranks.get(line.verdict, 2) for line in entry.lines), entry.text

    def _phrase(self, row: Row, group: Sequence[Row], under: str) -> str:
        """Write what a row says below a heading that names its actor or activity."""
        label = self._knowledge.label
        key = _key(row)
        does = f"{self._knowledge.named('action', key.action)} {self._data(group)}"
        other = "activity" if under == "actor" else "actor"
        named = label(other, getattr(key, other))
        if under == "activity":
            return f"{named}: {does}"
        return f"{does} ({self._knowledge.inside(named)})"

    def _does(self, row: Row, group: Sequence[Row]) -> str:
        """Write the whole of a row: activity, actor, action and data."""
        label = self._knowledge.label
        key = _key(row)
        actor, action = label("actor", key.actor), self._knowledge.named("action", key.action)
        return f"{label('activity', key.activity)}: {actor}, {action} {self._data(group)}"

    def _data(self, group: Sequence[Row]) -> str:
        label = self._knowledge.label
        data = dict.fromkeys(self._knowledge.named("data", _key(row).data) for row in group)
        targets = dict.fromkeys(
            label("target", target) for row in group if (target := _key(row).target)
        )
        return ", ".join(data) + (f", for {', '.join(targets)}" if targets else "")

    def _positive(self, rows: Iterable[Row]) -> list[Row]:
        """Give the rows that can come to happen: not those that any settlement denies."""
        ranks = self._knowledge.ranks
        return [
            row
            for row in rows
            if ranks[row.verdict] > 0
            and (not row.awaits or any(ranks[each.then] > 0 for each in row.awaits))
        ]

    def _silent(self, what: str, items: str, rows: Sequence[Row]) -> tuple[Gap, ...]:
        """Give one gap for all rows that the documents leave something open of."""
        if not self._answer.versions or (not rows and items != "measures"):
            return ()
        return (
            Gap(
                "not-stated", f"not stated in {self._documents}: {what}",
                "a published sentence or a written answer", _PUBLISHER, tuple(items.split()),
                sources=self._sources.statements(
                    name for row in rows for name in (row.statements or row.nearest)[:1]
                ),
                details=tuple(self._does(row, group) for row, group in self._folded(rows)),
            ),
        )  # fmt: skip


def _key(row: Row) -> Key:
    assert row.key is not None
    return row.key


def _leaves(resolved: object) -> bool | None:
    found = resolved.get("may_leave_eea") if isinstance(resolved, dict) else None
    return found if isinstance(found, bool) else None
