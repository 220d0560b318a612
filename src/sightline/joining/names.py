"""Find the datasets and deployments that names stand for."""

from collections.abc import Iterable, Iterator, Mapping

from sightline.catalogs.datasets import Catalog, Dataset
from sightline.errors import InputError
from sightline.model import Deployment
from sightline.terms import DEPLOYMENT

_SHOWN = 3


class Names:
    """Which datasets and deployments there are, by each of their names.

    A dataset is named by its IRI, a value of its key, the whole key with slashes, or its name; a
    deployment by its IRI or identifier, ``account/name``, or its name.
    """

    def __init__(self, catalog: Catalog, deployments: Iterable[Deployment]) -> None:
        self.datasets: dict[str, Dataset] = {}
        self.deployments = {each.iri: each for each in deployments}
        self._exact: dict[str, set[str]] = {}
        self._short: dict[str, set[str]] = {}
        for each in catalog.datasets():
            if each.iri not in self.datasets or each.described:
                self.datasets[each.iri] = each
            for text in key_texts(each.iri, each.key.source):
                self._exact.setdefault(text, set()).add(each.iri)
            self._short.setdefault(each.name, set()).add(each.iri)
        self._by_id: dict[str, set[str]] = {}
        self._by_label: dict[str, set[str]] = {}
        for own in self.deployments.values():
            for text in (own.iri, DEPLOYMENT.token(own.iri) or ""):
                self._by_id.setdefault(text.strip("/").lower(), set()).add(own.iri)
            for text in (own.label, own.name):
                self._by_label.setdefault(text.lower(), set()).add(own.iri)

    def dataset(self, name: str, where: str) -> str | None:
        """Find the dataset of a name; raises InputError if there are several."""
        return _only(self._exact.get(name) or self._short.get(name), "dataset", name, where)

    def deployment(self, name: str, where: str) -> str | None:
        """Find the deployment of a name; raises InputError if there are several."""
        plain = name.strip("/").lower()
        found = self._by_id.get(plain) or self._by_label.get(plain)
        return _only(found, "deployment", name, where)

    def by_id(self, text: str) -> str | None:
        """Find the deployment of a resource ID."""
        found = self._by_id.get(text.strip("/").lower(), set())
        return next(iter(found)) if len(found) == 1 else None

    def exactly(self, text: str) -> set[str]:
        """Find the datasets whose key or IRI a text is."""
        return self._exact.get(text, set())


def key_texts(iri: str, source: Mapping[str, str]) -> Iterator[str]:
    """Give the texts that name a thing of a catalog exactly: its IRI, and its key in each form."""
    yield iri
    values = [text for text in source.values() if text]
    if len(values) == 1:
        yield values[0]
    elif values:
        yield "/".join(values)
        # Of a key in parts only a part that is an address or a URN names the thing by itself.
        yield from (text for text in values if ":" in text and "://" not in text)


def _only(found: set[str] | None, what: str, name: str, where: str) -> str | None:
    if not found:
        return None
    if len(found) > 1:
        some = ", ".join(sorted(found)[:_SHOWN])
        raise InputError(
            "input.value", f"{where}: {name!r} names {len(found)} {what}s", f"write one of: {some}"
        )
    return next(iter(found))
