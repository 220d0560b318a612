"""Describe the form fields for the parameters of a library question, by the type of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from sightline.model import Knowledge
from sightline.queries import LibraryQuestion, Parameter
from sightline.render.wording import value_label
from sightline.server.pages import configuration
from sightline.server.pages.configuration import Option
from sightline.terms import BASE, DOCUMENT

_VALUE_OF = "value of "
_INPUTS = {"date": "date", "integer": "number"}


@dataclass(frozen=True, slots=True)
class Input:
    """One field: a select if it has options, else an input of ``type`` with suggestions."""

    name: str
    label: str
    help: str
    type: str
    required: bool
    value: str
    example: str
    options: tuple[Option, ...]
    suggestions: tuple[Option, ...]


def inputs(
    knowledge: Knowledge, question: LibraryQuestion, given: Mapping[str, str], asked: bool
) -> list[Input]:
    """Describe the fields of a question; before it is asked, required ones hold their example."""
    found = []
    for parameter in question.params.values():
        filled = parameter.example if parameter.required and not asked else ""
        value = given.get(parameter.name, filled)
        options = _options(knowledge, parameter, value)
        found.append(
            Input(
                parameter.name,
                parameter.name.replace("_", " "),
                parameter.description,
                _INPUTS.get(parameter.type, "text"),
                parameter.required,
                value,
                parameter.example,
                tuple(options),
                () if options else tuple(_suggestions(knowledge, parameter)),
            )
        )
    return found


def _options(knowledge: Knowledge, parameter: Parameter, value: str) -> list[Option]:
    kind = parameter.type
    if kind in knowledge.tokens:
        field = configuration.concept_field(knowledge, kind, value, "")
        return [option for _, group in field.groups for option in group]
    if kind == "boolean":
        names = {"true": "yes", "false": "no"}
    elif kind.startswith(_VALUE_OF):
        facet = kind.removeprefix(_VALUE_OF)
        known = knowledge.facets.get(facet)
        names = {v: value_label(knowledge, facet, v) for v in known.values} if known else {}
    elif kind == "facet":
        names = {facet.token: facet.label for facet in knowledge.facets.values()}
    elif kind == "region":
        names = {region.token: region.label for region in knowledge.regions.values()}
    elif kind == "zone":
        zones = {membership.zone for membership in knowledge.memberships}
        names = {zone: knowledge.label(kind, zone) for zone in zones}
    elif kind == "geography":
        every = {g for r in knowledge.regions.values() for g in r.facets.get(kind, ())}
        names = {geography: knowledge.label(kind, geography) for geography in every}
    elif kind == "document":
        names = {document.token: document.title for document in knowledge.documents.values()}
    elif kind == "version":
        names = {
            version.iri.removeprefix(str(DOCUMENT)): f"{version.title} ({version.label})"
            for version in knowledge.versions.values()
        }
    elif kind == "condition":
        names = {c.token: c.label for c in knowledge.conditions.values()}
    else:
        return []
    if value and value not in names:
        names = {value: value, **names}
    ordered = sorted(names.items(), key=lambda item: item[1].casefold())
    return [Option(token, label, token == value) for token, label in ordered]


def _suggestions(knowledge: Knowledge, parameter: Parameter) -> list[Option]:
    """List what can be typed where a list to choose from would be too long to read."""
    if parameter.type == "claim":
        first = {statement.claim: statement.paraphrase for statement in knowledge.statements}
        return [Option(claim, words) for claim, words in sorted(first.items())]
    if parameter.type == "statement":
        prefix = f"{BASE}statement/"
        return [Option(s.iri.removeprefix(prefix), s.paraphrase) for s in knowledge.statements]
    if parameter.type == "evidence":
        prefix = f"{BASE}evidence/"
        return [
            Option(iri.removeprefix(prefix), e.section) for iri, e in knowledge.sentences.items()
        ]
    prefix = f"{BASE}{parameter.type}/"
    return [
        Option(iri.removeprefix(prefix), label)
        for iri, label in sorted(knowledge.labels.items())
        if iri.startswith(prefix)
    ]
