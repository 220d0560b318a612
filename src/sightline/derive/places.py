"""Resolve relative places against a region: geography, countries, zones, and what may be left."""

from collections.abc import Iterable, Mapping

from sightline.model import Place, Region

Resolved = Mapping[str, object]


def resolve(
    places: Iterable[Place], regions: tuple[Region, ...], table: Mapping[str, Region]
) -> dict[str, Resolved]:
    """Resolve each place that has a geographic meaning: token -> what is known of it.

    A place is an upper bound. ``countries`` and ``zones`` are None where nothing bounds them or the
    region is not known; ``may_leave_eea`` and ``may_leave_geography`` are None where that cannot be
    told. Source of the rule: the relative place is what was stated; it is kept beside this.
    """
    resolved = {}
    for place in places:
        kind, _, zone = place.resolves_to.partition(":")
        if kind == "geography":
            resolved[place.token] = _geography(regions, table)
        elif kind == "zone":
            resolved[place.token] = _zone(zone, table)
        elif kind == "anywhere":
            resolved[place.token] = _bounds(None, None, None, leaves=True)
        elif kind == "customer":
            resolved[place.token] = _bounds(None, None, None, leaves=None)
    return resolved


def _geography(regions: tuple[Region, ...], table: Mapping[str, Region]) -> Resolved:
    geographies = {region.facets.get("geography", frozenset()) for region in regions}
    if len(geographies) != 1 or not (tokens := next(iter(geographies))):
        return _bounds(None, None, None, leaves=None, geography_kept=True)
    members = [r for r in table.values() if tokens & r.facets.get("geography", frozenset())]
    countries = frozenset().union(*(r.facets.get("country", frozenset()) for r in members))
    zones = [frozenset(r.facets.get("zone", frozenset())) for r in members]
    inside = {r.facets.get("eea") == frozenset({"yes"}) for r in members}
    return _bounds(
        sorted(tokens)[0],
        sorted(countries),
        sorted(frozenset.intersection(*zones)) if zones else None,
        leaves=inside != {True},
        geography_kept=True,
    )


def _zone(zone: str, table: Mapping[str, Region]) -> Resolved:
    members = [
        r
        for r in table.values()
        if zone in r.facets.get("zone", frozenset())
        or (zone == "eea" and r.facets.get("eea") == frozenset({"yes"}))
    ]
    countries = frozenset().union(*(r.facets.get("country", frozenset()) for r in members))
    inside = all(r.facets.get("eea") == frozenset({"yes"}) for r in members)
    return _bounds(None, sorted(countries), [zone], leaves=not inside, geography_kept=None)


def _bounds(
    geography: str | None,
    countries: list[str] | None,
    zones: list[str] | None,
    *,
    leaves: bool | None,
    geography_kept: bool | None = False,
) -> Resolved:
    return {
        "geography": geography,
        "countries": [country.upper() for country in countries] if countries else countries,
        "zones": zones,
        "may_leave_geography": None if geography_kept is None else not geography_kept,
        "may_leave_eea": leaves,
    }
