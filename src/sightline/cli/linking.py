"""Read catalogs, links and crosswalks that several commands take, and join them to an estate."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sightline.cli import catalogs, options
from sightline.cli.faults import usage

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.joining import Joined

Command = TypeVar("Command", bound=Callable[..., Any])


def given(command: Command) -> Command:
    """Add the options that name catalog files, files of links and crosswalks."""
    helps = {
        "crosswalk": "Turtle file of what your own catalog terms mean; repeat for several.",
        "links": "YAML or CSV file of reviewed links of datasets to deployments; repeat for "
        "several.",
        "catalog": "Catalog file or folder, for datasets that reach deployments; repeat for "
        "several.",
    }
    for name, text in helps.items():
        command = click.option(
            f"--{name}",
            f"{name}_files",
            metavar="FILE",
            type=options.FILE,
            multiple=True,
            help=text,
        )(command)
    return command


def joined(
    estate: "Estate | None",
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...] = (),
) -> "Joined | None":
    """Read what the options name and join it; None where no catalog is named.

    Entries that name what is not there are told on standard error. Raises the first error of a
    catalog file: an answer that silently lacks a file would be wrong.
    """
    if not catalog_files:
        if links_files or crosswalk_files:
            raise usage("links are of datasets, and no catalog file is named", "add --catalog FILE")
        return None
    from sightline.joining import join_files

    found = join_files(catalogs.read(catalog_files), estate, links_files, crosswalk_files)
    for problem in found.problems:
        click.echo(f"warning: {problem}", err=True)
    return found
