"""Read plans and states of Terraform, in the JSON that ``terraform show -json`` writes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sightline.estate.arm import Reading
from sightline.estate.azure_objects import parse_id, scope_of
from sightline.estate.jsonc import Located, Text
from sightline.estate.partial import text
from sightline.estate.resources import Resource, resource
from sightline.estate.settings import Meter
from sightline.estate.terraform_names import ACCOUNTS, TYPES, block, translated
from sightline.estate.terraform_references import Configuration, bare
from sightline.estate.terraform_values import marks, overlaid
from sightline.estate.values import OneOf, Unknown, Value, look, member, one_of, unknown

AZAPI = frozenset({"azapi_resource", "azapi_update_resource"})
AZAPI_BODY = ("location", "tags", "identity")


@dataclass(slots=True)
class Entry:
    """One instance of a resource in a plan or state."""

    address: str
    kind: str
    name: str
    index: Any
    module: str
    values: Mapping[str, Value]
    node: Mapping[str, Any]


def read_terraform(document: Mapping[str, Any], source: Text, meter: Meter) -> Reading:
    """Read a plan or a state; what will be destroyed is left out."""
    configuration = Configuration(document)
    entries: list[Entry] = []
    for entry in _entries(document, configuration, meter):
        meter.resource()
        entries.append(entry)
    places: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        places.setdefault((bare(entry.module), f"{entry.kind}.{entry.name}"), []).append(entry)
    live = (
        member(document, "resource_changes") is None and member(document, "planned_values") is None
    )
    reading = Reading()
    for entry in entries:
        meter.step()
        made = _resource(entry, _Join(configuration, places, meter), source, live=live)
        if made is not None:
            reading.resources.append(made)
    return reading


def _entries(
    document: Mapping[str, Any], configuration: Configuration, meter: Meter
) -> Iterator[Entry]:
    changes = member(document, "resource_changes")
    if isinstance(changes, list):
        for change in changes:
            actions = look(change, "change", "actions")
            if member(change, "mode") != "managed" or actions in (["delete"], ["forget"]):
                continue
            after = look(change, "change", "after")
            yield _entry(
                change,
                after if isinstance(after, Mapping) else {},
                look(change, "change", "after_unknown"),
                look(change, "change", "after_sensitive"),
                str(member(change, "module_address") or ""),
                configuration,
                meter,
            )
        return
    values = member(document, "planned_values") or member(document, "values")
    root = look(values, "root_module")
    if isinstance(root, Mapping):
        yield from _module(root, configuration, meter, 0)
    yield from _stored(document, configuration, meter)


def _stored(
    document: Mapping[str, Any], configuration: Configuration, meter: Meter
) -> Iterator[Entry]:
    """Read a state file as Terraform stores it."""
    for group in _list(member(document, "resources")):
        for instance in _list(member(group, "instances")):
            if member(group, "mode") == "managed" and isinstance(instance, Mapping):
                node = {**group, "index": member(instance, "index_key")}
                held = member(instance, "attributes")
                entry = _entry(
                    node,
                    held if isinstance(held, Mapping) else {},
                    None,
                    marks(member(instance, "sensitive_attributes")),
                    str(member(group, "module") or ""),
                    configuration,
                    meter,
                )
                entry.node = instance
                yield entry


def _module(
    module: Mapping[str, Any], configuration: Configuration, meter: Meter, level: int
) -> Iterator[Entry]:
    address = str(member(module, "address") or "")
    for node in _list(member(module, "resources")):
        values = member(node, "values")
        if member(node, "mode") == "managed" and isinstance(values, Mapping):
            hidden = member(node, "sensitive_values")
            yield _entry(node, values, None, hidden, address, configuration, meter)
    for child in _list(member(module, "child_modules")):
        if isinstance(child, Mapping) and level < 50:
            yield from _module(child, configuration, meter, level + 1)


def _entry(
    node: Mapping[str, Any],
    values: Mapping[str, Any],
    unsettled: Any,
    hidden: Any,
    module: str,
    configuration: Configuration,
    meter: Meter,
) -> Entry:
    kind, name = str(member(node, "type") or ""), str(member(node, "name") or "")
    index = member(node, "index")
    key = "" if index is None else f"[{json.dumps(index)}]"
    prefix = f"{module}." if module else ""
    address = str(member(node, "address") or f"{prefix}{kind}.{name}{key}")

    def expression(path: str) -> str:
        found = configuration.expression(module, f"{kind}.{name}", path)
        return found or f"{address}.{path}"

    made = overlaid(values, unsettled, hidden, "", address, expression, meter)
    return Entry(
        address, kind, name, index, module, made if isinstance(made, Mapping) else {}, node
    )


class _Join:
    """Finds the account that an attribute leads to."""

    def __init__(
        self,
        configuration: Configuration,
        places: Mapping[tuple[str, str], list[Entry]],
        meter: Meter,
    ) -> None:
        self.configuration = configuration
        self.places = places
        self.meter = meter

    def parent(self, entry: Entry, attribute: str) -> Value:
        """Give the full name of the parent whose id the attribute holds."""
        value = entry.values.get(attribute)
        if isinstance(value, str):
            return "/".join(parse_id(value)[1]) or value
        found: list[Entry] = []
        own = f"{entry.kind}.{entry.name}"
        for reference in self.configuration.references(entry.module, own, attribute):
            for module, target in self.configuration.targets(
                bare(entry.module), reference, self.meter
            ):
                found += self.places.get((module, target), [])
        found = list({id(each): each for each in found if each is not entry}.values())
        found = [each for each in found if each.kind in TYPES or each.kind in AZAPI]
        if entry.index is not None and len(found) > 1:
            found = [each for each in found if each.index == entry.index] or found
        if entry.module and len(found) > 1:
            found = [each for each in found if each.module == entry.module] or found
        names = [self.name(each) for each in found]
        if names and all(name is not None for name in names):
            expression = value.expression if isinstance(value, Unknown) else entry.address
            return one_of(names, expression, [value] if value is not None else [])
        return value

    def name(self, entry: Entry) -> Value:
        """Give the full name of a resource, with those of its parents."""
        attribute = _parent_attribute(entry)
        own = entry.values.get("name")
        if not attribute:
            return own
        if own is None and entry.kind != "azapi_resource":
            return self.parent(entry, attribute)
        above = self.parent(entry, attribute)
        if above is None or own is None or isinstance(above, OneOf):
            return own if above is None else above
        return text([above, "/", own], f"{entry.address}.name")


def _parent_attribute(entry: Entry) -> str:
    if entry.kind == "azapi_resource":
        kind = str(entry.values.get("type") or "").partition("@")[0]
        return "parent_id" if kind.count("/") > 1 else ""
    if entry.kind == "azapi_update_resource":
        return "resource_id" if entry.values.get("resource_id") is not None else ""
    return TYPES.get(entry.kind, ("", ""))[1]


def _resource(entry: Entry, join: _Join, source: Text, *, live: bool) -> Resource | None:
    located = entry.node if isinstance(entry.node, Located) else None
    where = (source, located) if located is not None else None
    identity = entry.values.get("id")
    identity = identity if isinstance(identity, str) and identity.startswith("/") else ""
    known = "/".join(parse_id(identity)[1])
    version: Value = None
    if entry.kind in AZAPI:
        kind, _, version = str(entry.values.get("type") or "").partition("@")
        body: Mapping[str, Value] = azapi_body(entry.values)
    else:
        kind = TYPES.get(entry.kind, (entry.kind, ""))[0]
        body = translated(entry.kind, entry.values)
    if not kind:
        return None
    name = known if known.count("/") == kind.count("/") - 1 and known else join.name(entry)
    if name is None:
        name = unknown(f"{entry.address}.name", "absent")
    above = entry.values.get("resource_group_name")
    group: Value = scope_of(identity).lower() if identity else above
    if kind.lower().startswith(f"{ACCOUNTS.lower()}/") or _parent_attribute(entry):
        group = scope_of(identity).lower() if identity else None
    return resource(
        kind,
        name,
        body,
        entry.address,
        where,
        api_version=version,
        id=identity,
        live=live,
        group=group,
    )


def azapi_body(values: Mapping[str, Value]) -> dict[str, Value]:
    """Make the body that Azure knows of the attributes of a resource of azapi."""
    body = values.get("body")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            body = {}
    made: dict[str, Value] = {}
    if isinstance(body, Mapping):
        made.update(body)
    elif isinstance(body, (Unknown, OneOf)):
        for key in ("properties", "sku", "kind"):
            made[key] = look(body, key)
    for key in AZAPI_BODY:
        value = block(values.get(key))
        if value is not None:
            made[key] = value
    return made


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
