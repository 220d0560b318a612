"""Find changes that make a policy conform, by trying them before they are proposed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice

from sightline.errors import InputError
from sightline.model import Answer, Knowledge
from sightline.terms import SL
from sightline.validate.cases import Case, case
from sightline.validate.judging import Judge, Judgement
from sightline.validate.policies import Policy, Remedy

_LIMIT = 3
"""How many changes are proposed for one judgement at most."""
_REGIONS = 40
"""How many regions are tried at most."""
_MOST = 2000
"""How many changed configurations are tried in all at most: some seconds."""
_AHEAD = 16
"""How many pairs of changes are tried at once for one judgement."""
_OF_DATASETS = {SL["readAs"], SL["DatasetLink"]}
"""What constraints are about that no setting of a deployment changes: terms and links."""

Derive = Callable[[Mapping[str, tuple[str, ...]]], Answer]
Change = tuple[str, Mapping[str, str], Mapping[str, str]]
"""What people read, the facets it sets and the attributes it sets."""


Advice = dict[tuple[str, str], tuple[str, ...]]


@dataclass(slots=True)
class _Search:
    """The search for the changes that help one judgement."""

    judgement: Judgement
    singles: tuple[Change, ...]
    rest: Iterator[Change]
    pairs: bool = False
    found: list[str] = field(default_factory=list)

    def ahead(self) -> tuple[Change, ...]:
        """Give the changes to try next; none when the search is over."""
        if self.pairs:
            return () if self.found else tuple(islice(self.rest, _AHEAD))
        chosen = tuple(islice(self.rest, _LIMIT - len(self.found)))
        if chosen or self.found:
            return chosen
        self.pairs = True
        both = ((a, b) for a, b in combinations(self.singles, 2) if not set(a[1]) & set(b[1]))
        self.rest = (_both(*pair) for pair in both)
        return self.ahead()

    def learn(self, working: Iterable[Change]) -> None:
        """Keep changes that work: one pair, or as many single ones as are wanted."""
        self.found += [change[0] for change in working][: 1 if self.pairs else _LIMIT]


class _Trials:
    """What policies say of changed configurations, each tried once."""

    def __init__(self, judge: Judge, derive: Derive) -> None:
        self._judge = judge
        self._derive = derive
        self._conforming: dict[tuple[str, str], frozenset[str]] = {}
        self._answers: dict[str, Answer | None] = {}

    def __len__(self) -> int:
        return len(self._conforming)

    def run(self, tried: Iterable[tuple[Case, Change]]) -> None:
        """Try changes that were not tried yet."""
        names: dict[str, list[tuple[str, str]]] = {}
        changed: dict[str, Case] = {}
        for own, change in tried:
            name = _name(own, change)
            if name in self._conforming:
                continue
            self._conforming[name] = frozenset()
            configuration, attributes = _changed(own, change)
            answer = self._answer(configuration)
            if answer is None:
                continue
            made = case(answer, attributes, self._judge.attributes, None)
            changed[made.iri] = made
            names.setdefault(made.iri, []).append(name)
        conforming: dict[str, set[str]] = {}
        for found in self._judge.judge(tuple(changed.values())):
            if found.outcome == "conforms":
                conforming.setdefault(found.case.iri, set()).add(found.policy.token)
        for iri, alike in names.items():
            for name in alike:
                self._conforming[name] = frozenset(conforming.get(iri, ()))

    def _answer(self, configuration: Mapping[str, tuple[str, ...]]) -> Answer | None:
        """Derive what many cases may ask for; None for facets that contradict each other."""
        name = str(sorted(configuration.items()))
        if name not in self._answers:
            try:
                self._answers[name] = self._derive(configuration)
            except InputError:  # no way out
                self._answers[name] = None
        return self._answers[name]

    def works(self, policy: Policy, own: Case, change: Change) -> bool:
        """Tell whether a policy conforms after a change that was tried."""
        return policy.token in self._conforming[_name(own, change)]


def advise(
    judge: Judge, judgements: Sequence[Judgement], knowledge: Knowledge, derive: Derive
) -> tuple[Advice, int]:
    """List for each judgement, by policy and case, the changes after which the policy conforms.

    Single changes come first; pairs are tried only where no single one is enough. Also tells for
    how many judgements the search was broken off, because it became too long.
    """
    trials = _Trials(judge, derive)
    searches = []
    for judgement in judgements:
        if judgement.case.ungoverned is None and not _lasting(judgement):
            singles = tuple(_changes(judgement.policy, judgement.case, knowledge))
            searches.append(_Search(judgement, singles, iter(singles)))
    pending = list(searches)
    while pending and len(trials) < _MOST:
        going: list[tuple[_Search, tuple[Change, ...]]] = []
        asked: list[tuple[Case, Change]] = []
        for search in pending:
            if len(trials) + len(asked) >= _MOST:
                going.append((search, ()))
            elif ahead := search.ahead():
                going.append((search, ahead))
                asked += [(search.judgement.case, change) for change in ahead]
        trials.run(asked)
        for search, ahead in going:
            own = search.judgement
            search.learn(c for c in ahead if trials.works(own.policy, own.case, c))
        pending = [search for search, _ in going]
    advice = {
        (search.judgement.policy.token, search.judgement.case.iri): tuple(search.found)
        for search in searches
        if search.found
    }
    return advice, sum(1 for search in pending if search.ahead())


def _lasting(judgement: Judgement) -> bool:
    """Tell whether a reason is about the dataset alone, so that no setting removes it."""
    return any(_OF_DATASETS & set(reason.constraint.see_also) for reason in judgement.reasons)


def _changed(own: Case, change: Change) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    configuration = dict(own.answer.question.configuration)
    configuration |= {facet: (value,) for facet, value in change[1].items()}
    return configuration, {**own.attributes, **change[2]}


def _name(own: Case, change: Change) -> tuple[str, str]:
    configuration, attributes = _changed(own, change)
    return str(sorted(configuration.items())), str(sorted(attributes.items()))


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
