"""Derive bare verdicts inside a store, by the SPARQL rules of ``ontology/rules``.

The rules are standard CONSTRUCT queries; this module only runs them in order and adds what each
gives. They say the same as the evaluator, for organisations that derive where their graph is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from sightline.files import knowledge_files, read_text
from sightline.model import Facet
from sightline.stores import Quad, Store, Term, iri, literal, nquads
from sightline.terms import FACET, GRAPH, RDF, REGION, SL, XSD, value

Stage = Literal["once", "setting"]

RULES_GRAPH = GRAPH["derived/rules"]
"""The graph that holds what the rules give, unless the caller names another."""

_REGION = "region"


@dataclass(frozen=True, slots=True)
class Rule:
    """A CONSTRUCT query and when it runs: once per knowledge, or for each batch of settings."""

    name: str
    stage: Stage
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules are run on: a configuration of which every facet lists its candidates.

    ``candidates`` maps a facet token to the values it can still have, all of them where it is
    unknown; regions are candidates of ``region``, and facets that follow from it are left out.
    """

    iri: str
    candidates: Mapping[str, Iterable[str]]
    versions: Iterable[str]
    on: date


@cache
def rules() -> tuple[Rule, ...]:
    """Read the rules in the order in which they run.

    >>> [rule.name for rule in rules()][:2]
    ['01-data', '02-atoms']
    """
    return tuple(
        Rule(path.stem, "setting" if "\n#+ stage: setting\n" in text else "once", text)
        for path in knowledge_files("ontology", ".rq")
        if (text := read_text(path))
    )


def describe(settings: Iterable[Setting], facets: Mapping[str, Facet]) -> bytes:
    """Write settings as N-Triples, for ``run`` to load."""
    return "".join(nquads(q for s in settings for q in _described(s, facets))).encode()


def prepare(store: Store, graph: str = RULES_GRAPH) -> None:
    """Derive what no configuration changes: which statements bear on which rows, and precedence.

    Run it once after loading the knowledge, and again in a new graph when that changes.
    """
    _apply(store, "once", graph)


def run(store: Store, settings: bytes, graph: str = RULES_GRAPH) -> None:
    """Derive, for settings as ``describe`` writes them, the bare verdicts into ``graph``.

    All settings in the store are derived at once, so a batch of a hundred costs little more than
    one; give a fresh store or graph per batch where many are needed.
    """
    store.load(settings, format="ntriples", graph=graph)
    _apply(store, "setting", graph)


def _apply(store: Store, stage: Stage, graph: str) -> None:
    for rule in rules():
        if rule.stage == stage:
            store.load(store.serialize(rule.text, "ntriples"), format="ntriples", graph=graph)


def _described(setting: Setting, facets: Mapping[str, Facet]) -> Iterator[Quad]:
    yield setting.iri, RDF["type"], iri(SL["Setting"]), ""
    on: Term = literal(setting.on.isoformat(), XSD["date"])
    yield setting.iri, SL["asOf"], on, ""
    for version in setting.versions:
        yield setting.iri, SL["usesVersion"], iri(version), ""
    for facet, values in setting.candidates.items():
        if facet in facets and facets[facet].derived_from:
            continue
        for token in values:
            candidate = REGION[token] if facet == _REGION else value(facet, token)
            yield setting.iri, SL["hasCandidate"], iri(candidate), ""
            if facet in facets and not facets[facet].values and facet != _REGION:
                # The values of an open facet need not be in the vocabulary.
                yield candidate, SL["ofFacet"], iri(FACET[facet]), ""
