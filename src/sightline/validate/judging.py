"""Hold cases to policies: the queries of all policies over the facts of many cases at once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from sightline.errors import InputError, QueryError
from sightline.files import folder
from sightline.model import ASPECT_PROPERTIES, Key, Knowledge, Row
from sightline.stores import Quad, Solutions, Term, iri, nquads
from sightline.terms import DATA, GEOGRAPHY, SL, expand, kind, token
from sightline.validate.cases import Case, ToQuads, facts, row_iri, standing
from sightline.validate.fact_text import FactText
from sightline.validate.policies import Constraint, Outcome, Policies, Policy

BATCH = 200
"""How many cases one store holds at a time; bounds memory, and is fastest at a few hundred."""

_COMMON = frozenset({"action", "data", "duration", "place"})
"""Kinds of concepts whose labels are common nouns and verbs, small within a sentence."""
_CONTEXT = ("durations", "conditions")
_NAME = re.compile(r"\b([a-z-]+):([A-Za-z][\w-]*)")
_HOLE = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True)
class Reason:
    """Why a policy does not conform: one result of one constraint, and the row it is about.

    ``gained`` tells, in tokens, what access is new over a baseline; '' where none is.
    """

    constraint: Constraint
    message: str
    key: Key | None
    value: str = ""
    gained: str = ""


@dataclass(frozen=True)
class Judgement:
    """What one policy says of one case; the deployments of the case share it."""

    policy: Policy
    case: Case
    reasons: tuple[Reason, ...]

    @cached_property
    def outcome(self) -> Outcome:
        """The worst of the reasons, or ``conforms`` without any."""
        found = {reason.constraint.outcome for reason in self.reasons}
        return "violation" if "violation" in found else "unknown" if found else "conforms"

    @cached_property
    def telling(self) -> tuple[Reason, ...]:
        """The reasons for the outcome, without milder ones."""
        return tuple(r for r in self.reasons if r.constraint.outcome == self.outcome)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows that the telling reasons are about."""
        keys = {reason.key for reason in self.telling if reason.key}
        return tuple(row for row in self.case.answer.rows if row.key in keys)


