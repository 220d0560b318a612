"""Read data.json of DCAT-US, whose keys are mapped by hand since they often have no context."""

from collections.abc import Mapping
from typing import Any

from sightline.catalogs.collecting import Collected, Draft
from sightline.catalogs.datasets import Key, asset_iri
from sightline.catalogs.keys import clean
from sightline.catalogs.values import at, first, objects, text, texts

_READ = frozenset({"dataset", "service", "catalog", "title", "description", "conformsTo"})


def read_dcat_us(document: Any, into: Collected, pointer: str = "") -> None:
    """Read the datasets and services of a catalog and of those within it."""
    for number, each in enumerate(objects(document, "dataset")):
        _dataset(each, into, f"{pointer}/dataset/{number}")
    for number, each in enumerate(objects(document, "service")):
        _service(each, into, f"{pointer}/service/{number}")
    for number, each in enumerate(objects(document, "catalog")):
        read_dcat_us(each, into, f"{pointer}/catalog/{number}")
    for name in document if isinstance(document, Mapping) else ():
        if name not in _READ and not name.startswith("@"):
            into.skip(str(name))


def _identifier(each: Mapping[str, Any], pointer: str) -> dict[str, str]:
    found = {
        "identifier": first(text(each, "identifier"), text(each, "identifier", "notation")),
        "id": text(each, "@id"),
    }
    kept = {name: clean(value) for name, value in found.items() if value}
    return kept or {"title": first(text(each, "title"), pointer)}


def _dataset(each: Mapping[str, Any], into: Collected, pointer: str) -> None:
    source = _identifier(each, pointer)
    name = next(iter(source.values()))
    title = text(each, "title")
    draft = into.dataset(into.iri(name), Key(source), title or name, pointer)
    draft.say(
        title=title,
        description=text(each, "description"),
        address=clean(first(text(each, "landingPage"), text(each, "landingPage", "@id"))),
        issued=text(each, "issued"),
        modified=text(each, "modified"),
        access_rights=first(
            text(each, "accessLevel"), text(each, "accessRights"), text(each, "accessRights", "@id")
        ),
        publisher=first(text(each, "publisher", "name"), text(each, "publisher", "prefLabel")),
    )
    _categories(each, draft, into)
    for contact in objects(each, "contactPoint"):
        mail = text(contact, "hasEmail").removeprefix("mailto:")
        draft.owned(first(text(contact, "fn"), mail), "contact point")
    for one in objects(each, "distribution"):
        draft.add("access_urls", *map(clean, texts(one, "accessURL") + texts(one, "downloadURL")))


def _service(each: Mapping[str, Any], into: Collected, pointer: str) -> None:
    source = _identifier(each, pointer)
    name = next(iter(source.values()))
    iri = asset_iri("dcat", name)
    asset = into.asset(iri, source, "dcat:DataService", text(each, "title") or name, pointer)
    asset.say(address=clean(next(iter(texts(each, "endpointURL")), "")))
    _categories(each, asset, into)


def _categories(each: Mapping[str, Any], draft: Draft, into: Collected) -> None:
    for kind in ("theme", "subject"):
        for label in texts(each, kind):
            draft.assign(into.terms.add("theme", label))
        for one in objects(each, kind):
            label = first(text(one, "prefLabel"), text(one, "title"))
            key = first(text(one, "@id"), text(one, "notation"), label)
            if key:
                draft.assign(into.terms.add("theme", key, label))
    for keyword in texts(at(each, "keyword")):
        draft.assign(into.terms.add("tag", keyword))
