"""Write answers and results as CSV and Markdown."""

import csv
import io
from collections.abc import Iterable, Sequence

from sightline.model import ASPECTS, Answer, Knowledge
from sightline.render.rdf import row_iri
from sightline.render.rows import condition_words, lines

_KEY = ("activity", "actor", "action", "data", "target")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(knowledge: Knowledge, answer: Answer) -> str:
    """Write one line per row; lists are joined by '|'."""
    header = [*_KEY, "verdict", "actor_basis", "conditions", *ASPECTS, "statements", "id"]
    return table_csv(header, _flat(knowledge, answer))


def table_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Write rows as CSV (RFC 4180); text that a spreadsheet would run as a formula is quoted.

    >>> table_csv(["a"], [["=1+1"]])
    "a\r\n'=1+1\r\n"
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return buffer.getvalue()


def table_markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Write rows as a Markdown table.

    >>> print(table_markdown(["a", "b"], [["1", "x|y"]]), end="")
    | a | b |
    | --- | --- |
    | 1 | x\|y |
    """
    written = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(map(_escaped, row))} |\n" for row in written)


def markdown(knowledge: Knowledge, answer: Answer) -> str:
    """Write the answer as Markdown: what it rests on, a table of its lines, the statements."""
    found = lines(knowledge, answer)
    numbers = {
        iri: n
        for n, iri in enumerate(dict.fromkeys(iri for line in found for iri in line.sources), 1)
    }
    facets = ", ".join(f"{f} {' or '.join(v)}" for f, v in answer.configuration.items())
    text = [f"**Configuration:** {facets or 'any'}\n\n"]
    text += [f"**Assumed:** {a.facet} {a.value}. {a.because}\n\n" for a in answer.assumptions]
    text += [f"**Doubtful:** {each.words}\n\n" for each in answer.contradicted]
    text += [f"**Document:** {v.title} ({v.label})\n\n" for v in answer.versions]
    if not answer.complete:
        text.append(f"**Incomplete:** {answer.incomplete_because}\n\n")
    header = ["verdict", "activity", "who", "does", "data", "where", "how long", "condition"]
    text.append(
        table_markdown(
            [*header, "safeguards", "source"],
            (
                [
                    f"{line.symbol} {line.verdict}",
                    line.activity,
                    line.actor,
                    " ".join((line.action, *(f"for {t}" for t in line.target))),
                    ", ".join(line.data),
                    "; ".join(line.where),
                    "; ".join(line.how_long),
                    "; ".join(line.condition),
                    ", ".join(line.safeguards),
                    " ".join(f"[{numbers[iri]}]" for iri in line.sources),
                ]
                for line in found
            ),
        )
    )
    text.append("\n")
    for iri, number in numbers.items():
        statement = knowledge.by_iri[iri]
        sentence = knowledge.sentences.get(statement.evidence[0] if statement.evidence else "")
        link = sentence.deep_link if sentence else None
        place = (
            f"{sentence.section}, {statement.version.split('document/')[-1]}" if sentence else ""
        )
        label = f"[{_escaped(place)}](<{link}>)" if link else place
        text.append(f"{number}. {statement.paraphrase} {label}\n")
    return "".join(text)


def _flat(knowledge: Knowledge, answer: Answer) -> Iterable[list[str]]:
    for row in answer.rows:
        names = [getattr(row.key, n) if row.key else row.filters.get(n) for n in _KEY]
        yield [
            *(name or "" for name in names),
            row.verdict,
            row.basis,
            "; ".join(condition_words(knowledge, row)),
            *("|".join(row.aspects.get(aspect, ())) for aspect in ASPECTS),
            "|".join(row.statements or row.nearest),
            row_iri(answer, row) if row.key else "",
        ]


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
