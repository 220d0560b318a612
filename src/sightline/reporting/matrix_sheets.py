"""Write matrices as worksheets: what they rest on, each matrix, every answer, the sources."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sightline.errors import one_line
from sightline.model import Knowledge
from sightline.reporting import naming
from sightline.reporting.matrix_text import (
    HEADER,
    cell_text,
    configuration_text,
    counts_text,
    flat,
    names_text,
)
from sightline.reporting.sheets import Cell, Sheet, workbook

_WIDTHS = (8, 40, 30, 20, 24, 20, 24, 14, 9, 40, 40, 50, 50, 30)


def xlsx(knowledge: Knowledge, document: Mapping[str, Any]) -> bytes:
    """Write what ``matrix_json`` gives as a workbook; raises InputError without the library."""
    sheets = [
        _overview(knowledge, document),
        *(_matrix(knowledge, n, own) for n, own in enumerate(document["matrices"], 1)),
        Sheet(
            "Answers",
            [HEADER, *(_coloured(row) for row in flat(knowledge, document))],
            _WIDTHS,
        ),
        _sources(document),
    ]
    made = datetime.combine(date.fromisoformat(document["day"]), datetime.min.time())
    return workbook(sheets, "Who can access which data", made)


def _overview(knowledge: Knowledge, document: Mapping[str, Any]) -> Sheet:
    rows: list[list[Cell]] = [
        [("Who can access which data", "title")],
        [counts_text(document)],
        [f"Ages are counted at {document['day']}. Not stated is no denial and no permission."],
        [],
        ["matrix", "deployments", "configuration", "assumed", "documents", "no answer because"],
    ]
    for number, own in enumerate(document["matrices"], 1):
        assumed = [
            f"{naming.assumption(knowledge, a['facet'], a['value'])} {a['because']}"
            for a in own["assumptions"]
        ]
        rows.append(
            [
                number,
                names_text(own["deployments"]) or "as asked",
                configuration_text(knowledge, own),
                "\n".join(assumed),
                "\n".join(map(naming.version, own["documents"])),
                "" if own["complete"] else one_line(own.get("incomplete_because") or "incomplete"),
            ]
        )
    for error in document.get("errors", ()):
        rows.append(["not read", one_line(error["message"])])
    return Sheet("Overview", rows, (10, 50, 50, 50, 50, 50), (0, 0), frozenset({4}))


def _matrix(knowledge: Knowledge, number: int, own: Mapping[str, Any]) -> Sheet:
    cells = {(cell["actor"], cell["data"]): cell for cell in own["cells"]}
    rows: list[list[Cell]] = [["data", *(knowledge.label("actor", a) for a in own["actors"])]]
    for data in own["data"]:
        row: list[Cell] = [knowledge.label("data", data)]
        for actor in own["actors"]:
            cell = cells[actor, data]
            row.append((cell_text(knowledge, cell).replace(", ", "\n"), cell["reads"]))
        rows.append(row)
    if not own["complete"]:
        rows.append([("No answer: see the overview. That is no pass.", "not-stated")])
    elif not own["data"]:
        rows.append([("No document in force states anything about this.", "not-stated")])
    silent = own["nothing_stated"]["actors"] if own["complete"] else ()
    if silent:
        labels = ", ".join(knowledge.label("actor", each) for each in silent)
        rows += [[], [(f"Nothing is stated of: {labels}. That is no denial.", "not-stated")]]
    return Sheet(f"Matrix {number}", rows, (30, *(18 for _ in own["actors"])), (1, 1))


def _coloured(row: tuple[str | int | None, ...]) -> list[Cell]:
    verdict = HEADER.index("verdict")
    return [
        (str(cell), str(cell)) if n == verdict else "" if cell is None else cell
        for n, cell in enumerate(row)
    ]


def _sources(document: Mapping[str, Any]) -> Sheet:
    rows: list[list[Cell]] = [
        ["number", "document", "version", "section", "what it says, in our words", "link", "note"]
    ]
    for each in document["sources"]:
        note = "changed since: pending review" if each["pending_review"] else ""
        rows.append(
            [
                each["number"],
                each["document"],
                each["version"],
                each["section"] or "",
                each["paraphrase"],
                each["deep_link"] or "",
                note,
            ]
        )
    return Sheet("Sources", rows, (8, 40, 14, 34, 70, 60, 20))
