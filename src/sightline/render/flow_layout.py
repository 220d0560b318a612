"""Lay out a data flow without any library: places as lanes, data to the left, actors to the right.

Every box is as wide as the drawing, less what encloses it; inside, activities and stores stand in
one column and actors in another, so that no line crosses a node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

BAR = 112
"""Width of the node that data flows from."""
LANES = BAR + 28
PAD = 12
HEAD = 28
GAP = 12
LEAD = 92
"""Width before the first column, for what stands on lines."""
FIRST, GUTTER, SECOND = 196, 172, 184
PORT = 28
"""Least distance between the lines that leave a node."""
ENTRY = 15
"""Least distance between the lines that reach a node."""
LEGEND = 34
LINE = 17
WIDE = 8.2
"""Width of an average letter of a title, in pixels."""
FINE = 6.7

Flow = Mapping[str, Any]


@dataclass(slots=True)
class Rect:
    """Where something stands, in pixels from the top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height


@dataclass(slots=True)
class Line:
    """The way of an edge, and the left end of what is written on it."""

    path: str
    end: tuple[float, float]
    tag: tuple[float, float]


@dataclass(slots=True)
class Layout:
    """Where everything stands; the legend fills the lower end."""

    width: float = 0
    height: float = 0
    boxes: dict[str, Rect] = field(default_factory=dict)
    nodes: dict[str, Rect] = field(default_factory=dict)
    edges: dict[str, Line] = field(default_factory=dict)


def title_lines(node: Flow) -> list[str]:
    """Break the title of a node into lines.

    >>> title_lines({"kind": "activity", "label": "Abuse monitoring storage"})
    ['Abuse monitoring', 'storage']
    """
    return wrap(node["label"], int((_width(node) - 44) / WIDE)) or [""]


def detail_lines(node: Flow) -> list[str]:
    """Break the fine print of a node into lines."""
    return wrap(node["detail"], int((_width(node) - 44) / FINE))


def tag_width(text: str) -> float:
    """Give the width of what stands on an edge."""
    return len(text) * FINE + 16


def lay_out(flow: Flow) -> Layout:
    """Lay out a flow as ``flow_json`` gives it."""
    made = Layout()
    leaving, entering = _ends(flow, "from"), _ends(flow, "to")
    [source] = [node for node in flow["nodes"] if node["kind"] == "data"]
    sizes = {
        node["id"]: (
            _width(node),
            max(
                _text_height(node),
                len(leaving.get(node["id"], ())) * PORT if node is not source else 0,
                len(entering.get(node["id"], ())) * ENTRY,
            ),
        )
        for node in flow["nodes"]
    }
    columns = _Columns(flow)
    made.width = columns.second + SECOND + (columns.depth + 1) * PAD
    y = 0.0
    for box in columns.children.get(None, ()):
        y = _place(box, 0, y, flow, columns, sizes, made) + GAP
    bottom = max(y - GAP, _text_height(source))
    made.nodes[source["id"]] = Rect(0, 0, BAR, bottom)
    made.height = bottom + LEGEND
    _draw(flow, leaving, entering, source["id"], made)
    return made


class _Columns:
    """Where columns begin, and which boxes a box has, from how deep boxes lie in each other."""

    def __init__(self, flow: Flow) -> None:
        self.children: dict[str | None, list[Flow]] = {}
        for box in flow["boxes"]:
            self.children.setdefault(box["parent"], []).append(box)
        self.depth = self._depth(None)
        self.first = LANES + self.depth * PAD + LEAD
        self.second = self.first + FIRST + GUTTER

    def _depth(self, box: str | None) -> int:
        return max((1 + self._depth(b["id"]) for b in self.children.get(box, ())), default=0)


def _place(
    box: Flow,
    depth: int,
    top: float,
    flow: Flow,
    columns: _Columns,
    sizes: Mapping[str, tuple[float, float]],
    made: Layout,
) -> float:
    """Place a box at ``top`` with all that is in it; gives its lower edge."""
    here = [node for node in flow["nodes"] if node["box"] == box["id"]]
    start = top + HEAD
    left = start
    for node in here:
        if node["kind"] != "actor":
            width, height = sizes[node["id"]]
            made.nodes[node["id"]] = Rect(columns.first, left, width, height)
            left += height + GAP
    right = start
    actors = [node for node in here if node["kind"] == "actor"]
    for node in sorted(actors, key=lambda node: _wanted(node, flow, made)):
        width, height = sizes[node["id"]]
        y = max(right, min(_wanted(node, flow, made), left) - height / 2)
        made.nodes[node["id"]] = Rect(columns.second, y, width, height)
        right = y + height + GAP
    y = max(left, right) if here else start
    for child in columns.children.get(box["id"], ()):
        y = _place(child, depth + 1, y, flow, columns, sizes, made) + GAP
    x = LANES + depth * PAD
    made.boxes[box["id"]] = Rect(x, top, made.width - x - depth * PAD - PAD / 2, y - top)
    return y


def _wanted(node: Flow, flow: Flow, made: Layout) -> float:
    """Give the height at which an actor is best reached: that of the activities beside it."""
    known = [
        made.nodes[edge["from"]]
        for edge in flow["edges"]
        if edge["to"] == node["id"] and edge["from"] in made.nodes
    ]
    near = [rect.y + rect.height / 2 for rect in known]
    return sum(near) / len(near) if near else 0.0


def _draw(
    flow: Flow,
    leaving: Mapping[str, Sequence[Flow]],
    entering: Mapping[str, Sequence[Flow]],
    source: str,
    made: Layout,
) -> None:
    """Draw the edges: straight from the data, curved between activities and actors."""
    starts: dict[str, float] = {}
    ends: dict[str, float] = {}
    for side, far, heights in ((leaving, "to", starts), (entering, "from", ends)):
        for node, edges in side.items():
            rect = made.nodes[node]
            heights_far = [(made.nodes[edge[far]].y, edge["id"]) for edge in edges]
            for place, (_, edge_id) in enumerate(sorted(heights_far)):
                heights[edge_id] = rect.y + rect.height * (place + 0.5) / len(edges)
    for edge in flow["edges"]:
        first, last = made.nodes[edge["from"]], made.nodes[edge["to"]]
        x1, x2 = first.right, last.x
        y2 = ends[edge["id"]]
        if edge["from"] == source:
            path, tag = f"M{x1:.0f} {y2:.1f}H{x2:.0f}", (x2 - LEAD + 6, y2)
        else:
            y1 = starts[edge["id"]]
            straight = x1 + GUTTER * 0.6
            middle = (straight + x2) / 2
            path = (
                f"M{x1:.0f} {y1:.1f}H{straight:.0f}"
                f"C{middle:.0f} {y1:.1f} {middle:.0f} {y2:.1f} {x2:.0f} {y2:.1f}"
            )
            tag = x1 + 8, y1
        made.edges[edge["id"]] = Line(path, (x2, y2), tag)


def _ends(flow: Flow, end: str) -> dict[str, list[Flow]]:
    found: dict[str, list[Flow]] = {}
    for edge in flow["edges"]:
        found.setdefault(edge[end], []).append(edge)
    return found


def _width(node: Flow) -> float:
    return {"data": BAR, "actor": SECOND}.get(node["kind"], FIRST)


def _text_height(node: Flow) -> float:
    lines = len(title_lines(node)) * LINE + len(detail_lines(node)) * (LINE - 2)
    return lines + (28 if node["kind"] == "store" else 20)
