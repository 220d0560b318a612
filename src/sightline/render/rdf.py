"""Write answers as RDF that any store can load, derived from the statements they rest on."""

from collections.abc import Iterable, Iterator, Mapping

from sightline.identity import access_iri, basis_iri, configuration_iri
from sightline.model import ASPECT_PROPERTIES, Answer, OpenAspect, Row
from sightline.stores import Quad, Term, iri, literal, nquads
from sightline.terms import (
    ACCESS,
    ACTION,
    ACTIVITY,
    ACTOR,
    BASE,
    COUNTRY,
    DATA,
    FACET,
    GEOGRAPHY,
    GRAPH,
    PROV,
    RDF,
    REGION,
    RULE,
    SL,
    TARGET,
    VERDICT,
    XSD,
    ZONE,
    compact,
    prefixes,
    value,
)

_KINDS = {
    "processing_place": "place",
    "storage_place": "place",
    "actor_place": "place",
    "boundary": "place",
    "retention": "duration",
    "safeguards": "safeguard",
    "purposes": "purpose",
    "roles": "role",
}
_VALUE_SPACES = {"region": REGION, "geography": GEOGRAPHY, "country": COUNTRY, "zone": ZONE}


def derived_graph(answer: Answer) -> str:
    """Name the graph that holds the derived facts of an answer: one per configuration and basis."""
    return GRAPH[f"derived/{basis_of(answer).removeprefix(str(ACCESS))}"]


def quads(answer: Answer) -> Iterator[Quad]:
    """Give the derived facts of an answer, in the graph of its configuration.

    The names are content-addressed: the same question gives the same nodes. Rows that only say
    that nothing matches the filters of a question are not facts and are left out.
    """
    graph = derived_graph(answer)
    node = configuration_iri(answer.identity)
    basis = basis_of(answer)
    assumed = {(a.facet, a.value) for a in answer.assumptions}
    yield node, RDF["type"], iri(SL["Configuration"]), graph
    for facet, values in answer.configuration.items():
        for item in values:
            relation = "assumesValue" if (facet, item) in assumed else "hasCandidate"
            yield node, SL[relation], iri(facet_value(facet, item)), graph
    places: dict[str, Mapping[str, object]] = {}
    for row in answer.rows:
        if row.key is not None:
            places |= row.resolved
            own = row_iri(answer, row)
            for predicate, term in _row(answer, row, node, basis):
                yield own, predicate, term, graph
            yield from _details(own, row, graph)
    for token, known in places.items():
        for predicate, term in _place(token, known):
            yield f"{basis}/place/{token}", predicate, term, graph


def row_iri(answer: Answer, row: Row) -> str:
    """Write the IRI of a row of an answer; raises ValueError for a row without a key."""
    if row.key is None:
        raise ValueError("a row that says nothing is stated has no key")
    question = answer.question
    return access_iri(
        answer.identity, answer.selected_on, question.collection, question.assume, row.key
    )


def basis_of(answer: Answer) -> str:
    """Name what the rows of an answer share: configuration, date, collection and assumptions."""
    question = answer.question
    return basis_iri(answer.identity, answer.selected_on, question.collection, question.assume)


def ntriples(answer: Answer) -> str:
    """Write the derived facts as N-Triples, sorted."""
    return "".join(sorted(nquads((s, p, o, "") for s, p, o, _ in quads(answer))))


def turtle(answers: Iterable[Answer]) -> str:
    """Write the derived facts of several answers as Turtle, one block per subject."""
    blocks: dict[str, dict[str, list[str]]] = {}
    for answer in answers:
        for subject, predicate, term, _graph in quads(answer):
            objects = blocks.setdefault(subject, {}).setdefault(predicate, [])
            text = _turtle_term(term)
            if text not in objects:
                objects.append(text)
    used = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in prefixes().items()]
    lines = [*used, ""]
    for subject, properties in blocks.items():
        rest = [f"    {_name(p)} {', '.join(terms)}" for p, terms in properties.items()]
        lines += [_name(subject), " ;\n".join(rest) + " .", ""]
    return "\n".join(lines)


