"""The drawing of a data flow claims no more than the answer, and everything in it can be read."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from sightline.graph import KnowledgeGraph
from sightline.render.flow import flow_json
from sightline.render.flow_layout import Rect, lay_out
from sightline.render.flow_svg import flow_svg

AZURE = {"offering": "azure-openai", "region": "swedencentral", "deployment-type": "global"}
ASKED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "prompts": (AZURE, {"data": "prompts"}),
    "all-data": (AZURE, {}),
    "region-open": ({"offering": "azure-openai"}, {"data": "prompts"}),
    "serverless": ({"offering": "serverless-api"}, {}),
    "managed": ({"offering": "managed-compute"}, {}),
    "real-time": ({**AZURE, "workload": "real-time"}, {"data": "prompts"}),
    "nothing-known": ({}, {"data": "prompts"}),
    "one-actor": (AZURE, {"actor": "human-reviewer"}),
    "silence": (AZURE, {"data": "prompts", "actor": "model-publisher"}),
}
WORDS = {
    verdict: (sign, verdict)
    for verdict, sign in zip(
        ("permitted", "conditional", "contradictory", "not-stated", "prohibited"),
        "✓~≠?✗",
        strict=True,
    )
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=ASKED)
def drawn(request: pytest.FixtureRequest, graph: KnowledgeGraph) -> tuple[Any, dict[str, Any]]:
    configuration, filters = ASKED[request.param]
    answer = graph.access(configuration, **filters)
    return answer, flow_json(graph.knowledge, answer, date(2026, 5, 8))


def rows(flow: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [edge for edge in flow["edges"] if edge["kind"] == "row"]


def test_every_row_of_the_answer_is_on_one_edge(drawn: Any) -> None:
    answer, flow = drawn
    drawn_rows = [iri for edge in rows(flow) for line in edge["lines"] for iri in line["rows"]]
    assert (
        len(drawn_rows) == len(set(drawn_rows)) == sum(row.key is not None for row in answer.rows)
    )


def test_an_edge_tells_the_verdict_of_its_rows(drawn: Any) -> None:
    answer, flow = drawn
    verdicts = {
        (r.key.activity, r.key.actor, r.key.action, r.verdict) for r in answer.rows if r.key
    }
    found = {(e["activity"], e["actor"], e["action"], e["verdict"]) for e in rows(flow)}
    assert found >= verdicts
    assert len(found) == len(verdicts) or not verdicts


def test_only_stated_places_have_boxes(drawn: Any, graph: KnowledgeGraph) -> None:
    answer, flow = drawn
    knowledge = graph.knowledge
    stated = {
        knowledge.label("place", token)
        for row in answer.rows
        for aspect in ("processing_place", "storage_place", "actor_place", "boundary")
        for token in row.aspects.get(aspect, ())
    }
    worked_out = {
        label
        for row in answer.rows
        for place in row.resolved.values()
        for label in (
            *(knowledge.label("place", str(zone)) for zone in place["zones"] or ()),
            knowledge.label("geography", str(place["geography"])),
        )
    }
    for box in flow["boxes"]:
        if box["kind"] not in ("open", "not-stated", "denied", "silent"):
            assert set(box["label"].split(" or ")) <= stated | worked_out
            assert set(box["stated"]) <= set(map(knowledge.inside, stated))


def test_what_is_denied_without_a_place_stands_apart(drawn: Any) -> None:
    _, flow = drawn
    kinds = {box["id"]: box["kind"] for box in flow["boxes"]}
    nodes = {node["id"]: node for node in flow["nodes"]}
    for edge in rows(flow):
        ends = {kinds.get(nodes[edge[end]]["box"]) for end in ("from", "to")}
        assert ("denied" in ends) <= (edge["verdict"] == "prohibited")
        if edge["verdict"] == "prohibited":
            assert not ends & {"open", "not-stated", "silent"}
        assert ("silent" in ends) <= (edge["verdict"] == "not-stated")


def test_silence_is_drawn_as_such(graph: KnowledgeGraph) -> None:
    configuration, filters = ASKED["silence"]
    answer = graph.access(configuration, **filters)
    flow = flow_json(graph.knowledge, answer, date(2026, 5, 8))
    assert [edge["verdict"] for edge in flow["edges"]] == ["not-stated"]
    assert [box["kind"] for box in flow["boxes"]] == ["silent"]
    assert "Nothing is stated" in flow_svg(flow, WORDS)


def test_worked_example(graph: KnowledgeGraph) -> None:
    configuration, filters = ASKED["prompts"]
    answer = graph.access(configuration, **filters)
    flow = flow_json(graph.knowledge, answer, date(2026, 5, 8))
    boxes = {box["id"]: box for box in flow["boxes"]}

    def path(node: Mapping[str, Any]) -> list[str]:
        found, box = [], node["box"]
        while box:
            found.append(boxes[box]["label"])
            box = boxes[box]["parent"]
        return found[::-1]

    paths = {(n["kind"], n["token"]): path(n) for n in flow["nodes"]}
    assert paths["actor", "human-reviewer"] == ["European Economic Area"]
    assert paths["store", "abuse-monitoring-storage"] == [
        "European Economic Area", "Sweden", "Azure OpenAI service boundary",
    ]  # fmt: skip
    assert paths["activity", "batch-processing"] == ["Any geography with the model"]
    assert paths["actor", "openai"] == ["Stated not to happen"]
    assert paths["activity", "human-review"] == ["Place not stated"]


def within(inner: Rect, outer: Rect) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )


def apart(one: Rect, other: Rect) -> bool:
    return (
        one.right <= other.x
        or other.right <= one.x
        or one.bottom <= other.y
        or other.bottom <= one.y
    )


def test_nodes_stand_inside_their_boxes_and_apart(drawn: Any) -> None:
    _, flow = drawn
    layout = lay_out(flow)
    for node in flow["nodes"]:
        if node["box"]:
            assert within(layout.nodes[node["id"]], layout.boxes[node["box"]]), node
    for box in flow["boxes"]:
        if box["parent"]:
            assert within(layout.boxes[box["id"]], layout.boxes[box["parent"]])
    siblings: dict[str | None, list[Rect]] = {}
    for box in flow["boxes"]:
        siblings.setdefault(box["parent"], []).append(layout.boxes[box["id"]])
    for group in (*siblings.values(), list(layout.nodes.values())):
        assert all(apart(one, other) for one, other in combinations(group, 2))
    assert all(rect.right <= layout.width for rect in layout.boxes.values())
    assert all(rect.bottom <= layout.height for rect in layout.boxes.values())


def test_the_drawing_is_whole_and_stands_alone(drawn: Any) -> None:
    _, flow = drawn
    text = flow_svg(flow, WORDS, lambda node: f"https://example.org/?a&{node['id']}")
    root = ElementTree.fromstring(text)
    assert len(root.findall(f".//{SVG}a")) == len(flow["nodes"])
    assert len(root.findall(".//*[@data-edge]")) == len(flow["edges"])
    assert len(root.findall(".//*[@data-tag]")) == len(flow["edges"])
    assert not re.search(r"<(script|style|image|foreignObject)|\son\w+=|url\(", text)


def test_hostile_labels_stay_text(graph: KnowledgeGraph) -> None:
    hostile = "\"'><script>alert(1)</script>\x00&"
    configuration, filters = ASKED["prompts"]
    flow = flow_json(graph.knowledge, graph.access(configuration, **filters), date(2026, 5, 8))
    for part in (*flow["boxes"], *flow["nodes"], *flow["edges"]):
        part["label"] = hostile
    for box in flow["boxes"]:
        box["stated"] = [hostile]
    root = ElementTree.fromstring(flow_svg(flow, WORDS, lambda node: hostile, hostile))
    assert root.find(f".//{SVG}script") is None
    assert root.find(f".//{SVG}title").text == hostile.replace("\x00", "")  # type: ignore[union-attr]
