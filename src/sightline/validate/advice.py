"""Find changes that make a policy conform, by trying them before they are proposed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from sightline.errors import InputError
from sightline.model import Answer, Knowledge
from sightline.validate.cases import Case, case
from sightline.validate.judging import Judge, Judgement
from sightline.validate.policies import Policy, Remedy

_LIMIT = 3
"""How many changes are proposed for one judgement at most."""
_REGIONS = 40
"""How many regions are tried at most."""

Derive = Callable[[Mapping[str, tuple[str, ...]]], Answer]
Change = tuple[str, Mapping[str, str], Mapping[str, str]]
"""What people read, the facets it sets and the attributes it sets."""


def advise(
    judge: Judge, judgements: Sequence[Judgement], knowledge: Knowledge, derive: Derive
) -> dict[tuple[str, str], tuple[str, ...]]:
    """List for each judgement, by policy and case, the changes after which the policy conforms.

    Single changes come first; pairs are tried only where no single one is enough.
    """
    advice = {}
    seen: dict[tuple[str, str, object], bool] = {}
    for judgement in judgements:
        own = judgement.case
        if own.ungoverned is not None:
            continue
        singles = list(_changes(judgement.policy, own, knowledge))

        def works(change: Change, policy: Policy = judgement.policy, own: Case = own) -> bool:
            configuration = dict(own.answer.question.configuration)
            configuration |= {facet: (value,) for facet, value in change[1].items()}
            attributes = {**own.attributes, **change[2]}
            key = (
                policy.token,
                str(sorted(configuration.items())),
                str(sorted(attributes.items())),
            )
            if key not in seen:
                try:
                    answer = derive(configuration)
                except InputError:  # facets that contradict each other are no way out
                    seen[key] = False
                else:
                    changed = case(answer, attributes, judge.attributes, None)
                    seen[key] = all(
                        found.outcome == "conforms"
                        for found in judge.judge([changed])
                        if found.policy is policy
                    )
            return seen[key]

        found = [change[0] for change in singles if works(change)][:_LIMIT]
        if not found:
            pairs = (_both(a, b) for a, b in combinations(singles, 2) if not set(a[1]) & set(b[1]))
            for pair in pairs:
                if works(pair):
                    found.append(pair[0])
                    break
        if found:
            advice[judgement.policy.token, own.iri] = tuple(found)
    return advice


def _changes(policy: Policy, own: Case, knowledge: Knowledge) -> Iterator[Change]:
    for remedy in policy.remedies:
        if remedy.varies:
            yield from _varied(remedy, policy, own, knowledge)
        else:
            yield remedy.label, remedy.sets, remedy.attributes


def _varied(remedy: Remedy, policy: Policy, own: Case, knowledge: Knowledge) -> Iterator[Change]:
    """Try the regions from which all follows that the remedy requires, the nearest first."""
    asked = own.answer.question.configuration.get("region", ())
    near = {
        value
        for name in asked
        if name in knowledge.regions
        for value in knowledge.regions[name].facets.get("geography", ())
    }
    allowed = {term.value.rsplit("/", 1)[-1] for term in policy.parameters.get("geography", ())}
    found = []
    for region in knowledge.regions.values():
        facets = region.facets
        fits = all(value in facets.get(facet, ()) for facet, value in remedy.requires)
        if fits and (not allowed or allowed & facets.get("geography", frozenset())):
            far = not near & facets.get("geography", frozenset())
            found.append((far, region.token))
    for _, token in sorted(found)[:_REGIONS]:
        if (token,) != tuple(asked):
            yield f"{remedy.label}: {token}", {remedy.varies or "": token}, {}


def _both(first: Change, second: Change) -> Change:
    words = f"{first[0]}; and {second[0][:1].lower()}{second[0][1:]}"
    return words, {**first[1], **second[1]}, {**first[2], **second[2]}
