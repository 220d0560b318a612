"""Each rule on a small case, before and after, on two engines.

A case is a pair of files: ``<rule>.before.ttl`` is what the rule sees, ``<rule>.after.ttl`` is all
that it gives. IRIs that a rule mints are written as blank nodes, since their names are hashes.
"""

import re
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.term import Node

from sightline.rules import Rule, rules
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import BASE, prefixes

HERE = Path(__file__).parent
MINTED = re.compile(
    rf"{re.escape(BASE)}(reading|row)/[0-9a-f]{{40}}|.*/row/.*|.*/\d{{4}}-\d\d-\d\d"
)
EACH_RULE = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)


def renamed(node: Node) -> Node:
    if isinstance(node, URIRef) and MINTED.fullmatch(str(node)):
        return BNode(re.sub(r"\W", "_", str(node)))
    return node


def unnamed(data: bytes) -> Graph:
    graph = Graph()
    for triple in Graph().parse(data=data, format="nt"):
        s, p, o = (renamed(node) for node in triple)
        graph.add((s, p, o))
    return graph


def by_pyoxigraph(rule: Rule, before: bytes) -> bytes:
    store = EmbeddedStore()
    store.load(before, format="turtle", graph="urn:before")
    return store.serialize(rule.text, "ntriples")


def by_rdflib(rule: Rule, before: bytes) -> bytes:
    constructed = Graph().parse(data=before, format="turtle").query(rule.text).graph
    assert constructed is not None
    return constructed.serialize(format="nt", encoding="utf-8")


@EACH_RULE
@pytest.mark.parametrize("engine", [by_pyoxigraph, by_rdflib])
def test_rule_gives_exactly_what_its_case_says(rule, engine) -> None:
    found = unnamed(engine(rule, (HERE / f"{rule.name}.before.ttl").read_bytes()))
    expected = Graph().parse(HERE / f"{rule.name}.after.ttl")
    if not isomorphic(found, expected):
        more = "\n".join(sorted(to_isomorphic(found).serialize(format="nt").splitlines()))
        pytest.fail(f"{rule.name} gave\n{more}")


@EACH_RULE
def test_rule_is_standard_and_says_what_it_does(rule) -> None:
    header = [line for line in rule.text.splitlines() if line.startswith("#+ ")]
    assert header[0].startswith("#+ summary: ")
    assert f"#+ stage: {rule.stage}" in header
    body = "\n".join(line for line in rule.text.splitlines() if not line.startswith("#"))
    used = set(re.findall(r"(?<![\w:/<])([a-z]+):[\w-]", body)) - {"https", "http"}
    declared = dict(re.findall(r"^PREFIX (\w+): <(.*)>$", body, re.MULTILINE))
    assert set(declared) == used
    assert all(prefixes()[name] == iri for name, iri in declared.items())
    assert "_:" not in body
    assert "[" not in body


@EACH_RULE
def test_rule_asks_what_does_not_exist_one_hop_at_a_time(rule) -> None:
    # One engine takes hundreds of times as long over an EXISTS of several hops.
    text = re.sub(r"^\s*#.*$", "", rule.text, flags=re.MULTILINE)
    for found in re.finditer(r"EXISTS \{", text):
        depth, own = 1, []
        for character in text[found.end() :]:
            depth += {"{": 1, "}": -1}.get(character, 0)
            if depth == 0:
                break
            if depth == 1:
                own.append(character)
        group = re.sub(r"FILTER.*", "", "".join(own), flags=re.DOTALL)
        assert len(re.findall(r"\s\.|;", group)) <= 1, group


def test_every_case_belongs_to_a_rule() -> None:
    cases = {path.name for path in HERE.glob("*.ttl")}
    assert cases == {f"{rule.name}.{side}.ttl" for rule in rules() for side in ("before", "after")}


def test_stages_run_one_after_the_other() -> None:
    stages = [rule.stage for rule in rules()]
    assert stages == sorted(stages)  # "once" before "setting"


def test_every_term_of_a_rule_is_in_the_ontology(ontology: Graph) -> None:
    sl = prefixes()["sl"]
    known = {str(term) for term in ontology.subjects() if isinstance(term, URIRef)}
    used = {sl + name for rule in rules() for name in re.findall(r"\bsl:(\w+)", rule.text)}
    assert used <= known


@pytest.fixture(scope="module")
def ontology() -> Graph:
    from sightline.files import folder

    graph = Graph().parse(folder("ontology") / "sightline.ttl")
    assert (None, None, Literal("setting", lang="en")) in graph
    return graph
