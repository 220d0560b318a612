"""Hold estate files to shapes and policies, as ``sightline validate FILE...`` does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import baselines, estates
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code
from sightline.cli.settings import read_configuration
from sightline.errors import UnknownTermError, render
from sightline.graph import KnowledgeGraph

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.model import Answer, DeployedAccess, Deployment
    from sightline.validate.gate import FailOn, Finding, Gate

FORMATS = ("text", "json", "sarif", "junit", "github", "markdown", "turtle")
ALL = "all"


@dataclass(frozen=True)
class Choice:
    """What the options of the command say about policies; what they leave out a file may say."""

    names: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    config: str | None = None
    facets: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    new_only: str | None = None
    fail_on: "FailOn | None" = None


def run(files: tuple[str, ...], choice: Choice, form: str, given: dict[str, Any]) -> int:
    """Read an estate, judge it, print what was found and give the exit code."""
    from sightline.render import rdf
    from sightline.validate.accepted import read_accepted
    from sightline.validate.estate_shapes import only_new as new_findings
    from sightline.validate.gate import gate
    from sightline.validate.new_access import only_new
    from sightline.validate.policies import Policies, split_names
    from sightline.validate.policy_config import PolicyConfig, read_policy_config

    if not files:
        raise usage("policies judge estate files, and none are named", "add FILE...")
    graph = KnowledgeGraph()
    knowledge = graph.knowledge
    config = read_policy_config(choice.config) if choice.config else PolicyConfig()
    new_only = choice.new_only
    fail_on: FailOn = choice.fail_on or config.fail_on or "violation"
    names = choice.names or config.names
    if not names and new_only is None and (choice.settings or choice.accepted or config.accepted):
        names = (ALL,)
    own, sources = split_names([name for name in names if name != ALL])
    stated: Mapping[str, Sequence[str]] = {}
    if choice.config:
        _, beside = split_names([name for name in config.names if name != ALL])
        stated = config.settings(Policies(knowledge, beside))
    if (
        choice.names and ALL not in choice.names
    ):  # the policies that the file speaks of do not count
        stated = {k: values for k, values in stated.items() if k.rpartition(".")[0] in own}
    policies = Policies(knowledge, sources, {**stated, **_settings(choice.settings)})
    chosen = None if ALL in names else own + [n for n in policies.added if n not in own]
    accepted = (*choice.accepted, *config.accepted)
    entries = [entry for path in accepted for entry in read_accepted(path)]
    facets = {**config.facets, **read_configuration(None, choice.facets)}
    for name in facets:
        if name not in knowledge.facets:
            raise UnknownTermError("facet", name, knowledge.facets)

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

    estate = _settled(estates.read(graph, files, **given), facets)
    if not estate.files:
        raise usage(f"there is no estate file in '{files[0]}'", "name a file, or another folder")
    shaped = _shaped(estate)
    errors = list(estate.errors)
    if new_only is not None:
        with baselines.baseline(new_only, files, given) as old:
            read = _settled(estates.read(graph, old.files, **old.given), facets)
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


def _settled(estate: "Estate", facets: Mapping[str, tuple[str, ...]]) -> "Estate":
    """Give deployments the facets that their files leave open; what a file says stays."""

    def settled(own: "Deployment") -> "Deployment":
        added = {f: v for f, v in facets.items() if len(own.configuration.get(f, ())) != 1}
        left = tuple(item for item in own.unsettled if item.facet not in added)
        return replace(own, configuration={**own.configuration, **added}, unsettled=left)

    if not facets:
        return estate
    return replace(estate, deployments=tuple(map(settled, estate.deployments)))


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
