"""Tell what one answer grants that another did not: access, places and times of keeping."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sightline.model import ASPECT_KINDS, Answer, Key, Knowledge, OpenAspect, Row
from sightline.validate.cases import AT_RUN_TIME, standing

PLACES = ("processing_place", "storage_place", "actor_place")
_RANKS = {"granted": 2, "undecided": 1}
_BECOMES = {2: "is granted", 1: "may be granted"}


@dataclass(frozen=True, slots=True)
class Gain:
    """One thing that is new, or that may be: nothing that is known rules it out.

    ``token`` tells it from others and stays as it is when labels change.
    """

    outcome: Literal["violation", "unknown"]
    key: Key
    token: str
    words: str


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where a row can be: each place, for certain or only if something open settles so.

    ``countries`` has the places that are areas; None stands for countries that are not known.
    """

    places: Mapping[str, bool]
    countries: Mapping[str, frozenset[str] | None]
    anywhere: frozenset[str]

    def within(self, certain: bool) -> frozenset[str] | None:
        """Unite the countries of the places that are certain, or of those that are not."""
        found: set[str] = set()
        for place, own in self.countries.items():
            if self.places[place] is certain:
                if own is None:
                    return None
                found.update(own)
        return frozenset(found)


def gains(before: Answer | None, after: Answer, knowledge: Knowledge) -> Iterator[Gain]:
    """List what ``after`` grants or may grant beyond ``before``; all of it without one.

    What a baseline did not state does not excuse what is now stated to reach anywhere, and what is
    no longer known is never taken for no change.
    """
    earlier = {row.key: row for row in before.rows} if before else {}
    for row in after.rows:
        rank = _RANKS.get(standing(row), 0)
        if row.key is None or not rank:
            continue
        old = earlier.get(row.key)
        was = _RANKS.get(standing(old), 0) if old else 0
        if rank > was:
            outcome: Literal["violation", "unknown"] = (
                "violation" if (rank, was) == (2, 0) else "unknown"
            )
            yield Gain(outcome, row.key, f"rank {rank}", f"{_BECOMES[rank]}, as it was not")
        if old is not None and was:
            for aspect in PLACES:
                yield from _places(row.key, _reach(old, aspect, knowledge), row, aspect, knowledge)
            yield from _kept(row.key, old, row, knowledge)


def _places(key: Key, old: _Reach, row: Row, aspect: str, knowledge: Knowledge) -> Iterator[Gain]:
    new = _reach(row, aspect, knowledge)
    if any(old.places[place] for place in old.anywhere):
        return
    if not new.places and old.places:
        words = f"has no {aspect.replace('_', ' ')} stated any more"
        yield Gain("unknown", key, f"no {aspect}", words)
    for place, certain in new.places.items():
        token = f"{aspect} {place}"
        if place not in new.countries or place in new.anywhere:
            # One that is no area, or is everywhere, is compared by its name.
            if (place in new.anywhere or old.places) and not old.places.get(place):
                settled = certain and place not in old.places
                words = f"can now be {knowledge.aspect_words(aspect, place)}"
                yield Gain("violation" if settled else "unknown", key, token, words)
        elif old.countries:
            found = _countries_gained(old, place, certain, new.countries[place])
            if found is not None:
                outcome, added, doubt = found
                names = [knowledge.label("country", code.lower()) for code in added]
                where = ", ".join(sorted(names)) or knowledge.named("place", place)
                what = " ".join(sorted(added)) or place
                words = f"can now be {ASPECT_KINDS[aspect][1]} {where}{doubt}"
                yield Gain(outcome, key, f"{aspect} {what}", words)


def _countries_gained(
    old: _Reach, place: str, certain: bool, countries: frozenset[str] | None
) -> tuple[Literal["violation", "unknown"], frozenset[str], str] | None:
    """Give the countries that a place adds, none where they are not known, and what is in doubt."""
    before, possible = old.within(True), old.within(False)
    if place in old.places and old.countries[place] == countries and old.places[place] >= certain:
        return None
    if countries is None:
        return "unknown", frozenset(), ", of which the countries are not known"
    if before is None:
        return "unknown", countries, ", and where it was is not known"
    added = countries - before
    if not added:
        return None
    settled = certain and possible is not None and not added <= possible
    return "violation" if settled else "unknown", added, ""


def _kept(key: Key, old: Row, row: Row, knowledge: Knowledge) -> Iterator[Gain]:
    was, now = (row.aspects.get("retention", {}) for row in (old, row))
    opened = {item.value for item in old.open if item.aspect == "retention"}
    for period in now:
        if period not in was:
            outcome: Literal["violation", "unknown"] = (
                "unknown" if period in opened else "violation"
            )
            words = f"is now {knowledge.aspect_words('retention', period)}"
            yield Gain(outcome, key, f"kept {period}", words)
    later = {item.value for item in row.open if item.aspect == "retention"}
    for period in sorted(later - opened - set(was) - set(now)):
        words = f"may now be {knowledge.aspect_words('retention', period)}"
        yield Gain("unknown", key, f"may be kept {period}", words)
    if was and not now and not later:
        yield Gain("unknown", key, "no retention", "has no time of keeping stated any more")


def _reach(row: Row, aspect: str, knowledge: Knowledge) -> _Reach:
    places = dict.fromkeys(row.aspects.get(aspect, {}), True)
    for item in row.open:
        if item.aspect == aspect:
            places[item.value] = places.get(item.value, False) or _at_run_time(item, knowledge)
    countries = {
        place: _countries(row.resolved[place]) for place in places if place in row.resolved
    }
    anywhere = frozenset(
        place
        for place, own in countries.items()
        if own is None and row.resolved[place].get("may_leave_geography") is True
    )
    return _Reach(places, countries, anywhere)


def _at_run_time(item: OpenAspect, knowledge: Knowledge) -> bool:
    return all(knowledge.facets[facet].kind in AT_RUN_TIME for facet in item.awaits)


def _countries(known: Mapping[str, object]) -> frozenset[str] | None:
    found = known.get("countries")
    return frozenset(found) if isinstance(found, Sequence) else None
