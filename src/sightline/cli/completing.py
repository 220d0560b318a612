"""Complete words in a shell, from the vocabulary files alone: fast enough to press a key for."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from sightline.queries import Parameter
    from sightline.stores import Store

Items = list["CompletionItem[str]"]  # in quotes: before click 8.2 it takes no subscript
Complete = Callable[[click.Context, click.Parameter, str], Items]

_TAGS = re.compile(r"^#\+ tags: *\[(.*)\]", re.MULTILINE)
_TAG = re.compile(r"[\w-]+")
_LIGHT = ("ontology/vocab/", "data/regions.ttl", "data/catalog.ttl")
"""The knowledge files that hold what is completed most."""


def tokens(kind: str) -> Complete:
    """Make a completion of the tokens of one kind: actor, data, version ..."""

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
        return _items(of_kind(kind), incomplete)

    return complete


def settings(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Complete FACET=VALUE; a facet that is unambiguous is completed with its values at once."""
    facet, equals, value = incomplete.partition("=")
    found = _items(_facets(), facet)
    if equals:
        return [_with(facet, item) for item in _items(_values(facet), value)]
    if len(found) == 1:
        [facet] = [item.value for item in found]
        return [_with(facet, item) for item in _items(_values(facet), "")]
    return [CompletionItem(f"{item.value}=", help=item.help) for item in found]


def questions(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Complete the name of a question from the names of the files."""
    from sightline.files import knowledge_files

    return _items({path.stem: "" for path in knowledge_files("queries", ".rq")}, incomplete)


def tags(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Complete the tag of a question; reading whole headers would take too long."""
    from sightline.files import knowledge_files, read_text

    lines = (_TAGS.search(read_text(path)) for path in knowledge_files("queries", ".rq"))
    return _items({tag: "" for line in lines if line for tag in _TAG.findall(line[1])}, incomplete)


def parameters(name: str, incomplete: str) -> Items:
    """Complete the options that stand for the parameters of a question."""
    options = {f"--{p.name.replace('_', '-')}": p.description for p in _parameters(name).values()}
    return _items(options, incomplete)


def arguments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Complete the value of a parameter of a question."""
    name, given = ctx.params.get("name"), ctx.params.get("arguments") or ()
    if not name or not given or not given[-1].startswith("--"):
        return []
    known = _parameters(name).get(given[-1][2:].replace("-", "_"))
    if known is None:
        return []
    if known.type == "boolean":
        return _items({"yes": "", "no": ""}, incomplete)
    _, _, facet = known.type.partition("value of ")
    return _items(_values(facet) if facet else of_kind(known.type), incomplete)


def of_kind(kind: str) -> dict[str, str]:
    """List the tokens of one kind with their labels."""
    from sightline.terms import BASE

    if kind == "facet":
        return _facets()
    namespace = f"{BASE}{'document' if kind == 'version' else kind}/"
    versions = "?term a sl:DocumentVersion ." if kind == "version" else ""
    query = f"""SELECT ?term (SAMPLE(?name) AS ?label) {{ {versions} ?term a ?class
        OPTIONAL {{ ?term skos:prefLabel|dct:title ?name }}
        FILTER(STRSTARTS(STR(?term), "{namespace}")) }} GROUP BY ?term"""
    found = _asked(query) or _asked(query, everything=True)
    return {iri.removeprefix(namespace): label for iri, label in found.items()}


def _parameters(name: str) -> Mapping[str, "Parameter"]:
    from sightline.errors import UnknownTermError
    from sightline.queries import question

    try:
        return question(name).params
    except UnknownTermError:
        return {}


def _facets() -> dict[str, str]:
    return _asked(
        "SELECT ?token ?label { VALUES ?class { sl:Facet sl:Event }"
        " ?facet a ?class ; skos:notation ?token ; skos:prefLabel ?label }"
    )


def _values(facet: str) -> dict[str, str]:
    if facet not in _facets():
        return {}
    values = _asked(
        "SELECT ?token ?label { ?facet skos:notation ?name . ?value sl:ofFacet ?facet ;"
        f' skos:notation ?token FILTER(STR(?name) = "{facet}") }}'
    )
    return values or of_kind(facet)  # regions and what follows from them are terms of their own


def _asked(query: str, *, everything: bool = False) -> dict[str, str]:
    from sightline.stores import Solutions

    found = _store(everything).query(query)
    rows = found.rows if isinstance(found, Solutions) else []
    return {term.value: label.value if label else "" for term, label in rows if term}


def _store(everything: bool) -> "Store":
    from sightline.files import knowledge_files, relative
    from sightline.loading import load_knowledge
    from sightline.stores.embedded import EmbeddedStore

    store = EmbeddedStore()
    if everything:
        load_knowledge(store)
        return store
    for path in (*knowledge_files("ontology", ".ttl"), *knowledge_files("data", ".ttl")):
        if relative(path).startswith(_LIGHT):
            store.load(path)
    return store


def _items(found: Mapping[str, str], incomplete: str) -> Items:
    return [
        CompletionItem(text, help=found[text] or None)
        for text in sorted(found)
        if text.startswith(incomplete)
    ]


def _with(facet: str, item: "CompletionItem[str]") -> "CompletionItem[str]":
    return CompletionItem(f"{facet}={item.value}", help=item.help)
