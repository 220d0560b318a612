"""Hold what files of data catalogs say of datasets, as plain values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from sightline.errors import InputError
from sightline.terms import ASSET, DATASET, TERM, Namespace, compact

_URN = re.compile(r"^urn:li:\w+:")

TermKind = Literal["tag", "glossary-term", "classification", "theme", "personal-data", "property"]
"""How a catalog calls a term; a ``property`` is a name of the catalog's own with its value."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a source calls a dataset, and the same in parts that several sources share.

    ``source`` has the names and values of the source as they are, but for passwords. The parts are
    lower-case, and None where the source does not say them: two keys with equal parts may still
    name different datasets of a platform that tells case apart.

    >>> Key({"name": "CRM.Customers"}, schema="crm", table="customers").parts()
    (None, None, None, 'crm', 'customers', None)
    """

    source: Mapping[str, str]
    platform: str | None = None
    host: str | None = None
    database: str | None = None
    schema: str | None = None
    table: str | None = None
    environment: str | None = None

    def parts(self) -> tuple[str | None, ...]:
        """Give the six parts in their order, platform first."""
        return (
            self.platform,
            self.host,
            self.database,
            self.schema,
            self.table,
            self.environment,
        )


@dataclass(frozen=True, slots=True)
class Term:
    """A term by which a catalog classifies data: a tag, a classification, a theme and the like.

    ``source`` is the family of catalogs, as in the IRI of a dataset. ``key`` is verbatim; of a name
    with a value it is ``name=value``.
    """

    source: str
    kind: TermKind
    key: str
    label: str = ""
    definition: str = ""
    broader: tuple[str, ...] = ()
    """IRIs of the terms above."""

    @property
    def iri(self) -> str:
        """Name the term: its own web address, if it is one, or one of sightline.

        >>> Term("atlas", "classification", "MICROSOFT.PERSONAL.EMAIL").iri
        'https://w3id.org/sightline/term/atlas/classification/MICROSOFT.PERSONAL.EMAIL'
        >>> Term("dcat", "personal-data", "https://w3id.org/dpv/pd#Health").iri
        'https://w3id.org/dpv/pd#Health'
        """
        return term_iri(self.source, self.kind, self.key)

    @property
    def name(self) -> str:
        """Give what people call the term: its label, else its key in its shortest form.

        >>> Term("datahub", "tag", "urn:li:tag:PII").name
        'PII'
        >>> Term("dcat", "personal-data", "https://w3id.org/dpv/pd#EmailAddress").name
        'dpv-pd:EmailAddress'
        """
        return self.label or compact(_URN.sub("", self.key))


@dataclass(frozen=True, slots=True)
class Assignment:
    """A term that a catalog gives to a dataset or to a field of it.

    ``inherited`` is whether the catalog says that the term came by lineage or from a container.
    """

    term: Term
    inherited: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dataset: a column, or a property of a message."""

    path: str
    type: str = ""
    description: str = ""
    categories: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is responsible for a dataset, as the catalog names them; ``role`` is its word for it."""

    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset that a catalog describes, or only refers to (``described`` is false).

    ``pointer`` is where in the file it stands: ``line 12``, or a JSON Pointer.
    """

    iri: str
    name: str
    file: str
    pointer: str
    key: Key
    kind: str = "dataset"
    """The source's word for the type of the dataset, as in ``hive_table`` or ``view``."""
    described: bool = True
    title: str = ""
    description: str = ""
    address: str = ""
    """Where the catalog, or the publisher, shows the dataset to people."""
    publisher: str = ""
    issued: str = ""
    modified: str = ""
    access_rights: str = ""
    owners: tuple[Owner, ...] = ()
    categories: tuple[Assignment, ...] = ()
    fields: tuple[Field, ...] = ()
    purposes: tuple[str, ...] = ()
    legal_bases: tuple[str, ...] = ()
    access_urls: tuple[str, ...] = ()
    """Where its data can be had: of DCAT distributions, of servers of a contract."""

    def assignments(self) -> Iterator[tuple[str | None, Assignment]]:
        """Give every assignment with the path of its field; None stands for the whole dataset."""
        for each in self.categories:
            yield None, each
        for one in self.fields:
            for each in one.categories:
                yield one.path, each


@dataclass(frozen=True, slots=True)
class Asset:
    """A thing of a catalog that is no dataset: a job, dashboard, data service or model.

    ``address`` is where the source says it is reached, as the endpoint of a data service.
    """

    iri: str
    name: str
    file: str
    pointer: str
    kind: str
    key: Mapping[str, str]
    address: str = ""
    described: bool = True
    categories: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A step of lineage: data of ``upstream`` gets into ``downstream``; both are IRIs.

    ``via`` is the IRI of the job that moves the data, where the source names one.
    """

    upstream: str
    downstream: str
    kind: str
    via: str | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """What one file says: its datasets, their lineage, its terms, and what was not read.

    ``unread`` counts, by name, what the file has and nothing here keeps.
    """

    file: str
    format: str | None
    sha256: str
    datasets: tuple[Dataset, ...] = ()
    assets: tuple[Asset, ...] = ()
    edges: tuple[Edge, ...] = ()
    terms: tuple[Term, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    errors: tuple[InputError, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """All files of an import; a dataset that several files describe has one IRI in all of them."""

    files: tuple[CatalogFile, ...]

    @property
    def errors(self) -> tuple[InputError, ...]:
        """Why files, or parts of them, could not be read."""
        return tuple(error for file in self.files for error in file.errors)

    def datasets(self) -> Iterator[Dataset]:
        """Give the datasets of all files, file by file."""
        for file in self.files:
            yield from file.datasets

    def edges(self) -> Iterator[Edge]:
        """Give the lineage of all files, file by file."""
        for file in self.files:
            yield from file.edges


def dataset_iri(source: str, *key: str) -> str:
    """Name a dataset by its source and the parts of its key there.

    >>> dataset_iri("openlineage", "postgres://db:5432", "crm.public.customers")
    'https://w3id.org/sightline/dataset/openlineage/postgres:%2F%2Fdb:5432/crm.public.customers'
    """
    return _named(DATASET, source, *key)


def asset_iri(source: str, *key: str) -> str:
    """Name a thing that is no dataset, by its source and the parts of its key there."""
    return _named(ASSET, source, *key)


def term_iri(source: str, kind: TermKind, key: str) -> str:
    """Name a term of a catalog; a web address names itself."""
    if key.startswith(("https://", "http://")) and not set(key) & set(' <>"{}|\\^`\n\r\t'):
        return key
    return _named(TERM, source, kind, key)


def _named(namespace: Namespace, *parts: str) -> str:
    # A slash within a part is escaped, so that parts stay apart and no name ends in one.
    return str(namespace) + "/".join(quote(part, safe=":") for part in parts)
