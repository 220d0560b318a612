"""Each constraint reports its fail case, exactly, and stays silent on its pass case."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import RDF, RDFS, SH

from sightline.files import folder, knowledge_files
from sightline.terms import SHAPE
from sightline.validate import shape_files
from sightline.validate.compiled import Compiled, loaded
from sightline.validate.engine import Validator, read
from sightline.validate.estate_shapes import estate_context

HERE = Path(__file__).parent
SHAPES = Namespace(str(SHAPE))
CASES = sorted(HERE.glob("*/*/*.ttl"))


@pytest.fixture(scope="module")
def validators() -> dict[str, Validator]:
    """The shapes of each file, over the vocabulary and what the cases refer to."""
    context = list(read([*knowledge_files("ontology", ".ttl"), HERE / "context.ttl"]))
    known = {"estate": list(estate_context())}
    return {
        name: Validator([*context, *known.get(name, ())], [path])
        for name, path in shape_files().items()
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.relative_to(HERE).as_posix())
def test_case(case: Path, validators: dict[str, Validator]) -> None:
    constraint = case.parent.name
    report = validators[case.parents[1].name].these(read([case]))
    expected = {SHAPE[constraint]} if case.stem == "fail" else set()
    assert {result.rule for result in report.results} == expected, report.text()


@pytest.mark.parametrize("case", sorted(HERE.glob("estate/*/*.ttl")), ids=lambda c: c.parent.name)
def test_estate_shapes_find_the_same_without_an_engine(
    case: Path, validators: dict[str, Validator]
) -> None:
    report = validators["estate"].these(read([case]))
    compiled = Compiled(shape_files()["estate"])
    assert compiled.report(loaded(estate_context(), read([case]))) == report


@pytest.mark.parametrize("case", sorted(HERE.glob("records/*/*.ttl")), ids=lambda c: c.parent.name)
def test_record_shapes_find_the_same_without_an_engine(
    case: Path, validators: dict[str, Validator]
) -> None:
    report = validators["records"].these(read([case]))
    items = folder("ontology") / "vocab" / "record-items.ttl"
    compiled = Compiled(shape_files()["records"])
    assert compiled.report(loaded(read([items]), read([case]))) == report


@pytest.mark.parametrize("name", sorted(shape_files()))
def test_the_context_of_the_cases_conforms(name: str, validators: dict[str, Validator]) -> None:
    report = validators[name].these(read([HERE / "context.ttl"]))
    assert not report.results, report.text()


@pytest.mark.parametrize("name", sorted(shape_files()))
def test_each_constraint_has_a_pass_and_a_fail_case(name: str) -> None:
    written = {case.relative_to(HERE / name).as_posix() for case in (HERE / name).glob("*/*.ttl")}
    names = [SHAPE.token(str(constraint)) for constraint in constraints(name)]
    assert written == {f"{own}/{case}.ttl" for own in names for case in ("pass", "fail")}


@pytest.mark.parametrize("name", sorted(shape_files()))
def test_each_constraint_says_what_is_wrong_and_what_to_do(name: str) -> None:
    shapes = Graph().parse(shape_files()[name])
    for constraint in constraints(name):
        (label,) = shapes.objects(constraint, SH.name)
        (message,) = shapes.objects(constraint, SH.message)
        (severity,) = shapes.objects(constraint, SH.severity)
        assert str(label).strip()
        assert getattr(message, "language", None) == "en", constraint
        assert ":" in str(message), constraint
        assert str(message).endswith("."), constraint
        assert severity in (SH.Violation, SH.Warning, SH.Info)
        assert list(shapes.objects(constraint, RDFS.seeAlso)), constraint


@pytest.mark.parametrize("name", sorted(shape_files()))
def test_each_shape_and_constraint_is_named(name: str) -> None:
    shapes = Graph().parse(shape_files()[name])
    told = set(constraints(name))
    for shape in set(shapes.subjects(RDF.type, SH.NodeShape)) - told:
        assert str(shape).endswith("Shape"), shape
        parts = [*shapes.objects(shape, SH.property), *shapes.objects(shape, SH.sparql)]
        assert parts, shape
        assert told.issuperset(parts), shape
        aims = {RDF.type, SH.property, SH.sparql}
        aims |= {SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
        assert aims.issuperset(shapes.predicates(shape)), shape
    used = {*shapes.objects(None, SH.property), *shapes.objects(None, SH.sparql)}
    for constraint in told:
        targets = {SH.targetClass, SH.targetSubjectsOf} & set(shapes.predicates(constraint))
        assert constraint in used or targets, constraint


def test_no_two_files_name_the_same_shape() -> None:
    names = [
        str(shape)
        for path in shape_files().values()
        for shape in set(Graph().parse(path).subjects(RDF.type, None))
        if str(shape).startswith(str(SHAPE))
    ]
    assert len(names) == len(set(names))


def constraints(name: str) -> Iterator[URIRef]:
    """List what a result can name as its rule: whatever has a message."""
    for shape in sorted(set(Graph().parse(shape_files()[name]).subjects(SH.message, None))):
        assert isinstance(shape, URIRef)
        assert shape in SHAPES, shape
        yield shape