def _row(answer: Answer, row: Row, configuration: str, basis: str) -> Iterator[tuple[str, Term]]:
    key = row.key
    assert key is not None
    yield RDF["type"], iri(SL["EffectiveAccess"])
    yield SL["hasConfiguration"], iri(configuration)
    yield SL["hasActivity"], iri(ACTIVITY[key.activity])
    yield SL["hasActor"], iri(ACTOR[key.actor])
    yield SL["hasAction"], iri(ACTION[key.action])
    yield SL["hasData"], iri(DATA[key.data])
    if key.target:
        yield SL["hasTarget"], iri(TARGET[key.target])
    yield SL["actorBasis"], literal(row.basis)
    yield SL["hasVerdict"], iri(VERDICT[row.verdict])
    yield SL["byRule"], iri(RULE[row.rule])
    yield SL["asOf"], literal(answer.selected_on.isoformat(), XSD["date"])
    for aspect, values in row.aspects.items():
        for item in values:
            yield SL[ASPECT_PROPERTIES[aspect]], iri(concept(aspect, item))
    for token in row.resolved:
        yield SL["resolvedAs"], iri(f"{basis}/place/{token}")
    for statement in row.supports:
        yield SL["supportedBy"], iri(statement)
    for statement in row.denies:
        yield SL["deniedBy"], iri(statement)
    for statement in row.statements:
        if statement not in row.supports and statement not in row.denies:
            yield SL["describedBy"], iri(statement)
        yield PROV["wasDerivedFrom"], iri(statement)
    for statement in row.nearest:
        yield SL["hasNearest"], iri(statement)


def _details(own: str, row: Row, graph: str) -> Iterator[Quad]:
    for number, awaited in enumerate(row.awaits, 1):
        node = f"{own}/awaits/{number}"
        yield own, SL["awaits"], iri(node), graph
        yield node, RDF["type"], iri(SL["AwaitedCondition"]), graph
        yield node, SL["awaitsFacet"], iri(FACET[awaited.condition]), graph
        for item in awaited.values:
            yield node, SL["awaitsValue"], iri(facet_value(awaited.condition, item)), graph
        yield node, SL["thenVerdict"], iri(VERDICT[awaited.then]), graph
        yield node, SL["alternativeGroup"], literal(str(awaited.group), XSD["integer"]), graph
    for number, aspect in enumerate(row.open, 1):
        node = f"{own}/open/{number}"
        yield own, SL["hasOpenAspect"], iri(node), graph
        for predicate, term in _open(aspect):
            yield node, predicate, term, graph


def _open(aspect: OpenAspect) -> Iterator[tuple[str, Term]]:
    yield RDF["type"], iri(SL["OpenAspect"])
    yield SL[ASPECT_PROPERTIES[aspect.aspect]], iri(concept(aspect.aspect, aspect.value))
    for facet in aspect.awaits:
        yield SL["awaitsFacet"], iri(FACET[facet])
    for statement in aspect.statements:
        yield PROV["wasDerivedFrom"], iri(statement)


def _place(token: str, known: Mapping[str, object]) -> Iterator[tuple[str, Term]]:
    yield RDF["type"], iri(SL["ResolvedPlace"])
    yield SL["resolvesPlace"], iri(concept("storage_place", token))
    if isinstance(geography := known["geography"], str):
        yield SL["inGeography"], iri(GEOGRAPHY[geography])
    if isinstance(countries := known["countries"], list):
        for country in countries:
            yield SL["inCountry"], iri(COUNTRY[country.lower()])
    for name, relation in (
        ("may_leave_eea", "mayLeaveEea"),
        ("may_leave_geography", "mayLeaveGeography"),
    ):
        if known[name] is not None:
            yield SL[relation], literal(str(known[name]).lower(), XSD["boolean"])


def concept(aspect: str, token: str) -> str:
    """Name the value of an aspect."""
    return f"{BASE}{_KINDS[aspect]}/{token}"


def facet_value(facet: str, item: str) -> str:
    """Name the value of a facet, also where it is a place."""
    return _VALUE_SPACES[facet][item] if facet in _VALUE_SPACES else value(facet, item)


def _turtle_term(term: Term) -> str:
    return _name(term.value) if term.kind == "iri" else term.n3()


def _name(name: str) -> str:
    short = compact(name)
    return short if short != name else f"<{name}>"
