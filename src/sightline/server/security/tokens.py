"""Bearer tokens: a file has a line for each, with the hash of the token and what it opens.

A line is ``NAME sha256:HASH [estates=A,B] [rights=metrics]``; ``estates=*`` means all of them.
Tokens are random and long, so that a plain hash gives nothing away.
"""

import hashlib
import hmac
import logging
import re
import secrets
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from sightline.errors import InputError, SightlineError
from sightline.files import read_text
from sightline.server.security.rights import Caller

RIGHTS = ("metrics",)
"""What a token may open besides estates."""

_PREFIX = "sightline_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_HASH = re.compile(r"sha256:(?P<digest>[0-9a-f]{64})")
_SOON = 1.0
"""Seconds between looks at the file."""
_log = logging.getLogger("sightline.server")


class Entry(NamedTuple):
    """A line of the file."""

    digest: bytes
    caller: Caller


def new_token() -> str:
    """Make a token."""
    return _PREFIX + secrets.token_urlsafe(32)


def line(name: str, token: str, estates: Sequence[str] = ()) -> str:
    """Write the line of a token; raises InputError for a name that cannot be one."""
    if not _NAME.fullmatch(name):
        hint = "letters, digits, '.', '_', '-' and '@', as in alice or ci@example.org"
        raise InputError("input.value", f"{name!r} cannot name a token", hint)
    opened = f" estates={','.join(estates)}" if estates else ""
    return f"{name} sha256:{digest(token).hex()}{opened}"


def digest(token: str) -> bytes:
    """Hash a token."""
    return hashlib.sha256(token.encode()).digest()


class TokenFile:
    """The tokens of a file, which is read again when it changes.

    A line that is wrong is an error at the beginning, and later nobody's token: one that is taken
    out of the file opens nothing from that moment, whatever else the file holds.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries = [*_strict(path)]
        if not self._entries:
            hint = "make one with --new-token NAME"
            raise InputError("input.value", f"'{path}' has no token", hint)
        self._state = _state(path)
        self._looked = monotonic()

    def find(self, token: str) -> Entry | None:
        """Give the entry of a token."""
        return self.known(digest(token))

    def known(self, wanted: bytes) -> Entry | None:
        """Give the entry with a hash; how long that takes says nothing about the hashes."""
        self._refresh()
        found = None
        for entry in self._entries:
            if hmac.compare_digest(entry.digest, wanted):
                found = entry
        return found

    def _refresh(self) -> None:
        now = monotonic()
        if now - self._looked < _SOON:
            return
        self._looked = now
        state = _state(self._path)
        if state == self._state:
            return
        self._state = state
        entries = []
        try:
            for found in _read(self._path):
                if isinstance(found, Entry):
                    entries.append(found)
                else:
                    _log.error("%s", found)
        except SightlineError as error:
            _log.error("%s", error)
        self._entries = entries
        _log.warning("the file of tokens was read again: it has %d", len(entries))


def _strict(path: Path) -> Iterator[Entry]:
    for found in _read(path):
        if isinstance(found, InputError):
            raise found
        yield found


def _read(path: Path) -> Iterator[Entry | InputError]:
    """Yield entries, and errors for the lines that are none."""
    text = read_text(path)
    if path.stat().st_mode & stat.S_IWOTH:
        hint = f"run: chmod o-w '{path}'"
        raise InputError("input.value", f"anyone on this machine can write to '{path}'", hint)
    names: dict[str, int] = {}
    for number, content in enumerate(text.splitlines(), 1):
        words = content.partition("#")[0].split()
        if not words:
            continue
        try:
            entry = _entry(words)
            if entry.caller.name in names:
                first = names[entry.caller.name]
                raise ValueError(f"line {first} has the name {entry.caller.name!r} too")
            names[entry.caller.name] = number
            yield entry
        except ValueError as error:
            hint = "write NAME sha256:HASH [estates=A,B] [rights=metrics]; see --new-token"
            yield InputError("input.syntax", f"'{path}', line {number}: {error}", hint)


def _entry(words: Sequence[str]) -> Entry:
    """Read a line; raises ValueError, which never holds the hash."""
    if not _NAME.fullmatch(words[0]):
        raise ValueError("the line does not begin with a name")
    found = _HASH.fullmatch(words[1]) if len(words) > 1 else None
    if not found:
        raise ValueError("there is no sha256: and 64 hexadecimal digits after the name")
    options: dict[str, str] = {}
    for word in words[2:]:
        name, equals, value = word.partition("=")
        if name not in ("estates", "rights") or not (equals and value) or name in options:
            raise ValueError(f"{word[:40]!r} is neither estates=A,B nor rights=metrics")
        options[name] = value
    rights = frozenset(options["rights"].split(",")) if "rights" in options else frozenset()
    if unknown := sorted(rights.difference(RIGHTS)):
        raise ValueError(f"there is no right {unknown[0][:40]!r}")
    estates = options.get("estates", "")
    readable = None if estates == "*" else frozenset(filter(None, estates.split(",")))
    return Entry(bytes.fromhex(found["digest"]), Caller(words[0], readable, rights))


def _state(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
