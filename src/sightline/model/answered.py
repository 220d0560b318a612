"""Hold what is asked and answered, for one configuration or for an estate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sightline.model.known import Condition, Document, Sentence, Statement, Version


@dataclass(frozen=True, slots=True)
class Key:
    """What tells one row of an answer from another."""

    activity: str
    actor: str
    action: str
    data: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """An open condition; those of one group are needed together, groups are alternatives."""

    condition: str
    kind: str
    values: tuple[str, ...]
    then: str
    group: int


@dataclass(frozen=True, slots=True)
class OpenAspect:
    """A value of an aspect that holds only if conditions beyond those of the row are met."""

    aspect: str
    value: str
    awaits: tuple[str, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One derived answer: may this actor do this with this data in this activity?

    ``aspects`` maps each of ASPECTS to value -> IRIs of the statements that say so.
    """

    key: Key | None
    filters: Mapping[str, str]
    verdict: str
    rule: str
    basis: str
    awaits: tuple[Awaited, ...] = ()
    aspects: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    resolved: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    open: tuple[OpenAspect, ...] = ()
    supports: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        """All statements the row rests on: first what decides it, then what describes it."""
        described = (
            iri for values in self.aspects.values() for iris in values.values() for iri in iris
        )
        return tuple(dict.fromkeys((*self.supports, *self.denies, *described)))


@dataclass(frozen=True, slots=True)
class Assumed:
    """An assumption that an answer relies on."""

    facet: str
    value: str
    because: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradicted:
    """A facet that was given other values than a document says it has; what was given is kept."""

    facet: str
    given: tuple[str, ...]
    implied: str
    because: str
    statements: tuple[str, ...]

    @property
    def words(self) -> str:
        """Say for people what was given, and what speaks against it."""
        given = f"{self.facet} is given as {' or '.join(self.given)}"
        return f"{given}, although {self.implied} follows from the rest: {self.because}"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a configuration, filters, and which documents the answer may rest on."""

    configuration: Mapping[str, tuple[str, ...]]
    actor: str | None = None
    data: str | None = None
    activity: str | None = None
    action: str | None = None
    as_of: date | None = None
    collection: str | None = None
    assume: bool = True

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set, by name."""
        names = ("actor", "data", "activity", "action")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows for one question, with all that they rest on."""

    question: Question
    configuration: Mapping[str, tuple[str, ...]]
    """The facets as they are known after implications and assumptions."""
    identity: str
    """The token of the configuration as asked."""
    selected_on: date
    """The date that selects the same document versions again."""
    versions: tuple[Version, ...]
    assumptions: tuple[Assumed, ...]
    commitments: tuple[str, ...]
    rows: tuple[Row, ...]
    contradicted: tuple[Contradicted, ...] = ()
    """What was given against what the documents imply."""
    pending: frozenset[str] = frozenset()
    """The statements whose sentence has changed and awaits review."""
    complete: bool = True
    incomplete_because: str | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """A condition of a statement, whether it is met, and how that is known."""

    condition: Condition
    gate: str | None
    truth: bool | None
    known_by: str


@dataclass(frozen=True, slots=True)
class Step:
    """A statement behind an answer: what it does for it, its conditions and its sentence."""

    statement: Statement
    does: tuple[str, ...]
    met: tuple[Met, ...]
    version: Version
    document: Document
    evidence: str | None
    sentence: Sentence | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chain behind one row of an answer."""

    answer: Answer
    row: Row
    rule: str
    because: str
    steps: tuple[Step, ...]
    nearest: tuple[Step, ...]


CHANGE_KINDS = {
    "place": "place",
    "retention": "duration",
    "safeguard": "safeguard",
    "purpose": "purpose",
    "role": "role",
}
"""What the name of a change begins with -> the kind of concept that is gained or lost."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two answers, with the statements on both sides."""

    key: Key
    change: str
    before: str
    after: str
    statements_before: tuple[str, ...]
    statements_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimDifference:
    """What became of one claim from one version to another."""

    claim: str
    change: str
    before: str
    after: str
    statement_before: str | None
    statement_after: str | None


@dataclass(frozen=True)
class Unsettled:
    """A facet of a deployment that its file leaves open, why, and what would settle it."""

    facet: str
    expression: str
    reason: str
    settle: str | None


@dataclass(frozen=True)
class Deployment:
    """A customer's model deployment as far as a file determines it.

    ``configuration`` holds the facets that are known or bounded (several candidates);
    ``attributes`` what is reported besides, such as sku, model, publisher, subscription, owner,
    environment and classification. ``ungoverned`` says why no document may speak of it, if so;
    ``holder`` is the IRI of the account or workspace that it names, '' where it names none.
    """

    iri: str
    name: str
    account: str
    file: str
    line: int
    configuration: Mapping[str, tuple[str, ...]]
    unsettled: tuple[Unsettled, ...]
    attributes: Mapping[str, str]
    ungoverned: str | None = None
    holder: str = ""
    written_at: Callable[[str], tuple[str, int] | None] | None = field(
        default=None, repr=False, compare=False
    )
    """Where the property stands that gives a facet or an attribute: its file and line."""

    @property
    def label(self) -> str:
        """The name, after that of the account where there is one."""
        return f"{self.account}/{self.name}" if self.account else self.name


@dataclass(frozen=True)
class DeployedAccess:
    """One answer of an estate, and the deployments that share its configuration."""

    deployments: tuple[Deployment, ...]
    answer: Answer
