"""Write the chain from an answer to its sentences, for people and as JSON."""

from typing import Any, cast

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from sightline.model import Explanation, Knowledge, Met, Step
from sightline.render.answer import premises_json, row_json
from sightline.render.rows import condition_words
from sightline.render.table import STYLES
from sightline.render.wrapping import Wrapped

_DIM = "bright_black"
_TRUTH = {True: "met", False: "not met", None: "open"}


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Turn an explanation into plain JSON values: the row, its rule, and each step behind it."""
    return {
        "access": row_json(explanation.answer, explanation.row),
        **premises_json(explanation.answer),
        "rule": {
            "token": explanation.row.rule,
            "label": explanation.rule,
            "because": explanation.because,
        },
        "steps": [_step_json(step) for step in explanation.steps],
        "nearest": [_step_json(step) for step in explanation.nearest],
        "schema": 1,
    }


def print_explanation(knowledge: Knowledge, explanation: Explanation, out: Console) -> None:
    """Print the chain as a tree: answer, rule, statements, sentence and deep link."""
    row = explanation.row
    key = row.key
    assert key is not None
    words = f"{key.actor} {key.action} {key.data}{f' for {key.target}' if key.target else ''}"
    title = Wrapped.assemble(
        (f"{knowledge.symbols[row.verdict]} {row.verdict}", STYLES.get(row.verdict, "")),
        f"  {words}",
        (f"  ({key.activity}, actor {row.basis})", _DIM),
    )
    tree = Tree(title)
    for text in condition_words(knowledge, row):
        tree.add(Wrapped(text))
    rule = tree.add(Text.assemble("rule: ", explanation.rule))
    rule.add(Text(explanation.because, style=_DIM))
    for assumed in explanation.answer.assumptions:
        tree.add(Text(f"assumed: {assumed.facet} {assumed.value}. {assumed.because}"))
    for doubtful in explanation.answer.contradicted:
        tree.add(Text(f"doubtful: {doubtful.words}"))
    for step in explanation.steps:
        _add(tree, step)
    if explanation.nearest:
        near = tree.add(Text("nearest statements, which do not answer it"))
        for step in explanation.nearest:
            _add(near, step)
    _print_tree(tree, out)


def _add(tree: Tree, step: Step) -> None:
    does = "; ".join(step.does)
    branch = tree.add(
        Wrapped.assemble(step.statement.paraphrase, (f"  {does}" if does else "", _DIM))
    )
    for met in step.met:
        branch.add(Wrapped(_met(met)))
    version = step.version
    inferred = "" if version.date_basis == "stated" else " (date inferred)"
    place = branch.add(Text(f"{step.document.title}, {version.label}{inferred}", style=_DIM))
    if step.sentence:
        sentence = step.sentence
        text = f'{sentence.section}: "{sentence.first_words} ... {sentence.last_words}"'
        if sentence.first_words == sentence.last_words:
            text = f'{sentence.section}: "{sentence.first_words}"'
        place.add(Text(text, style=_DIM))
        if sentence.deep_link:
            style = f"{_DIM} link {sentence.deep_link}"
            place.add(Text(sentence.deep_link, style=style, no_wrap=True))
    branch.add(Text(step.statement.iri, style=_DIM, no_wrap=True))


def _print_tree(tree: Tree, out: Console, first: str = "", rest: str = "") -> None:
    """Print a tree as rich does, but leave links whole, so that they can be copied."""
    label = cast("Text", tree.label)
    below = rest + (_guide(out, "│   ") if tree.children else "")
    width = max(out.width - len(below), 20)
    parts = [label] if label.no_wrap else label.wrap(out, width, overflow="fold")
    for number, part in enumerate(parts):
        out.print(Text(below if number else first).append_text(part), soft_wrap=True)
    for child in tree.children:
        last = child is tree.children[-1]
        mark, gap = ("└── ", "    ") if last else ("├── ", "│   ")
        _print_tree(child, out, rest + _guide(out, mark), rest + _guide(out, gap))


def _guide(out: Console, text: str) -> str:
    if out.encoding.startswith("utf"):
        return text
    return text.translate(str.maketrans("├└│─", "+`|-"))


def _met(met: Met) -> str:
    gate = f"{met.gate}: " if met.gate else "when: "
    note = f" ({met.condition.note})" if met.condition.note else ""
    known_by = "" if met.truth is None else f", {met.known_by}"
    return f"{gate}{met.condition.label}: {_TRUTH[met.truth]}{known_by}{note}"


def _step_json(step: Step) -> dict[str, Any]:
    sentence = step.sentence
    return {
        "statement": step.statement.iri,
        "paraphrase": step.statement.paraphrase,
        "modality": step.statement.modality,
        "does": list(step.does),
        "conditions": [
            {
                "condition": met.condition.token,
                "gate": met.gate,
                "met": met.truth,
                "known_by": met.known_by,
            }
            for met in step.met
        ],
        "document": step.document.token,
        "version": step.version.label,
        "evidence": step.evidence,
        "section": sentence.section if sentence else None,
        "first_words": sentence.first_words if sentence else None,
        "last_words": sentence.last_words if sentence else None,
        "deep_link": sentence.deep_link if sentence else None,
    }
