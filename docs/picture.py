"""Draw the picture of the ontology: one list of boxes and arrows, as SVG and as Mermaid."""

from dataclasses import dataclass, field

SIZE = (1120, 720)
_LINE = 18


@dataclass(frozen=True)
class Box:
    """A class, or a group of properties; ``x`` and ``y`` are the centre in pixels."""

    name: str
    x: int
    y: int
    lines: tuple[tuple[str, str], ...] = field(default=())
    """Property and class, where the box stands for a group."""

    @property
    def half(self) -> tuple[float, float]:
        """Half the width and half the height in pixels."""
        return (120, 22 + _LINE * len(self.lines) / 2) if self.lines else (82, 20)


BOXES = (
    Box("Document", 130, 50),
    Box("DocumentVersion", 410, 50),
    Box("Evidence", 700, 50),
    Box("Claim", 960, 50),
    Box("Statement", 560, 220),
    Box(
        "what it is about",
        140,
        300,
        (
            ("hasActivity", "Activity"),
            ("hasActor", "Actor"),
            ("hasAction", "Action"),
            ("hasData", "DataCategory"),
            ("hasTarget", "Target"),
        ),
    ),
    Box(
        "what describes it",
        980,
        290,
        (
            ("hasProcessingPlace", "Place"),
            ("hasStoragePlace", "Place"),
            ("hasActorPlace", "Place"),
            ("hasBoundary", "Place"),
            ("hasRetention", "Duration"),
            ("hasSafeguard", "Safeguard"),
            ("hasPurpose", "Purpose"),
            ("hasRole", "Role"),
        ),
    ),
    Box("EffectiveAccess", 560, 410),
    Box("Verdict", 110, 560),
    Box("Rule", 310, 560),
    Box("AwaitedCondition", 510, 560),
    Box("Configuration", 720, 560),
    Box("Condition", 980, 560),
    Box("FacetValue", 720, 670),
    Box("Facet", 980, 670),
)

ARROWS = (
    ("DocumentVersion", "versionOf", "Document"),
    ("Statement", "inVersion", "DocumentVersion"),
    ("Statement", "hasEvidence", "Evidence"),
    ("Statement", "makesClaim", "Claim"),
    ("Statement", "", "what it is about"),
    ("Statement", "", "what describes it"),
    ("Statement", "hasScope appliesWhen onlyWhen requires", "Condition"),
    ("EffectiveAccess", "supportedBy deniedBy describedBy", "Statement"),
    ("EffectiveAccess", "", "what it is about"),
    ("EffectiveAccess", "", "what describes it"),
    ("EffectiveAccess", "hasVerdict", "Verdict"),
    ("EffectiveAccess", "byRule", "Rule"),
    ("EffectiveAccess", "awaits", "AwaitedCondition"),
    ("EffectiveAccess", "hasConfiguration", "Configuration"),
    ("AwaitedCondition", "awaitsValue", "FacetValue"),
    ("Configuration", "hasCandidate", "FacetValue"),
    ("Condition", "acceptsValue", "FacetValue"),
    ("Condition", "onFacet", "Facet"),
    ("FacetValue", "ofFacet", "Facet"),
)

_STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1f2328; text-anchor: middle }
  .name { font-weight: 600 }
  .group { font-style: italic }
  .left { text-anchor: start }
  .right { text-anchor: end; font-weight: 600 }
  .label { font-size: 12px; fill: #0550ae }
  rect { fill: #f6f8fa; stroke: #57606a }
  .core { fill: #ddf4ff; stroke: #0550ae }
  .paper { fill: #ffffff; stroke: none }
  line { stroke: #57606a }
"""


def terms() -> set[str]:
    """Name every class and property that the picture shows."""
    shown = {box.name for box in BOXES if not box.lines}
    shown |= {name for box in BOXES for line in box.lines for name in line}
    return shown | {name for _, label, _ in ARROWS for name in label.split()}


def mermaid() -> str:
    """Write the picture as a Mermaid flow chart."""
    ids = {box.name: box.name.title().replace(" ", "") for box in BOXES}
    out = ["flowchart LR"]
    for box in BOXES:
        rows = "<br>".join(f"{prop} → {cls}" for prop, cls in box.lines)
        text = f"<i>{box.name}</i><br>{rows}" if rows else box.name
        out.append(f'    {ids[box.name]}["{text}"]')
    for start, label, end in ARROWS:
        words = f"|{label.replace(' ', '<br>')}|" if label else ""
        out.append(f"    {ids[start]} -->{words} {ids[end]}")
    return "\n".join(out)


def svg() -> str:
    """Write the picture as SVG."""
    width, height = SIZE
    boxes = {box.name: box for box in BOXES}
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>The classes and properties of sightline</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8"',
        ' markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#57606a"/></marker>',
        "</defs>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    labels: list[str] = []
    for start, label, end in ARROWS:
        x1, y1 = _edge(boxes[start], boxes[end])
        x2, y2 = _edge(boxes[end], boxes[start])
        out.append(
            f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}"'
            ' marker-end="url(#tip)"/>'
        )
        at = 0.7 if label.count(" ") > 2 else 0.5  # a tall label would hide a crossing
        labels += _label(label.split(), x1 + (x2 - x1) * at, y1 + (y2 - y1) * at)
    for box in BOXES:
        out += _drawn(box)
    return "\n".join([*out, *labels, "</svg>", ""])


def _drawn(box: Box) -> list[str]:
    w, h = box.half
    core = ' class="core"' if box.name in ("Statement", "EffectiveAccess") else ""
    out = [
        f'<rect{core} x="{box.x - w:.0f}" y="{box.y - h:.0f}"'
        f' width="{2 * w:.0f}" height="{2 * h:.0f}" rx="6"/>'
    ]
    if not box.lines:
        return [*out, f'<text class="name" x="{box.x}" y="{box.y + 5}">{box.name}</text>']
    top = box.y - h + 22
    out.append(f'<text class="group" x="{box.x}" y="{top:.0f}">{box.name}</text>')
    for number, (prop, cls) in enumerate(box.lines, 1):
        y = top + _LINE * number
        out.append(f'<text class="left" x="{box.x - w + 10:.0f}" y="{y:.0f}">{prop}</text>')
        out.append(f'<text class="right" x="{box.x + w - 10:.0f}" y="{y:.0f}">{cls}</text>')
    return out


def _label(words: list[str], x: float, y: float) -> list[str]:
    if not words:
        return []
    widest, height = max(map(len, words)) * 6.6 + 6, 15 * len(words)
    out = [
        f'<rect class="paper" x="{x - widest / 2:.0f}" y="{y - height / 2:.0f}"'
        f' width="{widest:.0f}" height="{height}"/>'
    ]
    first = y - height / 2 + 11.5
    return out + [
        f'<text class="label" x="{x:.0f}" y="{first + 15 * n:.0f}">{word}</text>'
        for n, word in enumerate(words)
    ]


def _edge(box: Box, towards: Box) -> tuple[float, float]:
    """Find where the line from a box's centre to another's leaves the box."""
    dx, dy = towards.x - box.x, towards.y - box.y
    w, h = box.half
    scale = min(w / abs(dx) if dx else 1e9, h / abs(dy) if dy else 1e9)
    return box.x + dx * scale, box.y + dy * scale
