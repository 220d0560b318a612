"""Read resources that Azure itself reported, or says it will make.

These are objects and lists of ``az`` and of the REST interface, Resource Graph, PowerShell, results
of ``what-if`` and snapshots of Bicep.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sightline.errors import InputError
from sightline.estate.arm import Gap, Reading
from sightline.estate.azure_ml import as_azure, is_machine_learning
from sightline.estate.expressions import is_expression
from sightline.estate.jsonc import Located, Text
from sightline.estate.resources import Resource, resource
from sightline.estate.secrets import scrub
from sightline.estate.settings import Meter
from sightline.estate.values import Value, member, unknown

OUTER = frozenset(
    "id name type kind location sku tags identity etag plan zones managedby systemdata "
    "resourcegroup subscriptionid tenantid extendedlocation apiversion scope properties "
    "resourceid resourcetype resourcename resourcegroupname accountname accounttype "
    "subscriptionid resources changedtime createdtime".split()
)
"""Keys that stand beside ``properties``; all others were flattened into the object."""

INNER = frozenset({"id", "name", "type", "resources", "resourceid", "resourcetype"})
"""Keys that the resource holds as its own."""

Found = tuple[str, Mapping[str, Any], Located | None]


def parse_id(text: str) -> tuple[str, tuple[str, ...]]:
    """Split a resource id into its type and the names of each level.

    >>> parse_id("/subscriptions/s/resourceGroups/g/providers/A.B/accounts/x/deployments/y")
    ('A.B/accounts/deployments', ('x', 'y'))
    """
    at = text.lower().rfind("/providers/")
    parts = [part for part in text[at + 11 :].split("/") if part] if at >= 0 else []
    if len(parts) < 3:
        return "", ()
    return "/".join([parts[0], *parts[1::2]]), tuple(parts[2::2])


def scope_of(text: str) -> str:
    """Give what a resource id belongs to: its group, or the resource that it extends."""
    return text[: max(0, text.lower().rfind("/providers/"))]


def read_objects(document: Any, source: Text, meter: Meter) -> Reading:
    """Read an object, a list, or pages of them as ``az``, PowerShell and REST write them."""
    reading = Reading()
    for path, node, located in _objects(document, "", 0):
        _add(reading, path, node, located, source, meter, live=True)
    _more_pages(document, reading, source)
    return reading


def _objects(node: Any, path: str, level: int) -> Iterator[Found]:
    if level > 4:
        return
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from _objects(each, f"{path}[{index}]", level + 1)
    elif isinstance(node, Mapping):
        page = member(node, "value")
        if isinstance(page, list) and member(node, "type") is None:
            yield from _objects(page, f"{path}.value" if path else "value", level + 1)
        else:
            yield path, node, node if isinstance(node, Located) else None
            children = member(node, "resources")  # PSRule nests children
            if isinstance(children, list):
                yield from _objects(children, f"{path}.resources", level + 1)


def read_specification(document: Any, source: Text, meter: Meter) -> Reading:
    """Read what ``az ml`` is given to create: one object, or several documents."""
    reading = Reading()
    for path, node, located in _objects(document, "", 0):
        _add(reading, path, node, located, source, meter)
    return reading


def read_graph(document: Mapping[str, Any], source: Text, meter: Meter) -> Reading:
    """Read the answer of Resource Graph, in its form of objects or of a table."""
    reading = Reading()
    data = member(document, "data")
    if isinstance(data, Mapping):
        names = [str(member(column, "name")) for column in _list(member(data, "columns"))]
        for index, row in enumerate(_list(member(data, "rows"))):
            if isinstance(row, list):
                cells = dict(zip(names, row, strict=False))
                where = data if isinstance(data, Located) else None
                _add(reading, f"data.rows[{index}]", cells, where, source, meter, live=True)
    else:
        for index, each in enumerate(_list(data)):
            if isinstance(each, Mapping):
                located = each if isinstance(each, Located) else None
                _add(reading, f"data[{index}]", each, located, source, meter, live=True)
    _more_pages(document, reading, source)
    return reading


def _more_pages(document: Any, reading: Reading, source: Text) -> None:
    for node in document if isinstance(document, list) else [document]:
        for key in ("nextLink", "skip_token", "$skipToken", "skipToken"):
            if member(node, key):
                line = source.line(node.start) if isinstance(node, Located) else 1
                settle = "the pages that follow"
                reading.gaps.append(Gap(key, "", "more-pages", settle, line))


def read_changes(document: Mapping[str, Any], source: Text, meter: Meter) -> Reading:
    """Read the result of ``what-if``: what there will be."""
    reading = Reading()
    inner = member(document, "properties")
    top = document if member(document, "changes") is not None else inner
    for section in ("changes", "potentialChanges"):
        for index, change in enumerate(_list(member(top, section))):
            path = f"{section}[{index}].after"
            kind = str(member(change, "changeType")).lower()
            after = member(change, "after")
            if kind == "ignore" and not isinstance(after, Mapping):
                after = member(change, "before")
            if kind == "delete":
                continue
            located = after if isinstance(after, Located) else change
            if not isinstance(after, Mapping):
                after = _unseen(member(change, "resourceId"), kind)
            if isinstance(after, Mapping) and isinstance(located, Located):
                sure = section == "changes" and kind != "unsupported"
                reason = str(member(change, "unsupportedReason") or kind)
                possible = True if sure else unknown(scrub(reason), "runtime", identity=path)
                _add(reading, path, after, located, source, meter, condition=possible)
    return reading


def _unseen(identity: Any, kind: str) -> Mapping[str, Any] | None:
    """Stand in for a resource of which the result gives the id alone."""
    if not isinstance(identity, str):
        return None
    keys = ["kind", "sku", "properties"]
    if parse_id(identity)[0].count("/") == 1:
        keys.append("location")
    return {"id": identity, **{key: unknown(f"{kind} {key}", "runtime") for key in keys}}


def read_snapshot(document: Mapping[str, Any], source: Text, meter: Meter) -> Reading:
    """Read the resources that a snapshot of Bicep predicts."""
    reading = Reading()
    for index, each in enumerate(_list(member(document, "predictedResources"))):
        if isinstance(each, Located):
            _add(reading, f"predictedResources[{index}]", each, each, source, meter)
    return reading


def read_example(document: Mapping[str, Any], source: Text, meter: Meter) -> Reading:
    """Read the bodies of an example of the REST specification, each resource once."""
    reading = Reading()
    seen: set[str] = set()
    responses = member(document, "responses")
    for code, response in (responses if isinstance(responses, Mapping) else {}).items():
        body = member(response, "body")
        for path, node, located in _objects(body, f"responses.{code}.body", 0):
            identity = str(member(node, "id") or path).lower()
            if identity not in seen:
                seen.add(identity)
                _add(reading, path, node, located, source, meter)
    return reading


def _add(
    reading: Reading,
    path: str,
    node: Mapping[str, Any],
    located: Located | None,
    source: Text,
    meter: Meter,
    *,
    live: bool = False,
    condition: Value = True,
) -> None:
    meter.resource()
    meter.step()
    made = _resource(
        node, path, (source, located) if located is not None else None, live, condition
    )
    if made is None:
        line = source.line(located.start) if located is not None else 1
        reading.gaps.append(Gap(path, "type", "not-a-resource", "", line))
    else:
        reading.resources.append(made)


def _resource(
    node: Mapping[str, Any],
    path: str,
    source: tuple[Text, Located] | None,
    live: bool,
    condition: Value,
) -> Resource | None:
    if is_machine_learning(node):
        node = as_azure(node, parse_id(str(node.get("id")))[0])
    low = {str(key).lower(): value for key, value in node.items()}
    identity = _first(low, ("id", "resourceid"), "/")
    kind = _first(low, ("resourcetype", "type"), "")
    named, names = parse_id(identity)
    kind = kind or named
    name: Value = "/".join(names) if names and named.lower() == kind.lower() else None
    if name is None:
        name = low.get("name") or low.get("accountname") or low.get("resourcename")
    if not kind or name is None:
        return None
    body = {key: value for key, value in node.items() if key.lower() not in INNER}
    if "properties" not in low:
        flat = {key: value for key, value in body.items() if key.lower() not in OUTER}
        body = {key: value for key, value in body.items() if key.lower() in OUTER}
        body["properties"] = flat
    if not live:
        body = _opened(body)
    return resource(
        kind,
        name,
        body,
        path,
        source,
        api_version=low.get("apiversion"),
        condition=condition,
        id=identity,
        live=live,
        group=scope_of(identity).lower() or None,
    )


def _first(low: Mapping[str, Any], keys: tuple[str, ...], start: str) -> str:
    """Give the first text with a slash among some keys; one that begins with ``start``."""
    for key in keys:
        value = low.get(key)
        if isinstance(value, str) and "/" in value and value.startswith(start):
            return value
    return ""


def _opened(value: Value) -> Value:
    """Read the expressions that a prediction leaves as unknowns."""
    if isinstance(value, str) and is_expression(value):
        return unknown(value, "runtime")
    if isinstance(value, list):
        return [_opened(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _opened(each) for key, each in value.items()}
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def not_an_estate() -> InputError:
    """Make the error for a file of no known format."""
    return InputError(
        "input.value",
        "it is none of the formats that describe Azure resources",
        "give an ARM template, compiled Bicep, az or REST output, Resource Graph output, "
        "what-if results, or Terraform or Pulumi JSON",
    )
