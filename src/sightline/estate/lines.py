"""Find the line of the property that gives a deployment a facet or an attribute."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sightline.estate.mappings import Mappings, Path, Rule
from sightline.estate.testing import Part, Subject, decide


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the properties of one deployment stand; lines are looked up when they are asked for."""

    mappings: Mappings
    subject: Subject
    facets: Mapping[str, tuple[str, ...]]

    def __call__(self, name: str) -> tuple[str, int] | None:
        """Give the file and line of the property behind a facet or attribute; None without one."""
        for kind, path in self._readings(name):
            for part in self.subject.parts:
                if part.kind == (kind or part.kind) and (line := _line(part, path)):
                    return part.file, line
        return None

    def _readings(self, name: str) -> Iterator[tuple[str, Path]]:
        """List the properties that can give it, those that did first."""
        for reading in (*self.mappings.values, *self.mappings.attributes):
            if reading.target == name:
                yield reading.kind, reading.path
        rules = self.mappings.facets.get(name, ())
        for rule in sorted(rules, key=lambda rule: self._rank(name, rule)):
            # The shortest path is the setting itself, where longer ones are exceptions to it.
            for test in sorted(rule.tests, key=lambda test: test.text.count(".")):
                if test.path:
                    yield test.kind, test.path

    def _rank(self, name: str, rule: Rule) -> int:
        given = {value for facet, value in rule.gives if facet == name}
        if not given & set(self.facets.get(name, ())):
            return 2
        return 0 if decide(self.subject, rule, {}) else 1


def _line(part: Part, path: Path) -> int | None:
    """Find a property in the last definition that has it, as far as the first list on its way."""
    for definition in reversed(part.definitions):
        for steps in path:
            names = []
            for name, selector, _ in steps:
                names.append(name)
                if selector:
                    break
            if line := definition.find_line(*names):
                return line
    return None
