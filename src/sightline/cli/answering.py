"""Give the answers that a report is made of: for one configuration, or for an estate."""

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sightline.cli import estates, options
from sightline.cli.faults import usage
from sightline.cli.output import note_exit_code
from sightline.cli.settings import read_configuration
from sightline.errors import render

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.graph import KnowledgeGraph
    from sightline.model import DeployedAccess

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Answered:
    """Answers, the estate that they are for, and how a command asks for the same again."""

    graph: "KnowledgeGraph"
    answers: "list[DeployedAccess]"
    estate: "Estate | None"
    day: date
    words: str

    def finish(self) -> int:
        """Tell which files could not be read, and give the exit code."""
        for error in self.estate.errors if self.estate else ():
            click.echo(render(error), err=True)
        return 2 if self.estate and self.estate.errors else 0


def given(command: Command) -> Command:
    """Add the options that say what is asked: a configuration, or an estate with its options."""
    estate = click.option(
        "--estate",
        "estate_files",
        metavar="FILE",
        type=options.FILE,
        multiple=True,
        help="Estate file or folder with deployments; repeat for several.",
    )
    deployment = click.option(
        "--deployment", metavar="NAME", help="Only that deployment of the estate."
    )
    return estate(deployment(estates.given(options.configuration(command))))


def read(
    *,
    estate_files: tuple[str, ...],
    deployment: str | None,
    config: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
    filters: Mapping[str, str | None],
    **given: Any,
) -> Answered:
    """Derive the answers that the options ask for, and note the exit code.

    A configuration that is set holds for all deployments, whatever the files say.
    """
    from sightline.graph import KnowledgeGraph
    from sightline.model import DeployedAccess

    configuration = read_configuration(config, settings)
    question: dict[str, Any] = {"as_of": as_of, "collection": collection} | dict(filters)
    question["assume"] = not no_assumptions
    graph = KnowledgeGraph()
    estate = None
    if estate_files:
        estate = estates.read(graph, estate_files, **given)
        found = estates.chosen(estate, deployment, configuration)
        answers = graph.access_estate(found, **question)
        answers.sort(key=_first_place)
    elif deployment or any(given.values()):
        raise usage("--deployment and the options for estates need --estate FILE")
    else:
        answers = [DeployedAccess((), graph.access(configuration, **question))]
    note_exit_code(2 if estate and estate.errors else 0)
    return Answered(graph, answers, estate, as_of or date.today(), words())


def _first_place(found: "DeployedAccess") -> tuple[str, int, str]:
    """Order answers as the files do."""
    return min((d.file, d.line, d.iri) for d in found.deployments)


_ASKING = frozenset(
    "estate_files deployment config settings as_of no_assumptions collection parameter_files "
    "parameters resource_group_location subscription attached tags".split()
)
"""The options that reports have in common."""


def words(names: Collection[str] = _ASKING) -> str:
    """Write options of the running command as they would be typed, for another command."""
    context = click.get_current_context()
    found: list[str] = []
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if parameter.name not in names or not value:
            continue
        if value is True:
            found.append(parameter.opts[-1])
            continue
        for each in value if isinstance(value, tuple) else (value,):
            text = each.isoformat() if isinstance(each, date) else str(each)
            found += [max(parameter.opts, key=len), shlex.quote(text)]
    return " ".join(found)
