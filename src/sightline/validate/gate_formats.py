"""Write what a gate found for machines: JSON, JUnit XML, and Turtle in the terms of SHACL."""

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from sightline.stores import iri, literal
from sightline.terms import SH, compact, prefixes
from sightline.validate.cases import row_iri
from sightline.validate.gate import FailOn, Finding, Gate, Source, limited_to
from sightline.validate.places import place

_NOT_XML = {n: " " for n in range(32) if chr(n) not in "\t\n\r"}


def as_json(gate: Gate, fail_on: FailOn = "violation") -> str:
    """Write the findings as JSON; what deployments share stands with each of them."""
    content = {
        "schema": 1,
        "conforms": gate.conforms,
        "exit_code": gate.exit_code(fail_on),
        "counts": gate.counts,
        "policies": [policy.token for policy in gate.policies],
        "conforming": dict(sorted(gate.conforming.items())),
        "deployments": len(gate.deployments),
        "findings": [_finding(gate, finding) for finding in gate.findings],
        "warnings": list(gate.warnings),
        **({"notes": list(gate.notes)} if gate.notes else {}),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def junit(gate: Gate, fail_on: FailOn = "violation", now: datetime | None = None) -> str:
    """Write a test suite per policy and a test per deployment.

    An unknown fails where ``fail_on`` says so, and is skipped with its message otherwise: it never
    passes.
    """
    stamp = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S")
    root = ElementTree.Element("testsuites")
    for number, policy in enumerate(gate.policies):
        found = [f for f in gate.findings if f.policy.token == policy.token]
        failed = {
            id(f)
            for f in found
            if not f.accepted and (f.outcome == "violation" or fail_on != "violation")
        }
        passed = gate.conforming.get(policy.token, 0)
        suite = ElementTree.SubElement(
            root, "testsuite", name=policy.token, timestamp=stamp, hostname="localhost",
            tests=str(len(found) + passed), failures=str(len(failed)), errors="0", time="0",
            package="sightline", id=str(number),
        )  # fmt: skip
        ElementTree.SubElement(suite, "properties")
        for finding in found:
            own, at = finding.deployment, place(finding)
            test = _test(suite, own.label, f"{policy.token}.{own.file}")
            lines = [finding.message, *(f"Change: {c}" for c in gate.changes(finding))]
            text = _plain("\n".join([*lines, f"{at.file}:{at.line}"]))
            message = _plain(finding.message)
            if id(finding) in failed:
                tag = ElementTree.SubElement(test, "failure", type=finding.outcome, message=message)
            else:
                why = "accepted: " if finding.accepted else "unknown: "
                tag = ElementTree.SubElement(test, "skipped", message=why + message)
            tag.text = text
        for judgement in gate.judgements:
            if judgement.policy.token == policy.token and judgement.outcome == "conforms":
                for own in judgement.case.deployments:
                    if limited_to(policy, own) is False:
                        continue
                    _test(suite, own.label, f"{policy.token}.{own.file}")
        suite.set("tests", str(len(suite.findall("testcase"))))
        ElementTree.SubElement(suite, "system-out")
        ElementTree.SubElement(suite, "system-err")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def turtle(gate: Gate) -> str:
    """Write a ``sh:ValidationReport`` whose focus nodes are deployments.

    A result says its constraint, its row as ``sh:value``, and its policy as ``sh:sourceShape``.
    """
    head = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in prefixes().items()]
    body = ["[] a sh:ValidationReport ;", f"    sh:conforms {str(not gate.open).lower()}"]
    for finding in gate.open:
        for reason in finding.judgement.telling:
            answer = finding.judgement.case.answer
            row = next((r for r in finding.judgement.rows if r.key == reason.key), None)
            severity = "Violation" if finding.outcome == "violation" else "Warning"
            parts = [
                "a sh:ValidationResult",
                f"sh:resultSeverity {compact(SH[severity])}",
                f"sh:sourceShape {_name(finding.policy.iri)}",
                f"sh:sourceConstraint {_name(reason.constraint.iri)}",
                f"sh:focusNode {_name(finding.deployment.iri)}",
                f"sh:resultMessage {literal(reason.message, language='en').n3()}",
            ]
            if row is not None and reason.key is not None:
                parts.append(f"sh:value <{row_iri(answer, row)}>")
            body[-1] += " ;"
            body.append("    sh:result [\n        " + " ;\n        ".join(parts) + "\n    ]")
    return "\n".join([*head, "", *body]) + " .\n"


def _finding(gate: Gate, finding: Finding) -> dict[str, Any]:
    own, judgement = finding.deployment, finding.judgement
    accepted, at = finding.accepted, place(finding)
    return {
        "policy": finding.policy.token,
        "outcome": finding.outcome,
        "message": finding.message,
        "deployment": own.name,
        "account": own.account,
        "iri": own.iri,
        "file": at.file,
        "line": at.line,
        "cause": at.cause,
        "resource": {"file": own.file, "line": own.line},
        "reasons": [
            {"rule": reason.constraint.iri, "message": reason.message}
            for reason in judgement.telling
        ],
        "access": [row_iri(judgement.case.answer, row) for row in judgement.rows],
        "sources": [source_json(source) for source in gate.sources(finding)],
        "changes": list(gate.changes(finding)),
        "fingerprint": finding.fingerprint,
        "accepted": accepted
        and {
            "owner": accepted.owner,
            "reason": accepted.reason,
            "expires": accepted.expires.isoformat(),
        },
    }


def source_json(source: Source) -> dict[str, Any]:
    """Turn a statement and the place of its sentence into plain JSON values."""
    sentence = source.sentence
    return {
        "statement": source.statement.iri,
        "document": source.title,
        "version": source.version,
        "paraphrase": source.statement.paraphrase,
        "section": sentence.section if sentence else None,
        "deep_link": sentence.deep_link if sentence else None,
    }


def _test(suite: ElementTree.Element, name: str, group: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", name=_token(name), classname=_token(group), time="0"
    )


def _token(words: str) -> str:
    return " ".join(_plain(words).split()) or "-"


def _plain(words: str) -> str:
    return words.translate(_NOT_XML)


def _name(name: str) -> str:
    short = compact(name)
    return short if short != name else iri(name).n3()
