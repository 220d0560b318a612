"""Run the constraints of shapes that are queries directly, of all nodes at once, without pySHACL.

This is for large data: pySHACL asks each query once per node. It is also the reference that a test
holds this to. What pre-binding ``$this`` could change is refused: sub-selects, MINUS and VALUES.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sightline.errors import InputError
from sightline.files import folder, relative
from sightline.stores import Quad, Solutions, Store, Term
from sightline.terms import RDFS, SH, SL
from sightline.validate.report import SEVERITIES, Report, Result, Severity

_WHERE = re.compile(r"\bWHERE\s*\{", re.IGNORECASE)
_BOUND_BEFORE = re.compile(r"\b(?:MINUS|VALUES|SERVICE)\b|\{\s*SELECT\b", re.IGNORECASE)
_HOLE = re.compile(r"\{[?$](\w+)\}")
_NAME = re.compile(r"\bsl:([A-Za-z][\w-]*)")
_AIM = re.compile(r"<([^<>\s]*)>")
_TARGETS = {
    SH["targetClass"]: "$this a <{}> .",
    SH["targetSubjectsOf"]: "$this <{}> ?_any .",
    SH["targetObjectsOf"]: "?_any <{}> $this .",
}


@dataclass(frozen=True, slots=True)
class Query:
    """A constraint as a query over all its targets; ``outcome`` is what ``sl:outcome`` says."""

    shape: str
    constraint: str
    name: str
    message: str
    severity: Severity
    outcome: str
    see_also: tuple[str, ...]
    texts: tuple[str, ...]

    def results(self, store: Store) -> Iterator[Result]:
        """Find what violates the constraint, each finding once."""
        found: dict[tuple[Term | None, ...], Result] = {}
        for text in self.texts:
            answer = store.query(text)
            assert isinstance(answer, Solutions)
            for row, bound in zip(answer.rows, answer.dicts(), strict=True):
                if row not in found:
                    found[row] = self._result(bound)
        yield from found.values()

    def _result(self, bound: Mapping[str, Term]) -> Result:
        focus = bound["this"]

        def word(hole: re.Match[str]) -> str:
            term = bound.get(hole[1])
            return hole[0] if term is None else term.value

        return Result(
            self.constraint,
            self.name,
            self.severity,
            focus,
            bound["path"].value if "path" in bound else "",
            bound.get("value", focus),
            " ".join(_HOLE.sub(word, self.message).split()),
            self.see_also,
        )


class Compiled:
    """Shapes whose constraints all are queries.

    Raises InputError for shapes that need a SHACL engine: other constraints, other targets.
    """

    def __init__(self, path: Path) -> None:
        from sightline.stores.embedded import parse

        self._file = relative(path) if path.is_relative_to(folder("shapes").parent) else str(path)
        self._about: dict[str, dict[str, list[Term]]] = {}
        for subject, predicate, value, _ in parse(path, graph=path.absolute().as_uri()):
            self._about.setdefault(subject, {}).setdefault(predicate, []).append(value)
        self.queries = tuple(
            self._query(shape, constraint.value)
            for shape, about in self._about.items()
            for constraint in about.get(SH["sparql"], ())
        )
        for about in self._about.values():
            if SH["property"] in about:
                raise self._unusable("a property shape")
        texts = " ".join(text for query in self.queries for text in query.texts)
        self._read = frozenset(SL[name] for name in _NAME.findall(texts))
        self._read |= frozenset(_AIM.findall(texts))

    def reads(self, predicate: str) -> bool:
        """Tell whether the queries can read a property; those of others they always can."""
        return predicate not in SL or predicate in self._read

    def report(self, store: Store) -> Report:
        """Validate all that a store holds, its graphs united."""
        found = {result for query in self.queries for result in query.results(store)}
        return Report(tuple(sorted(found, key=lambda result: result.order)))

    def _query(self, shape: str, constraint: str) -> Query:
        about = self._about.get(constraint, {})
        select = self._one(constraint, SH["select"])
        if _BOUND_BEFORE.search(select) or len(_WHERE.findall(select)) != 1:
            raise self._unusable(f"the query of {constraint}")
        severity = self._one(constraint, SH["severity"]).rpartition("#")[2].lower()
        targets = [
            pattern.format(term.value)
            for aim, pattern in _TARGETS.items()
            for term in self._about[shape].get(aim, ())
        ]
        if not targets:
            raise self._unusable(f"the target of {shape}")
        return Query(
            shape,
            constraint,
            self._one(constraint, SH["name"]),
            self._one(constraint, SH["message"]),
            next((known for known in SEVERITIES if known == severity), "violation"),
            self._one(constraint, SL["outcome"], "violation"),
            tuple(sorted(term.value for term in about.get(RDFS["seeAlso"], ()))),
            tuple(_WHERE.sub(f"WHERE {{ {target} ", select) for target in targets),
        )

    def _one(self, subject: str, predicate: str, default: str = "") -> str:
        terms = self._about.get(subject, {}).get(predicate, ())
        return min((term.value for term in terms), default=default)

    def _unusable(self, what: str) -> InputError:
        return InputError(
            "input.value",
            f"{what} in {self._file} needs a SHACL engine",
            "write it as sh:sparql with a plain SELECT, under a shape with a target",
        )


def loaded(*parts: Iterable[Quad]) -> Store:
    """Put triples into a store; their graphs are united, so that nothing counts twice."""
    from sightline.stores import nquads
    from sightline.stores.embedded import EmbeddedStore

    store = EmbeddedStore()
    for part in parts:
        text = "".join(nquads((s, p, o, "") for s, p, o, _ in part))
        store.load(text.encode(), format="ntriples")
    return store
