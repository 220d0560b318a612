"""``sightline catalog plan``: what would be sent to a data catalog, written down and not sent."""

import json
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import exported, options, writing
from sightline.cli.output import note_exit_code, print_json
from sightline.errors import render

if TYPE_CHECKING:
    from sightline.exporting import Contents
    from sightline.exporting.planned import Plan

_SHOWN = 10


@click.command(name="plan")
@click.option(
    "--to",
    "target",
    type=click.Choice(["datahub", "purview"]),
    required=True,
    help="Which catalog.",
)
@exported.given
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "-o", "--output", metavar="PLAN.json", type=options.FILE, help="Write the plan into that file."
)
def command(target: str, form: str, output: str | None, **asked: Any) -> int:
    """Plan what 'catalog apply' sends to a data catalog, and show what it would touch.

    Nothing is sent, and nothing but terms and properties of sightline is planned. Name the
    catalog's own export among the FILEs: datasets are called as it calls them.

    Exit code 2 if an estate file could not be read; the others are planned all the same.
    """
    from sightline.graph import KnowledgeGraph

    contents, errors = exported.contents(KnowledgeGraph(), asked)
    code = 2 if errors else 0
    note_exit_code(code)
    plan = _plan(contents, target)
    if output is not None:
        text = json.dumps(plan.to_json(), indent=1, ensure_ascii=False)
        writing.write(f"{text}\n", output)
    if form == "json":
        print_json(plan.to_json())
    else:
        show(plan)
    for error in errors:
        click.echo(render(error), err=True)
    return code


def show(plan: "Plan") -> None:
    """Print how many requests there are, which things they touch, and what is left out."""
    counts = ", ".join(f"{count} {kind}" for kind, count in plan.counts.items())
    click.echo(f"{plan.target}: {_counted(len(plan.items), 'request')} ({counts})")
    touched: dict[str, list[str]] = {}
    for item in plan.items:
        if item.kind in ("dataset", "deployment", "lineage"):
            touched.setdefault(f"{item.kind} {item.entity}", []).extend(item.names)
    for entity, names in list(touched.items())[:_SHOWN]:
        click.echo(f"  {entity}: {_counted(len(names), 'name')} of ours")
    if len(touched) > _SHOWN:
        click.echo(f"  ... and {len(touched) - _SHOWN} more")
    for each in plan.left_out:
        some = ", ".join(each.datasets[:3]) + (", ..." if len(each.datasets) > 3 else "")
        click.echo(f"left out: {_counted(len(each.datasets), 'dataset')} ({some}): {each.reason}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _plan(contents: "Contents", target: str) -> "Plan":
    from sightline.exporting import atlas, datahub
    from sightline.exporting.planned import Plan, left_out

    if target == "datahub":
        items, written = datahub.datahub_items(contents), datahub.written(contents)
    else:
        items, written = atlas.atlas_items(contents), atlas.written(contents)
    name = "DataHub" if target == "datahub" else "Atlas or Purview"
    return Plan(target, contents.digest, tuple(items), left_out(contents, written, name))
