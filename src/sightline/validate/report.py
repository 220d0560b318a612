"""What a validation found: results that name a rule, a node and what to do."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from sightline.stores import Term
from sightline.terms import compact

Severity = Literal["violation", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")
"""Severities, the worst first."""


@dataclass(frozen=True, slots=True)
class Result:
    """One finding.

    ``rule`` is the IRI of the constraint and ``name`` what it requires, in few words; ``focus`` is
    the node at fault, ``path`` an IRI or a SPARQL property path ('' if the node as a whole is
    meant) and ``value`` the value at fault, if one is. ``see_also`` lists IRIs to read on at.
    """

    rule: str
    name: str
    severity: Severity
    focus: Term
    path: str
    value: Term | None
    message: str
    see_also: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, str, str, str, str, str]:
        """Sort key: severity, focus, rule, path, value, message."""
        value = self.value.n3() if self.value else ""
        worst = SEVERITIES.index(self.severity)
        return worst, self.focus.value, self.rule, self.path, value, self.message


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a validation, sorted: the worst severity first, then by node and rule.

    >>> Report(()).text()
    'Conforms: no findings.'
    """

    results: tuple[Result, ...]

    @property
    def conforms(self) -> bool:
        """Whether nothing violates; warnings and hints do not count."""
        return all(result.severity != "violation" for result in self.results)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many results there are of each severity."""
        found = Counter(result.severity for result in self.results)
        return {severity: found[severity] for severity in SEVERITIES}

    def text(self) -> str:
        """Write the report for people: two lines per result and one for the total."""
        lines = [line for result in self.results for line in _lines(result)]
        found = [
            f"{count} {severity}{'s' if count > 1 and severity != 'info' else ''}"
            for severity, count in self.counts.items()
            if count
        ]
        verdict = "Conforms" if self.conforms else "Does not conform"
        return "\n".join([*lines, f"{verdict}: {', '.join(found) or 'no findings'}."])


def show(term: Term) -> str:
    """Write a term for people: a name with its prefix, or a literal in quotes."""
    return compact(term.value) if term.kind == "iri" else term.n3()


def _short(path: str) -> str:
    return compact(re.sub("<([^>]*)>", lambda found: compact(found[1]), path))


def _lines(result: Result) -> list[str]:
    where = f" {_short(result.path)}" if result.path else ""
    what = f" {show(result.value)}" if result.value and result.value != result.focus else ""
    return [
        f"{result.severity}: {show(result.focus)}{where}{what}",
        f"    {result.message} [{compact(result.rule)}]",
    ]
