"""Name what judgements rest on that is not known: documented defaults, and doubtful settings."""

from collections.abc import Iterable, Iterator

from sightline.validate.judging import Judgement


def assumptions(judgements: Iterable[Judgement]) -> Iterator[str]:
    """Say what is assumed for deployments that a policy on effective access is held against.

    Policies on settings never count what is assumed, so that it is no matter for them.
    """
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for judgement in judgements:
        own = judgement.case
        if own.ungoverned is not None or not _reads_access(judgement):
            continue
        for each in own.answer.assumptions:
            key = (each.facet, each.value, each.because)
            found.setdefault(key, {})[own.iri] = len(own.deployments)
    for (facet, value, because), counts in sorted(found.items()):
        count = sum(counts.values())
        plural = "" if count == 1 else "s"
        yield f"{facet} is assumed to be {value} for {count} deployment{plural}: {because}"


def contradictions(judgements: Iterable[Judgement]) -> Iterator[str]:
    """Say which settings of deployments speak against each other; what was given is kept."""
    found: dict[str, dict[str, int]] = {}
    for judgement in judgements:
        own = judgement.case
        for each in own.answer.contradicted:
            found.setdefault(each.words, {})[own.iri] = len(own.deployments)
    for words, counts in sorted(found.items()):
        count = sum(counts.values())
        yield f"{words} ({count} deployment{'' if count == 1 else 's'})"


def _reads_access(judgement: Judgement) -> bool:
    return any("sl:standing" in rule.select for rule in judgement.policy.constraints)
