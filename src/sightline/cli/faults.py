"""Turn whatever ends a command into one line and a hint, and never into a traceback."""

import os
import sys
from collections.abc import Iterable
from typing import Any, cast

import click

from sightline.errors import SightlineError

CODES = ("usage", "system", "internal")
"""The codes of the command line's own errors; ``docs/errors.md`` has a section for each."""

_INTERNAL = "a fault of sightline; SIGHTLINE_TRACEBACK=1 shows where, for a report"


def usage(message: str, hint: str = "", ctx: click.Context | None = None) -> click.UsageError:
    """Give a usage error; ``hint`` takes the place of the advice to read the help."""
    error = click.UsageError(message, ctx)
    error.hint = hint  # type: ignore[attr-defined]  # read in _usage
    return error


def as_sightline_error(error: Exception) -> SightlineError:
    """Tell about any exception in the form of our own errors."""
    if isinstance(error, SightlineError):
        return error
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, OSError):
        silence()  # what is left to write would fail again when Python ends
        reason = error.strerror or str(error)
        hint = f"look at '{error.filename}'" if error.filename else ""
        return _error("system", f"{reason[:1].lower()}{reason[1:]}", hint)
    return _error("internal", f"{type(error).__name__}: {error}", _INTERNAL)


def silence() -> None:
    """Send what is still to be written nowhere: there is no reader, or no room."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):  # a stream in memory
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def did_you_mean(close: Iterable[str]) -> str:
    """Write a hint that lists close matches, or nothing where there are none."""
    quoted = " or ".join(map(repr, close))
    return f"did you mean {quoted}?" if quoted else ""


def _usage(error: click.ClickException) -> SightlineError:
    possible: list[str] = list(getattr(error, "possibilities", None) or ())
    text = error.message if possible else error.format_message()
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context else "sightline"
    hint = getattr(error, "hint", "") or did_you_mean(possible) or f"see '{command} --help'"
    return _error("usage", f"{text[:1].lower()}{text[1:].removesuffix('.')}", hint)


def _error(code: str, message: str, hint: str) -> SightlineError:
    # These codes are the command line's own; no function of the package raises them.
    return SightlineError(cast("Any", code), message, hint)
