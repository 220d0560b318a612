"""Hold estate files to shapes and policies, as ``sightline validate FILE...`` does."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import baselines, estates
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code
from sightline.errors import render
from sightline.graph import KnowledgeGraph

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.model import Answer, DeployedAccess
    from sightline.validate.gate import FailOn, Finding, Gate

FORMATS = ("text", "json", "sarif", "junit", "github", "markdown", "turtle")
ALL = "all"


def run(
    files: tuple[str, ...],
    names: tuple[str, ...],
    settings: tuple[str, ...],
    accepted: tuple[str, ...],
    new_only: str | None,
    fail_on: "FailOn",
    form: str,
    given: dict[str, Any],
) -> int:
    """Read an estate, judge it, print what was found and give the exit code."""
    from sightline.render import rdf
    from sightline.validate.accepted import read_accepted
    from sightline.validate.estate_shapes import only_new as new_findings
    from sightline.validate.gate import gate
    from sightline.validate.new_access import only_new
    from sightline.validate.policies import Policies, split_names

    if not files:
        raise usage("policies judge estate files, and none are named", "add FILE...")
    graph = KnowledgeGraph()
    knowledge = graph.knowledge
    own, sources = split_names([name for name in names if name != ALL])
    policies = Policies(knowledge, sources, _settings(settings))
    chosen = None if ALL in names else own + [n for n in policies.added if n not in own]
    entries = [entry for path in accepted for entry in read_accepted(path)]

    def derive(configuration: Mapping[str, tuple[str, ...]]) -> "Answer":
        return graph.access(configuration)

    def judged(
        deployed: "list[DeployedAccess]", more: "Sequence[Finding]" = (), advise: bool = False
    ) -> "Gate":
        return gate(
            deployed, knowledge, policies, chosen, quads=rdf.quads,
            derive=derive if advise else None,
            accepted=entries if advise and new_only is None else (),
            today=date.today(), more=more,
        )  # fmt: skip

    estate = estates.read(graph, files, **given)
    if not estate.files:
        raise usage(f"there is no estate file in '{files[0]}'", "name a file, or another folder")
    shaped = _shaped(estate)
    errors = list(estate.errors)
    if new_only is not None:
        with baselines.baseline(new_only, files, given) as old:
            read = estates.read(graph, old.files, **old.given)
            shaped = new_findings(shaped, _shaped(read))
            before = old.renamed(read)
        deployed, base = (graph.access_estate(each.deployments) for each in (estate, before))
        found = judged(deployed, shaped, advise=True)
        found = only_new(found, judged(base), deployed, base, entries)
        found = replace(found, warnings=(*found.warnings, *old.warnings(before)))
    else:  # without policies nothing has to be derived
        wanted = chosen is None or bool(chosen)
        deployed = graph.access_estate(estate.deployments) if wanted else []
        found = judged(deployed, shaped, advise=True)
        found = replace(found, deployments=estate.deployments)
    code = 2 if errors else found.exit_code(fail_on)
    note_exit_code(code)
    if form != "text" or any(file.format for file in estate.files):  # else there is no verdict
        _print(found, form, fail_on)
    for error in errors:
        click.echo(render(error) if hasattr(error, "code") else str(error), err=True)
    return code


def _shaped(estate: "Estate") -> "tuple[Finding, ...]":
    """Hold an estate to its shapes."""
    from sightline.model import ReportedFile
    from sightline.render import estate_rdf
    from sightline.validate.estate_shapes import estate_findings

    now = datetime.now(UTC)
    read = [file for file in estate.files if file.format]
    files = [ReportedFile(f.file, f.sha256, f.format) for f in read]
    return estate_findings(
        estate.deployments,
        estate.described,
        lambda deployments, described: estate_rdf.quads(files, deployments, now, described),
    )


def _settings(pairs: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or "." not in name:
            raise usage(
                f"{pair!r} sets no parameter",
                "write NAME.PARAM=VALUE, as retention-within-days.days=7",
            )
        found.setdefault(name, []).extend(part for part in value.split(",") if part)
    return found


def _print(found: "Gate", form: str, fail_on: "FailOn") -> None:
    from sightline.validate import gate_formats, gate_texts, sarif

    if form == "json":
        click.echo(gate_formats.as_json(found, fail_on))
    elif form == "sarif":
        from importlib.metadata import version

        click.echo(sarif.sarif(found, version("sightline")))
    elif form == "junit":
        click.echo(gate_formats.junit(found, fail_on), nl=False)
    elif form == "turtle":
        click.echo(gate_formats.turtle(found), nl=False)
    elif form in ("github", "markdown"):
        write = gate_texts.github if form == "github" else gate_texts.markdown
        click.echo(write(found), nl=False)
    else:
        click.echo(gate_texts.text(found))
