"""Write who asked what: a line of JSON for each request, without what was asked with.

No value of a parameter, no text of a query, and nothing of a file is in it: a prompt or a name
that someone typed stays out of the log.
"""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from sightline.errors import InputError
from sightline.server.security.observing import Seen

STDERR = "-"
_SOON = 1.0
_log = logging.getLogger("sightline.server")


class Audit:
    """Writes to a file, or stderr for '-'; a file that was moved away is begun anew.

    ``questions`` and ``estates`` are the names that may be written. Raises InputError for a file
    that cannot be written.
    """

    def __init__(
        self, target: str, questions: Collection[str] = (), estates: Collection[str] = ()
    ) -> None:
        self._path = None if target == STDERR else Path(target)
        self._questions = questions
        self._estates = estates
        self._file = -1
        self._looked = self._told = float("-inf")
        self.failures = 0
        """How many lines could not be written."""
        try:
            self._open()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = f"cannot write to '{target}': {reason}"
            raise InputError("input.unreadable", message, "check --audit") from error

    def note(self, seen: Seen) -> None:
        """Write a line, at once and whole."""
        text = json.dumps(self.entry(seen), ensure_ascii=True)  # so that no line can be forged
        try:
            self._open()
            os.write(self._file, f"{text}\n".encode())
        except OSError as error:
            self.failures += 1
            if monotonic() - self._told > 60:
                self._told = monotonic()
                _log.error("the audit cannot be written: %s", error.strerror)

    def entry(self, seen: Seen) -> dict[str, Any]:
        """Give what is written of a request."""
        path = seen.path_params
        question = path.get("name")
        estate = path.get("estate") or seen.estate
        return {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "caller": seen.caller or None,
            "address": seen.address or None,
            "method": seen.method,
            "route": seen.route or None,
            **({"question": question} if question in self._questions else {}),
            **({"estate": estate} if estate in self._estates else {}),
            **({"parameters": list(seen.parameters)} if seen.parameters else {}),
            **({"query_sha256": _hash(seen.query)} if seen.query is not None else {}),
            "status": seen.status or None,
            "whole": seen.is_whole,
            "ms": round(seen.seconds * 1000, 1),
            "bytes": seen.bytes,
        }

    def close(self) -> None:
        """Close the file."""
        if self._path and self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> None:
        if self._path is None:
            self._file = sys.stderr.fileno()
            return
        now = monotonic()
        if self._file >= 0 and now - self._looked < _SOON:
            return
        self._looked = now
        if self._file >= 0:
            try:
                found, own = self._path.stat(), os.fstat(self._file)
                if (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino):
                    return
            except FileNotFoundError:
                pass
            self.close()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._file = os.open(self._path, flags, 0o600)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
