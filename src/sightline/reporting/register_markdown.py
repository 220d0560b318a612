"""Write a register as Markdown: tables as GitHub reads them, with hostile text made harmless."""

import re
from collections.abc import Iterable, Sequence

from sightline.reporting import showing
from sightline.reporting.register import GAP_KINDS, Cell, Record, Register
from sightline.reporting.register_rdf import title

# What Markdown or HTML could read as markup: the text of a file must not become a link.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_BREAK = "<br>"


def markdown(register: Register) -> str:
    """Write what is missing first, then each record, then what they rest on."""
    return "\n".join(_blocks(register))


def _blocks(register: Register) -> Iterable[str]:
    yield f"# {escaped(title(register))}\n"
    yield _table(("", ""), [(f.name, escaped(f.text)) for f in showing.summary(register)])
    yield "## What is missing\n"
    rows = [
        (
            str(gap.number), escaped(GAP_KINDS[gap.kind]),
            _BREAK.join(map(escaped, (showing.gap_text(gap), *gap.details))),
            escaped(showing.gap_place(register, gap)), escaped(gap.settle), escaped(gap.who),
        )
        for gap in register.gaps
    ]  # fmt: skip
    yield _table(("Gap", "Kind", "What is missing", "Where", "What settles it", "Who"), rows)
    for problem in register.problems:
        yield f"- Problem: {escaped(problem)}\n"
    for record in register.records:
        yield from _record(record, register)
    yield "## Sources\n"
    yield _table(
        ("No.", "Says", "Where"),
        [
            (str(s.number), escaped(s.says), _linked(showing.source_place(s), s.address))
            for s in register.sources
        ],
    )


def _record(record: Record, register: Register) -> Iterable[str]:
    yield f"## Record {record.number}: {escaped(record.title)}\n"
    yield f"{escaped(showing.insufficient(record))}\n"
    yield _table(
        ("Setting", "Value", "Known by", "Sources"),
        [
            (escaped(s.label), escaped(s.value), escaped(s.known_by), showing.spans(s.sources))
            for s in record.settings
        ],
    )
    if record.datasets:
        yield _table(
            ("Dataset", "Way of use", "Deployments", "Sources"),
            [
                (
                    escaped(use.name), escaped(use.way), escaped(", ".join(use.deployments)),
                    showing.spans(use.sources),
                )
                for use in record.datasets
            ],
        )  # fmt: skip
    yield _table(
        ("Item", "What is known", "Sources"),
        [row for cell in record.cells for row in _cell(cell, register)],
    )
    yield f"### Deployments of record {record.number}\n"
    yield _table(
        ("Deployment", "File", "Line"),
        [(escaped(own.label), escaped(own.file), str(own.line)) for own in record.deployments],
    )
    if ids := showing.accesses(record):
        yield f"### Explain record {record.number}\n"
        yield "Each of these is explained by `sightline explain ID`.\n"
        yield "".join(f"    {access}\n" for access in ids)


def _cell(cell: Cell, register: Register) -> Iterable[tuple[str, str, str]]:
    name = f"**{escaped(cell.item.label)}**{_BREAK}{escaped(showing.law(cell, register))}"
    for number in cell.gaps:
        yield name, f"⚠ {escaped(showing.gap_title(register.gap(number)))}", ""
        name = ""
    for entry in cell.entries:
        for line in entry.lines:
            parts = [f"**{escaped(entry.title)}**", escaped(line.text)]
            if line.verdict:
                told = register.verdicts[line.verdict]
                more = showing.conditions(line)
                parts.append(f"*{escaped(told)}*{': ' + escaped(more) if more else ''}")
            elif line.conditions:
                parts.append(escaped(showing.conditions(line)))
            yield name, _BREAK.join(filter(None, parts)), showing.spans(line.sources)
            name = ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    written = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in written)


def _linked(text: str, address: str) -> str:
    if not address.startswith(("https://", "http://")):
        return escaped(text)
    safe = address.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace("\n", "")
    return f"[{escaped(text)}](<{safe}>)"


def escaped(text: str) -> str:
    r"""Write text as Markdown that shows it and does nothing else.

    >>> print(escaped("a|b <script> [x](y)"))
    a\|b \<script\> \[x\](y)
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
