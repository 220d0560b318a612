"""The region table: complete, without dangling terms, and at one with its zone memberships."""

import pytest
from rdflib import DCTERMS, OWL, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from sightline import files

BASE = "https://w3id.org/sightline/"
SL = Namespace(BASE + "ontology/")
REGION = Namespace(BASE + "region/")
COUNTRY = Namespace(BASE + "country/")
ZONE = Namespace(BASE + "zone/")
VALUE = Namespace(BASE + "value/")


def parsed(folder: files.Folder, *names: str) -> Graph:
    graph = Graph()
    for name in names:
        graph.parse(files.folder(folder) / name)
    return graph


@pytest.fixture(scope="module")
def table() -> Graph:
    return parsed("data", "regions.ttl")


def instances(graph: Graph, name: str) -> set[Node]:
    return set(graph.subjects(RDF.type, SL[name]))


@pytest.mark.parametrize(
    ("name", "count"),
    [("Region", 66), ("Geography", 32), ("Country", 50), ("Zone", 4), ("ZoneMembership", 57)],
)
def test_counts(table: Graph, name: str, count: int) -> None:
    assert len(instances(table, name)) == count


def test_sixteen_regions_lie_in_the_eea(table: Graph) -> None:
    assert len(set(table.subjects(SL.inEea, VALUE["eea.yes"]))) == 16
    assert len(set(table.subjects(SL.inEea, VALUE["eea.no"]))) == 50


def test_each_region_has_one_country_and_one_eea_value(table: Graph) -> None:
    for region in instances(table, "Region"):
        for predicate in (SL.inCountry, SL.inEea, SKOS.prefLabel, SKOS.notation):
            assert len(set(table.objects(region, predicate))) == 1, (region, predicate)


def test_only_three_regions_have_no_geography(table: Graph) -> None:
    without = {r for r in instances(table, "Region") if table.value(r, SL.inGeography) is None}
    assert without == {REGION.usgovarizona, REGION.usgovvirginia, REGION.swedensouth}
    assert all(table.value(region, SKOS.note) for region in without)


def test_the_notation_is_the_token(table: Graph) -> None:
    for name in ("Region", "Geography", "Zone"):
        for thing in instances(table, name):
            assert str(table.value(thing, SKOS.notation)) == str(thing).rpartition("/")[2]
    for country in instances(table, "Country"):
        token = str(country).rpartition("/")[2]
        assert str(table.value(country, SKOS.notation)) == token.upper()


def memberships(table: Graph, zone: str, date: str) -> set[Node]:
    """Find the memberships of a zone that hold on a date; an end is the first day outside."""
    day = Literal(date, datatype=XSD.date)
    return {
        membership
        for membership in table.subjects(SL.ofZone, ZONE[zone])
        if ((start := table.value(membership, SL.validFrom)) is None or start <= day)
        and ((end := table.value(membership, SL.validUntil)) is None or day < end)
    }


def regions_of(table: Graph, zone: str, date: str) -> set[Node]:
    found: set[Node] = set()
    for membership in memberships(table, zone, date):
        found |= set(table.objects(membership, SL.memberRegion))
        for country in table.objects(membership, SL.memberCountry):
            found |= set(table.subjects(SL.inCountry, country))
    return found


def test_the_eea_value_follows_from_the_zone(table: Graph) -> None:
    in_eea = set(table.subjects(SL.inEea, VALUE["eea.yes"]))
    assert regions_of(table, "eea", "2026-06-01") == in_eea


@pytest.mark.parametrize(
    ("zone", "date", "count"),
    [("eu", "2026-05-07", 14), ("eu", "2026-05-08", 18), ("us", "2026-05-08", 13)],
)
def test_regions_of_a_data_zone(table: Graph, zone: str, date: str, count: int) -> None:
    assert len(regions_of(table, zone, date)) == count


@pytest.mark.parametrize(
    ("date", "count"),
    [("1993-12-31", 0), ("1994-01-01", 17), ("2014-04-12", 31), ("2020-02-01", 30)],
)
def test_members_of_the_eea_depend_on_the_date(table: Graph, date: str, count: int) -> None:
    assert len(memberships(table, "eea", date)) == count


@pytest.mark.parametrize("country", ["no", "ch"])
def test_a_conflict_of_sources_is_noted_and_dated(table: Graph, country: str) -> None:
    membership = URIRef(f"{BASE}membership/eu/{country}")
    assert str(table.value(membership, SKOS.note)).startswith("Conflict:")
    assert str(table.value(membership, SL.validFrom)) == "2026-05-08"
    assert len(set(table.objects(membership, DCTERMS.source))) == 3


def test_every_region_and_membership_names_its_source(table: Graph) -> None:
    for thing in instances(table, "Region") | instances(table, "ZoneMembership"):
        assert table.value(thing, DCTERMS.source), thing


def test_no_term_dangles(table: Graph) -> None:
    ontology = parsed("ontology", "sightline.ttl", "vocab/conditions.ttl")
    known = set(table.subjects()) | set(ontology.subjects(RDF.type, None))
    ours = {
        node
        for triple in table
        for node in triple
        if isinstance(node, URIRef) and node.startswith(BASE)
    }
    assert not ours - known


def test_every_property_is_declared(table: Graph) -> None:
    ontology = parsed("ontology", "sightline.ttl")
    declared = set(ontology.subjects(RDF.type, OWL.ObjectProperty)) | set(
        ontology.subjects(RDF.type, OWL.DatatypeProperty)
    )
    assert {p for p in table.predicates() if p.startswith(SL)} <= declared
