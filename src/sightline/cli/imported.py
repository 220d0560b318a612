"""Write what was imported as RDF: to the terminal, to one file, or to a file for each file."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from sightline.errors import InputError, SightlineError, render

if TYPE_CHECKING:
    from sightline.stores import Quad


class ImportedFile(Protocol):
    """A file that was read, or could not be."""

    @property
    def file(self) -> str:
        """Its name."""

    @property
    def sha256(self) -> str:
        """Its digest, or '' if it could not be read."""


Found = Iterable[tuple[ImportedFile, Iterable["Quad"]]]
"""Each file with what it says, which is to be gone through before the next file."""


def pieces(found: Found, form: str) -> Iterator[str]:
    """Write all as Turtle or N-Quads, in pieces of a size that streams like."""
    from sightline.render.estate_rdf import turtle
    from sightline.stores import nquads

    quads = (quad for _file, own in found for quad in own)
    lines = iter(turtle(quads) if form == "turtle" else nquads(quads))
    while piece := "".join(islice(lines, 1000)):
        yield piece


def write(found: Found, output: Path) -> None:
    """Write N-Quads or Turtle by the suffix of ``output``, else a Turtle file each into a folder.

    Raises InputError for what cannot be written.
    """
    try:
        if output.suffix.lower() in (".nq", ".ttl"):
            form = "nquads" if output.suffix.lower() == ".nq" else "turtle"
            with output.open("w", encoding="utf-8") as stream:
                stream.writelines(pieces(found, form))
            return
        output.mkdir(parents=True, exist_ok=True)
        taken: dict[str, int] = {}
        for file, own in found:
            name = f"{Path(file.file).stem or 'stdin'}-{file.sha256[:12] or 'unread'}"
            number = taken[name] = taken.get(name, 0) + 1
            name += f"-{number}.ttl" if number > 1 else ".ttl"
            with (output / name).open("w", encoding="utf-8") as stream:
                stream.writelines(pieces([(file, own)], "turtle"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("input.unreadable", f"cannot write '{output}': {reason}") from error


def tell(errors: Iterable[SightlineError]) -> None:
    """Print errors on standard error, one line each."""
    for error in errors:
        click.echo(render(error), err=True)
