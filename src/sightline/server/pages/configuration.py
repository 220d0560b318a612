"""Read a configuration from the query of a page, and describe the form fields that set it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from sightline.model import REGION, Facet, Knowledge
from sightline.render.wording import about, value_label
from sightline.terms import BASE

FILTERS = ("data", "actor", "activity", "action")
"""What can be asked for beside a configuration: kinds of concepts."""

_INDENT = "\u2003"

Configuration = dict[str, list[str]]
"""Facet token -> candidate values."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a field can have."""

    value: str
    label: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; ``groups`` are (title, options), the title empty where there is none."""

    name: str
    label: str
    help: str
    phrase: str
    nothing: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    set: bool


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a configuration: those that stand in the sentence, and the others by group."""

    sentence: tuple[Field, ...]
    groups: tuple[tuple[str, tuple[Field, ...]], ...]

    @property
    def more_set(self) -> int:
        """How many fields outside the sentence are set."""
        return sum(field.set for _, group in self.groups for field in group)


def read_configuration(
    knowledge: Knowledge,
    query: QueryParams,
    prefix: str = "",
    besides: Collection[str] | None = None,
) -> Configuration:
    """Read the facets that are set: repeated, or several values with commas, are candidates.

    Values are taken as they are; whether they exist is for the task to say. Where ``besides`` lists
    the other parameters, any further name is taken for a facet too: a misspelt one must not give
    the answer to another question.
    """
    found: Configuration = {}
    names = dict.fromkeys(knowledge.facets)
    if besides is not None:
        given = (name for name in query if name.startswith(prefix) and name not in besides)
        names |= dict.fromkeys(name.removeprefix(prefix) for name in given)
    for facet in names:
        values = [v.strip() for text in query.getlist(prefix + facet) for v in text.split(",")]
        if kept := list(dict.fromkeys(filter(None, values))):
            found[facet] = kept
    return found


def example(knowledge: Knowledge) -> Configuration:
    """Give the configuration that the examples of the facets make up."""
    return {f.token: [f.example] for f in knowledge.facets.values() if f.phrase and f.example}


def fields(knowledge: Knowledge, chosen: Mapping[str, Sequence[str]], prefix: str = "") -> Fields:
    """Describe the fields for all facets and events, with what is chosen."""
    ordered = sorted(knowledge.facets.values(), key=lambda f: (f.order, f.label.casefold()))
    sentence = []
    groups: dict[str, list[Field]] = {}
    for facet in ordered:
        if facet.kind == "discretion":
            continue
        field = _field(knowledge, facet, chosen.get(facet.token, ()), prefix)
        if facet.phrase:
            sentence.append(field)
        else:
            groups.setdefault(_group(knowledge, facet), []).append(field)
    return Fields(tuple(sentence), tuple((t, tuple(g)) for t, g in sorted(groups.items(), key=_at)))


def concept_field(knowledge: Knowledge, kind: str, chosen: str, nothing: str) -> Field:
    """Describe the field that chooses one concept of a kind, narrower data below broader."""
    tokens = knowledge.tokens[kind]
    label = {token: knowledge.label(kind, token) for token in tokens}
    if kind == "data":
        options = _tree(label, knowledge.broader, chosen)
    else:
        names = sorted(tokens - {"not-stated"}, key=lambda token: label[token].casefold())
        options = [Option(token, label[token], token == chosen) for token in names]
    unknown = [Option(chosen, chosen, True)] if chosen and chosen not in tokens else []
    return Field(kind, kind, "", "", nothing, (("", (*unknown, *options)),), bool(chosen))


def address(path: str, parameters: Iterable[tuple[str, str | Iterable[str] | None]]) -> str:
    """Write an address with a query; what is empty is left out.

    >>> address("/matrix", [("data", None), ("region", ["a", "b"])])
    '/matrix?region=a&region=b'
    """
    pairs = [
        (name, one)
        for name, value in parameters
        for one in ([value] if isinstance(value, str) else value or ())
        if one
    ]
    return f"{path}?{urlencode(pairs, safe=':/')}" if pairs else path


def _field(knowledge: Knowledge, facet: Facet, chosen: Sequence[str], prefix: str) -> Field:
    groups = _region_options(knowledge, chosen) if facet.token == REGION else None
    if groups is None:
        values = sorted(facet.values or _open_values(knowledge, facet.token))
        options = [_option(knowledge, facet.token, value, chosen) for value in values]
        groups = (("", tuple(sorted(options, key=lambda o: o.label.casefold()))),)
    known = {option.value for _, group in groups for option in group}
    if len(chosen) > 1 or (chosen and chosen[0] not in known):
        names = " or ".join(value_label(knowledge, facet.token, value) for value in chosen)
        groups = (("", (Option(",".join(chosen), names, True),)), *groups)
    return Field(
        name=prefix + facet.token,
        label=facet.label,
        help=about(knowledge.definitions.get(f"{BASE}facet/{facet.token}", "")),
        phrase=facet.phrase,
        nothing="any" if facet.phrase else "not known",
        groups=groups,
        set=bool(chosen),
    )


def _option(knowledge: Knowledge, facet: str, value: str, chosen: Sequence[str]) -> Option:
    return Option(value, value_label(knowledge, facet, value), [value] == list(chosen))


def _region_options(
    knowledge: Knowledge, chosen: Sequence[str]
) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    groups: dict[str, list[Option]] = {}
    for region in knowledge.regions.values():
        geographies = sorted(region.facets.get("geography", ())) or [""]
        title = knowledge.label("geography", geographies[0]) if geographies[0] else "Other"
        groups.setdefault(title, []).append(
            Option(region.token, region.label, [region.token] == list(chosen))
        )
    return tuple(
        (title, tuple(sorted(options, key=lambda o: o.label)))
        for title, options in sorted(groups.items())
    )


def _open_values(knowledge: Knowledge, facet: str) -> set[str]:
    if facet == "zone":
        return {membership.zone for membership in knowledge.memberships}
    return {v for region in knowledge.regions.values() for v in region.facets.get(facet, ())}


def _tree(
    labels: Mapping[str, str], broader: Mapping[str, frozenset[str]], chosen: str
) -> list[Option]:
    """Order categories so that each stands below the closest one that is broader."""

    def path(token: str) -> list[tuple[str, str]]:
        above = sorted(broader.get(token, {token}) & labels.keys(), key=lambda t: len(broader[t]))
        return [(labels[t].casefold(), t) for t in above]

    return [
        Option(token, f"{_INDENT * (len(path(token)) - 1)}{labels[token]}", token == chosen)
        for token in sorted(labels, key=path)
    ]


def _group(knowledge: Knowledge, facet: Facet) -> str:
    if facet.kind == "event":
        return "What happens at run time"
    if facet.derived_from:
        return f"If the {knowledge.label('facet', facet.derived_from)} is not known"
    prefix, colon, _ = facet.token.partition(":")
    return f"{prefix.capitalize()}s in use" if colon else "How it is set up"


def _at(group: tuple[str, list[Field]]) -> tuple[bool, bool, str]:
    title = group[0]
    return title.startswith("What"), title.startswith("If"), "" if title[0] == "H" else title
