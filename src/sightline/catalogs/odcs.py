"""Read data contracts of the Open Data Contract Standard; no address in them is contacted."""

from collections.abc import Mapping
from typing import Any

from sightline.catalogs.collecting import Collected, Draft
from sightline.catalogs.keys import clean, key
from sightline.catalogs.values import first, objects, text, texts
from sightline.errors import InputError

_SERVER = ("host", "account", "location", "path", "project", "catalog", "database", "dataset")


def is_odcs(document: Any) -> bool:
    """Tell a contract by its kind, or by its version and schema."""
    return isinstance(document, Mapping) and (
        text(document, "kind") == "DataContract"
        or (text(document, "apiVersion").startswith("v") and "schema" in document)
    )


def read_odcs(document: Any, into: Collected) -> None:
    """Read a contract, checked by the model that the standard's own package has.

    Raises InputError: ``input.syntax`` for what is no contract, and ``input.value`` where the extra
    ``odcs`` is not installed.
    """
    contract = _checked(document)
    servers = objects(contract, "servers")
    for number, each in enumerate(objects(contract, "schema")):
        _table(each, contract, servers, f"/schema/{number}", into)
    for name in ("roles", "slaProperties", "support", "price"):
        into.skip(name, len(objects(contract, name)))


def _checked(document: Any) -> Mapping[str, Any]:
    try:
        from open_data_contract_standard.model import OpenDataContractStandard
        from pydantic import ValidationError
    except ImportError as error:
        raise InputError(
            "input.value",
            "reading data contracts needs a package that is not installed",
            "run: pip install 'sightline[odcs]'",
        ) from error
    try:
        found: Mapping[str, Any] = OpenDataContractStandard.model_validate(document).model_dump(
            by_alias=True, exclude_none=True
        )
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(str(part) for part in fault["loc"])
        raise InputError(
            "input.syntax",
            f"it is no data contract: /{where}: {fault['msg'][:160]}",
            "correct the place that the message names",
        ) from None
    return found


def _table(
    each: Mapping[str, Any],
    contract: Mapping[str, Any],
    servers: list[Mapping[str, Any]],
    pointer: str,
    into: Collected,
) -> None:
    physical = first(text(each, "physicalName"), text(each, "name"), text(each, "id"))
    identity = first(text(contract, "id"), text(contract, "name"), into.file)
    source = {"contract": identity, "version": text(contract, "version")}
    source |= {"name": text(each, "name"), "physicalName": text(each, "physicalName")}
    places = [_place(server) for server in servers]
    if len(servers) == 1:
        source |= {
            f"server.{part}": text(value)
            for part, value in servers[0].items()
            if part in ("server", "type", *_SERVER, "schema", "environment")
        }
    # Of several servers only what all agree on is true of the table.
    agreed = {
        part: places[0][part]
        for part in (places[0] if places else ())
        if all(place[part] == places[0][part] for place in places)
    }
    made = key(
        {part: value for part, value in source.items() if value},
        agreed.get("system", ""),
        "" if "/" in physical else physical,
        host=agreed.get("host", ""),
        environment=agreed.get("environment", ""),
        database=agreed.get("database", ""),
        schema=agreed.get("schema", ""),
        table=physical if "/" in physical else "",
    )
    draft = into.dataset(into.iri(identity, physical), made, physical, pointer)
    draft.say(
        kind=first(text(each, "physicalType"), text(each, "logicalType")),
        title=text(each, "businessName"),
        description=text(each, "description"),
    )
    for place in places:
        draft.add("access_urls", place["location"])
    purpose = text(contract, "description", "purpose")
    draft.add("purposes", purpose)
    _owners(contract, draft)
    for tag in dict.fromkeys(texts(each, "tags") + texts(contract, "tags")):
        draft.assign(into.terms.add("tag", tag))
    _custom(each, draft, into)
    _fields(objects(each, "properties"), draft, "", into)


def _place(server: Mapping[str, Any]) -> dict[str, str]:
    return {
        "system": text(server, "type"),
        "host": first(text(server, "host"), text(server, "account")),
        "database": first(
            text(server, "database"), text(server, "project"), text(server, "catalog")
        ),
        "schema": first(text(server, "schema"), text(server, "dataset")),
        "environment": text(server, "environment"),
        "location": clean(first(text(server, "location"), text(server, "path"))),
    }


def _owners(contract: Mapping[str, Any], draft: Draft) -> None:
    people = objects(contract, "team", "members") or objects(contract, "team")
    for person in people:
        if not text(person, "dateOut"):
            draft.owned(first(text(person, "username"), text(person, "name")), text(person, "role"))


def _fields(found: list[Mapping[str, Any]], draft: Draft, above: str, into: Collected) -> None:
    for each in found:
        name = first(text(each, "physicalName"), text(each, "name"))
        if not name:
            into.skip("property without a name")
            continue
        path = above + name
        field = draft.field(path)
        kind = first(text(each, "physicalType"), text(each, "logicalType"))
        field.say(type=kind, description=text(each, "description"))
        if text(each, "classification"):
            field.assign(into.terms.add("classification", text(each, "classification")))
        for tag in texts(each, "tags"):
            field.assign(into.terms.add("tag", tag))
        if each.get("criticalDataElement"):
            field.assign(into.terms.add("property", "criticalDataElement=true"))
        _custom(each, field, into)
        _fields(
            objects(each, "properties") + objects(each, "items", "properties"),
            draft,
            f"{path}.",
            into,
        )


def _custom(each: Mapping[str, Any], draft: Draft, into: Collected) -> None:
    for one in objects(each, "customProperties"):
        name, value = text(one, "property"), text(one, "value")
        if name and value:
            draft.assign(into.terms.add("property", f"{name}={value}"))
