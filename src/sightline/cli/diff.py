"""``sightline diff``: what changes from one configuration, date or document version to another."""

from datetime import date
from pathlib import Path

import click

from sightline.cli import options
from sightline.errors import InputError
from sightline.graph import KnowledgeGraph
from sightline.identity import read_configuration
from sightline.model import Answer, Change, ClaimDifference, Knowledge


@click.command(name="diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@options.configuration
@options.filters
@click.option("--all", "everything", is_flag=True, help="List claims that stay the same too.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "md"]), default="table"
)
def command(
    before: str,
    after: str,
    config: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
    everything: bool,
    form: str,
    **filters: str | None,
) -> None:
    """Compare A and B, which are of one kind.

    \b
    two configurations   files, or facet=value&facet=value
    two dates            2023-03-01 2026-11-01, with --config or --set for the configuration
    two versions         model-catalog-data-privacy/2024-05-02 model-catalog-data-privacy/2026-01-26

    --set and --config hold for both sides; a configuration given as A or B adds to them.
    """
    graph = KnowledgeGraph()
    shared = options.read_configuration(config, settings)
    dates = [_date(text) for text in (before, after)]
    versions = {v.iri.split("/document/", 1)[-1] for v in graph.knowledge.versions.values()}
    if all(dates):
        answers = [
            graph.access(
                shared, as_of=on, collection=collection, assume=not no_assumptions, **filters
            )
            for on in dates
        ]
    elif before in versions or after in versions:
        found = graph.diff_versions(before, after)
        kept = [d for d in found if everything or d.change != "same"]
        _print_claims(kept, form)
        return
    else:
        answers = [
            graph.access(
                {**shared, **_side(text)},
                as_of=as_of,
                collection=collection,
                assume=not no_assumptions,
                **filters,
            )
            for text in (before, after)
        ]
    _print_changes(graph.knowledge, answers, graph.diff(answers[0], answers[1]), form)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _side(text: str) -> dict[str, tuple[str, ...]]:
    if Path(text).is_file() or text == "-":
        return options.read_configuration(text, ())
    if "=" in text:
        return read_configuration(text)
    raise InputError(
        "input.value",
        f"{text!r} is neither a file, a date, a document version nor facet=value",
        "as in 'sightline diff deployment-type=standard deployment-type=global "
        "--set offering=azure-openai'",
    )


def _print_changes(
    knowledge: Knowledge, answers: list[Answer], changes: tuple[Change, ...], form: str
) -> None:
    header = ["change", "activity", "actor", "action", "data", "target", "from", "to"]
    if form == "json":
        import json

        from sightline.render.answer import changes_json

        click.echo(json.dumps(changes_json(answers, changes), indent=2, ensure_ascii=False))
        return
    rows = [
        [c.change, c.key.activity, c.key.actor, c.key.action, c.key.data, c.key.target or "",
         c.before, c.after]
        for c in changes
    ]  # fmt: skip
    if form == "csv":
        header += ["statements before", "statements after"]
        rows = [
            [*row, "|".join(c.statements_before), "|".join(c.statements_after)]
            for row, c in zip(rows, changes, strict=True)
        ]
    if form == "table":
        rows = _folded(rows)
    _print(header, rows, form, "change")
    if form == "table":
        for answer in answers:
            for assumed in answer.assumptions:
                click.echo(f"assumed for {answer.identity}: {assumed.facet} {assumed.value}")


def _folded(rows: list[list[str]]) -> list[list[str]]:
    """Fold rows that differ only in data or target, as people read them."""
    merged: dict[tuple[str, ...], tuple[dict[str, None], dict[str, None]]] = {}
    for change, activity, actor, action, data, target, before, after in rows:
        both = merged.setdefault((change, activity, actor, action, before, after), ({}, {}))
        both[0][data] = None
        both[1][target] = None
    return [
        [c, activity, actor, action, ", ".join(data), ", ".join(filter(None, target)), old, new]
        for (c, activity, actor, action, old, new), (data, target) in merged.items()
    ]


def _print_claims(found: list[ClaimDifference], form: str) -> None:
    if form == "json":
        import json
        from dataclasses import asdict

        document = {"schema": 1, "claims": [asdict(d) for d in found]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    rows = [[d.change, d.claim, d.before, d.after] for d in found]
    _print(["change", "claim", "before", "after"], rows, form, "claim")


def _print(header: list[str], rows: list[list[str]], form: str, noun: str) -> None:
    from sightline.render import flat

    if form in ("csv", "md"):
        write = flat.table_csv if form == "csv" else flat.table_markdown
        click.echo(write(header, rows), nl=False)
        return
    from sightline.render.table import console, print_rows

    print_rows(header, rows, noun, console())
