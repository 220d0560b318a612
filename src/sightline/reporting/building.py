"""Build a register of processing activities: what files, documents and people say, and what not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from sightline.errors import InputError
from sightline.joining import Joined
from sightline.model import Knowledge, Version
from sightline.reporting.catalogued import Catalogued, unlinked, uses
from sightline.reporting.configured import PLATFORM, Configured
from sightline.reporting.declared import Declared, Value
from sightline.reporting.grouping import Derive, Group, grouped
from sightline.reporting.items import Form, RecordItem, items_of, record_items
from sightline.reporting.register import (
    GAP_KINDS,
    Cell,
    Entry,
    Gap,
    Line,
    Record,
    Register,
)
from sightline.reporting.register_sources import Sources
from sightline.reporting.stated import Found, Stated
from sightline.terms import PROCESSING

_CATALOGUED = ("personal-data",)
_KEY = "'{}' in the file of declarations"


def build(
    joined: Joined,
    knowledge: Knowledge,
    derive: Derive,
    form: Form,
    declared: Sequence[Declared] = (),
    *,
    unread: Iterable[tuple[str, str]] = (),
    issued: date | None = None,
) -> Register:
    """Build the records of all deployments of an estate.

    ``unread`` are files that could not be read, with the reason: they are gaps. Raises InputError
    where there is no deployment: a record of nothing would be made up.
    """
    if not joined.deployments:
        raise InputError(
            "input.value", "there is nothing to record: the estate has no deployment of a model",
            "name the files that describe your deployments",
        )  # fmt: skip
    builder = _Builder(joined, knowledge, form, Sources(knowledge))
    groups = grouped(joined, declared, derive)
    records = tuple(builder.record(n, group) for n, group in enumerate(groups, 1))
    for name, reason in unread:
        builder.note(
            Gap(
                "unread", f"the file {name} could not be read, and with it any deployment that it "
                f"describes: {reason}", "a file that can be read", PLATFORM,
            ),
            0,
        )  # fmt: skip
    for gap in unlinked(joined, _CATALOGUED):
        builder.note(gap, 0)
    return builder.register(records, groups, declared, issued)


@dataclass
class _Noted:
    gap: Gap
    records: dict[int, None]


class _Builder:
    def __init__(self, joined: Joined, knowledge: Knowledge, form: Form, sources: Sources) -> None:
        self._joined = joined
        self._knowledge = knowledge
        self._form = form
        self._sources = sources
        self._configured = Configured(knowledge, sources)
        self._items = items_of(form, record_items())
        self._own = frozenset(actor for item in record_items() for actor in item.leaves_out)
        self._gaps: dict[tuple[object, ...], _Noted] = {}

    def note(self, gap: Gap, number: int) -> None:
        """Note a gap of a record (0 is the whole register); equal ones of several are one."""
        known = {item.token for item in self._items}
        items = tuple(token for token in gap.items if token in known)
        if gap.items and not items:
            return  # the form does not ask for it
        noted = self._gaps.setdefault(
            (gap.kind, gap.text, gap.settle, gap.details, items),
            _Noted(replace(gap, items=items), {}),
        )
        noted.gap = replace(
            noted.gap, sources=tuple(dict.fromkeys((*noted.gap.sources, *gap.sources)))
        )
        if number:
            noted.records[number] = None

    def record(self, number: int, group: Group) -> Record:
        """Build the record of a group of deployments, without the numbers of its gaps."""
        stated = Stated(self._knowledge, group.answer, self._sources, self._own)
        catalogued = Catalogued(self._joined, uses(self._joined, group.reaches), self._sources)
        settings = self._configured.settings(group)
        cells = tuple(self._cell(item, group, stated, catalogued, number) for item in self._items)
        depends: dict[str, list[str]] = {}
        for cell in cells:
            for facet in stated.facets(cell.entries):
                depends.setdefault(facet, []).append(cell.item.token)
        found = (*stated.unstated(), *stated.contradictions(), *catalogued.gaps())
        for gap in (*found, *self._configured.gaps(group, depends)):
            self.note(gap, number)
        names = "\0".join(sorted(own.iri for own in group.deployments))
        digest = sha256(f"{self._form}\0{names}".encode()).hexdigest()[:20]
        return Record(
            number,
            PROCESSING[f"{self._form}/{digest}"],
            self._configured.title(group),
            group.deployments,
            settings,
            catalogued.datasets(),
            cells,
        )

    def register(
        self,
        records: Sequence[Record],
        groups: Sequence[Group],
        declared: Sequence[Declared],
        issued: date | None,
    ) -> Register:
        """Put all together, and give numbers to the gaps."""
        if pending := tuple(source.number for source in self._sources.all() if source.pending):
            text = "sentences that statements rest on have changed since they were modelled"
            settle = "a review of these statements"
            self.note(Gap("unread", text, settle, PLATFORM, sources=pending), 0)
        orders = {item.token: item.order for item in self._items}
        ranks = list(GAP_KINDS)

        def place(noted: _Noted) -> tuple[int, int, str]:
            first = min((orders[token] for token in noted.gap.items), default=0)
            return ranks.index(noted.gap.kind), first, noted.gap.text

        gaps = tuple(
            replace(noted.gap, number=number, records=tuple(sorted(noted.records)))
            for number, noted in enumerate(sorted(self._gaps.values(), key=place), 1)
        )
        by_cell: dict[tuple[int, str], list[int]] = {}
        for gap in gaps:
            for own in gap.records:
                for token in gap.items:
                    by_cell.setdefault((own, token), []).append(gap.number)
        numbered = tuple(
            replace(
                record,
                cells=tuple(
                    replace(cell, gaps=tuple(by_cell.get((record.number, cell.item.token), ())))
                    for cell in record.cells
                ),
            )
            for record in records
        )
        versions: dict[str, Version] = {}
        for group in groups:
            versions.update((version.iri, version) for version in group.answer.versions)
        selected = max(group.answer.selected_on for group in groups)
        used = {id(entry) for group in groups for entry in group.declared}
        problems = tuple(
            f"{entry.file}:{entry.line}: no deployment fits the entry"
            for entry in declared
            if id(entry) not in used
        )
        name = "\0".join((self._form, selected.isoformat(), *(record.iri for record in records)))
        known = self._knowledge
        return Register(
            PROCESSING[f"register/{sha256(name.encode()).hexdigest()[:20]}"],
            self._form,
            selected,
            tuple(versions[iri] for iri in sorted(versions)),
            numbered,
            gaps,
            self._sources.all(),
            known.digest,
            (*self._joined.problems, *problems),
            issued,
            {
                token: f"{known.symbols[token]} {known.named('verdict', token)}"
                for token in sorted(known.symbols)
            },
        )

    # -- cells

    def _cell(
        self, item: RecordItem, group: Group, stated: Stated, catalogued: Catalogued, number: int
    ) -> Cell:
        filled: Mapping[str, Callable[[], Found]] = {
            "purposes": stated.purposes,
            "processing": stated.processing,
            "recipients": stated.recipients,
            "transfers": stated.places,
            "retention": stated.retention,
            "measures": stated.measures,
        }
        found = filled[item.token]() if item.token in filled else Found()
        for gap in found.gaps:
            self.note(gap, number)
        known: tuple[Entry, ...] = found.entries
        if item.token == "personal-data":
            known = catalogued.personal()
        elif item.token in ("purposes", "legal-basis"):
            name = "purposes" if item.token == "purposes" else "legal_bases"
            known = (*catalogued.stated(name), *known)
        return Cell(item, (*self._declared(item, group, known, number), *known))

    def _declared(
        self, item: RecordItem, group: Group, known: Sequence[Entry], number: int
    ) -> tuple[Entry, ...]:
        """Give what people declare of an item, and note what they leave out or contradict."""
        found: dict[tuple[str, str], tuple[Value, list[int]]] = {}
        for entry in group.declared:
            for value in entry.values.get(item.token, ()):
                says = f"{item.label}: {_told(value)}"
                source = self._sources.declared(entry, value.line, says)
                found.setdefault((value.text, value.contact), (value, []))[1].append(source)
        if not found:
            if item.mandatory:
                self._ask(item, item.asked_for, number)
            elif not known:
                text = f"not declared: {item.asked_for}; {item.references[self._form]}"
                settle = _KEY.format(item.token)
                self.note(Gap("unread", text, settle, self._form, (item.token,)), number)
            return ()
        sources = tuple(number for _, numbers in found.values() for number in numbers)
        values = [value for value, _ in found.values()]
        if len(values) > 1 and (item.single or any(value.none for value in values)):
            said = " and ".join(f"'{_told(value)}'" for value in values)
            self._contradict(item, f"{item.label} is declared as {said}", number, sources)
        for value in values:
            if item.party and not value.none and not value.contact:
                self._ask(item, f"the contact details of {value.text}", number)
            # "No transfers" cannot stand beside a stated place that may be outside the EEA.
            if value.none and (outside := [entry for entry in known if entry.leaves]):
                named = "; ".join(dict.fromkeys(entry.text for entry in outside))
                text = f"{item.label}: none is declared, and documents state {named}"
                stated = (n for entry in outside for line in entry.lines for n in line.sources)
                self._contradict(item, text, number, (*sources, *stated))
        return tuple(
            Entry(
                _none(known, item) if value.none else value.text,
                (Line("", sources=tuple(numbers)),),
                value.term,
                value.contact,
                value.none,
            )
            for value, numbers in found.values()
        )

    def _ask(self, item: RecordItem, what: str, number: int) -> None:
        text = f"to be declared by the {self._form}: {what}"
        settle = _KEY.format(item.token)
        self.note(Gap("to-declare", text, settle, self._form, (item.token,)), number)

    def _contradict(
        self, item: RecordItem, text: str, number: int, sources: tuple[int, ...]
    ) -> None:
        settle = "one declaration that fits what is stated"
        self.note(
            Gap("contradiction", text, settle, self._form, (item.token,), sources=sources), number
        )


def _told(value: Value) -> str:
    return f"{value.text}, {value.contact}" if value.contact else value.text


def _none(known: Sequence[Entry], item: RecordItem) -> str:
    """Write a declared "none": what people pass on themselves adds to what documents state."""
    besides = " besides those stated below" if known and item.token == "recipients" else ""
    return f"None{besides}, as declared"
