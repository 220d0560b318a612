"""Write matrices as Markdown, and as lines for CSV and worksheets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sightline.errors import one_line
from sightline.model import Knowledge
from sightline.render.flat import table_csv
from sightline.reporting import naming
from sightline.reporting.escaping import link, markdown
from sightline.reporting.matrix_report import NOT_STATED

Document = Mapping[str, Any]
"""What ``matrix_json`` gives, or a part of it."""

HEADER = (
    "matrix",
    "configuration",
    "deployments",
    "actor",
    "actor label",
    "data",
    "data label",
    "verdict",
    "answers",
    "what",
    "conditions",
    "access",
    "statements",
    "note",
)
"""The columns of ``flat_rows``."""


def csv_text(knowledge: Knowledge, document: Document) -> str:
    """Write one line per cell and verdict; lists are joined by '|'."""
    rows = [
        ["" if cell is None else str(cell) for cell in row] for row in flat(knowledge, document)
    ]
    return table_csv(HEADER, rows)


def flat(knowledge: Knowledge, document: Document) -> Iterator[tuple[str | int | None, ...]]:
    """Give one row per cell and verdict, in the columns of ``HEADER``.

    A cell of which nothing is stated has a row that says so; so has an actor of whom no row
    speaks, with all data, and a configuration without an answer.
    """
    for number, own in enumerate(document["matrices"], 1):
        about = (number, configuration_text(knowledge, own), names_text(own["deployments"]))
        silence = knowledge.label("verdict", NOT_STATED).lower()
        if not own["complete"]:
            note = one_line(own.get("incomplete_because") or "incomplete")
            yield (*about, "", "", "", "", NOT_STATED, 0, "", "", "", "", note)
        for cell in own["cells"]:
            who = (cell["actor"], knowledge.label("actor", cell["actor"]))
            what = (cell["data"], knowledge.label("data", cell["data"]))
            if not cell["verdicts"]:
                yield (*about, *who, *what, NOT_STATED, 0, "", "", "", "", silence)
            for verdict, count in cell["verdicts"].items():
                rows = [row for row in cell["access"] if row["verdict"] == verdict]
                yield (
                    *about,
                    *who,
                    *what,
                    verdict,
                    count,
                    _joined(does(knowledge, row) for row in rows),
                    _joined(text for row in rows for text in row["conditions"]),
                    _joined(row["id"] for row in rows),
                    _joined(iri for row in rows for iri in row["statements"]),
                    "",
                )
        for actor in own["nothing_stated"]["actors"] if own["complete"] else ():
            who = (actor, knowledge.label("actor", actor))
            note = "nothing is stated of this actor"
            yield (*about, *who, "", "any data", NOT_STATED, 0, "", "", "", "", note)


def markdown_text(knowledge: Knowledge, document: Document) -> str:
    """Write each matrix as a table, with the answers behind its cells and numbered sources."""
    text = [
        f"# Who can access which data\n\n{markdown(counts_text(document))}\n\n",
        f"{LEGEND}\n\n",
    ]
    for error in document.get("errors", ()):
        text.append(f"**Not read, and not in here:** {markdown(error['message'])}\n\n")
    for number, own in enumerate(document["matrices"], 1):
        text += _matrix(knowledge, number, own)
    if document["sources"]:
        text.append("## Sources\n\n")
        text += [source_line(each) for each in document["sources"]]
    return "".join(text)


LEGEND = (
    "A cell counts answers by verdict. **Not stated** means that no document in force says "
    "anything: it is no denial and no permission. A **conditional** answer awaits what is named "
    "with it."
)


def counts_text(document: Document) -> str:
    """Say how many configurations and deployments there are; none is left out.

    >>> counts_text({"configurations": 1, "deployments": 2})
    '1 configuration, shared by 2 deployments.'
    """
    several, own = document["configurations"], document["deployments"]
    if not several:
        read = " that could be read" if document.get("errors") else ""
        return f"The files{read} hold no deployment, so there is no matrix."
    word = naming.counted(several, "configuration")
    if not own:
        return f"{word}."
    shared = "shared by" if several == 1 else "of"
    return f"{word}, {shared} {naming.counted(own, 'deployment')}."


def _matrix(knowledge: Knowledge, number: int, own: Document) -> Iterator[str]:
    yield f"## {number}. {markdown(title_text(own['deployments']))}\n\n"
    if own["deployments"]:
        yield f"**Deployments:** {markdown(names_text(own['deployments']))}\n\n"
    yield f"**Configuration:** {markdown(configuration_text(knowledge, own))}\n\n"
    for item in own["assumptions"]:
        named = naming.assumption(knowledge, item["facet"], item["value"])
        yield f"**Assumed:** {markdown(named)} {markdown(item['because'])}\n\n"
    for version in own["documents"]:
        yield f"**Document:** {markdown(naming.version(version))}\n\n"
    if not own["complete"]:
        yield f"**No answer:** {markdown(own.get('incomplete_because') or 'incomplete')}"
        yield " That is no pass: nothing is known about who can access which data here.\n\n"
    if own["cells"]:
        yield from _table(knowledge, own)
        yield from _answers(knowledge, own)
    elif own["complete"]:
        yield "No document in force states anything about this.\n\n"
    yield from _silence(knowledge, own)


def _table(knowledge: Knowledge, own: Document) -> Iterator[str]:
    cells = {(cell["actor"], cell["data"]): cell for cell in own["cells"]}
    header = ["data", *(knowledge.label("actor", actor) for actor in own["actors"])]
    yield f"| {' | '.join(map(markdown, header))} |\n| {' | '.join(['---'] * len(header))} |\n"
    for data in own["data"]:
        row = [knowledge.label("data", data)]
        row += [cell_text(knowledge, cells[actor, data]) for actor in own["actors"]]
        yield f"| {' | '.join(map(markdown, row))} |\n"
    yield "\n"


def cell_text(knowledge: Knowledge, cell: Document) -> str:
    """Write the verdicts of a cell with their counts; the sign never stands without its word."""
    found = cell["verdicts"] or {NOT_STATED: 0}
    return ", ".join(
        " ".join(
            [
                knowledge.symbols.get(verdict, ""),
                knowledge.label("verdict", verdict).lower(),
                *([str(count)] if count else []),
            ]
        )
        for verdict, count in found.items()
    )


def _answers(knowledge: Knowledge, own: Document) -> Iterator[str]:
    yield "### Answers behind the cells\n\n"
    for cell in own["cells"]:
        if not cell["access"]:
            continue
        actor, data = (knowledge.label(kind, cell[kind]) for kind in ("actor", "data"))
        yield f"- **{markdown(actor)}, {markdown(knowledge.inside(data))}**\n"
        for row in cell["access"]:
            verdict = row["verdict"]
            words = f"{knowledge.symbols[verdict]} {knowledge.label('verdict', verdict).lower()}"
            conditions = "; ".join(row["conditions"])
            marks = " ".join(f"\\[{n}\\]" for n in row["sources"])
            told = f"{words}: {does(knowledge, row)}{f'; {conditions}' if conditions else ''}"
            yield f"  - {markdown(told)} {marks} `{row['id']}`\n"
    yield "\n"


def _silence(knowledge: Knowledge, own: Document) -> Iterator[str]:
    if not own["complete"]:
        return
    for kind, lead in (("actor", "Nothing is stated of"), ("data", "Nothing is stated about")):
        tokens = own["nothing_stated"]["actors" if kind == "actor" else kind]
        if tokens:
            labels = ", ".join(knowledge.label(kind, token) for token in tokens)
            yield f"{lead}: {markdown(labels)}. That is no denial.\n\n"


def does(knowledge: Knowledge, row: Document) -> str:
    """Write what is done in which activity, and for which target."""
    action = knowledge.named("action", row["action"])
    targets = "".join(f" for {knowledge.named('target', t)}" for t in row["target"])
    inferred = ", actor inferred" if row["actor_basis"] == "inferred" else ""
    return f"{action}{targets} ({knowledge.named('activity', row['activity'])}{inferred})"


def configuration_text(knowledge: Knowledge, own: Document) -> str:
    """Write the facets of a configuration with their labels, those asked for first."""
    return naming.configuration(knowledge, own["configuration"], own["asked"])


def title_text(deployments: Sequence[Document]) -> str:
    """Head what is told of deployments."""
    return naming.heading(["/".join(filter(None, (d["account"], d["name"]))) for d in deployments])


def names_text(deployments: Sequence[Document]) -> str:
    """Name deployments with the file and line at which each stands."""
    return ", ".join(
        one_line(f"{'/'.join(filter(None, (d['account'], d['name'])))} ({d['file']}:{d['line']})")
        for d in deployments
    )


def source_line(source: Document) -> str:
    """Write a source as an item of a numbered list."""
    place = ", ".join(filter(None, (source["document"], source["version"], source["section"])))
    pending = " **Changed since: pending review.**" if source["pending_review"] else ""
    where = link(place or source["statements"][0], source["deep_link"])
    return f"{source['number']}. {markdown(source['paraphrase'])} {where}{pending}\n"


def _joined(texts: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(texts))
