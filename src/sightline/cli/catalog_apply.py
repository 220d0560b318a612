"""``sightline catalog apply``: send a plan to a data catalog, and say what became of each item."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sightline.cli import options
from sightline.cli.catalog_plan import show
from sightline.cli.output import note_exit_code, print_json
from sightline.errors import render

if TYPE_CHECKING:
    from sightline.pushing import Outcome, Report


@click.command(name="apply")
@click.argument("plan_file", metavar="PLAN.json", type=options.FILE)
@click.option("--server", metavar="URL", required=True, help="Address of the catalog's API.")
@click.option("--yes", is_flag=True, help="Send; without it nothing is sent.")
@click.option("--restart", is_flag=True, help="Send again what the progress file says was sent.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def command(plan_file: str, server: str, yes: bool, restart: bool, form: str) -> int:
    """Send PLAN.json to a data catalog; no other command writes to a server of others.

    Credentials come from the environment: DATAHUB_GMS_TOKEN for DataHub; for Purview
    AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or SIGHTLINE_PURVIEW_TOKEN. What was
    sent is noted in PLAN.json.progress, so that the same command goes on where it stopped.

    Exit code 1 if the catalog refused items (the others are there), 2 if it could not be done or
    the rest was not sent.
    """
    from sightline.exporting.guard import read_plan
    from sightline.exporting.planned import digest
    from sightline.pushing import address_of, apply, sender_for
    from sightline.pushing.progress import Progress

    plan = read_plan(plan_file)
    address = address_of(plan.target, server)
    if not yes:
        show(plan)
        click.echo(f"nothing was sent to {address}; --yes sends it")
        return 0
    sender = sender_for(plan.target, address)
    try:
        progress = Progress(Path(plan_file), digest(plan.items), address, restart)
        try:
            report = apply(plan, address, sender, progress, None if form == "json" else _tell)
        finally:
            progress.close()
    finally:
        sender.close()
    note_exit_code(report.exit_code)
    if form == "json":
        print_json(report.to_json())
    else:
        _print(report, progress.path)
    if report.stopped:
        click.echo(render(report.stopped), err=True)
    return report.exit_code


def _tell(outcome: "Outcome") -> None:
    if outcome.result == "failed":
        click.echo(f"failed: {outcome.id}: {outcome.error}")


def _print(report: "Report", noted: Path) -> None:
    counts = report.counts
    order = ("sent", "sent-before", "failed", "not-sent")
    told = ", ".join(f"{counts[each]} {each.replace('-', ' ')}" for each in order if counts[each])
    click.echo(f"{report.server}: {told or 'nothing to send'}")
    if counts["sent-before"] == len(report.outcomes) and report.outcomes:
        click.echo(f"all was sent before, as {noted.name} says; --restart sends it again")
