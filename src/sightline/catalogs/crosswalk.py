"""Read what the terms of data catalogs mean, from ``data/mappings/crosswalks``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from sightline.catalogs.datasets import Term
from sightline.errors import InputError, KnowledgeError
from sightline.files import folder, knowledge_files
from sightline.stores import Quad
from sightline.terms import DATA, RDF, SKOS, SL, compact, split_value

MATCHES = ("exactMatch", "closeMatch", "broadMatch")
"""The SKOS relations by which what a term marks is within a category; others only hint at one."""

_FOLDER = "crosswalks"
_URN = re.compile(r"urn:[^:]+:[^:]+:(.+)")
_LONGEST = 300
"""Names that are longer are compared as they are, and with no pattern."""


@dataclass(frozen=True, slots=True)
class MappedTerm:
    """What a crosswalk says of a term: its categories by SKOS relation, who says so and when."""

    iri: str
    scheme: str
    label: str
    sources: frozenset[str]
    keys: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    matches: Mapping[str, tuple[str, ...]]
    reviewer: str
    reviewed_on: date | None

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that all the term marks is within, as IRIs."""
        return tuple(dict.fromkeys(iri for name in MATCHES for iri in self.matches.get(name, ())))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a term of a catalog is taken to mean; nothing, if no crosswalk speaks of it."""

    term: Term
    by: tuple[MappedTerm, ...] = ()
    categories: tuple[str, ...] = ()
    """IRIs of categories of ours and of DPV that all the term marks is within."""

    @property
    def mapped(self) -> bool:
        """Whether a crosswalk speaks of the term, or it is a category itself."""
        return bool(self.by or self.categories)


@dataclass(frozen=True, slots=True)
class Way:
    """A way of use: the data that a dataset becomes, and the facet values that follow from it."""

    token: str
    label: str
    carries: tuple[str, ...]
    gives: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Crosswalk:
    """All mapped terms, the categories above each personal-data category, and the ways of use."""

    terms: tuple[MappedTerm, ...]
    broader: Mapping[str, tuple[str, ...]]
    ways: Mapping[str, Way]
    addresses: tuple[re.Pattern[str], ...] = ()
    """How addresses look that name a deployment."""
    connections: Mapping[str, str] = field(default_factory=dict)
    """Type of resource that connects an account to data -> the property with the address."""
    _read: dict[tuple[str, str], Reading] = field(default_factory=dict, repr=False, compare=False)

    def read(self, term: Term) -> Reading:
        """Say what a term means: by its name, else by a pattern; its catalog's crosswalk first.

        A term that is a category of the Data Privacy Vocabulary means itself.
        """
        name = (term.source, term.iri)
        if name not in self._read:
            self._read[name] = self._reading(term)
        return self._read[name]

    def within(self, categories: Iterable[str]) -> tuple[str, ...]:
        """Give categories with all that are broader, as ``prefix:name``, sorted."""
        found = set(categories)
        for iri in tuple(found):
            found.update(self.broader.get(iri, ()))
        return tuple(sorted(map(compact, found)))

    def _reading(self, term: Term) -> Reading:
        if term.iri in self.broader:
            return Reading(term, (), (term.iri,))
        names = _names(term)
        for group in (self._own.get(term.source, ()), self._any):
            named = tuple(each for each in group if each.keys & names)
            short = [name for name in names if len(name) <= _LONGEST]
            found = named or tuple(
                each for each in group if any(p.fullmatch(n) for p in each.patterns for n in short)
            )
            if found:
                all_of = (
                    iri
                    for each in found
                    for iri in each.categories
                    if iri in DATA or iri in self.broader
                )
                return Reading(term, found, tuple(dict.fromkeys(all_of)))
        return Reading(term)

    @cached_property
    def _own(self) -> Mapping[str, tuple[MappedTerm, ...]]:
        sources = {source for each in self.terms for source in each.sources}
        return {s: tuple(each for each in self.terms if s in each.sources) for s in sources}

    @cached_property
    def _any(self) -> tuple[MappedTerm, ...]:
        return tuple(each for each in self.terms if not each.sources)


def crosswalk_files() -> list[Path]:
    """List the files of the shipped crosswalks."""
    top = folder("data") / "mappings" / _FOLDER
    return [path for path in knowledge_files("data", ".ttl") if path.parent == top]


def read_crosswalk(quads: Iterable[Quad]) -> Crosswalk:
    """Read crosswalks, shipped ones and those of users, from their quads.

    Raises KnowledgeError for a mapped term with no name, with a pattern that is none, or with a
    date that is none, and for a way of use without a name.
    """
    about: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value, _ in quads:
        about.setdefault(subject, {}).setdefault(predicate, []).append(value.value)
    terms, ways, broader = [], {}, {}
    addresses, connections = [], {}
    for iri, own in sorted(about.items()):
        kinds = own.get(RDF["type"], ())
        if SL["MappedTerm"] in kinds:
            terms.append(_mapped(iri, own, about))
        elif SL["LinkWay"] in kinds:
            way = _way(iri, own)
            ways[way.token] = way
        elif SL["DeploymentAddress"] in kinds:
            addresses += [_pattern(iri, text) for text in own.get(SL["addressPattern"], ())]
        elif SL["ConnectionKind"] in kinds:
            for kind in own.get(SL["resourceType"], ()):
                connections[kind] = own.get(SL["propertyPath"], [""])[0]
        elif SL["DpvCategory"] in kinds:
            broader[iri] = tuple(sorted(own.get(SKOS["broaderTransitive"], ())))
    return Crosswalk(tuple(terms), broader, ways, tuple(addresses), connections)


def shipped_crosswalk(added: Sequence[Path] = ()) -> Crosswalk:
    """Read the shipped crosswalks and further files, whose terms count besides the shipped ones.

    Raises as ``read_crosswalk``, and InputError for a file that is no RDF or maps no term.
    """
    from sightline.stores.embedded import parse

    for path in added:
        if not any(value.value == SL["MappedTerm"] for _, _, value, _ in parse(path)):
            raise InputError("input.value", f"'{path}' maps no term", "type an entry sl:MappedTerm")
    files = [*crosswalk_files(), *added]
    return read_crosswalk(quad for path in files for quad in parse(path))


def _names(term: Term) -> frozenset[str]:
    texts = [term.key, term.label]
    texts += [found[1] for text in texts if (found := _URN.fullmatch(text))]
    return frozenset(text.strip().casefold() for text in texts if text.strip())


def _mapped(
    iri: str, own: Mapping[str, list[str]], about: Mapping[str, Mapping[str, list[str]]]
) -> MappedTerm:
    scheme = next(iter(own.get(SKOS["inScheme"], ())), "")
    keys = frozenset(key.casefold() for key in own.get(SL["termKey"], ()))
    try:
        days = [date.fromisoformat(text) for text in own.get(SL["reviewedOn"], ())]
    except ValueError as error:
        raise _broken(iri, str(error)) from error
    patterns = tuple(_pattern(iri, text) for text in sorted(own.get(SL["termPattern"], ())))
    if not keys and not patterns:
        raise _broken(iri, "it has no sl:termKey and no sl:termPattern")
    return MappedTerm(
        iri,
        scheme,
        min(own.get(SKOS["prefLabel"], ()), default=iri),
        frozenset(about.get(scheme, {}).get(SL["ofCatalogSource"], ())),
        keys,
        patterns,
        {
            name: tuple(sorted(own[SKOS[name]]))
            for name in (*MATCHES, "narrowMatch", "relatedMatch")
            if SKOS[name] in own
        },
        min(own.get(SL["reviewedBy"], ()), default=""),
        max(days, default=None),
    )


def _way(iri: str, own: Mapping[str, list[str]]) -> Way:
    names = own.get(SKOS["notation"], ())
    if len(names) != 1:
        raise _broken(iri, "it needs one skos:notation")
    pairs = [split_value(name) for name in sorted(own.get(SL["settlesValue"], ()))]
    return Way(
        names[0],
        min(own.get(SKOS["prefLabel"], ()), default=names[0]),
        tuple(sorted(filter(None, map(DATA.token, own.get(SL["carriesData"], ()))))),
        tuple(pair for pair in pairs if pair),
    )


def _pattern(iri: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise _broken(iri, str(error)) from error


def _broken(iri: str, reason: str) -> KnowledgeError:
    return KnowledgeError(
        "knowledge.broken", f"the crosswalk cannot be read: {iri}: {reason}", "correct the entry"
    )
