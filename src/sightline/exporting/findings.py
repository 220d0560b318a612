"""Say of a dataset or deployment what is known of it, in the few words that a catalog can hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sightline.exporting.contents import Contents
from sightline.exporting.vocabulary import Vocabulary
from sightline.joining.pairs import carried, configured
from sightline.model import ASPECT_PROPERTIES, Answer, Row
from sightline.terms import ACTION, ACTIVITY, ACTOR, SKOS, SL

NAME = "sightline"
"""What every term and property of ours begins with in a catalog of others."""
ANY = "any"
"""Stands for a part of an access that a question leaves open."""
NOT_STATED = "not-stated"

ASPECTS = ("processing_place", "storage_place", "actor_place", "boundary", "retention")
"""What is said besides verdicts; safeguards, purposes and roles stay in the answer."""
UNKNOWN = {
    "ungoverned": "No document speaks of a deployment that its data gets to.",
    "incomplete": "An answer for a deployment is not complete.",
    "disputed": "People, or a person and a rule, disagree on a link to a deployment.",
}
LINKS = {
    "declared": "A person declared the link in a reviewed file.",
    "derived": "A rule that loses nothing found the link.",
}

Access = tuple[str, str, str]
"""Activity, actor and action, of which a question may leave some open."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property of ours: its name without the prefix, for people, and what values it may have.

    ``values`` maps each value to what it means; it is empty where any text may stand.
    """

    name: str
    label: str
    text: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said of one thing: values by the name of a property, and the data it becomes."""

    values: Mapping[str, tuple[str, ...]]
    data: tuple[str, ...] = ()


def dataset_findings(contents: Contents) -> dict[str, Finding]:
    """Say what is known of each dataset that reaches a deployment by a link that counts."""
    joined = contents.joined
    links: dict[str, set[str]] = {}
    unknown: dict[str, set[str]] = {}
    data: dict[str, set[str]] = {}
    for reach in joined.reaches:
        own, dispute = configured(joined, reach)
        links.setdefault(reach.dataset, set()).add(reach.link.status)
        data.setdefault(reach.dataset, set()).update(carried(joined, reach))
        open_ = unknown.setdefault(reach.dataset, set())
        open_ |= {"disputed"} if dispute or reach.link.dispute else set()
        open_ |= {"ungoverned"} if own.ungoverned is not None else set()
    found, ranks = {}, _ranks(contents.vocabulary)
    for name, statuses in links.items():
        values = _values(contents, ranks, contents.answers.get(name, ()), unknown[name])
        found[name] = Finding(
            {**values, "link": tuple(sorted(statuses))}, tuple(sorted(data[name]))
        )
    return found


def deployment_findings(contents: Contents) -> dict[str, Finding]:
    """Say what is known of each deployment as its files have it."""
    found, ranks = {}, _ranks(contents.vocabulary)
    for name, own in contents.joined.deployments.items():
        unknown = {"ungoverned"} if own.ungoverned is not None else set()
        found[name] = Finding(_values(contents, ranks, [contents.by_deployment[name]], unknown))
    return found


def properties(vocabulary: Vocabulary, findings: Iterable[Finding]) -> list[Property]:
    """Define the properties that findings use: verdicts of each access, and what all share."""
    verdicts = {
        vocabulary.text(each, SKOS["notation"]): " ".join(_definition(vocabulary, each))
        for each in vocabulary.subjects(SL["Verdict"])
    }
    used = {name for finding in findings for name in finding.values if name.startswith("verdict.")}
    found = [_verdict(vocabulary, name, verdicts) for name in sorted(used)]
    for aspect in ASPECTS:
        label = aspect.replace("_", " ")
        text = (
            f"{' '.join(_definition(vocabulary, SL[ASPECT_PROPERTIES[aspect]]))}"
            " Values that documents name for some access which may happen; '(conditional)' where"
            " the access, or the value, still depends on something."
            f" '{NOT_STATED}': no document names any."
        )
        found.append(Property(_named(aspect), f"AI: {label}", text, {}))
    found += [
        Property(
            "evidence", "AI: evidence", "Addresses of the sentences that all this rests on.", {}
        ),
        Property("link", "AI: link", "How it is known that its data reaches a deployment.", LINKS),
        Property("unknown", "AI: not known", "Why what is said here is not all there is.", UNKNOWN),
    ]
    return found