class Judge:
    """Policies made ready to judge any number of cases.

    ``quads`` writes the derived facts of an answer, as ``render.rdf.quads`` does.
    """

    def __init__(
        self, policies: Policies, chosen: Sequence[Policy], knowledge: Knowledge, quads: ToQuads
    ) -> None:
        self.policies = policies
        self.chosen = tuple(chosen)
        self._knowledge = knowledge
        self._quads = quads
        texts = " ".join(c.select for policy in self.chosen for c in policy.constraints)
        self._texts = texts
        self._named = {term.value for terms in policies.parameters.values() for term in terms}
        self._wanted = frozenset(
            expand(f"{prefix}:{name}") for prefix, name in _NAME.findall(texts) if prefix == "sl"
        )
        self._sees_rows = SL["hasConfiguration"] in self._wanted
        self._sees_places = SL["resolvedAs"] in self._wanted
        self._rows: dict[int, tuple[Row, int]] = {}
        self._numbers: dict[tuple[object, ...], int] = {}
        self._text = FactText(knowledge, quads, self._wanted, self._number)
        self._told: dict[tuple[object, ...], list[Judgement]] = {}
        self.attributes = tuple(sorted(set(reported(texts))))

    def judge(self, judged: Sequence[Case]) -> Iterator[Judgement]:
        """Give the judgement of each chosen policy on each case, case by case.

        Cases that differ in nothing a policy can see are judged once. Raises QueryError for a
        policy whose query cannot be run.
        """
        signatures = [self._signature(own) for own in judged]
        fresh: dict[tuple[object, ...], Case] = {}
        for signature, own in zip(signatures, judged, strict=True):
            if signature not in self._told:
                fresh.setdefault(signature, own)
        named = {own.iri: signature for signature, own in fresh.items()}
        distinct = list(fresh.values())
        for start in range(0, len(distinct), BATCH):
            for found in self._batch(distinct[start : start + BATCH]):
                self._told.setdefault(named[found.case.iri], []).append(found)
        for signature, own in zip(signatures, judged, strict=True):
            for found in self._told.get(signature, ()):
                yield found if found.case is own else replace(found, case=own)

    def _signature(self, own: Case) -> tuple[object, ...]:
        """Name all that the shipped policies can tell a case by.

        Which region, country or geography it is matters only where a parameter names one: a query
        can tell IRIs apart by constants and parameters alone.
        """
        if self.policies.given:
            return (own.iri,)
        values = {
            (facet, tuple(items))
            for facet, items in own.answer.configuration.items()
            if f"value:{facet}." in self._texts
        }
        assumed = frozenset(item.facet for item in own.answer.assumptions)
        attributes = tuple(sorted(own.attributes.items()))
        rows: tuple[int, ...] = ()
        if self._sees_rows and not own.ungoverned:
            rows = tuple(map(self._number, own.answer.rows))
        return (own.ungoverned, attributes, frozenset(values), assumed, rows)

    def _number(self, row: Row) -> int:
        """Give a number for what policies can see of a row; many answers share one row."""
        known = self._rows.get(id(row))
        if known is None:
            number = self._numbers.setdefault(self._row(row), len(self._numbers))
            known = self._rows[id(row)] = (row, number)
        return known[1]

    def _row(self, row: Row) -> tuple[object, ...]:
        places = tuple(
            (place, *(self._known(name, known) for name, known in facts.items()))
            for place, facts in (row.resolved.items() if self._sees_places else ())
        )
        aspects = tuple(
            (aspect, tuple(values)) for aspect, values in row.aspects.items() if self._asks(aspect)
        )
        later = tuple((o.aspect, o.value, o.awaits) for o in row.open)
        return (row.key, row.verdict, standing(row), aspects, places, later)

    def _asks(self, aspect: str) -> bool:
        return SL[ASPECT_PROPERTIES[aspect]] in self._wanted

    def _known(self, name: str, known: object) -> object:
        if name == "geography" and isinstance(known, str):
            return known if GEOGRAPHY[known] in self._named else "another"
        if name == "countries":
            return known is not None
        return tuple(known) if isinstance(known, list) else known

    def facts(self, judged: Iterable[Case]) -> Iterator[Quad]:
        """Write all that the queries read, but the vocabulary."""
        yield from facts(judged, self._knowledge, self._quads, self._wanted)
        yield from self._fixed()

    def _written(self, judged: Sequence[Case]) -> Iterator[str]:
        if self.policies.given:  # their queries may tell rows apart by what is not numbered
            return nquads(self.facts(judged))
        return chain(self._text.of(judged), nquads(self._fixed()))

    def _fixed(self) -> Iterator[Quad]:
        yield from self.policies.facts()
        for narrow, broad in self._knowledge.broader.items():
            for data in broad:
                yield DATA[narrow], SL["isWithin"], iri(DATA[data]), ""

    def _batch(self, judged: Sequence[Case]) -> Iterator[Judgement]:
        from sightline.stores.embedded import EmbeddedStore

        store = EmbeddedStore()
        for lines in (nquads(context()), self._written(judged)):
            store.load("".join(lines).encode(), format="nquads")
        found: dict[tuple[str, str], list[Mapping[str, Term]]] = {}
        for constraint in {c.iri: c for p in self.chosen for c in p.constraints}.values():
            for row in _answers(store.query(_targeted(constraint)), constraint):
                found.setdefault((row["this"].value, constraint.iri), []).append(row)
        for own in judged:
            keys = {row_iri(own.answer, row): row.key for row in own.answer.rows if row.key}
            for policy in self.chosen:
                reasons = []
                for constraint in policy.constraints:
                    for bound in found.get((own.iri, constraint.iri), ()):
                        value = bound["value"].value if "value" in bound else ""
                        key = keys.get(value)
                        message = self._message(constraint, bound)
                        reasons.append(Reason(constraint, message, key, "" if key else value))
                reasons.sort(key=lambda r: (r.constraint.iri, r.message, str(r.key), r.value))
                yield Judgement(policy, own, tuple(dict.fromkeys(reasons)))

    def _message(self, constraint: Constraint, bound: Mapping[str, Term]) -> str:
        def word(found: re.Match[str]) -> str:
            term = bound.get(found[1])
            if term is None:
                return "not stated"
            if term.kind != "iri":
                return term.value
            label = self._knowledge.labels.get(term.value) or token(term.value) or term.value
            common = kind(term.value) in _COMMON and label[1:] == label[1:].lower()
            return label[:1].lower() + label[1:] if common else label

        text = _HOLE.sub(word, constraint.message)
        return text[:1].upper() + text[1:]


def context() -> Iterator[Quad]:
    """Give the vocabulary that the queries of policies may read."""
    from sightline.stores.embedded import parse

    for name in _CONTEXT:
        for subject, predicate, value, _ in parse(folder("ontology") / "vocab" / f"{name}.ttl"):
            yield subject, predicate, value, ""


def _targeted(constraint: Constraint) -> str:
    """Ask a constraint of all cases at once, where SHACL would ask it of one after the other."""
    text, count = re.subn(
        r"(?i)\bWHERE\s*\{", "WHERE { $this a sl:PolicyCase . ", constraint.select, count=1
    )
    if not count:
        raise InputError(
            "input.value", f"the query of {constraint.iri} has no WHERE", "write SELECT ... WHERE {"
        )
    return text


def _answers(answer: object, constraint: Constraint) -> Iterator[Mapping[str, Term]]:
    if not isinstance(answer, Solutions) or "this" not in answer.variables:
        raise QueryError(
            "query.failed", f"the query of {constraint.iri} does not select $this", "select it"
        )
    yield from answer.dicts()


def reported(text: str) -> Iterator[str]:
    """Find the attributes that queries read.

    >>> list(reported('?a sl:attributeName "publisher" ; sl:attributeValue ?v .'))
    ['publisher']
    """
    return (found[1] for found in re.finditer(r'sl:attributeName\s+"([^"]+)"', text))
