"""Read the options that say which estates, and which catalogs joined to them, are served."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sightline.cli import options
from sightline.cli.faults import usage

if TYPE_CHECKING:
    from sightline.service.work import CatalogFiles

Command = TypeVar("Command", bound=Callable[..., Any])

_HELPS = {
    "estate": ("[NAME=]DIR", "Answer about the estate files of a folder too; repeat for several."),
    "catalog": (
        "[NAME=]FILE",
        "Catalog file or folder whose datasets reach the estate NAME, or the only one; repeat for "
        "several.",
    ),
    "links": (
        "[NAME=]FILE",
        "YAML or CSV file of reviewed links of these datasets to deployments; repeat for several.",
    ),
    "crosswalk": (
        "[NAME=]FILE",
        "Turtle file of what the terms of these catalogs mean; repeat for several.",
    ),
}


def given(command: Command) -> Command:
    """Add the options that name estates and what is joined to them."""
    for name, (metavar, text) in reversed(_HELPS.items()):
        command = click.option(
            f"--{name}",
            "estates" if name == "estate" else f"{name}_files",
            metavar=metavar,
            type=options.FILE,
            multiple=True,
            help=text,
        )(command)
    return command


def named_estates(estates: tuple[str, ...]) -> dict[str, Path]:
    """Read what ``--estate`` gives; an estate without a name has that of its folder."""
    found: dict[str, Path] = {}
    for text in estates:
        name, equals, place = text.partition("=")
        path = Path(place if equals else text)
        name = name if equals else path.resolve().name
        if not name or (not place and equals):
            raise usage(f"{text!r} names no estate", "write NAME=DIR, as in production=infra")
        if name in found:
            raise usage(f"two estates are named {name!r}", "write NAME=DIR to tell them apart")
        found[name] = path
    return found


def catalogs(
    estates: Sequence[str],
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
) -> "Mapping[str, CatalogFiles]":
    """Read what ``--catalog``, ``--links`` and ``--crosswalk`` give for each estate.

    Raises a usage error for a file of no estate, and for links or a crosswalk without a catalog.
    """
    from sightline.service.work import CatalogFiles

    given = (("catalog", catalog_files), ("links", links_files), ("crosswalk", crosswalk_files))
    found = {option: _by_estate(f"--{option}", texts, estates) for option, texts in given}
    for option in ("links", "crosswalk"):
        for name in found[option]:
            if name not in found["catalog"]:
                raise usage(
                    f"--{option} is about datasets, and the estate {name!r} has no catalog",
                    f"add --catalog {name}=FILE",
                )
    return {
        name: CatalogFiles(
            tuple(paths),
            tuple(found["links"].get(name, ())),
            tuple(found["crosswalk"].get(name, ())),
        )
        for name, paths in found["catalog"].items()
    }


def _by_estate(
    option: str, texts: tuple[str, ...], estates: Sequence[str]
) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for text in texts:
        name, equals, place = text.partition("=")
        if not estates:
            raise usage(
                f"{option} {text} belongs to an estate, and none is named", "add --estate DIR"
            )
        if not equals and len(estates) > 1:
            listed = " or ".join(f"{each}={text}" for each in estates)
            raise usage(f"{option} {text} could belong to several estates", f"write {listed}")
        if equals and (name not in estates or not place):
            raise usage(
                f"{option} {text}: there is no estate named {name!r}"
                if name not in estates
                else f"{option} {text} names no file",
                f"write NAME=FILE with one of: {', '.join(estates)}",
            )
        own = name if equals else estates[0]
        found.setdefault(own, []).append(Path(place if equals else text))
    return found
