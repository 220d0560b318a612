"""Read and write the reviewed file of links: which dataset is used with which deployment, and how.

A file is a YAML list of entries, or a CSV file with a header. ``deployment: none`` says that a
dataset is used with no deployment, ``decision: rejected`` that a suggested link was reviewed and
does not exist.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Literal

from sightline.entries import read_entries, wrong
from sightline.errors import close_matches
from sightline.files import read_text
from sightline.terms import LINK

Status = Literal["declared", "derived", "candidate"]

KEYS = ("dataset", "deployment", "way", "by", "when", "decision", "note")
NOTHING = "none"
"""The deployment of an entry that says a dataset is used with no deployment."""

_NEEDED = ("dataset", "deployment", "by", "when")
_DECISIONS = ("accepted", "rejected")
_MAX = 16 * 1024 * 1024
_SHAPE = f"write a list of entries with {', '.join(KEYS)}"


@dataclass(frozen=True, slots=True)
class Declared:
    """An entry: a dataset and a deployment by their names, who says so, when, and in which way."""

    dataset: str
    deployment: str
    by: str
    on: date
    way: str = ""
    decision: str = "accepted"
    note: str = ""
    file: str = ""
    line: int = 0

    @property
    def where(self) -> str:
        """The file and line of the entry."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a dataset to a deployment, both as IRIs, with what it rests on.

    A candidate is a suggestion for review and counts for nothing else. ``way`` is empty where it is
    not stated; ``dispute`` says who contradicts the link, which then stays in force.
    """

    dataset: str
    deployment: str
    status: Status
    reason: str
    way: str = ""
    reviewer: str = ""
    on: date | None = None
    dispute: str = ""

    @property
    def iri(self) -> str:
        """Name the link alike from run to run."""
        text = "\0".join((self.dataset, self.deployment, self.status, self.way, self.reason))
        return LINK[sha256(text.encode()).hexdigest()[:20]]


def read_links(path: Path | str, ways: Iterable[str]) -> list[Declared]:
    """Read the entries of a file of links, in their order.

    Raises InputError that names the line: for an entry that lacks something, for a key, way or
    decision that does not exist, for a date that is none, and for a link that is given twice.
    """
    name, known = str(path), tuple(ways)
    found: dict[tuple[str, str, str], Declared] = {}
    for line, entry in read_entries(path, _SHAPE, _MAX):
        own = _declared(name, line, entry, known)
        key = (own.dataset, own.deployment, own.way)
        if key in found:
            raise wrong(
                name, line, f"the link stands in line {found[key].line} already", "drop one of them"
            )
        found[key] = own
    return list(found.values())


def write_links(path: Path, entries: Sequence[Declared]) -> None:
    """Append entries to a file of links, in the form that its name tells; a new file is begun."""
    begun = path.exists() and path.stat().st_size > 0
    if path.suffix.lower() == ".csv":
        text = _as_csv(path, entries, begun)
    else:
        text = "".join(map(_as_yaml, entries))
    if begun and not path.read_bytes().endswith(b"\n"):
        text = f"\n{text}"
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(text)


def _as_csv(path: Path, entries: Sequence[Declared], begun: bool) -> str:
    header: Sequence[str] = KEYS
    if begun:
        header = next(csv.reader(StringIO(read_text(path, _MAX))), list(KEYS))
    out = StringIO()
    rows = csv.DictWriter(out, [name.strip() for name in header], extrasaction="ignore")
    if not begun:
        rows.writeheader()
    for each in entries:
        rows.writerow(_written(each))
    return out.getvalue()


def _as_yaml(entry: Declared) -> str:
    import json  # a JSON text is a YAML text, whatever stands in it

    pairs = [
        f"{key}: {text if key == 'when' else json.dumps(text, ensure_ascii=False)}"
        for key, text in _written(entry).items()
        if text
    ]
    return "- " + "\n  ".join(pairs) + "\n"


def _written(entry: Declared) -> dict[str, str]:
    return {
        "dataset": entry.dataset,
        "deployment": entry.deployment,
        "way": entry.way,
        "by": entry.by,
        "when": entry.on.isoformat(),
        "decision": "" if entry.decision == "accepted" else entry.decision,
        "note": entry.note,
    }


def _declared(name: str, line: int, entry: Mapping[str, str], ways: Sequence[str]) -> Declared:
    for key in entry:
        if key not in KEYS:
            close = close_matches(key, KEYS) or KEYS
            raise wrong(name, line, f"{key!r} is not known", f"use one of: {', '.join(close)}")
    texts = {key: entry.get(key, "").strip() for key in KEYS}
    for key in _NEEDED:
        if not texts[key]:
            raise wrong(name, line, f"the entry has no {key!r}", _SHAPE)
    decision = texts["decision"] or "accepted"
    if decision not in _DECISIONS:
        raise wrong(name, line, f"there is no decision {decision!r}", f"one of: {_DECISIONS}")
    way, reaches = texts["way"], texts["deployment"] != NOTHING and decision == "accepted"
    if reaches and not way:
        raise wrong(
            name, line, "the entry does not say in which way", f"add way: {' or '.join(ways)}"
        )
    if way and (way not in ways or not reaches):
        hint = f"one of: {', '.join(ways)}" if reaches else "leave it out"
        problem = f"there is no way {way!r}" if reaches else "a link that is none has no way"
        raise wrong(name, line, problem, hint)
    try:
        on = date.fromisoformat(texts["when"])
    except ValueError as error:
        raise wrong(
            name, line, f"'when' is no date: {texts['when']!r}", "write it as 2026-11-21"
        ) from error
    return Declared(
        texts["dataset"],
        texts["deployment"],
        texts["by"],
        on,
        way,
        decision,
        texts["note"],
        name,
        line,
    )
