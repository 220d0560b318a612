"""Say in words what several forms of a register show alike."""

from collections.abc import Iterable
from dataclasses import dataclass

from sightline.reporting.register import GAP_KINDS, Cell, Gap, Line, Record, Register, Source
from sightline.terms import ACCESS


@dataclass(frozen=True, slots=True)
class Fact:
    """A line above the records: what it is called, and what it says."""

    name: str
    text: str


def summary(register: Register) -> tuple[Fact, ...]:
    """Say what the register is about, what it rests on, and whether it suffices."""
    deployments = sum(len(record.deployments) for record in register.records)
    who: tuple[Cell, ...] = tuple(
        cell for r in register.records for cell in r.cells if cell.item.token == register.form
    )
    names = dict.fromkeys(entry.title for cell in who for entry in cell.entries)
    facts = [
        Fact(who[0].item.label, "; ".join(names) or "to be declared"),
        Fact(
            "Covers",
            f"{count(deployments, 'deployment')}, {count(len(register.records), 'record')}",
        ),
        Fact("Documents as of", register.as_of.isoformat()),
        *(Fact("Document", f"{v.title}, version {v.label}") for v in register.versions),
        Fact("Sufficient for Art. 30", sufficiency(register)),
        Fact("Gaps", gap_counts(register)),
    ]
    if register.issued:
        facts.insert(2, Fact("Issued", register.issued.isoformat()))
    return tuple(facts)


def sufficiency(register: Register) -> str:
    """Say how much of what the law asks for does not suffice."""
    items = sum(len(record.insufficient) for record in register.records)
    records = sum(bool(record.insufficient) for record in register.records)
    if not items:
        return "yes: no item lacks what only the organisation can say, and none is contradictory"
    return f"no: {count(items, 'item')} of {count(records, 'record')} do not suffice"


def gap_counts(register: Register) -> str:
    """Count the gaps by kind, the most urgent first."""
    counts = {kind: sum(gap.kind == kind for gap in register.gaps) for kind in GAP_KINDS}
    parts = [f"{n} {GAP_KINDS[kind]}" for kind, n in counts.items() if n]
    return ", ".join(parts) or "none"


def insufficient(record: Record) -> str:
    """Name the items of a record that do not suffice."""
    labels = [cell.item.label for cell in record.cells if cell.item.token in record.insufficient]
    return f"Does not suffice: {', '.join(labels)}" if labels else "Every item suffices"


def gap_title(gap: Gap) -> str:
    """Say in a cell what is missing; what it is missing for stands with the gap.

    >>> gap_title(Gap("not-stated", "not stated in A: how long", "", "", details=("b",), number=4))
    'Gap 4, not stated: in A: how long (1 listed there)'
    """
    listed = f" ({len(gap.details)} listed there)" if gap.details else ""
    return f"Gap {gap.number}, {GAP_KINDS[gap.kind]}: {gap_text(gap)}{listed}"


def gap_text(gap: Gap) -> str:
    """Say what is missing, beside the kind of the gap."""
    for words in ("not stated ", "depends on an open condition, ", "to be declared by the "):
        if gap.text.startswith(words):
            text = gap.text.removeprefix(words)
            return text.partition(": ")[2] if words.startswith("to be") else text
    return gap.text


def open_conditions(cell: Cell, register: Register) -> tuple[tuple[int, str], ...]:
    """Name the open conditions of a cell in short, with the numbers of their gaps."""
    gaps = (register.gap(number) for number in cell.gaps)
    return tuple(
        (gap.number, gap_text(gap).partition(" (")[0])
        for gap in gaps
        if gap.kind == "open-condition"
    )


def gap_place(register: Register, gap: Gap) -> str:
    """Name the items and records that lack something."""
    labels = {cell.item.token: cell.item.label for r in register.records for cell in r.cells}
    records = spans(gap.records)
    where = f"record {records}" if len(gap.records) == 1 else f"records {records}"
    parts = [", ".join(labels[token] for token in gap.items), where if gap.records else ""]
    return "; ".join(filter(None, parts)) or "the whole register"


def conditions(line: Line) -> str:
    """Write the conditions of a line."""
    return "; ".join(line.conditions)


def source_place(source: Source) -> str:
    """Write where a source stands, and who answers for it."""
    parts = [source.where, source.place]
    if source.by or source.on:
        by = f"by {source.by}" if source.by else ""
        on = f"on {source.on.isoformat()}" if source.on else ""
        parts.append(" ".join(filter(None, (by, on))))
    if source.pending:
        parts.append("its sentence has changed and awaits review")
    return ", ".join(filter(None, parts))


def accesses(record: Record) -> tuple[str, ...]:
    """List what ``sightline explain`` takes for the entries of a record, without its base."""
    ids = (row for cell in record.cells for e in cell.entries for li in e.lines for row in li.rows)
    return tuple(row.removeprefix(str(ACCESS)) for row in dict.fromkeys(ids))


def law(cell: Cell, register: Register) -> str:
    """Name the place of the law that asks for an item."""
    return cell.item.references[register.form]


def spans(numbers: Iterable[int]) -> str:
    """Write numbers in their order, runs of them as a span.

    >>> spans([5, 1, 2, 3])
    '1–3, 5'
    """
    return ", ".join(text for _, text in runs(numbers))


def runs(numbers: Iterable[int]) -> list[tuple[int, str]]:
    """Give each run of numbers by its first, and as it is written.

    >>> runs([5, 1, 2, 3])
    [(1, '1–3'), (5, '5')]
    """
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return [(r[0], str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}") for r in found]


def count(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
