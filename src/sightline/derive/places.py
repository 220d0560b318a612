"""Resolve relative places against a region: geography, countries, zones, and what may be left."""

from collections.abc import Iterable, Mapping

from sightline.model import Place, Region

Resolved = Mapping[str, object]
Zones = Mapping[str, frozenset[str]]
"""Zone -> its countries at the date of the answer."""

_EEA = "eea"


def resolve(
    places: Iterable[Place], regions: tuple[Region, ...], table: Mapping[str, Region], zones: Zones
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
            resolved[place.token] = _geography(regions, table, zones)
        elif kind == "region":
            resolved[place.token] = _geography(regions, {r.token: r for r in regions}, zones)
        elif kind == "zone":
            resolved[place.token] = _bounds(None, zones.get(zone), zones, leaves_geography=None)
        elif kind == "anywhere":
            resolved[place.token] = _bounds(None, None, zones, leaves_geography=True, leaves=True)
        elif kind == "customer":
            resolved[place.token] = _bounds(None, None, zones, leaves_geography=None)
    return resolved


def _geography(regions: tuple[Region, ...], table: Mapping[str, Region], zones: Zones) -> Resolved:
    geographies = {region.facets.get("geography", frozenset()) for region in regions}
    tokens = next(iter(geographies)) if len(geographies) == 1 else frozenset()
    members = [r for r in table.values() if tokens & r.facets.get("geography", frozenset())]
    countries = frozenset[str]().union(*(r.facets.get("country", ()) for r in members))
    return _bounds(
        min(tokens) if tokens else None, countries or None, zones, leaves_geography=False
    )


def _bounds(
    geography: str | None,
    countries: frozenset[str] | None,
    zones: Zones,
    *,
    leaves_geography: bool | None,
    leaves: bool | None = None,
) -> Resolved:
    within = (
        None if countries is None else [z for z, own in sorted(zones.items()) if countries <= own]
    )
    return {
        "geography": geography,
        "countries": None if countries is None else sorted(c.upper() for c in countries),
        "zones": within,
        "may_leave_geography": leaves_geography,
        "may_leave_eea": leaves if within is None else _EEA not in within,
    }
