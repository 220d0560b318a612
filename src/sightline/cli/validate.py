"""``sightline validate``: knowledge and RDF files against shapes, estates against policies."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import estates, gates, linking, options
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code
from sightline.gates import FORMATS
from sightline.graph import KnowledgeGraph
from sightline.stores import SUFFIXES

if TYPE_CHECKING:
    from sightline.validate.report import Severity

_RDF_FORMATS = ("text", "json", "turtle")


@click.command(name="validate")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=options.FILE)
@click.option(
    "--shapes",
    "shapes",
    metavar="NAME|FILE",
    multiple=True,
    help="Shapes to check against: shipped ones by name, or a file; repeat for several "
    "(default: hygiene and statements).",
)
@click.option(
    "--policy",
    "policies",
    metavar="NAME|FILE",
    multiple=True,
    help="Hold estate FILES to a policy: a shipped one by name, a Turtle file, or 'all'; repeat "
    "for several.",
)
@click.option(
    "--policy-param",
    "settings",
    metavar="NAME.PARAM=VALUE",
    multiple=True,
    help="Set a parameter of a policy; repeat it, or use commas, for several values.",
)
@click.option(
    "--policy-config",
    "config",
    metavar="FILE",
    type=options.FILE,
    help="YAML file of a repository: its policies, their parameters, what fails, what is accepted. "
    "Other options win over it.",
)
@click.option(
    "--set",
    "facets",
    metavar="FACET=VALUE",
    multiple=True,
    help="Settle a facet that estate files leave open, for all deployments in them.",
)
@click.option(
    "--accepted",
    metavar="FILE",
    multiple=True,
    type=options.FILE,
    help="YAML list of accepted findings: policy, deployment or file, owner, reason, expires.",
)
@click.option(
    "--new-only",
    metavar="BASELINE",
    help="Report only what a baseline (file, folder, git revision) did not have, and new access.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "unknown", "warning", "info"]),
    default="violation",
    show_default=True,
    help="The mildest finding that gives exit code 1 ('unknown' is for policies, 'info' for "
    "shapes).",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@linking.given
@estates.given
def command(
    files: tuple[str, ...],
    shapes: tuple[str, ...],
    policies: tuple[str, ...],
    settings: tuple[str, ...],
    config: str | None,
    facets: tuple[str, ...],
    accepted: tuple[str, ...],
    new_only: str | None,
    fail_on: str,
    form: str,
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
    **given: Any,
) -> int:
    """Hold estate FILES to the shapes of estates and to policies, or check RDF FILES.

    Without FILES the whole shipped graph is checked. Exit code 1 for findings, and 3 where
    nothing is violated but unknowns stand in the way.
    """
    own = [name for name in files if Path(name).suffix.lower() not in SUFFIXES]
    if (
        own
        or policies
        or new_only is not None
        or settings
        or accepted
        or config
        or facets
        or catalog_files
    ):
        if shapes:
            raise usage(
                "--shapes is for RDF files; estate files are held to the shapes of estates anyway",
                "leave it out",
            )
        if own and len(own) < len(files):
            raise usage(f"'{own[0]}' is no RDF file, and others are", "run them apart")
        level: Any = "warning" if fail_on == "info" else fail_on
        if not options.given("fail_on"):
            level = None
        chosen = gates.Choice(
            policies, settings, config, facets, accepted, new_only, level,
            catalog_files, links_files, crosswalk_files,
        )  # fmt: skip
        return gates.run(files, chosen, form, given)
    return _check(files, shapes, "violation" if fail_on == "unknown" else fail_on, form)


def _check(files: tuple[str, ...], shapes: tuple[str, ...], fail_on: Any, form: str) -> int:
    """Check RDF against shapes."""
    from sightline import validate

    if form not in _RDF_FORMATS:
        raise usage(
            f"'{form}' is a form of what is found in estate files",
            f"use one of: {', '.join(_RDF_FORMATS)}",
        )
    chosen = shapes or validate.WRITTEN
    store = KnowledgeGraph().store
    report = validate.files(store, files, chosen) if files else validate.knowledge(store, chosen)
    level: Severity = fail_on
    severities = validate.SEVERITIES[: validate.SEVERITIES.index(level) + 1]
    code = int(any(result.severity in severities for result in report.results))
    note_exit_code(code)
    if form == "json":
        click.echo(validate.as_json(report))
    elif form == "turtle":
        click.echo(validate.as_turtle(report), nl=False)
    else:
        click.echo(report.text())
    return code
