"""Hold an estate to ``shapes/estate.ttl``: what is alike is asked about once, whatever the size."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sightline.files import folder, knowledge_files, relative
from sightline.model import Answer, Deployment, Described, Question
from sightline.stores import Quad
from sightline.terms import BASE, DCT, SHAPE
from sightline.validate.cases import Case
from sightline.validate.compiled import Compiled, Query, loaded
from sightline.validate.gate import Finding
from sightline.validate.judging import Judgement, Reason
from sightline.validate.policies import Constraint, Policy

ToQuads = Callable[[Sequence[Deployment], Sequence[Described]], Iterable[Quad]]
"""What writes an estate as RDF: ``render.estate_rdf.quads``, with the files of the estate."""

_CONTEXT = ("data/regions.ttl", "data/mappings/")
_VALUES = "vocab/conditions.ttl"
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOBODY = Answer(Question({}), {}, "-", date.min, (), (), (), ())


@dataclass(frozen=True)
class EstateShape(Policy):
    """A constraint on estates in the role of a policy, so that it is reported like one."""

    shape: str = ""

    @property
    def iri(self) -> str:
        """The name of the shape."""
        return self.shape


def estate_context() -> Iterator[Quad]:
    """Give the knowledge that the shapes read: regions, zones, mappings, values of facets."""
    from sightline.stores.embedded import parse

    files = [path for path in knowledge_files("data", ".ttl") if _known(relative(path))]
    for path in [*files, folder("ontology") / _VALUES]:
        for subject, predicate, value, _ in parse(path):
            yield subject, predicate, value, ""


def estate_findings(
    deployments: Sequence[Deployment], described: Sequence[Described], quads: ToQuads
) -> tuple[Finding, ...]:
    """Find where an estate violates its shapes, or leaves open what they ask for.

    Only one of all resources that the shapes cannot tell apart is loaded and asked about. A
    resource that is no deployment stands in its findings as one without account and settings.
    """
    compiled = Compiled(folder("shapes") / "estate.ttl")
    likeness = _Likeness(deployments, described)
    facts = list(quads(likeness.asked, likeness.shown))
    store = loaded(estate_context(), (quad for quad in facts if compiled.reads(quad[1])))
    alike = likeness.alike | {
        subject: [Deployment(subject, source.value, "", source.value, 1, {}, (), {})]
        for subject, predicate, source, _ in facts
        if predicate == DCT["source"]
    }
    found: list[Finding] = []
    for query in compiled.queries:
        policy = _policy(query)
        for result in query.results(store):
            named = result.value is not None and result.value != result.focus
            value = result.value.value if named and result.value else ""
            reason = Reason(policy.constraints[0], result.message, None, value)
            judgement = Judgement(policy, _CASE, (reason,))
            found += (Finding(judgement, own) for own in alike.get(result.focus.value, ()))
    return tuple(found)


def only_new(now: Iterable[Finding], before: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep the findings that a baseline did not have on the resource of the same name."""
    known = {_place(finding) for finding in before}
    return tuple(finding for finding in now if _place(finding) not in known)


class _Likeness:
    """Which resources stand for which: ``asked`` and ``shown`` are loaded for all."""

    def __init__(self, deployments: Sequence[Deployment], described: Sequence[Described]) -> None:
        self.alike: dict[str, list[Deployment]] = {}
        self._standing: dict[Hashable, str] = {}
        holders: dict[str, Hashable] = {}
        by_iri: dict[str, Described] = {}
        linked: set[str] = set()
        places = Counter(each.iri for each in described)
        shown: dict[int, Described] = {}
        for each in described:
            by_iri[each.iri] = each
            if each.kind == "deployment":
                linked.add(each.iri)
                linked.update(link.leads_to for link in each.links if link.leads_to)
                shown[id(each)] = each
                continue
            holders[each.iri] = (each.location, each.unsettled)
            own = Deployment(
                each.iri, each.name, "", each.file, each.line, {}, each.unsettled, {}
            )  # fmt: skip
            if places[each.iri] > 1:  # what several files say of it is loaded, and told once
                shown[id(each)] = each
                self.alike.setdefault(each.iri, [own])
            elif self._stands(each.iri, None if each.definitions else _seen(each), own):
                shown[id(each)] = each
        asked = []
        for own in deployments:
            key = None
            if own.iri not in linked:
                holder = holders.get(own.holder, (own.holder and own.account,))
                placed = (bool(own.name.strip()), own.line > 0, own.attributes.get("sku"))
                key = ("deployment", holder, own.unsettled, *placed)
            if self._stands(own.iri, key, own):
                asked.append(own)
                if (holder := by_iri.get(own.holder)) is not None:
                    shown[id(holder)] = holder
        self.asked, self.shown = tuple(asked), tuple(shown.values())

    def _stands(self, name: str, key: Hashable | None, own: Deployment) -> bool:
        """Tell whether a resource stands for itself; without a key it does for sure."""
        first = name if key is None else self._standing.setdefault(key, name)
        self.alike.setdefault(first, []).append(own)
        return first == name


def _seen(each: Described) -> Hashable:
    links = tuple((link.path, link.leads_to is None and link.target) for link in each.links)
    placed = (bool(each.name.strip()), each.line > 0, each.location)
    return (each.kind, links, each.unsettled, *placed)


def _policy(query: Query) -> EstateShape:
    token = _WORD.sub("-", SHAPE.token(query.constraint) or query.constraint).lower()
    constraint = Constraint(
        query.constraint,
        "unknown" if query.outcome == "unknown" else "violation",
        query.name,
        query.message,
        "",
        query.see_also,
    )
    label = query.name[:1].upper() + query.name[1:]
    text = f"Requirement on an estate that the {query.name}."
    return EstateShape(token, label, text, (constraint,), {}, (), shape=query.shape)


def _known(name: str) -> bool:
    return name.startswith(_CONTEXT) and "/crosswalks/" not in name


def _place(finding: Finding) -> tuple[str, str, str, str]:
    own = finding.deployment
    value = finding.judgement.reasons[0].value
    return finding.policy.token, own.account.casefold(), own.name.casefold(), value


_CASE = Case(f"{BASE}case/estate", _NOBODY, {}, None, ())
