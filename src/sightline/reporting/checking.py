"""Hold a register to ``shapes/records.ttl``: is anything silent, and what does not suffice?"""

from dataclasses import replace

from sightline.errors import KnowledgeError
from sightline.files import folder
from sightline.model import Knowledge
from sightline.reporting.register import Register
from sightline.reporting.register_rdf import quads
from sightline.stores.embedded import parse
from sightline.terms import SHAPE
from sightline.validate.compiled import Compiled, loaded
from sightline.validate.report import Result

SUFFICIENT = SHAPE["RecordItemIsSufficient"]
"""The constraint whose results say that a cell does not suffice; all others are faults of ours."""


def checked(register: Register, knowledge: Knowledge) -> Register:
    """Give a register that says which items are insufficient.

    Raises KnowledgeError for one that breaks another constraint: it is not to be handed on.
    """
    found = results(register, knowledge)
    faults = [each for each in found if each.rule != SUFFICIENT]
    if faults:
        raise KnowledgeError(
            "knowledge.broken",
            f"the register breaks its shapes: {faults[0].name} ({faults[0].focus.value})",
            "report this, with the files that it was made of",
        )
    bare = {each.focus.value for each in found}
    records = tuple(
        replace(
            record,
            insufficient=tuple(
                cell.item.token
                for cell in record.cells
                if f"{record.iri}/{cell.item.token}" in bare
            ),
        )
        for record in register.records
    )
    return replace(register, records=records)


def results(register: Register, knowledge: Knowledge) -> tuple[Result, ...]:
    """Run the shapes over a register; one deployment stands for all of a record."""
    items = parse(folder("ontology") / "vocab" / "record-items.ttl")
    store = loaded(items, quads(register, knowledge, limit=1))
    return Compiled(folder("shapes") / "records.ttl").report(store).results