def _values(
    contents: Contents, ranks: Mapping[str, int], answers: Iterable[Answer], unknown: set[str]
) -> dict[str, tuple[str, ...]]:
    rows: list[Row] = []
    for answer in answers:
        rows += answer.rows
        if not answer.complete and "ungoverned" not in unknown:
            unknown = unknown | {"incomplete"}
    found: dict[str, set[str]] = {"unknown": unknown} if unknown else {}
    for row in rows:
        found.setdefault(f"verdict.{'.'.join(_access(row))}", set()).add(row.verdict)
        urls = (url for each in row.statements for url in contents.evidence(each))
        found.setdefault("evidence", set()).update(urls)
    for aspect in ASPECTS:
        if values := _stated(ranks, rows, aspect):
            found[_named(aspect)] = values
    return {name: tuple(sorted(values)) for name, values in sorted(found.items()) if values}


def _ranks(vocabulary: Vocabulary) -> dict[str, int]:
    """Give the rank of each verdict; what grants something is above zero."""
    return {
        vocabulary.text(each, SKOS["notation"]): int(vocabulary.text(each, SL["rank"]) or 0)
        for each in vocabulary.subjects(SL["Verdict"])
    }


def _stated(ranks: Mapping[str, int], rows: Iterable[Row], aspect: str) -> set[str]:
    """Give the values of an aspect in the rows that grant something, with what they depend on."""
    granting = [row for row in rows if ranks.get(row.verdict, 0) > 0]
    reserves: dict[str, set[str]] = {}
    for row in granting:
        open_ = {each.value for each in row.open if each.aspect == aspect}
        for value in row.aspects.get(aspect, ()):
            full = ranks[row.verdict] == max(ranks.values())
            reserve = row.verdict if not full else "conditional" if value in open_ else ""
            reserves.setdefault(value, set()).add(reserve)
    if granting and not reserves:
        return {NOT_STATED}
    # What one row states without reserve holds, whatever it depends on in others.
    return {
        f"{value} ({reserve})" if reserve else value
        for value, all_ in reserves.items()
        for reserve in ({""} if "" in all_ else all_)
    }


def _access(row: Row) -> Access:
    if row.key is not None:
        return row.key.activity, row.key.actor, row.key.action
    given = row.filters
    return given.get("activity", ANY), given.get("actor", ANY), given.get("action", ANY)


def _verdict(vocabulary: Vocabulary, name: str, verdicts: Mapping[str, str]) -> Property:
    activity, actor, action = name.split(".")[1:]
    labels = [
        vocabulary.text(space[token], SKOS["prefLabel"]) or token if token != ANY else f"any {kind}"
        for space, token, kind in (
            (ACTIVITY, activity, "activity"), (ACTOR, actor, "actor"), (ACTION, action, "action"),
        )
    ]  # fmt: skip
    text = (
        f"What published documents say of this access: {labels[1]}, {labels[2]}, in {labels[0]}."
        " Several values where deployments, kinds of data or targets differ."
        " Not stated is no denial."
    )
    return Property(name, f"AI: {labels[0]}: {labels[1]}, {labels[2]}", text, verdicts)


def _definition(vocabulary: Vocabulary, own: str) -> Iterator[str]:
    for name in ("definition", "scopeNote"):
        if text := vocabulary.text(own, SKOS[name]):
            yield text


def _named(aspect: str) -> str:
    return aspect.replace("_", "-")
