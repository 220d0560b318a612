"""Hold what is known and what is answered, as plain values that no engine or format shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from sightline.terms import BASE

Candidates = Mapping[str, frozenset[str]]
"""Facet token -> the values it can still have; a facet that is absent is unknown."""

ASPECT_PROPERTIES = {
    "processing_place": "hasProcessingPlace",
    "storage_place": "hasStoragePlace",
    "actor_place": "hasActorPlace",
    "boundary": "hasBoundary",
    "retention": "hasRetention",
    "safeguards": "hasSafeguard",
    "purposes": "hasPurpose",
    "roles": "hasRole",
}
"""Aspect -> the property of the ontology that states it."""

ASPECTS = tuple(ASPECT_PROPERTIES)
"""What a statement can say about a row, in the order in which answers list it."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A property of a deployment, or an event; ``values`` is empty for an open value space."""

    token: str
    label: str
    kind: Literal["facet", "event", "discretion"]
    values: frozenset[str]
    derived_from: str | None = None


@dataclass(frozen=True, slots=True)
class Atom:
    """A requirement on one facet: its value is among ``values``, or is not where negated."""

    facet: str
    values: frozenset[str]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A requirement that is met when any of its atoms is."""

    token: str
    label: str
    atoms: tuple[Atom, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One atomic thing that a document version states; concepts are given by their tokens."""

    iri: str
    claim: str
    version: str
    kind: Literal["access", "aspect", "context", "commitment"]
    activity: str
    actor: str | None
    basis: Literal["stated", "inferred", "not-stated"]
    actions: tuple[str, ...]
    data: tuple[str, ...]
    targets: tuple[str, ...]
    modality: str
    effect: Literal["permits", "denies", "advises"]
    covers_narrower: bool
    scope: tuple[str, ...]
    applies_when: tuple[str, ...]
    only_when: tuple[str, ...]
    requires: tuple[str, ...]
    aspects: Mapping[str, tuple[str, ...]]
    operates: tuple[str, ...]
    evidence: tuple[str, ...]
    paraphrase: str
    pending: bool = False
    """Whether its sentence has changed since it was modelled, so that it awaits review."""

    @property
    def conditions(self) -> tuple[str, ...]:
        """All that has to be met for the statement to bear on a row."""
        return self.scope + self.applies_when + self.only_when + self.requires


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where the sentence behind a statement stands."""

    section: str
    first_words: str
    last_words: str
    deep_link: str | None


@dataclass(frozen=True, slots=True)
class Inference:
    """An implication or an assumption: what follows from conditions for a facet left unknown."""

    iri: str
    version: str
    when: tuple[str, ...]
    unless: tuple[str, ...]
    gives: tuple[tuple[str, str], ...]
    because: str
    rests_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A dated state of a document."""

    iri: str
    document: str
    label: str
    title: str
    effective: date
    date_basis: str
    graph: str
    source_hash: str


@dataclass(frozen=True, slots=True)
class Document:
    """A published text; ``replaced_by`` names the document that took its place, if any did."""

    iri: str
    token: str
    title: str
    page: str | None
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class Region:
    """A region and what follows from it: facet token -> values, empty where that is not known."""

    token: str
    label: str
    facets: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Membership:
    """The membership of a country or region in a zone, from one date to another."""

    zone: str
    region: str | None
    country: str | None
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """A named place and how it is resolved against a region."""

    token: str
    kind: str
    resolves_to: str


@dataclass(frozen=True)
class Knowledge:
    """Everything that derivation reads, indexed by token or IRI."""

    digest: str
    labels: Mapping[str, str]
    facets: Mapping[str, Facet]
    conditions: Mapping[str, Condition]
    definitions: Mapping[str, str]
    statements: tuple[Statement, ...]
    sentences: Mapping[str, Sentence]
    implications: tuple[Inference, ...]
    assumptions: tuple[Inference, ...]
    documents: Mapping[str, Document]
    versions: Mapping[str, Version]
    collections: Mapping[str, frozenset[str]]
    regions: Mapping[str, Region]
    memberships: tuple[Membership, ...]
    places: Mapping[str, Place]
    tokens: Mapping[str, frozenset[str]]
    """Kind of concept (``actor``, ``data`` ...) -> its tokens."""
    broader: Mapping[str, frozenset[str]]
    """Data category -> itself and all that is broader."""
    members: Mapping[str, frozenset[str]]
    """Actor -> itself and all that belongs to it."""
    storage_actions: frozenset[str]
    processing_actions: frozenset[str]
    safeguard_kinds: Mapping[str, str]
    ranks: Mapping[str, int]
    symbols: Mapping[str, str]
    order: Mapping[str, int]
    """Activity -> its place in a listing, the most telling first."""

    def label(self, kind: str, token: str) -> str:
        """Give the label of a concept, or its token where it has none."""
        return self.labels.get(f"{BASE}{kind}/{token}", token)

    @cached_property
    def by_iri(self) -> Mapping[str, Statement]:
        """All statements by IRI."""
        return {statement.iri: statement for statement in self.statements}


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
    environment and classification. ``ungoverned`` says why no document may speak of it, if so.
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


@dataclass(frozen=True)
class DeployedAccess:
    """One answer of an estate, and the deployments that share its configuration."""

    deployments: tuple[Deployment, ...]
    answer: Answer
