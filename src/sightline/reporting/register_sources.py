"""Number what a register rests on, each place once, in the order in which it is first used."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from sightline.catalogs.crosswalk import MappedTerm
from sightline.catalogs.datasets import Dataset
from sightline.catalogs.links import Link
from sightline.model import Deployment, Knowledge
from sightline.reporting.declared import Declared
from sightline.reporting.register import Source, SourceKind
from sightline.terms import PROCESSING

_HEXADECIMAL = 20


class Sources:
    """The sources of a register, collected while it is built; each method gives a number."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._found: dict[tuple[str, str], Source] = {}

    def all(self) -> tuple[Source, ...]:
        """Give all sources by number."""
        return tuple(self._found.values())

    def statements(self, names: Iterable[str]) -> tuple[int, ...]:
        """Give numbers to statements of documents, named by IRI; what is none is left out."""
        known = self._knowledge.by_iri
        return tuple(self._statement(name) for name in dict.fromkeys(names) if name in known)

    def declared(self, entry: Declared, line: int, says: str) -> int:
        """Give a number to a line of a file of declarations."""
        return self._file("declared", entry.file, f"line {line}", says, entry.by, entry.on)

    def estate(self, own: Deployment, what: str, says: str) -> int:
        """Give a number to where an estate file gives a facet, else where the deployment is."""
        place = own.written_at(what) if own.written_at else None
        file, line = place or (own.file, own.line)
        return self._file("estate", file, f"line {line}", says)

    def file(self, name: str, says: str) -> int:
        """Give a number to an estate file as a whole."""
        return self._file("estate", name, "", says)

    def dataset(self, own: Dataset, says: str) -> int:
        """Give a number to the place of a dataset in its catalog file."""
        return self._file("catalog", own.file, own.pointer, says)

    def link(self, own: Link) -> int:
        """Give a number to a link of a dataset to a deployment."""
        status = {"declared": "link, declared by a person", "derived": "link, derived by a rule"}
        says = status.get(own.status, own.status)
        return self._add("link", own.iri, says, own.reason, "", own.reviewer, own.on)

    def mapped(self, own: MappedTerm) -> int:
        """Give a number to what a crosswalk says of a term of a catalog."""
        says = f"what the term '{own.label}' of a catalog means"
        return self._add(
            "crosswalk", own.iri, says, own.scheme.rsplit("/", 1)[-1], "", own.reviewer,
            own.reviewed_on,
        )  # fmt: skip

    def _statement(self, name: str) -> int:
        known = self._knowledge
        own = known.by_iri[name]
        version = known.versions[own.version]
        sentence = known.sentences.get(own.evidence[0]) if own.evidence else None
        return self._add(
            "document", name, own.paraphrase, f"{version.title} ({version.label})",
            sentence.section if sentence else "",
            address=(sentence.deep_link if sentence else None) or "", pending=own.pending,
        )  # fmt: skip

    def _file(
        self,
        kind: SourceKind,
        name: str,
        place: str,
        says: str,
        by: str = "",
        on: date | None = None,
    ) -> int:
        text = "\0".join((kind, name, place, says))
        iri = PROCESSING[f"source/{sha256(text.encode()).hexdigest()[:_HEXADECIMAL]}"]
        return self._add(kind, iri, says, name, place, by, on)

    def _add(
        self,
        kind: SourceKind,
        iri: str,
        says: str,
        where: str,
        place: str,
        by: str = "",
        on: date | None = None,
        address: str = "",
        pending: bool = False,
    ) -> int:
        known = self._found.get((kind, iri))
        if known is None:
            number = len(self._found) + 1
            known = Source(number, kind, iri, says, where, place, address, by, on, pending)
            self._found[kind, iri] = known
        return known.number
