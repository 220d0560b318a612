"""Name what judgements rest on that is not known: documented defaults, and doubtful settings."""

from collections.abc import Iterable, Iterator, Mapping

from sightline.validate.judging import Judgement


def assumptions(judgements: Iterable[Judgement]) -> Iterator[str]:
    """Say what is assumed for deployments that a policy on effective access is held against.

    Policies on settings never count what is assumed, so that it is no matter for them.
    """
    found: dict[tuple[str, str, str, str], dict[str, int]] = {}
    for judgement in judgements:
        own = judgement.case
        if own.ungoverned is not None or not _reads_access(judgement):
            continue
        for each in own.answer.assumptions:
            key = (each.facet, each.value, _judged(judgement), each.because)
            found.setdefault(key, {})[own.iri] = len(own.deployments)
    for (facet, value, judged, because), counts in sorted(found.items()):
        yield f"{facet} is assumed to be {value} for {_counted(counts, judged)}: {because}"


def contradictions(judgements: Iterable[Judgement]) -> Iterator[str]:
    """Say which settings of deployments speak against each other; what was given is kept."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for judgement in judgements:
        own = judgement.case
        for each in own.answer.contradicted:
            found.setdefault((each.words, _judged(judgement)), {})[own.iri] = len(own.deployments)
    for (words, judged), counts in sorted(found.items()):
        yield f"{words} ({_counted(counts, judged)})"


def _judged(judgement: Judgement) -> str:
    return "use of a dataset" if judgement.policy.of_datasets else "deployment"


def _counted(counts: Mapping[str, int], judged: str) -> str:
    count = sum(counts.values())
    if count == 1:
        return f"1 {judged}"
    return f"{count} {judged}s" if judged == "deployment" else f"{count} uses of datasets"


def _reads_access(judgement: Judgement) -> bool:
    return any("sl:standing" in rule.select for rule in judgement.policy.constraints)
