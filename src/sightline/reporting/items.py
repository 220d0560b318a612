"""Read what records of processing have to say, from ``ontology/vocab/record-items.ttl``."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

from sightline.files import folder
from sightline.stores import Term
from sightline.terms import ACTOR, RDF, SKOS, SL

Form = Literal["controller", "processor"]
"""Whose record it is: GDPR Art. 30(1) asks controllers, 30(2) processors."""

FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True, slots=True)
class RecordItem:
    """What a record has to say; ``references`` has, by form, the place of the law that asks."""

    iri: str
    token: str
    label: str
    definition: str
    references: dict[str, str]
    order: int
    asked_for: str
    relates_by: str
    mandatory: bool = True
    may_be_none: bool = False
    party: bool = False
    single: bool = False
    leaves_out: frozenset[str] = field(default=frozenset())
    """The actors that stand for the organisation itself."""


@cache
def record_items() -> tuple[RecordItem, ...]:
    """Give the items of all forms, in their order."""
    from sightline.stores.embedded import parse

    about: dict[str, dict[str, list[Term]]] = {}
    for subject, predicate, term, _ in parse(folder("ontology") / "vocab" / "record-items.ttl"):
        about.setdefault(subject, {}).setdefault(predicate, []).append(term)
    kind = SL["RecordItem"]
    found = (
        _item(iri, own)
        for iri, own in about.items()
        if any(term.value == kind for term in own.get(RDF["type"], ()))
    )
    return tuple(sorted(found, key=lambda item: item.order))


def items_of(form: Form, items: Iterable[RecordItem]) -> tuple[RecordItem, ...]:
    """Give the items that a form asks for.

    >>> [item.token for item in items_of("processor", record_items())][:2]
    ['processor', 'controllers']
    """
    return tuple(item for item in items if form in item.references)


def _item(iri: str, own: dict[str, list[Term]]) -> RecordItem:
    def text(predicate: str) -> str:
        return min((term.value for term in own.get(predicate, ())), default="")

    def flag(name: str) -> bool:
        return text(SL[name]) == "true"

    references = {form: text(SL[f"{form}Reference"]) for form in FORMS}
    return RecordItem(
        iri,
        text(SKOS["notation"]),
        text(SKOS["prefLabel"]),
        text(SKOS["definition"]),
        {form: place for form, place in references.items() if place},
        int(text(SL["listingOrder"])),
        text(SL["askedFor"]),
        text(SL["relatesBy"]),
        flag("mandatoryItem"),
        flag("mayBeNone"),
        flag("namesParty"),
        flag("singleValue"),
        frozenset(filter(None, (ACTOR.token(t.value) for t in own.get(SL["leavesOutActor"], ())))),
    )
