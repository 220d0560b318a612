"""Write what a gate found as SARIF 2.1.0, with the way from the line to the sentence."""

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from sightline.validate.gate import Finding, Gate
from sightline.validate.places import Place, deployment_place, place, properties

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SOURCES = 20
"""How many sentences one result leads to at most; the others are in the JSON form."""


def sarif(gate: Gate, version: str) -> str:
    """Write one run: a rule per policy, a result per finding, accepted ones as suppressed."""
    numbers = {policy.token: number for number, policy in enumerate(gate.policies)}
    driver = {
        "name": "sightline",
        "version": version,
        "informationUri": "https://w3id.org/sightline/",
        "rules": [
            {
                "id": policy.token,
                "name": "".join(part.capitalize() for part in policy.token.split("-")),
                "shortDescription": {"text": policy.label},
                "fullDescription": {"text": policy.definition or policy.label},
                "helpUri": policy.iri,
                "properties": {"tags": ["privacy", "data-access"]},
            }
            for policy in gate.policies
        ],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(gate, finding, numbers[finding.policy.token]) for finding in gate.findings
        ],
    }
    if gate.warnings or gate.notes:
        notes = [{"level": "warning", "message": {"text": words}} for words in gate.warnings]
        notes += [{"level": "note", "message": {"text": words}} for words in gate.notes]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _result(gate: Gate, finding: Finding, number: int) -> dict[str, Any]:
    changes = "".join(f" Change: {change}." for change in gate.changes(finding))
    result: dict[str, Any] = {
        "ruleId": finding.policy.token,
        "ruleIndex": number,
        "kind": "fail" if finding.outcome == "violation" else "review",
        "level": "error" if finding.outcome == "violation" else "none",
        "message": {"text": f"{finding.deployment.name}: {finding.message}{changes}"},
        "locations": [_location(finding, place(finding))],
        "partialFingerprints": {"sightline/v1": finding.fingerprint},
        "properties": {"outcome": finding.outcome, "changes": list(gate.changes(finding))},
    }
    others = list(_others(finding))
    if others:
        result["relatedLocations"] = [
            {"id": number, **_location(finding, at)} for number, at in enumerate(others, 1)
        ]
    steps = list(_steps(gate, finding))
    result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": s} for s in steps]}]}]
    if finding.accepted:
        accepted = finding.accepted
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{accepted.reason} ({accepted.owner}, until {accepted.expires})",
            }
        ]
    return result


def _steps(gate: Gate, finding: Finding) -> Iterator[dict[str, Any]]:
    """Lead from the deployment and its property through the rule to the sentences."""
    yield _location(finding, deployment_place(finding))
    if place(finding).cause:
        yield _location(finding, place(finding))
    for reason in finding.judgement.telling[:_SOURCES]:
        yield {
            "logicalLocations": [{"fullyQualifiedName": reason.constraint.iri, "kind": "rule"}],
            "message": {"text": f"the rule that {reason.constraint.name}: {reason.message}"},
        }
    for number, source in enumerate(gate.sources(finding)):
        if number == _SOURCES:
            return
        sentence = source.sentence
        section = f", section '{sentence.section}'" if sentence else ""
        step: dict[str, Any] = {
            "logicalLocations": [{"fullyQualifiedName": source.statement.iri, "kind": "statement"}],
            "message": {
                "text": f"{source.title} ({source.version}){section}: {source.statement.paraphrase}"
            },
        }
        if sentence and sentence.deep_link:
            step["physicalLocation"] = {"artifactLocation": {"uri": sentence.deep_link}}
        yield step


def _others(finding: Finding) -> Iterator[Place]:
    """Give the lines besides the first: of the deployment, and of all else that has changed."""
    first = place(finding)
    if first.cause:
        yield deployment_place(finding)
    for at in properties(finding):
        if at.cause in finding.changed and (at.file, at.line) != (first.file, first.line):
            yield at


def _location(finding: Finding, at: Place) -> dict[str, Any]:
    own = finding.deployment
    words = f"{at.cause} of {own.name}" if at.cause else f"the deployment {own.name}"
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(at.file),
            "region": {"startLine": max(at.line, 1)},
        },
        "logicalLocations": [
            {
                "name": own.name,
                "fullyQualifiedName": own.label,
                "kind": "resource",
            }
        ],
        "message": {"text": words},
    }


def _artifact(file: str) -> dict[str, str]:
    """Name a file as SARIF does: a URI, relative to the folder of the run where it can be.

    >>> _artifact("infra/main file.json")
    {'uri': 'infra/main%20file.json', 'uriBaseId': '%SRCROOT%'}
    """
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}
