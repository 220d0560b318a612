"""Hold what is known: what documents state, and the vocabulary they state it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from sightline.terms import BASE

Candidates = Mapping[str, frozenset[str]]
"""Facet token -> the values it can still have; a facet that is absent is unknown."""

REGION = "region"
"""The facet whose values the table of regions spells in several ways."""

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

ASPECT_KINDS = {
    "processing_place": ("place", "processed in"),
    "storage_place": ("place", "stored in"),
    "actor_place": ("place", "people in"),
    "boundary": ("place", "within"),
    "retention": ("duration", "kept"),
    "safeguards": ("safeguard", "safeguard"),
    "purposes": ("purpose", "purpose"),
    "roles": ("role", "role"),
}
"""Aspect -> the kind of concept that is its value, and the words that lead to it."""

ASPECTS = tuple(ASPECT_PROPERTIES)
"""What a statement can say about a row, in the order in which answers list it."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A property of a deployment, or an event; ``values`` is empty for an open value space.

    ``phrase`` leads to the value in a sentence, for the facets that people are asked for first.
    """

    token: str
    label: str
    kind: Literal["facet", "event", "discretion"]
    values: frozenset[str]
    derived_from: str | None = None
    phrase: str = ""
    example: str = ""
    order: int = 1000


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
    names: frozenset[str]
    """The labels that begin with a name."""
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

    def inside(self, label: str) -> str:
        """Write a label inside a sentence: names and abbreviations keep their capitals."""
        rest = label.partition(" ")[0][1:]
        if label in self.names or rest != rest.lower():
            return label
        return label[:1].lower() + label[1:]

    def named(self, kind: str, token: str) -> str:
        """Name a concept inside a sentence."""
        return self.inside(self.label(kind, token))

    def aspect_words(self, aspect: str, value: str) -> str:
        """Write one value of an aspect: 'stored in customer tenant', 'safeguard flag gate'."""
        kind, lead = ASPECT_KINDS[aspect]
        return f"{lead} {self.named(kind, value)}"

    @cached_property
    def by_iri(self) -> Mapping[str, Statement]:
        """All statements by IRI."""
        return {statement.iri: statement for statement in self.statements}
