"""Run the commands that documentation pages show, and bring the output they show up to date.

A block of ``console`` has commands after ``$ ``. Those of sightline are run, in a folder that holds
the files which the page shows (a block whose info string names a file after the language). What
stands below a command is its output; in the info string ``from=TEXT`` drops the lines before the
first that holds the text (``_`` for a space) and ``head=N`` keeps N lines. A comment
``<!-- not run: reason -->`` before a block leaves it alone.
"""

import io
import os
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from sightline.cli import main

COLUMNS = 96
_BLOCK = re.compile(
    r"^(?P<skip><!-- not run: [^\n]*-->\n)?```(?P<info>[^\n]+)\n(?P<body>.*?)^```$", re.M | re.S
)
_CONTROL = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
_AGE = re.compile(r"\b\d+ days old\b")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; ``words`` is its info string."""

    words: tuple[str, ...]
    body: str
    is_run: bool
    start: int
    end: int


@dataclass(frozen=True)
class Command:
    """A command of a console block with the output below it; ``text`` is as it stands there."""

    text: str
    output: str

    @property
    def arguments(self) -> list[str]:
        """The command split as a shell does."""
        return shlex.split(self.text.replace("\\\n", " "))


class _Terminal(io.TextIOWrapper):
    """Bytes that count as a terminal, so that tables fit the width of a page."""

    def isatty(self) -> bool:
        return True


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for found in _BLOCK.finditer(page):
        words = tuple(found["info"].split())
        yield Block(words, found["body"], not found["skip"], found.start("body"), found.end("body"))


def commands(block: Block) -> list[Command]:
    """Split a console block into its commands."""
    found: list[tuple[list[str], list[str]]] = []
    for line in block.body.splitlines():
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif found and not found[-1][1] and found[-1][0][-1].endswith("\\"):
            found[-1][0].append(line)
        elif found:
            found[-1][1].append(line)
    return [Command("\n".join(text), "\n".join(output)) for text, output in found]


def run(arguments: list[str]) -> tuple[int, str]:
    """Run sightline as in a terminal and give its exit code and what it printed, without colour."""
    out = _Terminal(io.BytesIO(), encoding="utf-8")
    environment = {"COLUMNS": str(COLUMNS), "TERM": "xterm", "NO_COLOR": "1"}
    # A slow machine would show how far it has come.
    late = patch("sightline.cli.progress.DELAY", 3600.0)
    with patch.dict(os.environ, environment), late, redirect_stdout(out), redirect_stderr(out):
        code = main(arguments)
    out.flush()
    printed = _CONTROL.sub("", out.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return code, "\n".join(line.rstrip() for line in printed.splitlines()).strip("\n")


def refreshed(page: str) -> str:
    """Give a page with the output of its commands as it is now.

    Raises ValueError for a command that fails.
    """
    found = list(blocks(page))
    parts: list[str] = []
    position = 0
    with TemporaryDirectory() as folder, chdir(folder):
        for block in found:
            if len(block.words) > 1 and "=" not in block.words[1]:
                Path(block.words[1]).write_text(block.body, encoding="utf-8")
        for block in found:
            if block.words[0] == "console" and block.is_run:
                parts += [page[position : block.start], _fresh(block)]
                position = block.end
    return "".join([*parts, page[position:]])


def _fresh(block: Block) -> str:
    options = dict(word.split("=", 1) for word in block.words if "=" in word)
    start, head = options.get("from", "").replace("_", " "), int(options.get("head", "0"))
    out = []
    for command in commands(block):
        out.append(f"$ {command.text}")
        if command.arguments[0] == "sightline":
            words, file = command.arguments, None
            if ">" in words:
                words, (_, file) = words[:-2], words[-2:]
            code, printed = run(words[1:])
            if code:
                raise ValueError(f"{command.text!r} exits with {code}: {printed}")
            if file:
                Path(file).write_text(printed, encoding="utf-8")
            shown = _shortened(printed, start, head)
            # An answer is as old as the day on which it is asked for; that alone is no change.
            if command.output:
                out.append(command.output if _ageless(shown, command.output) else shown)
        elif command.output:
            out.append(command.output)
    return "\n".join(out) + "\n"


def _ageless(one: str, other: str) -> bool:
    return _AGE.sub("", one).split() == _AGE.sub("", other).split()


def _shortened(text: str, start: str, head: int) -> str:
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if start in line), -1)
    if first < 0 and start:
        raise ValueError(f"no line of the output has {start!r}")
    first = max(first, 0)
    last = first + head if head else len(lines)
    return "\n".join(["..."] * (first > 0) + lines[first:last] + ["..."] * (last < len(lines)))
