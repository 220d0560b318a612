"""Read exports of Apache Atlas and Microsoft Purview: archives, entities and search results."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sightline.catalogs.collecting import Collected, Draft
from sightline.catalogs.content import decode, read_json, read_zip
from sightline.catalogs.datasets import Key, asset_iri
from sightline.catalogs.keys import address_key, clean, key
from sightline.catalogs.values import at, first, members, objects, text, texts
from sightline.errors import InputError

Entity = tuple[Mapping[str, Any], str]
"""An entity and where it stands."""

_ENDINGS = ("column", "field", "attribute")
"""How the names of types end whose entities are parts of datasets."""
_HOLDERS = (
    "db",
    "database",
    "schema",
    "server",
    "account",
    "service",
    "instance",
    "workspace",
    "storagedesc",
    "namespace",
    "container_group",
    "cluster",
    "catalog",
    "subscription",
)
"""How the names of types end whose entities hold datasets, or describe how they are kept."""
_TYPES = "atlas-typesdef.json"
_OURS = "sightline_"
"""How the names of types begin that a push makes: no data of the catalog, and no proof of any."""


def read_archive(content: bytes, into: Collected) -> None:
    """Read the ZIP that Atlas exports."""
    found: list[Entity] = []
    datasets: set[str] | None = None
    for name, data in read_zip(content):
        if not name.endswith(".json"):
            into.skip("file of the archive that is no JSON")
            continue
        try:
            document = read_json(decode(data))
        except InputError as error:
            message = f"'{name}' of the archive: {error.message}"
            into.errors.append(InputError(error.code, message, error.hint))
            continue
        if name.endswith(_TYPES):
            datasets = _datasets(document)
        else:
            found += entities(document, f"{name}#")
    _read(found, datasets, into)


def is_atlas(document: Any) -> bool:
    """Tell entities, and results of a search, by what they hold."""
    return bool(list(entities(document))) or any(True for _ in _results(document))


def read_atlas(document: Any, into: Collected) -> None:
    """Read entities or the results of a search."""
    _read(list(entities(document)), None, into)
    for each in objects(document):
        _relations(each, into)
    for each, pointer in _results(document):
        _result(each, pointer, into)


def entities(document: Any, pointer: str = "") -> Iterator[Entity]:
    """Give the entities of a response, with those that they refer to."""
    if isinstance(document, list):
        for number, each in enumerate(document):
            yield from entities(each, f"{pointer}/{number}")
        return
    if not isinstance(document, Mapping):
        return
    if isinstance(document.get("typeName"), str) and isinstance(
        document.get("attributes"), Mapping
    ):
        yield document, pointer or "/"
        return
    for name in ("entity", "entities", "searchResults"):
        if name in document:
            yield from entities(document[name], f"{pointer}/{name}")
    for name in ("referredEntities", "guidEntityMap"):
        for guid, each in members(document, name):
            yield from entities(each, f"{pointer}/{name}/{guid}")
    for status, response in members(document, "responses"):  # an example of Microsoft's REST API
        yield from entities(at(response, "body"), f"{pointer}/responses/{status}/body")


def _results(document: Any, pointer: str = "") -> Iterator[Entity]:
    for status, response in members(document, "responses"):
        yield from _results(at(response, "body"), f"{pointer}/responses/{status}/body")
    for number, each in enumerate(objects(document, "value")):
        if "qualifiedName" in each and ("entityType" in each or "objectType" in each):
            yield each, f"{pointer}/value/{number}"


def _datasets(types: Any) -> set[str]:
    """List the types below DataSet, columns among them."""
    above = {
        text(each, "name"): set(texts(each, "superTypes")) for each in objects(types, "entityDefs")
    }
    found = {"DataSet"}
    while more := {name for name, supers in above.items() if supers & found} - found:
        found |= more
    return found


def _read(found: Iterable[Entity], datasets: set[str] | None, into: Collected) -> None:
    known: dict[str, Mapping[str, Any]] = {}
    unique: dict[str, Entity] = {}
    for each, pointer in found:
        guid = text(each, "guid") or pointer
        # An entity stands once whole, and again where others refer to it.
        if guid not in unique or len(each) > len(unique[guid][0]):
            unique[guid] = each, pointer
        known[guid] = unique[guid][0]
    for each, pointer in unique.values():
        kind = text(each, "typeName")
        if text(each, "status") == "DELETED":
            into.skip("deleted entity")
        elif kind.startswith(_OURS):
            into.skip("entity that was pushed from here")
        elif _is_process(each):
            _process(each, pointer, known, into)
        elif kind.lower().endswith(_ENDINGS):
            _column(each, pointer, known, into)
        elif _is_dataset(kind, datasets):
            _dataset(each, pointer, into)
        else:
            into.skip(f"entity {kind}")


def _is_dataset(kind: str, datasets: set[str] | None) -> bool:
    if datasets is not None:
        return kind in datasets
    return not kind.lower().endswith(_HOLDERS) and not kind.startswith(("Atlas", "__"))


def _is_process(entity: Mapping[str, Any]) -> bool:
    if "Process" in texts(entity, "superTypeNames") + texts(entity, "superTypes"):
        return True
    return any(isinstance(at(entity, "attributes", side), list) for side in ("inputs", "outputs"))


def _names(entity: Mapping[str, Any]) -> tuple[str, str]:
    kind = text(entity, "typeName")
    name = first(
        text(entity, "attributes", "qualifiedName"),
        text(entity, "uniqueAttributes", "qualifiedName"),
        text(entity, "attributes", "name"),
        text(entity, "guid"),
    )
    return kind, name


def _key(kind: str, qualified: str, guid: str = "") -> Key:
    source = {"typeName": kind, "qualifiedName": qualified} | ({"guid": guid} if guid else {})
    if "://" in qualified:
        return address_key(source, qualified, kind)
    name, _at, host = qualified.partition("@")
    return key(source, kind, name, host=host)


def _dataset(entity: Mapping[str, Any], pointer: str, into: Collected) -> Draft:
    kind, qualified = _names(entity)
    made = _key(kind, qualified, text(entity, "guid"))
    name = first(text(entity, "attributes", "name"), text(entity, "displayText"), qualified)
    draft = into.dataset(into.iri(kind, qualified), made, name, pointer)
    draft.say(
        kind=kind,
        title=text(entity, "attributes", "displayName"),
        description=first(
            text(entity, "attributes", "userDescription"),
            text(entity, "attributes", "description"),
            text(entity, "attributes", "comment"),
        ),
    )
    draft.owned(text(entity, "attributes", "owner"), "owner")
    for role, people in members(entity, "contacts"):
        for person in objects(people):
            draft.owned(first(text(person, "info"), text(person, "id")), role)
    _classify(entity, draft, into)
    return draft


def _classify(entity: Mapping[str, Any], draft: Draft, into: Collected) -> None:
    own = text(entity, "guid")
    for each in objects(entity, "classifications"):
        name = text(each, "typeName")
        if name:
            origin = text(each, "entityGuid")
            given = {part: text(value) for part, value in members(each, "attributes")}
            draft.assign(
                into.terms.add("classification", name),
                bool(origin and own and origin != own),
                {part: value for part, value in given.items() if value},
            )
    if not entity.get("classifications"):
        for name in texts(entity, "classificationNames"):
            draft.assign(into.terms.add("classification", name))
    for each in objects(entity, "meanings"):
        name = first(text(each, "displayText"), text(each, "termGuid"))
        if name:
            draft.assign(into.terms.add("glossary-term", name, name))
    for label in texts(entity, "labels"):
        draft.assign(into.terms.add("tag", label))
    into.skip("business metadata", len(list(members(entity, "businessAttributes"))))


def _column(
    entity: Mapping[str, Any], pointer: str, known: Mapping[str, Mapping[str, Any]], into: Collected
) -> None:
    kind, qualified = _names(entity)
    table = next(
        (
            at(entity, place, name)
            for place in ("relationshipAttributes", "attributes")
            for name in ("table", "view", "dataset", "parent", "composeSchema")
            if isinstance(at(entity, place, name), Mapping)
        ),
        None,
    )
    if table is not None:
        table = known.get(text(table, "guid"), table)
        above, of_table = _names(table)
        if not text(table, "attributes", "qualifiedName") and not at(table, "uniqueAttributes"):
            of_table = _above(qualified) or of_table
    else:
        of_table = _above(qualified)
        above = next((f"{kind[: -len(end)]}table" for end in _ENDINGS if kind.endswith(end)), kind)
    if not of_table:
        into.skip(f"entity {kind} of no known table")
        return
    made, iri = _key(above, of_table), into.iri(above, of_table)
    draft = into.dataset(iri, made, of_table, pointer, described=False).say(kind=above)
    field = draft.field(first(text(entity, "attributes", "name"), qualified))
    field.say(
        type=first(text(entity, "attributes", "type"), text(entity, "attributes", "data_type")),
        description=first(
            text(entity, "attributes", "description"), text(entity, "attributes", "comment")
        ),
    )
    _classify(entity, field, into)


def _above(qualified: str) -> str:
    """Name the table of a column by the column's name.

    >>> _above("crm.customers.email@prod"), _above("mssql://s/crm/dbo/customers#email")
    ('crm.customers@prod', 'mssql://s/crm/dbo/customers')
    """
    if "#" in qualified:
        return qualified.rpartition("#")[0]
    name, sign, host = qualified.partition("@")
    above = name.rpartition("." if "://" not in name else "/")[0]
    return f"{above}{sign}{host}" if above else ""


def _process(
    entity: Mapping[str, Any], pointer: str, known: Mapping[str, Mapping[str, Any]], into: Collected
) -> None:
    kind, qualified = _names(entity)
    sides = {
        side: [known.get(text(each, "guid"), each) for each in objects(entity, "attributes", side)]
        for side in ("inputs", "outputs")
    }
    ends = [text(each, "typeName").lower() for each in sides["inputs"] + sides["outputs"]]
    if any(end.endswith(_ENDINGS) for end in ends):
        into.skip(f"entity {kind} between columns")
        return
    own = asset_iri("atlas", kind, clean(qualified))
    source = {"typeName": kind, "qualifiedName": qualified, "guid": text(entity, "guid")}
    name = text(entity, "attributes", "name") or qualified
    asset = into.asset(own, source, kind, name, pointer)
    _classify(entity, asset, into)
    names = {side: [_end(each, pointer, into) for each in found] for side, found in sides.items()}
    for downstream in names["outputs"]:
        for upstream in names["inputs"]:
            into.edge(upstream, downstream, kind, own, pointer)
    for upstream in names["inputs"] if not names["outputs"] else ():
        into.edge(upstream, own, kind, None, pointer)


def _relations(document: Mapping[str, Any], into: Collected) -> None:
    """Read the lineage that is asked for by itself: entities by GUID, and steps between them."""
    known = dict(members(document, "guidEntityMap"))
    for number, step in enumerate(objects(document, "relations")):
        ends = [known.get(text(step, side)) for side in ("fromEntityId", "toEntityId")]
        if any(not isinstance(each, Mapping) for each in ends):
            into.skip("lineage to an entity that is not listed")
            continue
        names = [_node(each, f"/relations/{number}", into) for each in ends if each is not None]
        into.edge(names[0], names[1], "lineage", None, f"/relations/{number}")


def _node(entity: Mapping[str, Any], pointer: str, into: Collected) -> str:
    kind, qualified = _names(entity)
    if _is_process(entity):
        return asset_iri("atlas", kind, clean(qualified))
    return _end(entity, pointer, into)


def _end(entity: Mapping[str, Any], pointer: str, into: Collected) -> str:
    kind, qualified = _names(entity)
    iri = into.iri(kind, qualified)
    into.dataset(
        iri, _key(kind, qualified, text(entity, "guid")), qualified, pointer, described=False
    ).say(kind=kind)
    return iri


def _result(each: Mapping[str, Any], pointer: str, into: Collected) -> None:
    kind = first(text(each, "entityType"), text(each, "objectType"))
    entity: dict[str, Any] = {
        "typeName": kind,
        "guid": text(each, "id"),
        "attributes": {name: each.get(name) for name in ("qualifiedName", "name", "description")},
        "classificationNames": each.get("classification"),
        "labels": each.get("label"),
        "meanings": [
            *({"displayText": text(one, "name")} for one in objects(each, "term")),
            *({"displayText": one} for one in texts(each, "term")),
        ],
        "contacts": {
            text(one, "contactType") or "contact": [one] for one in objects(each, "contact")
        },
    }
    if kind.lower().endswith(_ENDINGS):
        _column(entity, pointer, {}, into)
    elif _is_dataset(kind, None):
        _dataset(entity, pointer, into).owned(text(each, "owner"), "owner")
    else:
        into.skip(f"entity {kind}")


def is_archive_entry(name: str) -> bool:
    """Tell an archive of Atlas by the name of a file in it."""
    return name.startswith("atlas-export") or name == _TYPES
