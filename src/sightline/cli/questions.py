"""``sightline questions``: what the library can be asked."""

import click

from sightline.queries import LibraryQuestion, library


@click.command(name="questions")
@click.argument("words", nargs=-1)
@click.option("--tag", metavar="TAG", help="List only the questions with a tag.")
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
        import json

        click.echo(
            json.dumps(
                [
                    {
                        "name": q.name,
                        "folder": q.folder,
                        "summary": q.summary,
                        "question": q.question,
                        "needs": sorted(q.needs),
                        "tags": list(q.tags),
                        "params": [
                            {
                                "name": p.name,
                                "type": p.type,
                                "required": p.required,
                                "example": p.example,
                                "description": p.description,
                            }
                            for p in q.params.values()
                        ],
                        "returns": dict(q.returns),
                    }
                    for q in found
                ],
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    header = ["name", "question", "parameters"]
    rows = [[q.name, q.question, _parameters(q)] for q in found]
    if form == "md":
        from sightline.render.flat import table_markdown

        click.echo(table_markdown(header, rows), nl=False)
        return
    from rich.table import Table
    from rich.text import Text

    from sightline.render.table import console

    out = console()
    for folder in sorted({q.folder for q in found}):
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for name in header:
            table.add_column(name, overflow="fold", no_wrap=name == "name")
        for q in found:
            if q.folder == folder:
                table.add_row(Text(q.name, style="bold"), Text(q.question), Text(_parameters(q)))
        out.print(Text(f"\n{folder}", style="bold underline"))
        out.print(table)
    out.print(Text(f"\n{len(found)} questions; run one with 'sightline ask NAME'", style="dim"))


def _parameters(question: LibraryQuestion) -> str:
    own = [
        f"--{p.name.replace('_', '-')}{'' if p.required else '?'}" for p in question.params.values()
    ]
    return " ".join([*(["--set"] if "configuration" in question.needs else []), *own])
