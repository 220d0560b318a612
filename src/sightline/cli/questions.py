"""``sightline questions``: what the library can be asked."""

import click

from sightline.cli import completing
from sightline.cli.output import print_json
from sightline.queries import LibraryQuestion, library


@click.command(name="questions")
@click.argument("words", nargs=-1)
@click.option(
    "--tag",
    metavar="TAG",
    shell_complete=completing.tags,
    help="List only the questions with a tag.",
)
@click.option("--format", "form", type=click.Choice(["table", "json", "md"]), default="table")
def command(words: tuple[str, ...], tag: str | None, form: str) -> None:
    """List the questions of the library; WORDS narrow the list to those that contain them all."""
    wanted = [word.casefold() for word in words]
    found = [
        question
        for name, question in sorted(library().items())
        if all(w in f"{name} {question.summary} {question.question}".casefold() for w in wanted)
        and (tag is None or tag in question.tags)
    ]
    if form == "json":
        from sightline.render.questions import question_json

        print_json([question_json(q) for q in found])
        return
    header = ["name", "question", "parameters"]
    rows = [[q.name, q.question, _parameters(q)] for q in found]
    if form == "md":
        from sightline.render.flat import table_markdown

        click.echo(table_markdown(header, rows), nl=False)
        return
    from rich.text import Text

    from sightline.render.table import console, rows_table

    out = console()
    for folder in sorted({q.folder for q in found}):
        own = [row for row, q in zip(rows, found, strict=True) if q.folder == folder]
        out.print(Text(f"\n{folder}", style="bold underline"))
        out.print(rows_table(header, own, out.width, whole="name"))
    out.print(Text(f"\n{len(found)} questions; run one with 'sightline ask NAME'", style="dim"))


def _parameters(question: LibraryQuestion) -> str:
    own = [
        f"--{p.name.replace('_', '-')}{'' if p.required else '?'}" for p in question.params.values()
    ]
    needed = {"configuration": "--set", "estate": "--estate"}
    return " ".join([*(needed[need] for need in question.needs if need in needed), *own])
