"""Write what a gate found for people: text, a Markdown summary, and GitHub annotations."""

from sightline.validate.gate import Finding, Gate, Source
from sightline.validate.places import place

_SHOWN = 10
"""How many deployments of one finding people are shown."""
_SOURCES = 3
"""How many sections behind one finding people are shown."""


def text(gate: Gate) -> str:
    """Write the findings by policy and cause, each with its deployments, evidence and advice."""
    lines = []
    for shared in _shared(gate):
        first = shared[0]
        lines.append(f"{first.outcome}: {first.policy.token}: {first.message}")
        lines += [f"    {_place(f)}" for f in shared[:_SHOWN]]
        if len(shared) > _SHOWN:
            lines.append(f"    and {len(shared) - _SHOWN} more")
        lines += [f"    source: {words}" for words in _sources(gate, first)]
        lines += [f"    change: {words}" for words in gate.changes(first)]
    lines += [
        f"accepted: {f.policy.token}: {_place(f)}: {f.accepted.reason} "
        f"({f.accepted.owner}, until {f.accepted.expires})"
        for f in gate.findings
        if f.accepted
    ]
    lines += [f"warning: {words}" for words in gate.warnings]
    lines += [f"note: {words}" for words in gate.notes]
    return "\n".join([*lines, _total(gate)])


def markdown(gate: Gate) -> str:
    """Write a summary for a pull request or a job's page."""
    lines = [f"## sightline: {_total(gate)}", ""]
    if gate.open:
        lines += [
            "| outcome | policy | deployment | where | what to change |",
            "|---|---|---|---|---|",
        ]
    for finding in gate.open:
        own, at = finding.deployment, place(finding)
        what = "; ".join(gate.changes(finding)) or finding.message
        cells = (finding.outcome, finding.policy.label, own.name, f"{at.file}:{at.line}", what)
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    sources = dict.fromkeys(
        _linked(source) for shared in _shared(gate) for source in gate.sources(shared[0])
    )
    if sources:
        lines += ["", "On whose word:", "", *(f"- {source}" for source in sources)]
    lines += (
        ["", *(f"- warning: {_cell(words)}" for words in gate.warnings)] if gate.warnings else []
    )
    lines += ["", *(f"- note: {_cell(words)}" for words in gate.notes)] if gate.notes else []
    return "\n".join(lines) + "\n"


def github(gate: Gate) -> str:
    """Write workflow commands that annotate lines of the files in a pull request."""
    lines = []
    for finding in gate.open:
        own, at = finding.deployment, place(finding)
        kind = "error" if finding.outcome == "violation" else "warning"
        changes = "".join(f"\nChange: {change}" for change in gate.changes(finding))
        told = f"{own.name}: {finding.message}{changes}"
        where = f"file={_property(at.file)},line={max(at.line, 1)}"
        title = _property(f"sightline {finding.policy.token}: {finding.outcome}")
        lines.append(f"::{kind} {where},title={title}::{_data(told)}")
    lines += [f"::warning title=sightline::{_data(words)}" for words in gate.warnings]
    lines += [f"::notice title=sightline::{_data(words)}" for words in gate.notes]
    lines.append(f"::notice title=sightline::{_data(_total(gate))}")
    return "\n".join(lines) + "\n"


def _shared(gate: Gate) -> list[list[Finding]]:
    found: dict[tuple[object, ...], list[Finding]] = {}
    for finding in gate.open:
        key = (finding.policy.token, finding.outcome, finding.message, gate.changes(finding))
        found.setdefault(key, []).append(finding)
    return list(found.values())


def _sources(gate: Gate, finding: Finding) -> list[str]:
    """Name the sections behind a finding, each with the link to its first sentence."""
    found: dict[str, str] = {}
    for source in gate.sources(finding):
        sentence = source.sentence
        section = f", section '{sentence.section}'" if sentence else ""
        link = f" {sentence.deep_link}" if sentence and sentence.deep_link else ""
        found.setdefault(f"{source.title} ({source.version}){section}", link)
    return [name + link for name, link in list(found.items())[:_SOURCES]]


def _linked(source: Source) -> str:
    sentence = source.sentence
    name = f"{source.title} ({source.version})"
    if sentence is None:
        return _cell(name)
    section = _cell(f"{name}, {sentence.section}")
    return f"[{section}]({sentence.deep_link})" if sentence.deep_link else section


def _place(finding: Finding) -> str:
    own, at = finding.deployment, place(finding)
    return f"{own.label} at {at.file}:{at.line}"


def _total(gate: Gate) -> str:
    counts = gate.counts
    words = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    judged = len(gate.deployments)
    verdict = "Conforms" if gate.conforms else "Does not conform"
    if not counts["violation"] and counts["unknown"]:
        verdict = "Not known to conform"
    of = f"{judged} deployment{'' if judged == 1 else 's'}"
    return f"{verdict}: {words or 'no findings'}; {of}."


def _cell(words: str) -> str:
    plain = " ".join(words.split())
    return plain.translate({ord(c): f"\\{c}" for c in "|[]<>`"})


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
