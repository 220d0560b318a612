"""Terms: tokens, IRIs and the prefix table."""

import re
import subprocess
import sys

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline import terms
from sightline.errors import InputError, KnowledgeError, UnknownTermError
from sightline.files import folder

NAMESPACES = {name: item for name, item in vars(terms).items() if isinstance(item, terms.Namespace)}
# Every text that can be encoded: no lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def table_as_data():
    quads = list(pyoxigraph.parse(path=folder("ontology") / "prefixes.ttl"))
    values = {
        local: {
            quad.subject.value: quad.object.value
            for quad in quads
            if quad.predicate.value == terms.SH[local]
        }
        for local in ("prefix", "namespace")
    }
    declared = {quad.object.value for quad in quads if quad.predicate.value == terms.SH["declare"]}
    assert declared == set(values["prefix"]) == set(values["namespace"])
    return {values["prefix"][subject]: values["namespace"][subject] for subject in declared}


def test_the_table_says_the_same_as_prefix_lines_and_as_data():
    assert terms.prefixes() == table_as_data()


def test_declarations_are_named_by_their_prefix():
    quads = pyoxigraph.parse(path=folder("ontology") / "prefixes.ttl")
    names = {
        quad.object.value: quad.subject.value
        for quad in quads
        if quad.predicate.value == terms.SH["prefix"]
    }
    assert names == {prefix: f"{terms.BASE}prefix/{prefix}" for prefix in terms.prefixes()}


def test_no_two_prefixes_share_a_namespace():
    namespaces = list(terms.prefixes().values())
    assert len(namespaces) == len(set(namespaces))


@pytest.mark.parametrize("name", NAMESPACES)
def test_namespaces_in_python_are_those_of_the_table(name):
    assert NAMESPACES[name].iri == terms.prefixes()[name.lower()]


def test_own_namespaces_end_in_a_slash_below_the_base():
    own = {p: iri for p, iri in terms.prefixes().items() if iri.startswith(terms.BASE)}
    assert own.pop("sl") == f"{terms.BASE}ontology/"
    assert own == {prefix: f"{terms.BASE}{prefix}/" for prefix in own}


@given(TEXT)
def test_tokens_come_back_from_their_iris(token):
    iri = terms.ACTOR[token]
    assert terms.ACTOR.token(iri) == token
    assert terms.token(iri) == token
    assert terms.kind(iri) == "actor"


@given(TEXT)
def test_every_iri_is_one_that_a_parser_takes(token):
    iri = terms.ACTOR[token]
    [triple] = pyoxigraph.parse(f"<{iri}> <{iri}> <{iri}> .", pyoxigraph.RdfFormat.N_TRIPLES)
    assert triple.subject.value == iri


@given(TEXT)
def test_compact_names_expand_and_parse_to_the_same_iri(token):
    iri = terms.ACTOR[token]
    name = terms.compact(iri)
    assert terms.expand(name) == iri
    if name != iri:
        turtle = f"@prefix actor: <{terms.ACTOR}> .\n{name} a {name} ."
        [triple] = pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE)
        assert triple.subject.value == iri


@pytest.mark.parametrize(
    "iri",
    [
        "",
        "https://w3id.org/sightline",
        terms.BASE,
        f"{terms.BASE}actor",
        f"{terms.BASE}actor/",
        "https://w3id.org/sightline-other/actor/a",
        "https://example.org/actor/a",
    ],
)
def test_other_iris_have_no_token(iri):
    assert terms.kind(iri) is None
    assert terms.token(iri) is None
    assert terms.ACTOR.token(iri) is None
    assert terms.split_value(iri) is None


def test_statements_keep_their_slashes():
    iri = terms.STATEMENT["some-article/2024-09-04/some-claim"]
    assert iri == f"{terms.BASE}statement/some-article/2024-09-04/some-claim"
    assert terms.token(iri) == "some-article/2024-09-04/some-claim"


@pytest.mark.parametrize(
    ("facet", "value"),
    [("deployment-type", "global"), ("feature:on-your-data", "used"), ("model-version", "4.1")],
)
def test_facet_values_split_at_the_first_dot(facet, value):
    assert terms.split_value(terms.value(facet, value)) == (facet, value)


def test_foreign_iris_compact_with_their_own_prefix():
    assert terms.compact("http://www.w3.org/2004/02/skos/core#prefLabel") == "skos:prefLabel"
    assert terms.compact("https://w3id.org/dpv/loc#SE") == "dpv-loc:SE"
    assert terms.compact("https://example.org/x") == "https://example.org/x"


@pytest.mark.parametrize("name", ["<https://example.org/x>", "https://example.org/x"])
def test_full_iris_expand_to_themselves(name):
    assert terms.expand(name) == "https://example.org/x"


def test_an_unknown_prefix_lists_close_ones():
    with pytest.raises(UnknownTermError) as caught:
        terms.expand("actors:microsoft")
    assert "actor" in caught.value.matches


def test_a_word_is_no_name():
    with pytest.raises(InputError) as caught:
        terms.expand("microsoft")
    assert caught.value.code == "input.value"


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", "no prefix"), ("@prefix a: <b:> .\n@prefix a: <c:> .\n", "twice")],
)
def test_a_broken_table_is_a_knowledge_error(text, fault, tmp_path, monkeypatch):
    (tmp_path / "prefixes.ttl").write_text(text)
    monkeypatch.setattr(terms, "folder", lambda name: tmp_path)
    with pytest.raises(KnowledgeError, match=fault):
        terms.prefixes.__wrapped__()


def test_the_prologue_declares_every_prefix_for_a_query():
    found = re.findall(r"^PREFIX ([\w-]+): <(.+)>$", terms.sparql_prologue(), re.MULTILINE)
    assert dict(found) == terms.prefixes()
    assert pyoxigraph.Store().query(terms.sparql_prologue() + "ASK {}")


def test_terms_load_no_rdf_library():
    code = (
        "import sys, sightline.terms as t; t.prefixes(); "
        "print(sorted({'rdflib', 'pyoxigraph', 'pyshacl', 'rich', 'click'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
