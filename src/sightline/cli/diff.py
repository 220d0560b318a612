"""``sightline diff``: what changes from one configuration, date or document version to another."""

import os
from collections.abc import Collection
from datetime import date
from typing import Any

import click

from sightline.cli import completing, graphs, options
from sightline.cli.faults import usage
from sightline.cli.output import FORMATS, print_json, print_rows
from sightline.cli.settings import Settings, read_configuration, read_file, read_inline
from sightline.errors import InputError
from sightline.model import Answer, Change, ClaimDifference, Knowledge

_KINDS = {"date": "a date", "version": "a document version", "configuration": "a configuration"}


@click.command(name="diff")
@click.argument("before", metavar="A", shell_complete=completing.tokens("version"))
@click.argument("after", metavar="B", shell_complete=completing.tokens("version"))
@options.configuration
@graphs.chosen()
@options.filters
@click.option("--all", "everything", is_flag=True, help="List claims that stay the same too.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def command(
    before: str,
    after: str,
    config: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
    added: tuple[str, ...],
    endpoint: str | None,
    everything: bool,
    form: str,
    **filters: Any,
) -> None:
    """Compare A and B, which are of one kind.

    \b
    two configurations   files, or facet=value&facet=value
    two dates            2023-03-01 2026-11-01, with --config or --set for the configuration
    two versions         model-catalog-data-privacy/2024-05-02 model-catalog-data-privacy/2026-01-26

    --set and --config hold for both sides; a configuration given as A or B adds to them.
    """
    graph = graphs.opened(added, endpoint)
    versions = {v.iri: v.iri.split("/document/", 1)[-1] for v in graph.knowledge.versions.values()}
    kind = _kind(before, after, {*versions, *versions.values()})
    if kind == "version":
        _refuse_options(config, settings, as_of, no_assumptions, collection, filters)
        found = graph.diff_versions(before, after)
        _print_claims([d for d in found if everything or d.change != "same"], form)
        return
    if everything:
        raise usage("--all lists claims and goes with two document versions")
    if [config, before, after].count("-") > 1:
        raise usage("standard input can be read only once")
    if kind == "date" and as_of is not None:
        raise usage("--as-of cannot go with two dates")
    shared = read_configuration(config, settings)
    answers = [
        graph.access(
            shared if kind == "date" else {**shared, **_side(text)},
            as_of=date.fromisoformat(text) if kind == "date" else as_of,
            collection=collection,
            assume=not no_assumptions,
            **filters,
        )
        for text in (before, after)
    ]
    _print_changes(graph.knowledge, answers, graph.diff(*answers), form)


def _kind(before: str, after: str, versions: Collection[str]) -> str:
    first, second = (_kind_of(text, versions) for text in (before, after))
    if first != second:
        raise InputError(
            "input.value",
            f"{before!r} is {_KINDS[first]} and {after!r} is {_KINDS[second]}",
            "give two of one kind; see 'sightline diff --help'",
        )
    return first


def _kind_of(text: str, versions: Collection[str]) -> str:
    if text in versions:
        return "version"
    if text == "-" or "=" in text or os.path.exists(text):  # noqa: PTH110 - fails on no text
        return "configuration"
    if "/" in text and not text.endswith((".yaml", ".yml", ".json")):
        return "version"  # one that does not exist, which is told with the close ones
    if text[:4].isdigit() and "-" in text:
        options.day(text)
        return "date"
    raise InputError(
        "input.value",
        f"{text!r} is neither a file, a date, a document version nor facet=value",
        "as in 'sightline diff deployment-type=standard deployment-type=global "
        "--set offering=azure-openai'",
    )


def _side(text: str) -> Settings:
    if text == "-" or os.path.exists(text):  # noqa: PTH110 - fails on no text
        return read_file(text)
    return read_inline(text)


def _refuse_options(*given: Any) -> None:
    *others, filters = given
    if any(others) or any(filters.values()):
        raise usage(
            "document versions are compared claim by claim",
            "leave out the options that make or narrow an answer",
        )


def _print_changes(
    knowledge: Knowledge, answers: list[Answer], changes: tuple[Change, ...], form: str
) -> None:
    if form == "json":
        from sightline.render.answer import changes_json

        print_json(changes_json(answers, changes))
        return
    if form == "table":
        from sightline.render.changes import print_changes
        from sightline.render.table import console

        print_changes(knowledge, answers, changes, console())
        return
    header = ["change", "activity", "actor", "action", "data", "target", "from", "to"]
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
    print_rows(header, rows, form, "change")


def _print_claims(found: list[ClaimDifference], form: str) -> None:
    if form == "json":
        from dataclasses import asdict

        print_json({"schema": 1, "claims": [asdict(d) for d in found]})
        return
    rows = [[d.change, d.claim, d.before, d.after] for d in found]
    print_rows(["change", "claim", "before", "after"], rows, form, "claim")
