"""Each question of the library: its header, its text, and its answers on two engines.

A case is an entry of ``tests/queries/<folder>/<name>.yaml``:

    - params: {data: prompts}                  # as a user gives them; may be left out; a question
                                               # about deployments is asked of ``estate.json``, one
                                               # about datasets of ``linked.*``
      configuration: {offering: serverless-api}  # where the question needs one
      columns: [who, verdict]                  # of the answer, in the order of the rows below
      rows:                                    # all rows, in order; or
        - [actor:microsoft, verdict:permitted]
      rows_contain: [...]                      # some rows, and
      row_count: 40                            # how many there are

Terms are written ``kind:token``, other IRIs as they are, an unbound column as null.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml
from rdflib import Dataset
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from sightline import queries
from sightline.catalogs.datasets import Catalog
from sightline.catalogs.links import read_links
from sightline.catalogs.reading import read_content
from sightline.estate import Estate
from sightline.files import knowledge_files
from sightline.graph import KnowledgeGraph
from sightline.identity import configuration_iri
from sightline.joining import Joined, join
from sightline.queries import CATALOG, CONFIGURATION, DATASETS, ESTATE, LibraryQuestion
from sightline.render import rdf
from sightline.stores import Quad, Solutions, iri, nquads
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import compact, kind, prefixes, token

pytestmark = pytest.mark.filterwarnings(
    "ignore:Dataset.default_context is deprecated:DeprecationWarning"  # rdflib warns of itself
)

CASES = sorted(
    path for path in Path(__file__).parent.glob("*/*.yaml") if not path.name.startswith(".")
)
NAMES = [path.stem for path in knowledge_files("queries", ".rq")]
RESERVED = {"self", "configuration", "as_of", "collection", "assume", "estate", "joined"}


EACH_CASE = [
    pytest.param(path.stem, case, id=f"{path.parent.name}/{path.stem}-{number}")
    for path in CASES
    for number, case in enumerate(yaml.safe_load(path.read_text()), 1)
]


def written(term: object) -> str | None:
    """Write a term of either engine as case files do."""
    if term is None:
        return None
    text = str(term)
    name = kind(text)
    return f"{name}:{token(text)}" if name else compact(text)


def table(answer: Solutions, columns: list[str]) -> list[list[str | None]]:
    places = [answer.variables.index(column) for column in columns]
    return [[written(row[place]) for place in places] for row in answer.rows]


def plain(case: dict[str, object], key: str) -> list[list[str | None]]:
    """Read expected rows; YAML's own numbers, booleans and dates as text."""
    rows = case[key]
    assert isinstance(rows, list)
    return [
        [str(v).lower() if isinstance(v, bool) else None if v is None else str(v) for v in row]
        for row in rows
    ]


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph()


def deployed(graph: KnowledgeGraph) -> Estate:
    """Read the estate that questions about deployments are asked of."""
    content = (Path(__file__).parent / "estate.json").read_bytes()
    return graph.estate(["-"], stdin=content)


@cache
def linked_quads() -> list[Quad]:
    estate, joined = linked()
    return list(KnowledgeGraph().linked_quads(joined, estate))


@cache
def linked() -> tuple[Estate, Joined]:
    """Read the catalog, the estate and the links that questions about datasets are asked of."""
    here = Path(__file__).parent
    catalog = Catalog((read_content("linked.ttl", (here / "linked.ttl").read_bytes()),))
    assert not catalog.errors
    estate = KnowledgeGraph().estate(["-"], stdin=(here / "linked.json").read_bytes())
    ways = ("prompt", "fine-tuning", "on-your-data", "files")
    joined = join(catalog, estate, read_links(here / "linked.yaml", ways))
    assert not joined.problems
    return estate, joined


def asked_of(graph: KnowledgeGraph, name: str, case: dict[str, object]) -> Solutions:
    needs = queries.question(name).needs
    params = case.get("params") or {}
    if DATASETS in needs:
        estate, joined = linked()
        return graph.ask(name, estate=estate, joined=joined, **params)
    own = deployed(graph) if ESTATE in needs else None
    return graph.ask(name, case.get("configuration"), estate=own, **params)


