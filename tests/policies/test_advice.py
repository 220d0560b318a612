"""Advice is tried before it is given, each change once, and the search for it ends."""

import pytest

from sightline.model import Deployment
from sightline.render import rdf
from sightline.validate import advice, gate_formats, gate_texts
from sightline.validate.gate import gate
from sightline.validate.policies import Policies


def held(graph, count):
    regions = sorted(graph.knowledge.regions)[:count]
    found = [
        Deployment(
            f"urn:deployment:{region}", "chat", region, "main.json", 1,
            {"offering": ("azure-openai",), "deployment-type": ("global",), "region": (region,)},
            (), {},
        )
        for region in regions
    ]  # fmt: skip
    tried = []

    def derive(configuration):
        tried.append(str(sorted(configuration.items())))
        return graph.access(configuration)

    policies = Policies(graph.knowledge)
    deployed = graph.access_estate(found)
    names = ["processing-in-eea"]
    return gate(deployed, graph.knowledge, policies, names, quads=rdf.quads, derive=derive), tried


def broken_off(found):
    return [note for note in found.notes if "not all changes were tried" in note]


def test_each_change_is_tried_once(graph):
    found, tried = held(graph, 6)
    assert found.advice
    assert broken_off(found) == []
    assert len(tried) == len(set(tried))


def test_a_search_that_is_broken_off_says_so(graph, monkeypatch):
    whole, _ = held(graph, 6)
    monkeypatch.setattr(advice, "_MOST", 4)
    found, tried = held(graph, 6)
    assert len(tried) < 8
    (note,) = broken_off(found)
    assert f"note: {note}" in gate_texts.text(found)
    assert note in gate_formats.as_json(found)
    for place, changes in found.advice.items():
        assert set(changes) <= set(whole.advice[place])


@pytest.mark.parametrize("fail_on", ["violation", "unknown", "warning"])
def test_a_note_fails_nothing(graph, monkeypatch, fail_on):
    whole, _ = held(graph, 3)
    monkeypatch.setattr(advice, "_MOST", 0)
    found, _ = held(graph, 3)
    assert broken_off(found)
    assert found.exit_code(fail_on) == whole.exit_code(fail_on)
