"""Hold what the report on an estate file says, as plain values that can be given one by one."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportedValue:
    """A value of a resource: its candidates as text with their type in JSON, or why it is open.

    A value that is known has one candidate and no ``expression``. Nothing here is a secret.
    """

    path: str
    candidates: tuple[tuple[str, str], ...]
    expression: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReportedAccount:
    """An account as its file reports it; ``kind`` is None where it is absent or open."""

    iri: str
    kind: str | None
    values: Iterable[ReportedValue]


@dataclass(frozen=True, slots=True)
class ReportedResource:
    """A resource that has no part in what AI services do, by type, name and line alone."""

    iri: str
    type: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class UnresolvedValue:
    """A value that a file leaves open: where, its expression, why, and what would settle it."""

    path: str
    expression: str
    reason: str
    settle: str
    line: int


@dataclass(frozen=True, slots=True)
class UnreadProperty:
    """A property that no mapping reads, of resources of one type, and how often it stands there."""

    type: str
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class ReadingError:
    """Why a file, or a part of it, could not be read."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ReportedFile:
    """All that the report on one file says besides its deployments; to be gone through once."""

    file: str
    sha256: str
    format: str | None
    accounts: Iterable[ReportedAccount] = ()
    others: Iterable[ReportedResource] = ()
    unresolved: Iterable[UnresolvedValue] = ()
    unread: Iterable[UnreadProperty] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[ReadingError, ...] = ()
