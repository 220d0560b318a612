"""Hold estate files to shapes and policies, as ``sightline validate FILE...`` does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import baselines, estates, linking
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code
from sightline.cli.settings import read_configuration
from sightline.errors import UnknownTermError, render
from sightline.gates import judge, settled, written
from sightline.graph import KnowledgeGraph

if TYPE_CHECKING:
    from sightline.validate.gate import FailOn

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
    catalogs: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    crosswalks: tuple[str, ...] = ()


def run(files: tuple[str, ...], choice: Choice, form: str, given: dict[str, Any]) -> int:
    """Read an estate, judge it, print what was found and give the exit code."""
    from sightline.validate.accepted import read_accepted
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
    if choice.names and ALL not in choice.names:
        # The policies that the file speaks of do not count.
        stated = {k: values for k, values in stated.items() if k.rpartition(".")[0] in own}
    policies = Policies(knowledge, sources, {**stated, **_settings(choice.settings)})
    chosen = None if ALL in names else own + [n for n in policies.added if n not in own]
    accepted = (*choice.accepted, *config.accepted)
    entries = [entry for path in accepted for entry in read_accepted(path)]
    facets = {**config.facets, **read_configuration(None, choice.facets)}
    for name in facets:
        if name not in knowledge.facets:
            raise UnknownTermError("facet", name, knowledge.facets)

    estate = settled(estates.read(graph, files, **given), facets)
    if not estate.files:
        raise usage(f"there is no estate file in '{files[0]}'", "name a file, or another folder")
    errors = list(estate.errors)
    joined = linking.joined(estate, choice.catalogs, choice.links, choice.crosswalks)
    if joined is not None and new_only is not None:
        raise usage("what datasets reach is not compared to a baseline", "leave out --catalog")
    if new_only is not None:
        with baselines.baseline(new_only, files, given) as old:
            before = old.renamed(settled(estates.read(graph, old.files, **old.given), facets))
        found = judge(graph, estate, policies, chosen, before=before, accepted=entries)
        found = replace(found, warnings=(*found.warnings, *old.warnings(before)))
    else:
        found = judge(graph, estate, policies, chosen, accepted=entries, joined=joined)
    code = 2 if errors else found.exit_code(fail_on)
    note_exit_code(code)
    if form != "text" or any(file.format for file in estate.files):  # else there is no verdict
        text = written(found, form, fail_on)
        click.echo(text, nl=not text.endswith("\n"))
    for error in errors:
        click.echo(render(error) if hasattr(error, "code") else str(error), err=True)
    return code


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
