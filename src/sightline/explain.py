"""Explain an answer: from the verdict through its rule and statements to the sentences."""

from collections.abc import Mapping
from dataclasses import astuple

from sightline.errors import InputError
from sightline.model import Answer, Explanation, Key, Knowledge, Met, Row, Statement, Step
from sightline.terms import RULE


def row_of(answer: Answer, key: Key) -> Row:
    """Give the row of an answer that has a key; raises InputError if none has."""
    for row in answer.rows:
        if row.key == key:
            return row
    raise InputError(
        "input.value",
        f"no row {'/'.join(filter(None, astuple(key)))} is derived for that configuration",
        "copy the 'id' of a row as 'sightline access --format json' prints it",
    )


def explain(
    knowledge: Knowledge, answer: Answer, row: Row, truths: Mapping[str, bool | None]
) -> Explanation:
    """Walk from a row back to the sentences it rests on.

    ``truths`` are those of the conditions under the answer's configuration.
    """
    described: dict[str, list[str]] = {}
    for aspect, values in row.aspects.items():
        for value, statements in values.items():
            for iri in statements:
                described.setdefault(iri, []).append(knowledge.aspect_words(aspect, value))
    for item in row.open:
        for iri in item.statements:
            needed = " and ".join(knowledge.named("facet", facet) for facet in item.awaits)
            text = f"{knowledge.aspect_words(item.aspect, item.value)}, depending on {needed}"
            described.setdefault(iri, []).append(f"leaves open: {text}")

    def step(iri: str) -> Step:
        statement = knowledge.by_iri[iri]
        does = []
        if iri in row.supports:
            does.append("says that it happens")
        if iri in row.denies:
            barred = statement.effect != "denies"
            does.append("says that it happens only if" if barred else "denies it")
        does += described.get(iri, [])
        evidence = statement.evidence[0] if statement.evidence else None
        version = knowledge.versions[statement.version]
        return Step(
            statement,
            tuple(does),
            tuple(_met(knowledge, answer, statement, truths)),
            version,
            knowledge.documents[version.document],
            evidence,
            knowledge.sentences.get(evidence or ""),
        )

    behind = dict.fromkeys((*row.statements, *described))
    rule = RULE[row.rule]
    return Explanation(
        answer,
        row,
        knowledge.labels.get(rule, row.rule),
        knowledge.definitions.get(rule, ""),
        tuple(map(step, behind)),
        tuple(step(iri) for iri in row.nearest if iri not in behind),
    )


def _met(
    knowledge: Knowledge,
    answer: Answer,
    statement: Statement,
    truths: Mapping[str, bool | None],
) -> list[Met]:
    gates = dict.fromkeys(statement.only_when, "only when")
    gates |= dict.fromkeys(statement.requires, "requires")
    assumed = {item.facet for item in answer.assumptions}
    met = []
    for token in statement.conditions:
        condition = knowledge.conditions[token]
        facets = [atom.facet for atom in condition.atoms]
        if any(facet in assumed for facet in facets):
            source = "assumed"
        elif any(facet in answer.question.configuration for facet in facets):
            source = "given"
        elif truths[token] is None:
            source = "open"
        elif any(knowledge.facets[facet].derived_from for facet in facets):
            source = "follows from the region"
        else:
            source = "implied"
        met.append(Met(condition, gates.get(token), truths[token], source))
    return met
