"""Tell which resources look alike to the mappings, so that what they mean is settled once."""

import re
from collections.abc import Hashable, Mapping

from sightline.estate.mappings import Mappings, Path
from sightline.estate.testing import Part, Subject, follow, spelled
from sightline.estate.values import Value, identity

Looks = tuple[tuple[int, ...], frozenset[str]]


class Likeness:
    """Numbers the looks of resources: two that no test or reading can tell apart share one."""

    def __init__(self, mappings: Mappings) -> None:
        self._paths = {kind: tuple(paths.items()) for kind, paths in _paths(mappings).items()}
        self._numbers: dict[Hashable, int] = {}
        self._shared: dict[int, int] = {}

    def looks(self, subject: Subject) -> Looks:
        """Give what is equal for deployments that mean the same."""
        own, *others = subject.parts
        return (self._number(own), *(self._known(part) for part in others)), subject.missing

    def _known(self, part: Part) -> int:
        # An account counts for all of its deployments; a number for each of those would be waste.
        number = self._shared.get(id(part.body))
        if number is None:
            number = self._shared[id(part.body)] = self._number(part)
        return number

    def _number(self, part: Part) -> int:
        seen = [
            tuple(_seen(value, patterns) for value in follow(part.body, path))
            for path, patterns in (*self._paths.get(part.kind, ()), *self._paths[""])
        ]
        return self._numbers.setdefault((part.kind, part.format, *seen), len(self._numbers))


Patterns = tuple[re.Pattern[str], ...] | None
"""What alone is asked of a value, or None where the value itself counts."""


def _seen(value: Value, patterns: Patterns) -> Hashable:
    # Whether an account shows properties at all is asked of them as a whole, and no two are alike.
    if patterns is not None and isinstance(value, (list, Mapping)):
        text = spelled(value)
        return ("asked", *(pattern.search(text) is not None for pattern in patterns))
    return value if type(value) is str else identity(value)


def _paths(mappings: Mappings) -> dict[str, dict[Path, Patterns]]:
    """List the paths that matter, by type of resource; '' is for all types."""
    found: dict[str, dict[Path, Patterns]] = {"": {r.path: None for r in mappings.values}}
    facets = [rule for rules in mappings.facets.values() for rule in rules]
    for rule in (*facets, *mappings.scopes):
        for test in (*rule.tests, *rule.alternatives):
            if not test.path:
                continue
            asked = found.setdefault(test.kind, {})
            known = asked.get(test.path, ())
            if test.values or test.excepted or known is None:
                asked[test.path] = None
            else:
                asked[test.path] = (*known, test.pattern) if test.pattern else known
    return found
