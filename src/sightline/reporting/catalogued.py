"""Turn the datasets that reach the deployments of a record into entries: data, purposes, bases.

Catalogs tell what kind of personal data a dataset holds; a dataset without a term, and a term that
no crosswalk maps, is a gap and never "no personal data".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sightline.catalogs.datasets import Dataset
from sightline.catalogs.links import Link
from sightline.joining import Joined, Reach
from sightline.reporting.register import DatasetUse, Entry, Gap, Line
from sightline.reporting.register_sources import Sources
from sightline.terms import compact, expand

CATALOG_TEAM = "catalog team"
_SHOWN = 3
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Use:
    """A dataset that reaches deployments of a record in one way."""

    dataset: Dataset
    link: Link
    way: str
    steps: int
    deployments: tuple[str, ...]
    """The labels of the deployments."""


def uses(joined: Joined, reaches: Iterable[Reach]) -> list[Use]:
    """Bring the reaches of a record together by dataset and way, the nearest link of each."""
    found: dict[tuple[str, str], tuple[Reach, dict[str, None]]] = {}
    for reach in reaches:
        key = (reach.dataset, reach.link.way)
        nearest, names = found.setdefault(key, (reach, {}))
        names[joined.deployments[reach.deployment].label] = None
        if reach.steps < nearest.steps:
            found[key] = (reach, names)
    ways = joined.crosswalk.ways
    return [
        Use(
            joined.datasets[name], reach.link, ways[way].label if way in ways else "",
            reach.steps, tuple(sorted(names)),
        )
        for (name, way), (reach, names) in sorted(found.items())
    ]  # fmt: skip


class Catalogued:
    """What a catalog says of the datasets of a record."""

    def __init__(self, joined: Joined, found: Sequence[Use], sources: Sources) -> None:
        self._joined = joined
        self._uses = found
        self._sources = sources

    def datasets(self) -> tuple[DatasetUse, ...]:
        """List the datasets with their way of use, and the links that say so."""
        return tuple(
            DatasetUse(
                use.dataset.iri, _title(use.dataset), use.way or "way not stated", use.steps,
                use.deployments,
                (self._sources.dataset(use.dataset, "the dataset"), self._sources.link(use.link)),
            )
            for use in self._uses
        )  # fmt: skip

    def personal(self) -> tuple[Entry, ...]:
        """Name the categories of personal data that the terms of datasets are read as."""
        personal, special = expand("dpv:PersonalData"), expand("dpv:SpecialCategoryPersonalData")
        broader = self._joined.crosswalk.broader
        lines: dict[str, list[Line]] = {}
        for use in self._uses:
            for category, told in self._categories(use).items():
                if category == personal or personal in broader.get(category, ()):
                    lines.setdefault(category, []).append(told)
        return tuple(
            Entry(
                words(category)
                + (
                    ", a special category (Art. 9(1) GDPR)"
                    if special in (category, *broader.get(category, ()))
                    else ""
                ),
                tuple(found),
                category,
            )
            for category, found in sorted(lines.items(), key=lambda pair: words(pair[0]))
        )

    def stated(self, name: str) -> tuple[Entry, ...]:
        """Name the ``purposes`` or ``legal_bases`` that the catalog gives for datasets."""
        found: dict[str, list[Line]] = {}
        for use in self._uses:
            for text in dict.fromkeys(getattr(use.dataset, name)):
                source = self._sources.dataset(use.dataset, f"{name.replace('_', ' ')}: {text}")
                line = Line(f"of the dataset {_title(use.dataset)}", sources=(source,))
                found.setdefault(text, []).append(line)
        return tuple(
            Entry(words(text), tuple(lines), text if ":" in text else "")
            for text, lines in sorted(found.items())
        )

    def gaps(self) -> tuple[Gap, ...]:
        """Give what the catalog and the links leave open."""
        found = []
        for use in self._uses:
            name = _title(use.dataset)
            terms = tuple(self._joined.terms(use.dataset.iri))
            source = self._sources.dataset(use.dataset, "the dataset")
            unmapped = sorted(t.name for t in terms if not self._joined.crosswalk.read(t).mapped)
            if not terms:
                found.append(
                    Gap(
                        "unread", f"the catalog gives the dataset {name} no term that says what "
                        "data it holds", "tags or terms in the catalog, or a declaration",
                        CATALOG_TEAM, ("personal-data",), sources=(source,),
                    )
                )  # fmt: skip
            if unmapped:
                found.append(
                    Gap(
                        "unread", f"no crosswalk says what these terms of the dataset {name} mean: "
                        f"{', '.join(unmapped)}", "a crosswalk of your own, --crosswalk FILE",
                        CATALOG_TEAM, ("personal-data",), sources=(source,),
                    )
                )  # fmt: skip
            if not use.way:
                found.append(
                    Gap(
                        "unread", f"in which way the dataset {name} is used is not stated",
                        "an entry in the file of links", CATALOG_TEAM, ("personal-data",),
                        sources=(self._sources.link(use.link),),
                    )
                )  # fmt: skip
            if use.link.dispute:
                found.append(
                    Gap(
                        "contradiction", f"whether the dataset {name} reaches the deployment is "
                        f"disputed: {use.link.dispute}", "one answer in the file of links",
                        CATALOG_TEAM, ("personal-data",), sources=(self._sources.link(use.link),),
                    )
                )  # fmt: skip
        return tuple(found)

    def _categories(self, use: Use) -> Mapping[str, Line]:
        """Give the line for each category that a dataset holds, with the terms that say so."""
        found: dict[str, tuple[dict[str, None], dict[int, None]]] = {}
        for field, given in use.dataset.assignments():
            reading = self._joined.crosswalk.read(given.term)
            for category in reading.categories:
                texts, numbers = found.setdefault(category, ({}, {}))
                what = f"field {field}" if field else "the dataset"
                texts[f"{what} has the term {given.term.name}"] = None
                says = f"{_title(use.dataset)}: {what} has the term {given.term.name}"
                numbers[self._sources.dataset(use.dataset, says)] = None
                numbers.update((self._sources.mapped(each), None) for each in reading.by)
        way = f", way of use: {use.way}" if use.way else ""
        steps = f", by lineage of {use.steps} steps" if use.steps > 1 else ""
        steps = ", by lineage of 1 step" if use.steps == 1 else steps
        return {
            category: Line(
                f"{_title(use.dataset)} ({'; '.join(texts)}){way}{steps}, "
                f"with {listed(use.deployments)}",
                conditions=("the link is disputed",) if use.link.dispute else (),
                sources=(*numbers, self._sources.link(use.link)),
            )
            for category, (texts, numbers) in found.items()
        }


def unlinked(joined: Joined, items: tuple[str, ...]) -> tuple[Gap, ...]:
    """Give the gaps of the catalog as a whole: datasets that nobody has linked, and candidates."""
    if not joined.catalog.files:
        return (
            Gap(
                "unread", "no catalog was read: which datasets reach the deployments is not known",
                "catalog files and reviewed links, --catalog FILE and --links FILE", CATALOG_TEAM,
                items,
            ),
        )  # fmt: skip
    found = []
    reached = {reach.dataset for reach in joined.reaches}
    names = sorted(
        _title(own) for name, own in joined.datasets.items()
        if name not in reached and name not in joined.nothing
        and name not in joined.stands_for and own.described
    )  # fmt: skip
    if names:
        found.append(
            Gap(
                "unread", "whether these datasets of the catalog reach a deployment is not known, "
                f"as no reviewed link speaks of them: {', '.join(names)}",
                "sightline catalog link --review", CATALOG_TEAM, items,
            )
        )  # fmt: skip
    return tuple(found)


def words(term: str) -> str:
    """Write a term for people: the words of its name, and its short form.

    >>> words("https://w3id.org/dpv/pd#EmailAddress")
    'Email address (dpv-pd:EmailAddress)'
    >>> words("answer questions")
    'answer questions'
    """
    short = compact(term)
    prefix, colon, name = short.partition(":")
    if short == term or not colon:
        return term
    return f"{_CAPITAL.sub(' ', name).capitalize()} ({prefix}:{name})"


def listed(names: Sequence[str]) -> str:
    """List some names, and say how many more there are."""
    more = len(names) - _SHOWN
    text = ", ".join(names[:_SHOWN])
    return f"{text} and {more} more" if more > 0 else text


def _title(dataset: Dataset) -> str:
    return dataset.title or dataset.name
