"""Write effective access as ODRL policies: what is permitted and prohibited, and on whose word.

What is not stated, or contradictory, is neither: it is given as a fact of ours, without a rule.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from sightline.exporting.vocabulary import Vocabulary
from sightline.identity import configuration_iri
from sightline.model import ASPECT_PROPERTIES, Answer, Awaited, Row
from sightline.render import rdf
from sightline.stores import Quad, Term, iri, literal
from sightline.terms import (
    ACTION,
    ACTIVITY,
    ACTOR,
    BASE,
    DATA,
    DCT,
    FACET,
    PROV,
    RDF,
    SL,
    VERDICT,
    XSD,
    expand,
)

Access = tuple[Answer, Row]
Facts = Iterator[tuple[str, str, Term]]

# No duties: what documents say must be done are steps and terms, which oblige to no action.
_RULES = {"Permission": "permission", "Prohibition": "prohibition"}
"""Class of a rule -> the property by which a policy has it (ODRL 2.2)."""
_PROFILE = f"{BASE}ontology"


def policy_quads(target: str, found: Iterable[Access], vocabulary: Vocabulary) -> Iterator[Quad]:
    """Give the policy of a service or dataset, or only facts where nothing can be a rule."""
    yield from ((*fact, "") for fact in _Policy(target, vocabulary).facts(found))


class _Policy:
    def __init__(self, target: str, vocabulary: Vocabulary) -> None:
        self._target = target
        self._node = f"{target}/policy"
        self._vocabulary = vocabulary
        self._used: set[str] = set()

    def facts(self, found: Iterable[Access]) -> Facts:
        rows = {_name(answer, row): (answer, row) for answer, row in found}
        begun, versions = False, set()
        for name, (answer, row) in sorted(rows.items()):
            rules = list(self._rules(answer, row))
            if not rules:
                yield from self._fact(name, answer, row)
            for kind, group in rules:
                begun = True
                versions |= {
                    self._vocabulary.iris(each, SL["inVersion"])[0] for each in row.statements
                }
                yield from self._rule(name, row, kind, group)
        if begun:
            yield self._target, expand("odrl:hasPolicy"), iri(self._node)
            for kind_ in ("odrl:Policy", "odrl:Set"):
                yield self._node, RDF["type"], iri(expand(kind_))
            yield self._node, expand("odrl:uid"), iri(self._node)
            yield self._node, expand("odrl:profile"), iri(_PROFILE)
            for version in sorted(versions):
                yield self._node, DCT["source"], iri(version)
        for action in sorted(each for each in self._used if each in ACTION):
            yield action, expand("odrl:includedIn"), iri(expand("odrl:use"))
        for own, predicate, term, _ in self._vocabulary.described(self._used):
            yield own, predicate, term

    def _rules(self, answer: Answer, row: Row) -> Iterator[tuple[str, tuple[Awaited, ...]]]:
        """Give each class of rule that a row makes, with the conditions needed together."""
        if row.key is None:
            return
        groups: dict[int, list[Awaited]] = {}
        for each in row.awaits:
            groups.setdefault(each.group, []).append(each)
        if not groups and (kind := self._kind(row.verdict)):
            yield kind, ()
        for _, group in sorted(groups.items()):
            kind = self._kind(group[0].then)
            if kind and all(each.values for each in group):
                yield kind, tuple(group)

    def _kind(self, verdict: str) -> str | None:
        kind = self._vocabulary.counterpart(VERDICT[verdict], "odrl", _RULES)
        return kind.removeprefix(expand("odrl:")) if kind else None

    def _rule(self, name: str, row: Row, kind: str, group: tuple[Awaited, ...]) -> Facts:
        key = row.key
        assert key is not None
        digest = _digest(name, kind, *(str(each) for each in group))
        node, asset = f"{self._node}/rule/{digest}", f"{self._node}/asset/{key.data}"
        yield self._node, expand(f"odrl:{_RULES[kind]}"), iri(node)
        yield node, RDF["type"], iri(expand(f"odrl:{kind}"))
        yield node, expand("odrl:action"), iri(self._use(ACTION[key.action]))
        yield node, expand("odrl:assignee"), iri(self._use(ACTOR[key.actor]))
        yield node, expand("odrl:target"), iri(asset)
        yield asset, RDF["type"], iri(expand("odrl:Asset"))
        yield asset, expand("odrl:partOf"), iri(self._target)
        yield asset, expand("dpv:hasData"), iri(self._use(DATA[key.data]))
        yield self._target, RDF["type"], iri(expand("odrl:AssetCollection"))
        yield node, PROV["wasDerivedFrom"], iri(name)
        for statement in row.statements:
            yield node, PROV["wasDerivedFrom"], iri(statement)
            for version in self._vocabulary.iris(statement, SL["inVersion"]):
                yield statement, DCT["source"], iri(version)
        for each in group:
            yield from self._constraint(node, each)
        for aspect, values in row.aspects.items():
            own = ASPECT_PROPERTIES[aspect]
            for value in values:
                concept = self._use(rdf.concept(aspect, value))
                for predicate in (SL[own], *self._vocabulary.like(own, "dpv")):
                    yield node, predicate, iri(concept)

    def _constraint(self, rule: str, awaited: Awaited) -> Facts:
        node = f"{rule}/{awaited.condition}"
        yield rule, expand("odrl:constraint"), iri(node)
        yield node, RDF["type"], iri(expand("odrl:Constraint"))
        yield node, expand("odrl:leftOperand"), iri(self._use(FACET[awaited.condition]))
        yield node, expand("odrl:operator"), iri(expand("odrl:isAnyOf"))
        for value in awaited.values:
            operand = iri(self._use(rdf.facet_value(awaited.condition, value)))
            yield node, expand("odrl:rightOperand"), operand

    def _fact(self, name: str, answer: Answer, row: Row) -> Facts:
        """Say what an answer says that is no rule; a row without a key has only its filters."""
        yield self._target, expand("dct:relation"), iri(name)
        if row.key is not None:
            for subject, predicate, term, _ in rdf.quads(answer):
                if subject == name or subject.startswith(f"{name}/"):
                    yield subject, predicate, term
            return
        yield name, RDF["type"], iri(SL["EffectiveAccess"])
        yield name, SL["hasVerdict"], iri(VERDICT[row.verdict])
        yield name, SL["hasConfiguration"], iri(configuration_iri(answer.identity))
        yield name, SL["asOf"], literal(answer.selected_on.isoformat(), XSD["date"])
        spaces = {"activity": ACTIVITY, "actor": ACTOR, "action": ACTION, "data": DATA}
        for filter_, token in sorted(row.filters.items()):
            if filter_ in spaces:
                concept = self._use(spaces[filter_][token])
                yield name, SL[f"has{filter_.capitalize()}"], iri(concept)
        for statement in row.nearest:
            yield name, SL["hasNearest"], iri(statement)

    def _use(self, term: str) -> str:
        self._used.add(term)
        return term


def _name(answer: Answer, row: Row) -> str:
    if row.key is not None:
        return rdf.row_iri(answer, row)
    filters = [f"{name}={token}" for name, token in sorted(row.filters.items())]
    return f"{rdf.basis_of(answer)}/not-stated/{_digest(*filters)}"


def _digest(*texts: str) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()[:20]
