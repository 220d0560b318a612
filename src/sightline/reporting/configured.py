"""Say how the configuration of a record is known, and what of it is open or contradictory."""

from collections.abc import Iterator, Mapping, Sequence

from sightline.joining import Reach
from sightline.model import Knowledge
from sightline.reporting.catalogued import listed
from sightline.reporting.declared import Declared
from sightline.reporting.grouping import Group
from sightline.reporting.register import Gap, Setting
from sightline.reporting.register_sources import Sources
from sightline.terms import BASE

PLATFORM = "platform team"

_STATED = ("purposes", "processing", "recipients", "transfers", "retention", "measures")
"""The items that documents speak of."""
_TITLE = ("offering", "deployment-type", "region")
"""The facets that tell people which deployments they have before them."""
_SETTLE = "'settings' in the file of declarations, {}: {}"


class Configured:
    """The configurations of records, in words."""

    def __init__(self, knowledge: Knowledge, sources: Sources) -> None:
        self._knowledge = knowledge
        self._sources = sources

    def title(self, group: Group) -> str:
        """Name a record by its deployments and what they are."""
        known = group.answer.configuration
        parts = [self._value(f, known[f][0]) for f in _TITLE if len(known.get(f, ())) == 1]
        names = listed([own.label for own in group.deployments])
        return f"{names}: {', '.join(parts)}" if parts else names

    def settings(self, group: Group) -> tuple[Setting, ...]:
        """List the facets of a record with how each is known."""
        return tuple(
            self._setting(group, facet, values)
            for facet, values in group.answer.configuration.items()
        )

    def gaps(self, group: Group, depends: Mapping[str, Sequence[str]]) -> Iterator[Gap]:
        """Give what is open, assumed or contradictory; ``depends`` maps facets to items."""
        answer = group.answer
        first = group.deployments[0]
        if answer.incomplete_because or not answer.versions:
            why = answer.incomplete_because or "none of them was there at that date"
            text = f"no document speaks of these deployments: {why}"
            settle = "documents of the vendor in the graph, or declarations"
            source = self._sources.estate(first, "", f"deployment {first.label}")
            yield Gap("not-stated", text, settle, PLATFORM, _STATED, sources=(source,))
        for each in answer.assumptions:
            text = (
                f"{self._depends(each.facet)}: it is assumed to be {each.value}, as no file says "
                f"it. {each.because}"
            )
            numbers = self._sources.statements(each.statements)
            settle = _SETTLE.format(each.facet, each.value)
            yield Gap("open-condition", text, settle, PLATFORM, _STATED, sources=numbers)
        for facet, tokens in depends.items():
            yield self._open(group, facet, tuple(tokens))
        for facet, text, by in group.conflicts:
            yield Gap(
                "contradiction", f"{_where(by)} contradicts what is known: {text}",
                "one answer in all files", PLATFORM, _STATED, sources=(self._by(by, facet),),
            )  # fmt: skip

    def _open(self, group: Group, facet: str, tokens: tuple[str, ...]) -> Gap:
        known = self._knowledge.facets[facet]
        unsettled = (each for own in group.deployments for each in own.unsettled)
        told = next((each for each in unsettled if each.facet == facet), None)
        why = f": the file leaves it open ({told.reason})" if told else ", as no file says it"
        settle = _SETTLE.format(facet, " or ".join(sorted(known.values)) or "a value")
        if told and told.settle:
            settle = f"{told.settle}; or {settle}"
        says = f"{self._knowledge.inside(known.label)} is open"
        source = self._sources.estate(group.deployments[0], facet, says)
        text = f"{self._depends(facet)}{why}"
        return Gap("open-condition", text, settle, PLATFORM, tokens, sources=(source,))

    def _depends(self, facet: str) -> str:
        label = self._knowledge.inside(self._knowledge.facets[facet].label)
        return f"depends on an open condition, {label} ({facet})"

    def _setting(self, group: Group, facet: str, values: tuple[str, ...]) -> Setting:
        first = group.deployments[0]
        label = self._knowledge.label("facet", facet)
        words = " or ".join(self._value(facet, value) for value in values)
        if facet in group.settled:
            by = group.settled[facet].by
            return Setting(facet, label, words, _known(by), (self._by(by, facet),))
        if facet in first.configuration:
            source = self._sources.estate(first, facet, f"{facet}: {' or '.join(values)}")
            return Setting(facet, label, words, "stated in the estate", (source,))
        assumed = next((a for a in group.answer.assumptions if a.facet == facet), None)
        if assumed is None:
            return Setting(facet, label, words, "follows from the others")
        numbers = self._sources.statements(assumed.statements)
        return Setting(facet, label, words, f"assumed: {assumed.because}", numbers)

    def _value(self, facet: str, value: str) -> str:
        for name in (f"value/{facet}.{value}", f"{facet}/{value}"):
            if label := self._knowledge.labels.get(f"{BASE}{name}"):
                return label.rpartition(": ")[2]
        return value

    def _by(self, by: Declared | Reach, facet: str) -> int:
        if isinstance(by, Reach):
            return self._sources.link(by.link)
        values, line = by.settings.get(facet, ((), by.line))
        return self._sources.declared(by, line, f"{facet}: {' or '.join(values)}")


def _known(by: Declared | Reach) -> str:
    if isinstance(by, Reach):
        return "follows from the way in which a dataset is used"
    return f"declared by {by.by} on {by.on.isoformat()}"


def _where(by: Declared | Reach) -> str:
    if isinstance(by, Reach):
        return f"the link of a dataset ({by.link.reason})"
    return f"the declaration in {by.file}, line {by.line},"
