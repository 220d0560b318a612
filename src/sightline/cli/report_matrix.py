"""``sightline report matrix``: actors against categories of data, cell by cell."""

from typing import Any

import click

from sightline.cli import answering, completing, options, writing

_FORMS = ("md", "html", "csv", "json", "xlsx")


@click.command(name="matrix")
@answering.given
@click.option(
    "--activity",
    metavar="TOKEN",
    shell_complete=completing.tokens("activity"),
    help="Count one processing activity only.",
)
@click.option(
    "--action",
    metavar="TOKEN",
    shell_complete=completing.tokens("action"),
    help="Count what is done only.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    help="Form of the matrix.  [default: that of the file's name, else md]",
)
@click.option("-o", "--output", metavar="FILE", type=options.FILE, help="Write into that file.")
def command(
    activity: str | None, action: str | None, form: str | None, output: str | None, **given: Any
) -> int:
    """Set everybody that documents name against all data that they speak of.

    A cell has the verdicts with their counts, and the answers and sentences behind them. What is
    not stated says so. Of an estate there is one matrix for each distinct configuration.

    Example: sightline report matrix --set offering=azure-openai --format csv
    """
    from sightline.reporting.matrix import matrix
    from sightline.reporting.matrix_report import matrix_json

    asked = answering.read(filters={"activity": activity, "action": action}, **given)
    knowledge = asked.graph.knowledge
    matrices = []
    for found in asked.answers:
        question = found.answer.question
        derivation = asked.graph.derivation(question.as_of, question.collection)
        matrices.append(matrix(knowledge, found, derivation.answer))
    errors = asked.estate.errors if asked.estate else ()
    document = matrix_json(knowledge, matrices, asked.day, errors)
    content: str | bytes
    match writing.form(form, output, _FORMS):
        case "html":
            from sightline.reporting.matrix_page import html

            content = html(knowledge, document)
        case "csv":
            from sightline.reporting.matrix_text import csv_text

            content = csv_text(knowledge, document)
        case "xlsx":
            from sightline.reporting.matrix_sheets import xlsx

            content = xlsx(knowledge, document)
        case "json":
            import json

            content = json.dumps(document, indent=2, ensure_ascii=False)
        case _:
            from sightline.reporting.matrix_text import markdown_text

            content = markdown_text(knowledge, document)
    writing.write(content, output)
    return asked.finish()
