"""``sightline catalog link``: which datasets reach which deployments, and who says so."""

from pathlib import Path
from typing import Any

import click

from sightline.cli import estates, linking, options
from sightline.cli.faults import usage
from sightline.cli.output import FORMATS, print_json, print_rows
from sightline.graph import KnowledgeGraph


@click.command(name="link")
@click.option(
    "--estate",
    "files",
    metavar="FILE",
    type=options.FILE,
    multiple=True,
    required=True,
    help="Estate file or folder with the deployments; repeat for several.",
)
@linking.given
@click.option("--review", is_flag=True, help="Walk through suggested links and decide each.")
@click.option("--by", "reviewer", metavar="NAME", default="", help="Who reviews.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@estates.given
def link(
    files: tuple[str, ...],
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
    review: bool,
    reviewer: str,
    form: str,
    **given: Any,
) -> None:
    """List links of datasets to deployments: declared, derived, and candidates to review.

    With --review each derived link and candidate is shown, and what is decided is appended to the
    last file of --links, which is begun if there is none.
    """
    if not catalog_files:
        raise usage("no catalog file is given", "add --catalog FILE")
    estate = estates.read(KnowledgeGraph(), files, **given)
    if estate.errors:
        raise estate.errors[0]
    if review and not links_files:
        raise usage("decisions need a file to stand in", "add --links links.yaml")
    present = links_files
    if review and not Path(links_files[-1]).exists():
        present = links_files[:-1]
    joined = linking.joined(estate, catalog_files, present, crosswalk_files)
    assert joined is not None
    if review:
        from sightline.cli.reviewing import review as walk

        open_links = [
            each for each in joined.links if each.status != "declared" and not each.dispute
        ]
        decided = walk(joined, open_links, Path(links_files[-1]), reviewer)
        click.echo(f"{decided} of {len(open_links)} links decided")
        return
    unknown = [joined.datasets[iri] for iri in joined.unknown]
    if form == "json":
        print_json(
            {
                "links": [
                    {
                        "dataset": each.dataset,
                        "name": joined.datasets[each.dataset].name,
                        "deployment": joined.deployments[each.deployment].label,
                        "status": each.status,
                        "way": each.way or None,
                        "by": each.reviewer or None,
                        "when": each.on.isoformat() if each.on else None,
                        "reason": each.reason,
                        "dispute": each.dispute or None,
                    }
                    for each in joined.links
                ],
                "unknown": [{"dataset": each.iri, "name": each.name} for each in unknown],
            }
        )
        return
    header = ["dataset", "deployment", "status", "way", "by", "when", "reason"]
    rows = [
        [
            joined.datasets[each.dataset].name,
            joined.deployments[each.deployment].label,
            f"{each.status}, disputed: {each.dispute}" if each.dispute else each.status,
            each.way,
            each.reviewer,
            each.on.isoformat() if each.on else "",
            each.reason,
        ]
        for each in joined.links
    ]
    print_rows(header, rows, form, "link")
    if unknown and form == "table":
        names = ", ".join(each.name for each in unknown[:5])
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        click.echo(f"\nNot known to reach anything, or nothing: {names}{more}")
