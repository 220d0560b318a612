"""Put values into the words that people read."""

import re
from collections.abc import Iterable, Mapping

from sightline.model import REGION, Awaited, Knowledge

_KIND = re.compile(
    r"^(Facet (saying|naming|giving)|Event that|A verdict (for which|that)|Rule (that|by which)) "
)


def about(definition: str) -> str:
    """Say what a term is about, without the kind of thing it is, which its place tells.

    >>> about("Facet saying whether calls are queued as a batch.")
    'Whether calls are queued as a batch.'
    >>> about("A verdict that depends on conditions which are open.")
    'Depends on conditions which are open.'
    """
    text = _KIND.sub("", definition)
    return text[:1].upper() + text[1:]


def value_label(knowledge: Knowledge, facet: str, value: str) -> str:
    """Name a value of a facet without repeating the facet."""
    about = knowledge.facets.get(facet)
    if value in knowledge.regions and facet == REGION:
        return knowledge.regions[value].label
    label = knowledge.label("value", f"{facet}.{value}")
    if label == f"{facet}.{value}":
        return knowledge.label(facet, value)
    return label.removeprefix(f"{about.label}: ") if about else label


def age(days: int) -> str:
    """Say how old something is, as exactly as people care.

    >>> age(0), age(1), age(45), age(808)
    ('today', '1 day old', '45 days old', '2 years 2 months old')
    """
    if days < 1:
        return "today"
    if days < 60:
        return f"{days} day{'' if days == 1 else 's'} old"
    months = int(days / 30.44)
    if months < 24:
        return f"{months} months old"
    years, rest = divmod(months, 12)
    return f"{years} years{f' {rest} month{_s(rest)}' if rest else ''} old"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def condition_text(knowledge: Knowledge, awaited: Awaited) -> str:
    """Write one open condition as a part of a sentence that begins with 'if'."""
    label = knowledge.named("facet", awaited.condition)
    if awaited.kind == "discretion":
        return "the actor chooses to"
    if not awaited.values:
        return f"the {label} is known"
    values = " or ".join(value_label(knowledge, awaited.condition, v) for v in awaited.values)
    if awaited.kind == "event":
        return label if awaited.values == ("true",) else f"{label} {values}"
    return f"{label} is {values}"


def verdicts(knowledge: Knowledge) -> list[str]:
    """List the verdicts, the highest rank first and what is not stated last."""
    return sorted(knowledge.ranks, key=lambda v: (-knowledge.ranks[v], v == "not-stated", v))


def verdict_words(knowledge: Knowledge) -> dict[str, tuple[str, str]]:
    """Give the sign and the word of each verdict, in the order of ``verdicts``."""
    return {
        verdict: (knowledge.symbols.get(verdict, ""), knowledge.label("verdict", verdict))
        for verdict in verdicts(knowledge)
    }


def question_title(
    knowledge: Knowledge, configuration: Mapping[str, Iterable[str]], data: str | None
) -> str:
    """Name what is asked: the data, then the values of the configuration."""
    asked = sorted(configuration.items(), key=lambda item: knowledge.facets[item[0]].order)
    values = [
        " or ".join(value_label(knowledge, facet, value) for value in chosen)
        for facet, chosen in asked
    ]
    return ", ".join([knowledge.label("data", data) if data else "Data", *values])
