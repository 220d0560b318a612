"""Read metadata events of DataHub through its own reader, which knows all their encodings."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from sightline.catalogs.collecting import Collected
from sightline.catalogs.datahub_aspects import read_aspects
from sightline.catalogs.values import at, objects, text
from sightline.errors import InputError

Aspect = tuple[str, str, str, Mapping[str, Any]]
"""URN of an entity, name of the aspect, where it stands, and its content."""


def is_datahub(document: Any) -> bool:
    """Tell change proposals and change events by what they hold."""
    return any(
        ("aspectName" in each and ("entityType" in each or "entityUrn" in each))
        or "proposedSnapshot" in each
        for each in objects(document)[:50]
    )


def read_datahub(document: Any, into: Collected) -> None:
    """Read events, one or many.

    Raises InputError (``input.value``) where the extra ``datahub`` is not installed.
    """
    read_aspects(_aspects(document, into), into)


def _aspects(document: Any, into: Collected) -> Iterator[Aspect]:
    # The package reports its use over the network unless it is told not to before its import.
    os.environ["DATAHUB_TELEMETRY_ENABLED"] = "false"
    try:
        from datahub.emitter.mcp import MetadataChangeProposalWrapper
        from datahub.metadata.schema_classes import MetadataChangeEventClass
    except ImportError as error:
        raise InputError(
            "input.value",
            "reading files of DataHub needs a package that is not installed",
            "run: pip install 'sightline[datahub]'",
        ) from error
    broken: list[str] = []
    for number, each in enumerate(objects(document)):
        pointer = f"/{number}" if isinstance(document, list) else ""
        try:
            if "proposedSnapshot" in each:
                event = MetadataChangeEventClass.from_obj(each, tuples=_has_tuples(each))
                yield from _snapshot(event.proposedSnapshot, pointer)
            elif "aspect" in each:
                yield from _proposal(
                    MetadataChangeProposalWrapper.from_obj(each), pointer, each, into
                )
            else:
                into.skip("event without an aspect")
        except InputError:
            raise
        except Exception as error:  # the package raises whatever its parsers do
            broken.append(f"{pointer}: {' '.join(str(error).split())[:160]}")
    if broken:
        message = f"{len(broken)} events cannot be read, the first at {broken[0]}"
        into.errors.append(InputError("input.syntax", message, "export them again"))


def _has_tuples(event: Mapping[str, Any]) -> bool:
    snapshot = event["proposedSnapshot"]
    return not (isinstance(snapshot, Mapping) and len(snapshot) == 1)


def _snapshot(snapshot: Any, pointer: str) -> Iterator[Aspect]:
    for aspect in snapshot.aspects:
        yield str(snapshot.urn), aspect.ASPECT_NAME, pointer, aspect.to_obj()


def _proposal(
    proposal: Any, pointer: str, given: Mapping[str, Any], into: Collected
) -> Iterator[Aspect]:
    name, urn = proposal.aspectName, proposal.entityUrn
    change = str(proposal.changeType)
    if name and urn and change == "PATCH" and proposal.aspect is not None:
        yield from _patch(str(urn), str(name), pointer, proposal.aspect.value, into)
        return
    if not name or not urn or proposal.aspect is None or change not in ("UPSERT", "CREATE"):
        into.skip(f"{change.lower()} of {name or 'an entity'}")
        return
    content = proposal.aspect.to_obj()
    if set(content) == {"contentType", "value"}:  # of an aspect that the package does not know
        value = text(at(given, "aspect"), "value")
        content = json.loads(value) if value else at(given, "aspect", "json")
    if isinstance(content, Mapping):
        yield str(urn), str(name), pointer, content


def _patch(urn: str, name: str, pointer: str, value: bytes, into: Collected) -> Iterator[Aspect]:
    """Read what a patch adds to a list of an aspect; what else it changes is not kept."""
    content = json.loads(value)
    lists: dict[str, list[Any]] = {}
    for each in objects(content["patch"] if isinstance(content, Mapping) else content):
        part = text(each, "path").split("/")[1:2]
        if text(each, "op") == "add" and part and isinstance(each.get("value"), Mapping):
            lists.setdefault(part[0], []).append(each["value"])
        else:
            into.skip(f"patch that takes from {name}")
    if lists:
        yield urn, name, pointer, lists
