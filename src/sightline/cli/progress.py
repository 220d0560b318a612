"""Show on a terminal how far a long import has come; everything else gets nothing of it."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DELAY = 1.0
"""Seconds that an import may take before its progress is shown."""

_WIDEST = 40


@contextmanager
def showing(
    paths: Sequence[str], listed: Callable[[Path], Sequence[Path]] | None = None
) -> Iterator[Callable[[str], None] | None]:
    """Give what to call with the name of each file before it is read; None where nobody watches.

    The bar is drawn by a thread of its own, so that it moves while a single large file is read.
    It stands on standard error and is gone at the end. ``listed`` lists the files of a folder; by
    default those of an estate.
    """
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    bar = _Bar(paths, listed)
    timer = threading.Timer(DELAY, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar.begin
    finally:
        timer.cancel()
        bar.hide()


class _Bar:
    """A bar that may come late, or never: what began before it was shown counts all the same."""

    def __init__(
        self, paths: Sequence[str], listed: Callable[[Path], Sequence[Path]] | None = None
    ) -> None:
        self._paths = paths
        self._listed = listed
        self._lock = threading.Lock()
        self._begun = 0
        self._name = ""
        self._over = False
        self._drawn: tuple[Any, Any] | None = None

    def begin(self, name: str) -> None:
        """Take note that a file is read from now on."""
        with self._lock:
            self._begun += 1
            self._name = name
            self._draw()

    def show(self) -> None:
        """Draw the bar from now on, unless the import is over."""
        from sightline.estate.reading import list_files

        listed = self._listed or list_files
        try:
            total = sum(len(listed(Path(path))) for path in self._paths if path != "-")
        except OSError:  # the import itself tells about it
            total = 0
        with self._lock:
            if self._over:
                return
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
            from rich.progress import TimeElapsedColumn as Elapsed

            text = TextColumn("reading {task.description}", markup=False)
            columns = (text, BarColumn(), MofNCompleteColumn(), Elapsed())
            bar = Progress(*columns, console=Console(stderr=True), transient=True)
            # The length of one file is not known: its bar only says that something happens.
            task = bar.add_task("", total=total if total > 1 else None)
            self._drawn = bar, task
            self._draw()
            bar.start()

    def hide(self) -> None:
        """Take the bar away, and keep it from coming."""
        with self._lock:
            self._over = True
            if self._drawn is not None:
                self._drawn[0].stop()

    def _draw(self) -> None:
        if self._drawn is not None:
            bar, task = self._drawn
            bar.update(task, description=_short(self._name), completed=max(self._begun - 1, 0))


def _short(name: str) -> str:
    """Shorten the name of a file, and take from it what would steer the terminal.

    >>> _short("infra/main.json")
    'infra/main.json'
    """
    plain = "".join(char if char.isprintable() else "?" for char in name)
    return plain if len(plain) <= _WIDEST else f"…{plain[1 - _WIDEST :]}"
