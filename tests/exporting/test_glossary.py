"""The vocabulary as a glossary: complete, and read back by the importers."""

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
from rdflib import RDF, SKOS, Graph

from sightline.catalogs import read_content
from sightline.files import knowledge_files

Export = Callable[..., str]
LINEAGE = Path(__file__).resolve().parents[3] / "shared" / "schemas" / "openlineage.json"


def test_every_concept_of_the_vocabulary_is_in_the_glossary(export: Export) -> None:
    found = Graph().parse(data=export("skos"), format="turtle")
    shipped = Graph()
    for path in knowledge_files("ontology", ".ttl"):
        if path.parent.name == "vocab":
            shipped.parse(path)
    concepts = set(found.subjects(RDF.type, SKOS.Concept))
    assert concepts >= set(shipped.subjects(SKOS.inScheme)) != set()
    for own in concepts:
        assert "#" not in own  # catalogs that drop fragments would make all terms one
        assert len(list(found.objects(own, SKOS.prefLabel))) == 1
        assert list(found.objects(own, SKOS.definition))
        (scheme,) = found.objects(own, SKOS.inScheme)
        assert (scheme, RDF.type, SKOS.ConceptScheme) in found
        above = list(found.objects(own, SKOS.broader))
        assert set(above) <= concepts
        assert bool(above) != ((own, SKOS.topConceptOf, scheme) in found)


def test_both_glossaries_hold_the_same_terms(export: Export) -> None:
    found = Graph().parse(data=export("skos"), format="turtle")
    rows = list(csv.DictReader(StringIO(export("openmetadata-glossary"))))
    named = [row["references"].split(";")[1] for row in rows]
    kinds = (SKOS.Concept, SKOS.ConceptScheme)
    assert sorted(named) == sorted(str(s) for k in kinds for s in found.subjects(RDF.type, k))


def test_the_glossary_for_openmetadata_is_read_back(export: Export) -> None:
    text = export("openmetadata-glossary")
    rows = list(csv.DictReader(StringIO(text)))
    read = read_content("glossary.csv", text.encode())
    assert not read.errors
    assert len(read.terms) == len(rows)
    parents = {f"Sightline.{row['name*']}" for row in rows if not row["parent"]}
    assert {row["parent"] for row in rows} == parents | {""}


def test_lineage_follows_the_schema_of_openlineage(export: Export) -> None:
    events = [json.loads(line) for line in export("openlineage").splitlines()]
    assert len(events) == 1
    if not LINEAGE.exists():
        pytest.skip(f"{LINEAGE.name} is not at hand")
    schema = json.loads(LINEAGE.read_text("utf-8"))
    checker = jsonschema.Draft202012Validator(schema)
    checker.validate(events[0])
    del events[0]["job"]
    assert list(checker.iter_errors(events[0]))


def test_lineage_is_read_back(export: Export) -> None:
    read = read_content("events.jsonl", export("openlineage").encode())
    assert not read.errors
    assert len(read.edges) == 1
