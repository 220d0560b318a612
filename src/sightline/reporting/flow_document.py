"""Write the drawing of a data flow as an SVG that stands alone: with what it shows and rests on."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from textwrap import wrap
from typing import Any
from xml.sax.saxutils import escape

from sightline.errors import one_line
from sightline.model import DeployedAccess, Deployment, Knowledge
from sightline.render.flow import flow_json
from sightline.render.flow_layout import lay_out
from sightline.render.flow_svg import INK, PAPER, SOFT, flow_svg
from sightline.render.wording import question_title, verdict_words
from sightline.reporting import naming

NAMED = 4
"""Deployments that a drawing names; of further ones it says how many there are."""

_MARGIN = 24
_FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_LETTER = 6.9
"""Width of an average letter of the text above a drawing, in pixels."""
_LEAD = 104

_NOTES = "Not stated is no denial and no permission. Derived by sightline; knowledge {}."

Drawing = tuple[str, float]
"""An SVG and its height in pixels."""


def drawing(knowledge: Knowledge, found: DeployedAccess, day: date) -> Drawing:
    """Draw an answer, light and fit to be printed; ages are counted at ``day``."""
    answer = found.answer
    flow = flow_json(knowledge, answer, day)
    layout = lay_out(flow)
    title = f"Data flow: {question_title(knowledge, {}, answer.question.data)}"
    inner = flow_svg(flow, verdict_words(knowledge), title=title)
    width = max(layout.width + 16, 640) + 2 * _MARGIN
    text, y = _lines(_about(knowledge, found, flow), width - 2 * _MARGIN, _MARGIN + 26)
    placed = ""
    if flow["edges"]:
        placed = inner.replace("<svg ", f'<svg x="{_MARGIN - 8}" y="{y + 14:.0f}" ', 1)
        y += layout.height + 40
    below, y = _lines(_awaited(knowledge, flow), width - 2 * _MARGIN, y)
    height = y + _MARGIN * 2
    return (
        "\n".join(
            [
                '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="about told"'
                f' viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
                f' height="{height:.0f}" font-family="{_FONT}" font-size="13" fill="{INK}">',
                f'<title id="about">{_text(f"{title}, {_named(found.deployments)}")}</title>',
                f'<desc id="told">{_text(_told(knowledge, flow))}</desc>',
                f'<rect width="{width:.0f}" height="{height:.0f}" fill="{PAPER}"/>',
                f'<text x="{_MARGIN}" y="{_MARGIN + 16}" font-size="19" font-weight="600">'
                f"{_text(title)}</text>",
                *text,
                placed,
                *below,
                f'<text x="{_MARGIN}" y="{height - 16:.0f}" font-size="11.5" fill="{SOFT}">'
                f"{_text(_NOTES.format(knowledge.digest[:19]))}</text>",
                "</svg>\n",
            ]
        ),
        height,
    )


def file_name(number: int, count: int, deployments: Sequence[Deployment]) -> str:
    """Name the file of a drawing, without its suffix: its number and the first deployment.

    >>> file_name(3, 12, ())
    '03-configuration'
    """
    first = deployments[0].label if deployments else "configuration"
    plain = re.sub(r"[^a-z0-9]+", "-", first.lower()).strip("-")[:40].rstrip("-")
    return f"{number:0{len(str(count))}}-{plain or 'deployment'}"


def _about(
    knowledge: Knowledge, found: DeployedAccess, flow: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Say what a drawing is of, as pairs of a lead and a text."""
    if found.deployments:
        yield "Deployments", _named(found.deployments)
    asked = found.answer.question
    yield (
        "Configuration",
        naming.configuration(knowledge, flow["configuration"], asked.configuration),
    )
    filters = [
        f"{name} {knowledge.named(name, token)}"
        for name, token in asked.filters.items()
        if name != "data"  # which the title names
    ]
    if filters:
        yield "Only", ", ".join(filters)
    for item in flow["assumptions"]:
        assumed = naming.assumption(knowledge, item["facet"], item["value"])
        yield "Assumed", f"{assumed} {item['because']}"
    for version in flow["documents"]:
        yield "Document", naming.version(version)
    if not flow["complete"]:
        reason = found.answer.incomplete_because or "incomplete"
        yield "No answer", f"{reason}. That is no pass: where data goes is not known."
    elif not flow["edges"]:
        yield "Not stated", "No document in force states anything about this. That is no denial."


def _lines(pairs: Iterable[tuple[str, str]], width: float, y: float) -> tuple[list[str], float]:
    """Write pairs as lines of text below a height; gives them and the height at which they end."""
    written = []
    for lead, told in pairs:
        for number, line in enumerate(wrap(one_line(told), int((width - _LEAD) / _LETTER)) or [""]):
            y += 17
            if not number:
                written.append(
                    f'<text x="{_MARGIN}" y="{y:.0f}" fill="{SOFT}">{_text(lead)}</text>'
                )
            written.append(f'<text x="{_MARGIN + _LEAD}" y="{y:.0f}">{_text(line)}</text>')
    return written, y


def _named(deployments: Sequence[Deployment]) -> str:
    if not deployments:
        return "configuration asked for"
    names = [naming.place(each) for each in deployments[:NAMED]]
    more = len(deployments) - NAMED
    return ", ".join([*names, *([f"and {more} more"] if more > 0 else [])])


def _awaited(knowledge: Knowledge, flow: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Write out what conditional answers await, which a picture cannot show."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for edge in flow["edges"]:
        for line in edge["lines"]:
            if line["condition"]:
                activity = knowledge.named("activity", edge["activity"])
                act = f"{edge['label']} ({activity})"
                actor = knowledge.label("actor", edge["actor"])
                own = found.setdefault((actor, tuple(line["condition"])), [])
                own.extend([act] if act not in own else [])
    lead = "Conditional"
    for (actor, conditions), acts in found.items():
        yield lead, f"{actor}, {', '.join(acts)}: {'; '.join(conditions)}"
        lead = ""


def _told(knowledge: Knowledge, flow: Mapping[str, Any]) -> str:
    """Tell in words what is drawn, for those who do not see it."""
    boxes = {box["id"]: box for box in flow["boxes"]}
    nodes = {node["id"]: node for node in flow["nodes"]}
    found = []
    for edge in flow["edges"]:
        if edge["kind"] != "row":
            continue
        word = knowledge.label("verdict", edge["verdict"])
        actor = knowledge.label("actor", edge["actor"]) if edge["actor"] else "Anyone"
        place = knowledge.inside(boxes.get(nodes[edge["to"]]["box"] or "", {}).get("label", ""))
        for line in edge["lines"]:
            data = ", ".join(knowledge.named("data", each) for each in line["data"])
            parts = [
                f"{word}: {actor}, {edge['label']}, {data or 'any data'}",
                knowledge.inside(place),
            ]
            found.append("; ".join(filter(None, [*parts, *line["how_long"], *line["condition"]])))
    return ". ".join(found) + "." if found else "Nothing is drawn, as nothing is stated."


def _text(text: str) -> str:
    return escape(one_line(text))
