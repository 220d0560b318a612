"""Lay out the versions of documents on a line of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

WIDTH = 1000
_LEFT, _RIGHT, _TOP, _LANE = 20, 130, 40, 62


@dataclass(frozen=True, slots=True)
class Point:
    """A version at its day; ``inferred`` where the document does not state it."""

    x: float
    label: str
    inferred: bool
    in_force: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """The versions of one document, from its first day to today or to that of its successor."""

    y: float
    title: str
    points: tuple[Point, ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lanes and years in the coordinates of a drawing."""

    width: int
    height: float
    lanes: tuple[Lane, ...]
    years: tuple[tuple[float, int], ...]
    today: float


def timeline(
    versions: Iterable[Mapping[str, Any]],
    titles: Mapping[str, str],
    ends: Mapping[str, str],
    on: date,
) -> Timeline:
    """Draw versions as the question ``documents`` lists them.

    ``titles`` names the documents; ``ends`` has the document that took the place of another.
    """
    of_document: dict[str, list[Mapping[str, Any]]] = {}
    for version in sorted(versions, key=lambda v: str(v["date"])):
        of_document.setdefault(str(version["document"]), []).append(version)
    if not of_document:
        return Timeline(WIDTH, 0, (), (), 0)
    first = min(_day(found[0]) for found in of_document.values())
    begin = date(first.year, 1, 1)
    days = max((on - begin).days, 1)

    def at(day: date) -> float:
        return round(_LEFT + (day - begin).days / days * (WIDTH - _LEFT - _RIGHT), 1)

    lanes = []
    for number, (document, found) in enumerate(of_document.items()):
        successor = of_document.get(ends.get(document, ""))
        lanes.append(
            Lane(
                _TOP + number * _LANE + 30,
                titles.get(document, document),
                tuple(
                    Point(
                        at(_day(v)),
                        str(v["date"]),
                        v["date_basis"] != "stated",
                        bool(v["in_force"]),
                    )
                    for v in found
                ),
                at(_day(found[0])),
                at(_day(successor[0])) if successor else at(on),
            )
        )
    years = tuple((at(date(year, 1, 1)), year) for year in range(begin.year, on.year + 1))
    return Timeline(WIDTH, _TOP + len(lanes) * _LANE + 12, tuple(lanes), years, at(on))


def _day(version: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(version["date"]))
