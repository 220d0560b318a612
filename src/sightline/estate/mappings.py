"""Read the mappings by which properties of resources become facets and attributes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as File

from sightline.files import knowledge_files
from sightline.stores import Quad
from sightline.terms import FACET, MAPPING, RDF, SL, split_value

_STEP = re.compile(r"([^.\[\]]+)((?:\[[^\]]*\])*)\.?")
_SELECTOR = re.compile(r"\[([^\]=]*)=?([^\]]*)\]")

Step = tuple[str, str, str]
"""A name, and for a list the key and value of the member to take, or ``*`` for every member."""

Path = tuple[tuple[Step, ...], ...]
"""The places where a value can stand, the newest first."""


@dataclass(frozen=True, slots=True)
class Test:
    """A requirement on a property of a resource of one type; without a path it has to be there."""

    kind: str
    text: str
    path: Path
    values: frozenset[str]
    excepted: frozenset[str]
    pattern: re.Pattern[str] | None
    absent: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """Tests that have to be met, and what then holds."""

    tests: tuple[Test, ...]
    alternatives: tuple[Test, ...]
    gives: tuple[tuple[str, str], ...]
    formats: frozenset[str]
    shared: str
    because: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A property that is read as it stands: of which type of resource, and as what."""

    kind: str
    path: Path
    target: str


@dataclass(frozen=True, slots=True)
class Host:
    """A type of resource whose deployments a listing leaves out."""

    kind: str
    deployed: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Mappings:
    """All mappings, by what they do."""

    deployed: frozenset[str]
    hosts: tuple[Host, ...]
    facets: Mapping[str, tuple[Rule, ...]]
    shared: tuple[Rule, ...]
    values: tuple[Reading, ...]
    scopes: tuple[Rule, ...]
    links: tuple[Reading, ...]
    references: tuple[Reading, ...]
    """Properties that name another resource, of the type that is the target."""
    attributes: tuple[Reading, ...]
    open: tuple[tuple[str, str], ...]
    """Type of deployment, and the facet that no default may settle for it."""


def mapping_files() -> list[File]:
    """List the files that hold the mappings."""
    files = knowledge_files("data", ".ttl")
    return [path for path in files if path.parent.name == "mappings"]


def read_path(text: str) -> Path:
    """Read a path of a mapping.

    >>> read_path("sku.name|list[name=A].value")
    ((('sku', '', ''), ('name', '', '')), (('list', 'name', 'A'), ('value', '', '')))
    """
    return tuple(
        tuple(_step(name, selector) for name, selector in _STEP.findall(each))
        for each in text.split("|")
    )


def _step(name: str, selector: str) -> Step:
    found = _SELECTOR.match(selector)
    if not found:
        return name, "", ""
    return (name, found[1], found[2]) if found[1] else (name, "*", "")


def read_mappings(quads: Iterable[Quad]) -> Mappings:
    """Read the mappings from the quads of their files."""
    nodes: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value, _graph in quads:
        if subject in MAPPING:
            nodes.setdefault(subject, {}).setdefault(predicate, []).append(value.value)
    return _Reader(nodes).read()


class _Reader:
    def __init__(self, nodes: Mapping[str, Mapping[str, list[str]]]) -> None:
        self._nodes = nodes

    def read(self) -> Mappings:
        facets: dict[str, list[Rule]] = {}
        shared: list[Rule] = []
        for node in self._of("PropertyMapping"):
            rule = self._rule(node)
            if rule.shared:
                shared.append(rule)
                continue
            for facet in dict.fromkeys(facet for facet, _ in rule.gives):
                facets.setdefault(facet, []).append(rule)
        hosts = tuple(
            Host(self._text(n, "resourceType"), self._text(n, "deployedType"), self._rule(n))
            for n in self._of("HostKind")
        )
        return Mappings(
            frozenset(self._text(node, "resourceType") for node in self._of("DeployedKind")),
            hosts,
            {facet: tuple(rules) for facet, rules in sorted(facets.items())},
            tuple(shared),
            self._readings("ValueMapping", "ontoFacet"),
            tuple(self._rule(node) for node in self._of("ScopeMapping")),
            self._readings("LinkMapping", "linkedType"),
            self._readings("ReferenceMapping", "linkedType"),
            self._readings("AttributeMapping", "ontoProperty"),
            tuple(
                (self._text(node, "resourceType"), FACET.token(facet) or facet)
                for node in self._of("OpenFacet")
                for facet in self._all(node, "leavesOpen")
            ),
        )

    def _of(self, name: str) -> list[str]:
        kind = SL[name]
        return sorted(n for n, found in self._nodes.items() if kind in found.get(RDF["type"], ()))

    def _all(self, node: str, name: str) -> list[str]:
        return sorted(self._nodes[node].get(SL[name], ()))

    def _text(self, node: str, name: str) -> str:
        return next(iter(self._all(node, name)), "")

    def _rule(self, node: str) -> Rule:
        pairs = (split_value(each) for each in self._all(node, "givesValue"))
        return Rule(
            tuple(self._test(each) for each in self._all(node, "hasTest")),
            tuple(self._test(each) for each in self._all(node, "hasAlternative")),
            tuple(pair for pair in pairs if pair),
            frozenset(self._all(node, "sourceFormat")),
            self._text(node, "sharedScope"),
            self._text(node, "because"),
        )

    def _test(self, node: str) -> Test:
        pattern = self._text(node, "valuePattern")
        path = self._text(node, "propertyPath")
        return Test(
            self._text(node, "resourceType"),
            path,
            read_path(path) if path else (),
            frozenset(each.lower() for each in self._all(node, "propertyValue")),
            frozenset(each.lower() for each in self._all(node, "exceptedValue")),
            re.compile(pattern, re.IGNORECASE) if pattern else None,
            self._text(node, "absenceAllowed") == "true",
        )

    def _readings(self, kind: str, target: str) -> tuple[Reading, ...]:
        found = []
        for node in self._of(kind):
            aim = self._text(node, target)
            found.append(
                Reading(
                    self._text(node, "resourceType"),
                    read_path(self._text(node, "propertyPath")),
                    (SL.token(aim) or FACET.token(aim) or aim),
                )
            )
        return tuple(found)
