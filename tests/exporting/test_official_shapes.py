"""Exports conform to the official shapes and to ours, and what is broken on purpose does not."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyshacl
import pytest
import yaml
from rdflib import Graph

from sightline.files import folder

Export = Callable[..., str]
OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "vocabularies" / "dcat"
SHAPES = {
    "dcat-ap": OFFICIAL / "dcat-ap-3.0.1-shapes.ttl",
    "dcat-ap ranges": OFFICIAL / "dcat-ap-3.0.1-range.ttl",
    "dcat-us": OFFICIAL / "dcat-us-3.0-shapes.ttl",
    "ours": folder("shapes") / "exports.ttl",
}
MUTATIONS = yaml.safe_load((Path(__file__).parent / "mutations.yaml").read_text("utf-8"))
CHECKED = [
    ("dcat", "ours"),
    ("dcat-ap", "dcat-ap"),
    ("dcat-ap", "dcat-ap ranges"),
    ("dcat-ap", "ours"),
    ("dcat-us", "dcat-us"),
    ("dcat-us", "ours"),
]
PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": "http://www.w3.org/ns/prov#",
    "sl": "https://w3id.org/sightline/ontology/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
NARROWED = ("--activity", "human-review")


def parsed(text: str) -> Graph:
    return Graph().parse(data=text, format="turtle")


@cache
def shapes(name: str) -> Graph:
    if not SHAPES[name].exists():
        pytest.skip(f"{SHAPES[name].name} is not at hand")
    return Graph().parse(SHAPES[name])


def findings(name: str, data: Graph) -> str:
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes(name))
    return "" if conforms else text


@pytest.mark.parametrize(("form", "name"), CHECKED)
@pytest.mark.parametrize("more", [(), ("--compat", "ckan", *NARROWED)], ids=["whole", "ckan"])
def test_an_export_conforms(form: str, name: str, more: tuple[str, ...], export: Export) -> None:
    shapes(name)
    assert not findings(name, parsed(export(form, *more)))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each["name"] for each in MUTATIONS])
def test_a_mutation_is_rejected(mutation: dict[str, str], export: Export) -> None:
    name, update = mutation["shapes"], mutation["update"]
    shapes(name)
    data = parsed(export("dcat-us" if name == "dcat-us" else "dcat-ap", *NARROWED))
    assert not findings(name, data)
    before = len(data), set(data)
    data.update(update, initNs=PREFIXES)
    assert (len(data), set(data)) != before
    assert findings(name, data)
