"""Write a report for machines: JSON, and Turtle in the terms of SHACL."""

import json
from collections.abc import Iterator

from sightline.stores import Term, iri, literal, node
from sightline.terms import SH, compact, prefixes
from sightline.validate.report import Report, Result


def as_json(report: Report) -> str:
    """Write a report as JSON; blank nodes begin with ``_:``, absent parts are null or empty.

    >>> print(as_json(Report(())))
    {
      "schema": 1,
      "conforms": true,
      "counts": {
        "violation": 0,
        "warning": 0,
        "info": 0
      },
      "results": []
    }
    """
    content = {
        "schema": 1,
        "conforms": report.conforms,
        "counts": report.counts,
        "results": [
            {
                "rule": result.rule,
                "name": result.name,
                "severity": result.severity,
                "focus": _plain(result.focus),
                "path": result.path or None,
                "value": _plain(result.value) if result.value else None,
                "message": result.message,
                "see_also": list(result.see_also),
            }
            for result in report.results
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def as_turtle(report: Report) -> str:
    """Write a report as a ``sh:ValidationReport``.

    As SHACL has it, ``sh:conforms`` is false as soon as there is any result, of any severity. The
    rule stands as ``sh:sourceShape``. A path that is not a single property is left out.
    """
    head = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in prefixes().items()]
    body = ["[] a sh:ValidationReport ;", f"    sh:conforms {str(not report.results).lower()}"]
    for result in report.results:
        properties = " ;\n".join(f"        {p} {_turtle(term)}" for p, term in _parts(result))
        body[-1] += " ;"
        body.append(f"    sh:result [\n        a sh:ValidationResult ;\n{properties}\n    ]")
    return "\n".join([*head, "", *body]) + " .\n"


def _parts(result: Result) -> Iterator[tuple[str, Term]]:
    yield "sh:resultSeverity", iri(SH[result.severity.capitalize()])
    yield "sh:sourceShape", node(result.rule)
    yield "sh:focusNode", result.focus
    if result.path and result.path[0] not in "<^(":
        yield "sh:resultPath", iri(result.path)
    if result.value:
        yield "sh:value", result.value
    yield "sh:resultMessage", literal(result.message, language="en")


def _plain(term: Term) -> str:
    return f"_:{term.value}" if term.kind == "bnode" else term.value


def _turtle(term: Term) -> str:
    short = compact(term.value) if term.kind == "iri" else ""
    return short if short and short != term.value else term.n3()
