"""Collect what a file says piece by piece, in whatever order it says it."""

from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass, field, replace
from typing import Any

from sightline.catalogs.content import too_large
from sightline.catalogs.datasets import (
    Asset,
    Assignment,
    CatalogFile,
    Dataset,
    Edge,
    Field,
    Key,
    Owner,
    Term,
    TermKind,
    dataset_iri,
)
from sightline.catalogs.keys import clean
from sightline.errors import InputError

MAX_THINGS = 1_000_000
"""Datasets, assets, edges and fields of one file."""

Given = dict[tuple[str, tuple[tuple[str, str], ...]], bool]
"""IRI of a term and the attributes of its assignment -> whether it is inherited."""


class Terms:
    """The terms of a file; what one place says of a term completes what another said."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: dict[str, Term] = {}

    def add(self, kind: TermKind, key: str, label: str = "", definition: str = "") -> str:
        """Take note of a term and give its IRI."""
        made = Term(self.source, kind, key, label, definition)
        known = self.found.get(made.iri)
        if known is None:
            self.found[made.iri] = made
        elif (label and not known.label) or (definition and not known.definition):
            self.found[made.iri] = replace(
                known, label=known.label or label, definition=known.definition or definition
            )
        return made.iri

    def below(self, iri: str, broader: Iterable[str]) -> None:
        """Take note that a term is below others."""
        known = self.found[iri]
        self.found[iri] = replace(known, broader=tuple(dict.fromkeys((*known.broader, *broader))))

    def assignments(self, given: Given) -> tuple[Assignment, ...]:
        """Give assignments with their terms as they are known in the end."""
        return tuple(
            Assignment(self.found[iri], inherited, dict(attributes))
            for (iri, attributes), inherited in given.items()
        )


@dataclass
class Draft:
    """A dataset, a field or an asset while its file is read; terms are IRIs."""

    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, dict[str, None]] = field(default_factory=dict)
    given: Given = field(default_factory=dict)
    owners: dict[Owner, None] = field(default_factory=dict)
    fields: dict[str, "Draft"] = field(default_factory=dict)
    key: Key | None = None
    described: bool = False
    removed: bool = False
    """Whether the catalog has removed it, and only keeps a record."""

    def say(self, **values: str) -> "Draft":
        """Set texts that are not empty; what was said first stays."""
        for name, value in values.items():
            if value:
                self.values.setdefault(name, value)
        return self

    def assign(
        self, term: str, inherited: bool = False, attributes: Mapping[str, str] | None = None
    ) -> None:
        """Give it a term; one that is given directly somewhere is not inherited."""
        at = (term, tuple(sorted((attributes or {}).items())))
        self.given[at] = inherited and self.given.get(at, True)

    def owned(self, name: str, role: str = "") -> None:
        """Name someone responsible."""
        if name:
            self.owners.setdefault(Owner(name, role))

    def add(self, name: str, *values: str) -> None:
        """Add texts to a list of a dataset, such as ``purposes``."""
        self.lists.setdefault(name, {}).update(dict.fromkeys(filter(None, values)))

    def field(self, path: str) -> "Draft":
        """Give the field of that path, which begins to be there."""
        return self.fields.setdefault(path, Draft())


class Collected:
    """What a file says so far."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.source = source
        self.terms = Terms(source)
        self.datasets: dict[str, Draft] = {}
        self.assets: dict[str, Draft] = {}
        self.edges: dict[tuple[str, str, str, str | None], Edge] = {}
        self.unread: dict[str, int] = {}
        self.notes: list[str] = []
        self.errors: list[InputError] = []

    def iri(self, *key: str) -> str:
        """Name a dataset of this source by its key."""
        return dataset_iri(self.source, *(clean(part) for part in key))

    def dataset(
        self, iri: str, key: Key, name: str, pointer: str, *, described: bool = True
    ) -> Draft:
        """Give the dataset of that IRI, which begins to be there."""
        return self._draft(self.datasets, iri, key, name, pointer, described)

    def asset(
        self,
        iri: str,
        key: Mapping[str, str],
        kind: str,
        name: str,
        pointer: str,
        *,
        described: bool = True,
    ) -> Draft:
        """Give the asset of that IRI, which begins to be there."""
        verbatim = Key({part: clean(text) for part, text in key.items()})
        draft = self._draft(self.assets, iri, verbatim, name, pointer, described)
        return draft.say(kind=kind or "asset")

    def edge(
        self, upstream: str, downstream: str, kind: str, via: str | None = None, pointer: str = ""
    ) -> None:
        """Add a step of lineage; one that leads back to where it began is left out."""
        at = (upstream, downstream, kind, via)
        if upstream != downstream and at not in self.edges:
            self.edges[at] = Edge(*at, pointer)
            self._check(self.edges)

    def skip(self, name: str, count: int = 1) -> None:
        """Count what is not kept."""
        if count:
            self.unread[name] = self.unread.get(name, 0) + count

    def _draft(
        self, drafts: dict[str, Draft], iri: str, key: Key, name: str, pointer: str, described: bool
    ) -> Draft:
        name, pointer = name or iri, pointer or "/"
        draft = drafts.get(iri)
        if draft is None:
            draft = drafts[iri] = Draft()
            self._check(drafts)
        if described and not draft.described:
            # What refers to a dataset may come before what describes it.
            draft.described, draft.key = True, key
            draft.values.update({"name": name, "pointer": pointer})
        draft.key = draft.key or key
        return draft.say(name=name, pointer=pointer)

    def _check(self, found: Sized) -> None:
        if len(found) > MAX_THINGS:
            raise too_large(f"it describes more than {MAX_THINGS} things of a kind")

    def done(self, form: str, digest: str) -> CatalogFile:
        """Give what the file says."""
        self._leave_out_removed()
        return CatalogFile(
            self.file,
            form,
            digest,
            tuple(self._dataset(iri, draft) for iri, draft in self.datasets.items()),
            tuple(self._asset(iri, draft) for iri, draft in self.assets.items()),
            tuple(self.edges.values()),
            tuple(self.terms.found.values()),
            dict(sorted(self.unread.items())),
            tuple(self.notes),
            tuple(self.errors),
        )

    def _leave_out_removed(self) -> None:
        """Leave out what is removed; where lineage leads through it, it is only referred to."""
        ends = {end for edge in self.edges.values() for end in (edge.upstream, edge.downstream)}
        for drafts, noun in ((self.datasets, "dataset"), (self.assets, "asset")):
            for iri in [iri for iri, draft in drafts.items() if draft.removed]:
                self.skip(f"removed {noun}")
                if iri in ends:
                    drafts[iri].described = False
                else:
                    del drafts[iri]

    def _dataset(self, iri: str, draft: Draft) -> Dataset:
        assert draft.key is not None
        fields = tuple(
            Field(
                path,
                each.values.get("type", ""),
                each.values.get("description", ""),
                self.terms.assignments(each.given),
            )
            for path, each in draft.fields.items()
        )
        texts: dict[str, Any] = draft.values
        return Dataset(
            iri,
            file=self.file,
            key=draft.key,
            described=draft.described,
            owners=tuple(draft.owners),
            categories=self.terms.assignments(draft.given),
            fields=fields,
            purposes=tuple(draft.lists.get("purposes", ())),
            legal_bases=tuple(draft.lists.get("legal_bases", ())),
            access_urls=tuple(draft.lists.get("access_urls", ())),
            **texts,
        )

    def _asset(self, iri: str, draft: Draft) -> Asset:
        assert draft.key is not None
        values = {name: text for name, text in draft.values.items() if name in _ASSET}
        return Asset(
            iri,
            file=self.file,
            key=draft.key.source,
            described=draft.described,
            categories=self.terms.assignments(draft.given),
            **values,
        )


_ASSET = ("name", "pointer", "kind", "address")
