"""Turn the answers over an estate into cards: for deployments alike, where data goes and who."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sightline.identity import read_configuration
from sightline.model import Knowledge
from sightline.render import presenting, wording
from sightline.render.presenting import Alternative, Group, Line
from sightline.server.pages.configuration import address
from sightline.server.pages.summary import Summary, summary
from sightline.terms import CONFIGURATION

SHOWN = 100
"""Cards that the page shows."""


@dataclass(frozen=True, slots=True)
class Does:
    """What an actor does, and the conditions under which it is so."""

    actions: tuple[str, ...]
    conditions: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """An actor under one verdict."""

    actor: str
    inferred: bool
    does: tuple[Does, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """The answer for deployments that are configured alike."""

    deployments: Sequence[Mapping[str, Any]]
    facets: Sequence[tuple[str, str, bool]]
    summary: Summary
    who: Sequence[tuple[str, Sequence[Who]]]
    unsettled: Sequence[Mapping[str, Any]]
    assumptions: Sequence[Mapping[str, Any]]
    contradicted: Sequence[Mapping[str, Any]]
    documents: Sequence[Mapping[str, Any]]
    withheld: str
    ask: str
    matrix: str


def cards(knowledge: Knowledge, answers: Iterable[Mapping[str, Any]], data: str) -> list[Card]:
    """Make one card for each answer that is about deployments, in the order of the files."""
    found = [_card(knowledge, answer, data) for answer in answers if answer["deployments"]]
    return sorted(found, key=lambda c: (c.deployments[0]["file"], c.deployments[0]["line"]))


def _card(knowledge: Knowledge, answer: Mapping[str, Any], data: str) -> Card:
    asked = read_configuration(str(answer["id"]).removeprefix(str(CONFIGURATION)))
    pairs = [*asked.items(), ("data", data)]
    deployments = sorted(answer["deployments"], key=lambda d: (d["file"], d["line"], d["name"]))
    return Card(
        deployments=[{**d, "facts": _facts(d["attributes"])} for d in deployments],
        facets=presenting.configuration_words(knowledge, answer["configuration"], asked),
        summary=summary(knowledge, presenting.read_rows(answer["access"])),
        who=list(_who(knowledge, presenting.groups(knowledge, answer["access"]))),
        unsettled=_unsettled(knowledge, deployments),
        assumptions=answer["assumptions"],
        contradicted=answer.get("contradicted", ()),
        documents=answer["documents"],
        withheld="" if answer["complete"] else answer["incomplete_because"] or "",
        ask=address("/", pairs),
        matrix=address("/matrix", asked.items()),
    )


def _facts(attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(_words(name), value) for name, value in sorted(attributes.items()) if value]


def _words(name: str) -> str:
    """Write the name of an attribute as words.

    >>> _words("accountKind"), _words("sku")
    ('account kind', 'sku')
    """
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _unsettled(
    knowledge: Knowledge, deployments: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """List the facets that any of the deployments leaves open, each with one of its reasons."""
    found: dict[str, dict[str, Any]] = {}
    for deployment in deployments:
        for item in deployment["unsettled"]:
            label = knowledge.label("facet", item["facet"])
            reason = item["reason"].replace("-", " ")
            found.setdefault(item["facet"], {**item, "label": label, "reason": reason})
    return sorted(found.values(), key=lambda item: item["label"])


def _who(knowledge: Knowledge, groups: Sequence[Group]) -> Iterable[tuple[str, Sequence[Who]]]:
    """Give the actors under each verdict, with what they do and on which conditions.

    Where an actor does the same under several verdicts, the activity tells them apart.
    """
    lines = [(line, knowledge.inside(group.title)) for group in groups for line in group.lines]
    verdicts: dict[tuple[str, str], set[str]] = {}
    for line, _ in lines:
        verdicts.setdefault((line.actor, line.action), set()).add(line.verdict)

    def words(line: Line, activity: str) -> str:
        target = f" for {', '.join(line.target)}" if line.target else ""
        several = activity and len(verdicts[line.actor, line.action]) > 1
        return f"{line.action}{target}{f' ({activity})' if several else ''}"

    for verdict in wording.verdicts(knowledge):
        of_actor: dict[str, dict[tuple[Alternative, ...], list[str]]] = {}
        inferred: set[str] = set()
        for line, activity in lines:
            if line.verdict == verdict:
                does = of_actor.setdefault(line.actor, {}).setdefault(line.conditions, [])
                does.append(words(line, activity))
                if line.inferred:
                    inferred.add(line.actor)
        if of_actor:
            yield (
                verdict,
                [
                    Who(
                        actor,
                        actor in inferred,
                        tuple(Does(tuple(dict.fromkeys(a)), c) for c, a in by_condition.items()),
                    )
                    for actor, by_condition in sorted(of_actor.items())
                ],
            )
