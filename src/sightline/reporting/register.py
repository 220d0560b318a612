"""Hold a register of processing activities as plain values: records, cells, gaps and sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sightline.model import Deployment, Version
from sightline.reporting.items import Form, RecordItem

SourceKind = Literal["document", "declared", "estate", "catalog", "link", "crosswalk"]
GapKind = Literal["contradiction", "to-declare", "not-stated", "open-condition", "unread"]

GAP_KINDS: Mapping[GapKind, str] = {
    "contradiction": "contradiction",
    "to-declare": "to be declared",
    "not-stated": "not stated",
    "open-condition": "depends on what is open",
    "unread": "not read",
}
"""The kinds of gaps in words, the most urgent first."""

BLOCKING: tuple[GapKind, ...] = ("contradiction", "to-declare")
"""The kinds that leave a record insufficient; others are what nobody has stated or settled."""


@dataclass(frozen=True, slots=True)
class Source:
    """On whose word something stands: a sentence of a document, or a place in a file."""

    number: int
    kind: SourceKind
    iri: str
    says: str
    where: str
    """The document with its version, or the file."""
    place: str
    """The section, line or pointer."""
    address: str = ""
    by: str = ""
    on: date | None = None
    pending: bool = False
    """Whether its sentence has changed since it was modelled, so that it awaits review."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of an entry, on which condition, and what it rests on.

    ``verdict`` is '' for what is no access; ``rows`` are the ids that ``explain`` takes, ``awaits``
    the facets that it depends on.
    """

    text: str
    verdict: str = ""
    conditions: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()
    rows: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it holds without any condition, and is neither denied nor disputed."""
        return self.verdict in ("", "permitted") and not self.conditions


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a cell names; ``concept`` is its IRI in a vocabulary, '' where it has none."""

    text: str
    lines: tuple[Line, ...]
    concept: str = ""
    contact: str = ""
    """Of a party: how it is reached."""
    none: bool = False
    """Whether people declare that there is nothing to name."""
    leaves: bool | None = None
    """Of a place: whether what is there can be outside the EEA; None where that is not known."""

    @property
    def title(self) -> str:
        """What it names, with contact details."""
        return f"{self.text}, {self.contact}" if self.contact else self.text


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing, what would settle it, and who can; numbered from 1."""

    kind: GapKind
    text: str
    settle: str
    who: str
    items: tuple[str, ...] = ()
    records: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()
    details: tuple[str, ...] = ()
    """Of what it is missing, one by one."""
    number: int = 0

    @property
    def blocking(self) -> bool:
        """Whether a record is insufficient as long as it stands."""
        return self.kind in BLOCKING


@dataclass(frozen=True, slots=True)
class Cell:
    """What a record says of an item; ``gaps`` are numbers."""

    item: RecordItem
    entries: tuple[Entry, ...] = ()
    gaps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A facet of the deployments of a record, and how it is known."""

    facet: str
    label: str
    value: str
    known_by: str
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """A dataset whose data reaches deployments of a record, and in which way."""

    dataset: str
    name: str
    way: str
    steps: int
    deployments: tuple[str, ...]
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One processing: deployments that share their configuration and what is declared of them."""

    number: int
    iri: str
    title: str
    deployments: tuple[Deployment, ...]
    settings: tuple[Setting, ...]
    datasets: tuple[DatasetUse, ...]
    cells: tuple[Cell, ...]
    insufficient: tuple[str, ...] = ()
    """The items that do not suffice, as the shapes for records find."""


@dataclass(frozen=True, slots=True)
class Register:
    """All records of an estate in one form; ``problems`` are entries that fit nothing."""

    iri: str
    form: Form
    as_of: date
    versions: tuple[Version, ...]
    records: tuple[Record, ...]
    gaps: tuple[Gap, ...]
    sources: tuple[Source, ...]
    knowledge: str
    problems: tuple[str, ...] = ()
    issued: date | None = None
    verdicts: Mapping[str, str] = field(default_factory=dict)
    """The sign and the words of each verdict."""

    @property
    def sufficient(self) -> bool:
        """Whether no record lacks what the law asks for."""
        return not any(record.insufficient for record in self.records)

    def gap(self, number: int) -> Gap:
        """Give a gap by its number."""
        return self.gaps[number - 1]
