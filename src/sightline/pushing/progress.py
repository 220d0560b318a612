"""Note what was sent, in a file beside the plan, so that a push goes on where it stopped."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from sightline.errors import InputError

SUFFIX = ".progress"


class Progress:
    """The items of one plan that one server has taken.

    The file has a line for the plan and server, then one for each item. A file of another plan or
    server is begun anew. Raises InputError where it cannot be written.
    """

    def __init__(self, plan_file: Path, digest: str, server: str, again: bool = False) -> None:
        self.path = plan_file.with_name(plan_file.name + SUFFIX)
        head = {"plan": digest, "server": server}
        found = [] if again else list(_lines(self.path))
        self.done: set[str] = set()
        if found and found[0] == head:
            self.done = {each["sent"] for each in found[1:] if isinstance(each.get("sent"), str)}
        try:
            # Written whole again, so that a line that broke off is not continued.
            self._file: TextIO = self.path.open("w", encoding="utf-8")
            self._write(head)
            for each in sorted(self.done):
                self._write({"sent": each})
            self._keep()
        except OSError as error:
            raise _unwritten(self.path, error) from error

    def note(self, item: str) -> None:
        """Note an item that was sent; it is on the disk when this returns."""
        try:
            self._write({"sent": item})
            self._keep()
        except OSError as error:
            raise _unwritten(self.path, error) from error
        self.done.add(item)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: dict[str, str]) -> None:
        self._file.write(f"{json.dumps(line)}\n")

    def _keep(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


def _lines(path: Path) -> Iterator[dict[str, str]]:
    """Give the lines that are whole."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def _unwritten(path: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    hint = "what was sent is noted there; put the plan where you may write"
    return InputError("input.unreadable", f"cannot write '{path}': {reason}", hint)
