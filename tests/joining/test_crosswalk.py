"""Crosswalks: what terms of catalogs mean, what they leave open, and that DPV agrees."""

from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from sightline.catalogs.crosswalk import crosswalk_files, read_crosswalk, shipped_crosswalk
from sightline.catalogs.datasets import Term
from sightline.errors import InputError, KnowledgeError
from sightline.stores.embedded import parse
from sightline.terms import expand

DPV = Path(__file__).parents[3] / "shared/vocabularies/dpv"


@pytest.fixture(scope="module")
def crosswalk():
    return shipped_crosswalk()


@pytest.mark.parametrize(
    ("source", "kind", "key", "within"),
    [
        ("atlas", "classification", "MICROSOFT.PERSONAL.EMAIL", "dpv-pd:EmailAddress"),
        ("atlas", "classification", "MICROSOFT.GOVERNMENT.US.STATE", "dpv-pd:Region"),
        ("atlas", "classification", "MICROSOFT.GOVERNMENT.EU.PASSPORT_NUMBER", "dpv-pd:Passport"),
        (
            "atlas", "classification", "MICROSOFT.GOVERNMENT.AUSTRIA.DRIVERS.LICENSE.NUMBER",
            "dpv-pd:OfficialID",
        ),
        ("atlas", "classification", "MICROSOFT.PERSONAL.US.PHONE_NUMBER", "dpv-pd:TelephoneNumber"),
        ("datahub", "tag", "urn:li:tag:PII", "dpv:PersonalData"),
        ("datahub", "glossary-term", "urn:li:glossaryTerm:Classification.PII", "dpv:PersonalData"),
        ("openmetadata", "tag", "PersonalData.SpecialCategory", "dpv:SpecialCategoryPersonalData"),
        ("openmetadata", "tag", "PII.None", "dpv:NonPersonalData"),
        ("unity", "tag", "pii=email", "dpv-pd:EmailAddress"),
        ("dbt", "property", "contains_pii=false", "dpv:NonPersonalData"),
        ("odcs", "property", "classification=restricted", "dpv:ConfidentialData"),
        ("dcat", "personal-data", "https://w3id.org/dpv/pd#Health", "dpv-pd:MedicalHealth"),
        ("dcat", "personal-data", "https://w3id.org/dpv/pd#Race", "dpv:SensitiveData"),
    ],
)  # fmt: skip
def test_a_term_is_read_as_its_category(crosswalk, source, kind, key, within):
    reading = crosswalk.read(Term(source, kind, key))
    assert reading.mapped
    assert within in crosswalk.within(reading.categories)


@pytest.mark.parametrize("key", ["gold layer", "xpii", "pii_owner", "MICROSOFT.PERSONAL.EMAILS"])
def test_a_term_that_no_crosswalk_knows_is_not_mapped(crosswalk, key):
    assert not crosswalk.read(Term("dbt", "tag", key)).mapped


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("dcat", "http://publications.europa.eu/resource/authority/data-theme/HEAL"),
        ("dbt", "public"),
        ("atlas", "MICROSOFT.FINANCIAL.US.ABA_ROUTING_NUMBER"),
        ("openmetadata", "Tier.Tier1"),
    ],
)
def test_a_related_term_is_mapped_and_says_nothing_of_content(crosswalk, source, key):
    reading = crosswalk.read(Term(source, "tag", key))
    assert reading.mapped
    assert not reading.categories


def test_a_classification_of_one_catalog_is_not_read_in_another(crosswalk):
    assert not crosswalk.read(Term("dbt", "tag", "MICROSOFT.PERSONAL.EMAIL")).mapped


def test_a_long_name_is_compared_with_no_pattern(crosswalk):
    assert not crosswalk.read(Term("dbt", "tag", "pii" * 100_000 + "=")).mapped


def test_every_category_is_one_of_ours_or_of_dpv(crosswalk):
    known = set(crosswalk.broader)
    for each in crosswalk.terms:
        for iri in each.categories:
            ours = iri.startswith("https://w3id.org/sightline/data/")
            theme = "/authority/data-theme/" in iri
            assert ours or theme or iri in known, (each.iri, iri)


@pytest.mark.skipif(not DPV.is_dir(), reason=f"there is no {DPV}")
def test_the_categories_of_dpv_are_within_what_dpv_says(crosswalk):
    own = Graph().parse(DPV / "dpv.ttl").parse(DPV / "pd.ttl")
    for narrow, broad in crosswalk.broader.items():
        above = {str(o) for o in own.transitive_objects(URIRef(narrow), SKOS.broader)} - {narrow}
        assert set(broad) == above, narrow


@pytest.mark.parametrize(
    "text",
    [
        "<urn:x> a sl:MappedTerm .",
        '<urn:x> a sl:MappedTerm ; sl:termPattern "(" .',
        '<urn:x> a sl:MappedTerm ; sl:termKey "a" ; sl:reviewedOn "soon" .',
        "<urn:x> a sl:LinkWay .",
    ],
)
def test_a_broken_crosswalk_is_refused(text):
    prefix = f"@prefix sl: <{expand('sl:')}> .\n"
    with pytest.raises(KnowledgeError, match="urn:x"):
        read_crosswalk(parse((prefix + text).encode(), "turtle"))


def test_a_file_that_maps_no_term_is_refused(tmp_path):
    path = tmp_path / "own.ttl"
    path.write_text("<urn:a> <urn:b> <urn:c> .")
    with pytest.raises(InputError, match="maps no term"):
        shipped_crosswalk([path])


def test_each_shipped_file_is_read(crosswalk):
    assert len(crosswalk_files()) >= 7
    assert len(crosswalk.ways) == 4
