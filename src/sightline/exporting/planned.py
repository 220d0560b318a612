"""Hold what a push would do: each request as it would be sent, and what it touches."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sightline.exporting.contents import Contents

TARGETS = ("datahub", "purview")

KINDS = ("glossary", "property", "platform", "definition", "deployment", "lineage", "dataset")
"""What an item may be about."""

SCHEMA = 1
"""Version of the form of plan files."""

_TOKEN = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Item:
    """One request: what it is about, what it touches there by name, and what is sent.

    ``entity`` is the thing in the catalog, ``names`` the terms and properties that are set on it or
    taken away, all of ours.
    """

    id: str
    kind: str
    entity: str
    names: tuple[str, ...]
    request: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Write the item as a plan file has it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "touches": {"entity": self.entity, "names": list(self.names)},
            "request": dict(self.request),
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Datasets that a plan says nothing of, and why."""

    reason: str
    datasets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All requests for a catalog, in the order in which they are to be sent."""

    target: str
    knowledge: str
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many items there are of each kind, in their order."""
        return Counter(item.kind for item in self.items)

    def to_json(self) -> dict[str, Any]:
        """Write the plan as its file."""
        return {
            "schema": SCHEMA,
            "target": self.target,
            "knowledge": self.knowledge,
            "items": [item.to_json() for item in self.items],
            "left_out": [
                {"reason": each.reason, "datasets": list(each.datasets)} for each in self.left_out
            ],
        }


def digest(items: Iterator[Item] | tuple[Item, ...]) -> str:
    """Give the digest of what is sent, by which the progress of one plan is told from another's."""
    text = json.dumps([item.to_json() for item in items], sort_keys=True)
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def left_out(contents: Contents, written: Mapping[str, str], catalog: str) -> tuple[LeftOut, ...]:
    """List the datasets that a push to a kind of catalog says nothing of, by the reason.

    ``written`` are the datasets that it speaks of; ``catalog`` is the name of the kind.
    """
    joined = contents.joined
    reached = {name for name, _ in contents.reached()}
    found: dict[str, list[str]] = {}
    for name, dataset in sorted(joined.datasets.items()):
        if name in written or name in joined.stands_for:
            continue
        if name in joined.nothing:
            reason = "declared to be used with no deployment; nothing is said of that"
        elif name not in reached:
            reason = "no reviewed link: whether data reaches a deployment is not known"
        elif not dataset.described:
            reason = "only referred to: the catalog may not have it"
        else:
            reason = f"no file of {catalog} describes it, so that its name there is not known"
        found.setdefault(reason, []).append(dataset.name)
    return tuple(LeftOut(reason, tuple(names)) for reason, names in sorted(found.items()))


def words(token: str) -> str:
    """Bring a token into letters, digits and ``_``, of which Atlas lets names be made.

    >>> words("verdict.human-review.any.view")
    'verdict_human_review_any_view'
    """
    return _TOKEN.sub("_", token).strip("_")
