"""Read the estate files that several commands take, with the options that settle values."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sightline.cli import options
from sightline.cli.faults import usage
from sightline.cli.progress import showing
from sightline.errors import UnknownTermError

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.graph import KnowledgeGraph
    from sightline.model import Deployment

Command = TypeVar("Command", bound=Callable[..., Any])


def given(command: Command) -> Command:
    """Add the options that say what estate files leave open."""
    added: tuple[Callable[[Any], Any], ...] = (
        click.option(
            "--parameters",
            "parameter_files",
            metavar="FILE",
            type=options.FILE,
            multiple=True,
            help="Parameter file of a template; repeat for several.",
        ),
        click.option(
            "--set-parameter",
            "parameters",
            metavar="NAME=VALUE",
            multiple=True,
            help="Set a parameter of a template; repeat for several.",
        ),
        click.option(
            "--resource-group-location",
            metavar="REGION",
            help="Where the resource group of a template is.",
        ),
        click.option(
            "--subscription", metavar="ID", help="The subscription of files that name none."
        ),
        click.option(
            "--attach",
            "attached",
            metavar="FILE",
            type=options.FILE,
            multiple=True,
            help="YAML or CSV file that gives deployments an owner, environment and the like.",
        ),
        click.option(
            "--tag",
            "tags",
            metavar="ATTRIBUTE=TAG",
            multiple=True,
            help="Read owner, environment, classification or dataset from that Azure tag.",
        ),
    )
    for option in reversed(added):
        command = option(command)
    return command


def read(
    graph: "KnowledgeGraph",
    files: tuple[str, ...],
    *,
    parameter_files: tuple[str, ...],
    parameters: tuple[str, ...],
    resource_group_location: str | None,
    subscription: str | None,
    attached: tuple[str, ...],
    tags: tuple[str, ...],
) -> "Estate":
    """Read files with what the options give; ``-`` is standard input.

    Raises InputError for options, parameter files and attachments that cannot be used.
    """
    from sightline.estate import Settings, read_attachments, with_parameters

    settings = with_parameters(
        Settings(resource_group_location=resource_group_location, subscription=subscription),
        parameter_files,
        parameters,
    )
    attachments = [each for name in attached for each in read_attachments(name)]
    stdin = sys.stdin.buffer.read() if "-" in files and sys.stdin is not None else None
    with showing(files) as progress:
        return graph.estate(
            files,
            settings,
            attachments=attachments,
            tags=_tags(tags),
            stdin=stdin,
            progress=progress,
        )


def chosen(
    estate: "Estate", name: str | None, configuration: Mapping[str, tuple[str, ...]]
) -> "list[Deployment]":
    """Give the deployments of an estate, or those of a name, with facets that hold for all.

    Raises UnknownTermError for a name that no deployment has, unless a file could not be read.
    """
    found = [each for each in estate.deployments if name in (None, each.name, each.iri)]
    if name is not None and not found and not estate.errors:
        raise UnknownTermError("deployment", name, {each.name for each in estate.deployments})
    if not configuration:
        return found
    return [replace(each, configuration={**each.configuration, **configuration}) for each in found]


def _tags(pairs: tuple[str, ...]) -> dict[str, str]:
    from sightline.estate.attachments import ATTRIBUTES

    found: dict[str, str] = {}
    for pair in pairs:
        attribute, _, tag = pair.partition("=")
        if attribute not in ATTRIBUTES or not tag:
            raise usage(
                f"{pair!r} names no tag", f"write one of {', '.join(ATTRIBUTES)}, '=' and a tag"
            )
        found[attribute] = tag
    return found
