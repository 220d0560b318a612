"""Write what is made into a file or to the terminal, in the form that a name or option says."""

import sys
from pathlib import Path

import click

from sightline.cli.faults import usage
from sightline.errors import InputError


def form(asked: str | None, output: str | None, forms: tuple[str, ...]) -> str:
    """Give the form that is asked for, else that of the file's name, else the first one."""
    suffix = Path(output).suffix.lower().lstrip(".") if output else ""
    return asked or (suffix if suffix in forms else forms[0])


def write(content: str | bytes, output: str | None) -> None:
    """Write into a file, or on standard output; raises InputError where that cannot be done."""
    if output is not None:
        try:
            Path(output).write_bytes(content if isinstance(content, bytes) else content.encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError("input.unreadable", f"cannot write '{output}': {reason}") from error
    elif isinstance(content, str):
        click.echo(content, nl=bool(content) and not content.endswith("\n"))
    elif sys.stdout.isatty():
        raise usage("the form is not text, and would spoil the terminal", "name a file with -o")
    else:
        click.echo(content, nl=False)


def inside(folder: Path, name: str) -> Path:
    """Give the path of a file in a folder, which is made; raises InputError if it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("input.unreadable", f"cannot write '{folder}': {reason}") from error
    return folder / name
