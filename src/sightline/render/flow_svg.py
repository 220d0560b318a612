"""Draw a data flow as SVG that stands alone: for pages, where styles colour it, and for files.

What is drawn carries ``data-`` attributes that name it, so that a script can move it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from sightline.render.flow_layout import (
    FINE,
    WIDE,
    Layout,
    Rect,
    detail_lines,
    lay_out,
    tag_width,
    title_lines,
)

INK, SOFT, RULE, PAPER, SUNKEN = "#1b2026", "#525a63", "#8a929b", "#ffffff", "#f6f7f5"
STYLES = {
    "permitted": ("#17603a", "#e4f3ea", ""),
    "conditional": ("#7a4b00", "#fdf1d8", "7 4"),
    "contradictory": ("#6b2a86", "#f4e8fa", "10 3 2 3"),
    "prohibited": ("#94202f", "#fbe9ea", "2 4"),
    "not-stated": ("#4b525a", "#eff0f0", "1 5"),
}
"""Verdict -> colour, its soft shade, and the dashes of its lines."""
MIXED = "mixed"

_OTHER = (SOFT, PAPER, "")
_FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Flow = Mapping[str, Any]
Link = Callable[[Flow], str | None]
Words = Mapping[str, tuple[str, str]]
"""Verdict -> its sign and its word, in the order of the legend."""


def flow_svg(flow: Flow, words: Words, link: Link = lambda node: None, title: str = "") -> str:
    """Draw a flow as ``flow_json`` gives it; ``link`` gives the address that a node leads to."""
    layout = lay_out(flow)
    name = title or "Data flow"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="group"'
        f" aria-label={_attribute(name)}"
        f' viewBox="-8 -8 {layout.width + 16:.0f} {layout.height + 16:.0f}"'
        f' width="{layout.width + 16:.0f}" height="{layout.height + 16:.0f}"'
        f" font-family={_attribute(_FONT)} font-size='13' fill='{INK}'>",
        f"<title>{_text(name)}</title>",
        f'<rect class="flow-paper" x="-8" y="-8" width="{layout.width + 16:.0f}"'
        f' height="{layout.height + 16:.0f}" fill="{PAPER}"/>',
    ]
    parts += [_box(box, layout.boxes[box["id"]]) for box in _outer_first(flow)]
    parts += [_edge(edge, layout) for edge in flow["edges"]]
    parts += [_tag(edge, layout, words) for edge in flow["edges"]]
    parts += [_node(node, layout, link(node)) for node in flow["nodes"]]
    parts += [_legend(layout, words), "</svg>"]
    return "\n".join(parts)


def _outer_first(flow: Flow) -> list[Flow]:
    parents = {box["id"]: box["parent"] for box in flow["boxes"]}

    def depth(box: str | None) -> int:
        return 1 + depth(parents[box]) if box else 0

    return sorted(flow["boxes"], key=lambda box: depth(box["id"]))


def _box(box: Flow, rect: Rect) -> str:
    stated = list(box["stated"])
    room = rect.width - 36 - len(box["label"]) * WIDE
    shown = list(stated)
    while shown and len(", ".join(shown)) * FINE > room - 60 * (len(shown) < len(stated)):
        shown.pop()
    more = len(stated) - len(shown)
    said = ", ".join([*shown, *([f"and {more} more"] if more and shown else [])])
    style = f'class="flow-note" dx="8" font-size="11.5" font-weight="400" fill="{SOFT}"'
    note = f"<tspan {style}>{_text(said)}</tspan>"
    place = box["kind"] not in ("open", "not-stated", "denied", "silent")
    dashes = "" if place else ' stroke-dasharray="3 4"'
    parent = f" data-parent={_attribute(box['parent'])}" if box["parent"] else ""
    return (
        f'<g class="flow-box flow-box-{box["kind"]}" data-box="{box["id"]}"{parent}>'
        f"<title>{_text(', '.join([box['label'], *stated]))}</title>"
        f'<rect x="{rect.x:.0f}" y="{rect.y:.1f}" width="{rect.width:.0f}"'
        f' height="{rect.height:.1f}" rx="8" fill="{SUNKEN}" stroke="{RULE}"{dashes}/>'
        f'<text x="{rect.x + 12:.0f}" y="{rect.y + 19:.1f}" font-weight="600" font-size="12.5">'
        f"{_text(box['label'])}{note}</text></g>"
    )


def _edge(edge: Flow, layout: Layout) -> str:
    line = layout.edges[edge["id"]]
    verdict = _verdict(edge)
    colour, _, dashes = STYLES.get(verdict, _OTHER)
    x, y = line.end
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<g class="flow-edge verdict-{verdict}" data-edge="{edge["id"]}"'
        f' data-from="{edge["from"]}" data-to="{edge["to"]}"'
        f' fill="none" stroke="{colour}" stroke-width="1.6">'
        f'<path class="flow-line" d="{line.path}"{dashed}/>'
        f'<path class="flow-head" d="{_head(verdict)}" transform="translate({x:.0f} {y:.1f})"/></g>'
    )


def _head(verdict: str) -> str:
    return "M-12-5l9 10m0-10l-9 10" if verdict == "prohibited" else "M-8-4.5L-1 0L-8 4.5"


def _tag(edge: Flow, layout: Layout, words: Words) -> str:
    verdict = _verdict(edge)
    colour, soft, _ = STYLES.get(verdict, _OTHER)
    x, y = layout.edges[edge["id"]].tag
    if edge["kind"] == "data":
        counts = [(words[v][0], n) for v, n in edge["verdicts"].items() if v in words]
        text = counts[0][0] if len(counts) == 1 else " ".join(f"{s}{n}" for s, n in counts)
        about = ", ".join(f"{words[v][1]}: {n}" for v, n in edge["verdicts"].items() if v in words)
    else:
        text = f"{words[verdict][0]} {edge['label']}"
        conditions = dict.fromkeys(text for line in edge["lines"] for text in line["condition"])
        about = ". ".join([f"{words[verdict][1]}: {edge['label']}", *conditions])
    width = tag_width(text)
    return (
        f'<g class="flow-tag verdict-{verdict}" data-tag="{edge["id"]}" data-width="{width:.0f}"'
        f' transform="translate({x:.0f} {y:.1f})"><title>{_text(about)}</title>'
        f'<rect x="0" y="-10" width="{width:.0f}" height="20" rx="10" fill="{soft}"'
        f' stroke="{PAPER}"/><text x="{width / 2:.1f}" y="4" text-anchor="middle" font-size="11.5"'
        f' fill="{colour}" font-weight="600">{_text(text)}</text></g>'
    )


def _node(node: Flow, layout: Layout, address: str | None) -> str:
    rect = layout.nodes[node["id"]]
    kind = node["kind"]
    middle = f'<g class="flow-text" transform="translate(0 {_text_top(node, rect):.1f})">'
    lines = []
    y = 0.0
    for text in title_lines(node):
        y += 17
        lines.append(f'<text x="32" y="{y:.0f}" font-weight="600">{_text(text)}</text>')
    for text in detail_lines(node):
        y += 15
        lines.append(
            f'<text class="flow-note" x="32" y="{y:.0f}" font-size="11.5" fill="{SOFT}">'
            f"{_text(text)}</text>"
        )
    box = f" data-box={_attribute(node['box'])}" if node["box"] else ""
    href = ""
    if address:  # lines of text alone would be read without blanks between them
        name = ", ".join(filter(None, (node["label"], node["detail"])))
        href = f" href={_attribute(address)} aria-label={_attribute(name)}"
    tag = "a" if address else "g"
    return (
        f'<{tag} class="flow-node flow-{kind}" data-node="{node["id"]}"{box}{href}'
        f' data-width="{rect.width:.0f}" data-height="{rect.height:.1f}"'
        f' transform="translate({rect.x:.0f} {rect.y:.1f})">'
        f"{_shape(kind, rect)}{_sign(kind, _text_top(node, rect))}"
        f"{middle}{''.join(lines)}</g></{tag}>"
    )


def _text_top(node: Flow, rect: Rect) -> float:
    height = len(title_lines(node)) * 17 + len(detail_lines(node)) * 15
    if node["kind"] == "data":
        return 8  # at the top, where a high drawing begins to be read
    return (rect.height - height) / 2 - 3 + (3 if node["kind"] == "store" else 0)


def _shape(kind: str, rect: Rect) -> str:
    """Draw the outline: a cylinder for a store, round ends for an actor."""
    width, height = rect.width, rect.height
    paint = f'fill="{PAPER}" stroke="{INK}" stroke-width="1.1"'
    if kind == "store":
        right, low = f"{width - 0.5:.1f}", f"{height - 7:.1f}"
        return (
            f'<path class="flow-shape" d="M0.5 7V{low}C0.5 {height + 1:.1f} {right} '
            f"{height + 1:.1f} {right} {low}V7C{right} -1 0.5 -1 0.5 7"
            f'C0.5 15 {right} 15 {right} 7" {paint}/>'
        )
    round_ends = min(height / 2, 22) if kind == "actor" else 5
    return (
        f'<rect class="flow-shape" width="{width:.0f}" height="{height:.1f}"'
        f' rx="{round_ends:.1f}" {paint}/>'
    )


def _sign(kind: str, top: float) -> str:
    """Draw the sign of a kind of node, left of its title."""
    paths = {
        "actor": "M6 5.2a2.6 2.6 0 1 0-.01 0M1 13c0-6 10-6 10 0",
        "activity": "M6 1.5a5 5 0 1 1-4.4 2.6M1 1.5l.4 3 3-.4",
        "store": "M1 3h10M1 7h10M1 11h10",
        "data": "M2 1h5l3 3v9H2zM7 1v3h3",
    }
    return (
        f'<path class="flow-sign" d="{paths.get(kind, "")}" transform="translate(12 {top + 5:.1f})"'
        f' fill="none" stroke="{SOFT}" stroke-width="1.4"/>'
    )


def _legend(layout: Layout, words: Words) -> str:
    x = 0.0
    parts = []
    for verdict, (sign, word) in words.items():
        colour, _, dashes = STYLES.get(verdict, _OTHER)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(
            f'<g class="flow-edge verdict-{verdict}" transform="translate({x:.0f} 0)" fill="none"'
            f' stroke="{colour}" stroke-width="1.6"><path class="flow-line" d="M0 0H40"{dashed}/>'
            f'<path class="flow-head" d="{_head(verdict)}" transform="translate(44 0)"/></g>'
            f'<text x="{x + 52:.0f}" y="4" font-size="12">{_text(f"{sign} {word}")}</text>'
        )
        x += 52 + tag_width(f"{sign} {word}") + 8
    place = f'data-legend="" transform="translate(0 {layout.height - 8:.0f})"'
    return f'<g class="flow-legend" {place}>{"".join(parts)}</g>'


def _verdict(edge: Flow) -> str:
    """Give the verdict that an edge shows; data that leads to several is mixed."""
    if edge["kind"] == "data":
        [*verdicts] = edge["verdicts"]
        return str(verdicts[0]) if len(verdicts) == 1 else MIXED
    return str(edge["verdict"])


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))