def prepared(
    graph: KnowledgeGraph, asked: LibraryQuestion, case: dict[str, object]
) -> tuple[list[Quad], str]:
    """Give what a question needs beyond the published facts, and its text for a case."""
    values = queries.read_params(graph.store, asked, case.get("params") or {})
    if CATALOG in asked.needs:
        return list(queries.catalog_quads()), queries.bind(asked, values)
    if DATASETS in asked.needs:
        return linked_quads(), queries.bind(asked, values)
    if ESTATE in asked.needs:
        data = token(values["data"].value) if "data" in values else None
        return list(graph.estate_quads(deployed(graph), data=data)), queries.bind(asked, values)
    if CONFIGURATION not in asked.needs:
        return [], queries.bind(asked, values)
    data = token(values["data"].value) if "data" in values else None
    answer = graph.access(case["configuration"], data=data)
    values[CONFIGURATION] = iri(configuration_iri(answer.identity))
    return list(rdf.quads(answer)), queries.bind(asked, values)


class Reference:
    """The same graph in rdflib; what a case derives is loaded for that case only."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._dataset: Dataset = graph.graph()
        self._linked: Dataset | None = None

    def ask(self, asked: LibraryQuestion, case: dict[str, object]) -> Counter[tuple[object, ...]]:
        added, text = prepared(self._graph, asked, case)
        if DATASETS in asked.needs:
            if self._linked is None:  # all questions about datasets are asked of the same
                self._linked = self._graph.graph()
                self._linked.parse(data="".join(nquads(added)), format="nquads")
            found = self._linked.query(text)
            return Counter(
                tuple(written(row[variable]) for variable in found.vars) for row in found
            )
        self._dataset.parse(data="".join(nquads(added)), format="nquads")
        try:
            found = self._dataset.query(text)
            return Counter(
                tuple(written(row[variable]) for variable in found.vars) for row in found
            )
        finally:
            for name in {quad[3] for quad in added}:
                self._dataset.remove_graph(self._dataset.graph(name))


@pytest.fixture(scope="module")
def reference(graph: KnowledgeGraph) -> Reference:
    return Reference(graph)


@pytest.mark.parametrize(("name", "case"), EACH_CASE)
def test_question_answers_with_the_expected_rows(
    name: str, case: dict[str, object], graph: KnowledgeGraph
) -> None:
    answer = asked_of(graph, name, case)
    columns = case["columns"]
    assert isinstance(columns, list)
    found = table(answer, columns)
    if "rows" in case:
        assert found == plain(case, "rows")
    else:
        missing = [row for row in plain(case, "rows_contain") if row not in found]
        assert not missing
        assert len(found) == case["row_count"]


@pytest.mark.parametrize(("name", "case"), EACH_CASE)
def test_engines_agree(
    name: str, case: dict[str, object], graph: KnowledgeGraph, reference: Reference
) -> None:
    answer = asked_of(graph, name, case)
    ours = Counter(map(tuple, table(answer, list(answer.variables))))
    assert reference.ask(queries.question(name), case) == ours


def test_every_question_has_cases_that_set_each_of_its_parameters() -> None:
    found = {path.stem: yaml.safe_load(path.read_text()) for path in CASES}
    assert sorted(found) == sorted(NAMES)
    for name, asked in queries.library().items():
        used = {param for case in found[name] for param in case.get("params") or {}}
        assert used == set(asked.params), name


def test_cases_stand_in_the_folder_of_their_question() -> None:
    for path in CASES:
        assert path.parent.name == queries.question(path.stem).folder


@pytest.mark.parametrize("name", NAMES)
def test_each_parameter_narrows_the_answer_of_a_case(name: str, graph: KnowledgeGraph) -> None:
    asked = queries.question(name)
    free = {key: replace(param, required=False) for key, param in asked.params.items()}
    narrowing = set()
    for case in [entry.values[1] for entry in EACH_CASE if entry.values[0] == name]:
        params = case.get("params") or {}
        narrow = asked_of(graph, name, case).rows
        for param in params:
            rest = {key: value for key, value in params.items() if key != param}
            added, text = prepared(graph, replace(asked, params=free), {**case, "params": rest})
            store = EmbeddedStore()
            store.load("".join(nquads([*graph.store.quads(), *added])).encode(), format="nquads")
            wide = store.query(text)
            assert isinstance(wide, Solutions)
            assert len(narrow) <= len(wide.rows)
            narrowing |= {param} if len(narrow) < len(wide.rows) else set()
    assert narrowing == set(asked.params)


@pytest.mark.parametrize("name", NAMES)
def test_example_of_each_parameter_exists(name: str, graph: KnowledgeGraph) -> None:
    asked = queries.question(name)
    examples = {param.name: param.example for param in asked.params.values()}
    assert set(queries.read_params(graph.store, asked, examples)) == set(examples)


@pytest.mark.parametrize("name", NAMES)
def test_header_is_complete(name: str) -> None:
    asked = queries.question(name)
    assert asked.summary
    assert not asked.summary.endswith(".")
    assert asked.question.endswith("?")
    assert asked.tags
    assert all(asked.returns.values())
    assert all(param.description.endswith(".") for param in asked.params.values())
    assert not RESERVED & set(asked.params)


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_those_of_the_header_and_hold_every_parameter(name: str) -> None:
    asked = queries.question(name)
    columns = [str(variable) for variable in parsed(asked).algebra["PV"]]
    assert columns == list(asked.returns)
    assert set(asked.params) <= set(columns)
    assert (CONFIGURATION in columns) == (CONFIGURATION in asked.needs)
    for group in nodes(parsed(asked).algebra, "Group"):
        grouped = {str(variable) for variable in group.expr or ()}
        assert {*asked.params, *({CONFIGURATION} & set(columns))} <= grouped


@pytest.mark.parametrize("name", NAMES)
def test_text_declares_its_prefixes_and_its_order(name: str) -> None:
    text = queries.question(name).text
    body = "".join(line for line in text.splitlines(True) if not line.startswith("#"))
    declared = {
        line.split()[1].rstrip(":"): line.split()[2].strip("<>")
        for line in body.splitlines()
        if line.startswith("PREFIX")
    }
    assert declared
    assert list(declared) == sorted(declared)
    for prefix, namespace in declared.items():
        assert prefixes()[prefix] == namespace
        assert f"{prefix}:" in body.replace(f"PREFIX {prefix}:", ""), f"unused: {prefix}"
    assert "ORDER BY" in body
    assert "GROUP_CONCAT" not in body  # its order differs from engine to engine


@pytest.mark.parametrize("name", NAMES)
def test_exists_takes_one_hop_at_a_time(name: str) -> None:
    # A join within EXISTS costs a store in memory hundreds of times what nested single hops do.
    algebra = parsed(queries.question(name)).algebra
    for kind_of in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        for found in nodes(algebra, kind_of):
            groups = nodes(found.graph, "BGP", outside="Builtin_")
            triples = [triple for group in groups for triple in group.triples]
            assert len(triples) <= 1
            assert "SequencePath" not in {type(part).__name__ for t in triples for part in t}


@pytest.mark.parametrize("name", NAMES)
def test_query_follows_at_most_one_transitive_path(name: str) -> None:
    # One store in use loses answers where a query has two.
    algebra = parsed(queries.question(name)).algebra
    paths = [part for bgp in nodes(algebra, "BGP") for t in bgp.triples for part in t]
    assert sum(transitive(path) for path in paths) <= 1


def parsed(asked: LibraryQuestion) -> CompValue:
    return prepareQuery(asked.text)


def nodes(value: object, name: str, outside: str | None = None) -> Iterator[CompValue]:
    """Find the nodes of one name in an algebra, not below those that begin as ``outside``."""
    if isinstance(value, CompValue):
        if value.name == name:
            yield value
        if outside and value.name.startswith(outside):
            return
        for part in value.values():
            yield from nodes(part, name, outside)
    elif isinstance(value, (list, tuple, set)) and not isinstance(value, Node):
        for part in value:
            yield from nodes(part, name, outside)


def transitive(path: object) -> int:
    own = type(path).__name__ == "MulPath" and getattr(path, "mod", "") in ("*", "+")
    parts = getattr(path, "args", None) or [getattr(path, "path", None), getattr(path, "arg", None)]
    return own + sum(transitive(part) for part in parts if part is not None and part is not path)
