"""The SHACL test suite of the W3C, as far as the report of this package goes.

It is looked for beside the checkout and skipped where it is absent: the suite is
https://github.com/w3c/data-shapes, folder data-shapes-test-suite/tests.
"""

from pathlib import Path

import pytest
from rdflib import BNode, Graph, Namespace, URIRef
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from sightline.errors import SightlineError
from sightline.validate.engine import Validator, read

SUITE = Path(__file__).parents[3] / "shared" / "suites" / "shacl"
TESTS = sorted(
    path for path in SUITE.glob("*/*/*.ttl") if "sht:Validate" in path.read_text(encoding="utf-8")
)

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

KNOWN = {
    "uniqueLang-002": 'rdflib reads "1"^^xsd:boolean as true',
    "shapesGraph-001": "queries that name the graph of the shapes are not supported",
}


def test_the_suite_is_there() -> None:
    if not TESTS:
        pytest.skip(f"no W3C SHACL suite beside the checkout ({SUITE.name})")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_a_report_is_as_the_suite_expects(path: Path, request: pytest.FixtureRequest) -> None:
    if path.stem in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[path.stem]))
    manifest = Graph().parse(path)
    test = manifest.value(None, RDF.type, SHT.Validate)
    action, expected = manifest.value(test, MF.action), manifest.value(test, MF.result)
    data, shapes = (
        Path(str(manifest.value(action, name)).removeprefix("file://"))
        for name in (SHT.dataGraph, SHT.shapesGraph)
    )
    if expected == SHT.Failure:
        with pytest.raises(SightlineError):
            Validator(read([data]), [shapes]).everything()
        return
    report = Validator(read([data]), [shapes]).everything()
    conforms = manifest.value(expected, SH.conforms)
    assert bool(report.results) != conforms.toPython()  # type: ignore[union-attr]
    assert {
        (result.severity, _plain(result.focus.value, result.focus.kind), result.path)
        for result in report.results
        if "<" not in result.path and "^" not in result.path
    } == {
        (
            _severity(manifest.value(result, SH.resultSeverity)),
            _node(manifest.value(result, SH.focusNode)),
            str(manifest.value(result, SH.resultPath) or ""),
        )
        for result in manifest.objects(expected, SH.result)
        if not isinstance(manifest.value(result, SH.resultPath), BNode)
    }


def _severity(node: Node | None) -> str:
    """Name a severity; one that SHACL does not know is a violation to this package."""
    known = {SH.Info: "info", SH.Warning: "warning"}
    return known.get(node, "violation") if isinstance(node, URIRef) else "violation"


def _plain(value: str, kind: str) -> str:
    return "" if kind == "bnode" else value


def _node(node: Node | None) -> str:
    return "" if node is None or isinstance(node, BNode) else str(URIRef(node))
