"""Look up terms and their counterparts in other vocabularies, as the knowledge files give them."""

from collections.abc import Iterable, Iterator

from sightline.stores import Quad, Term, iri
from sightline.terms import RDF, RDFS, SKOS, SL, prefixes

_TYPED = (RDFS["subClassOf"], SKOS["closeMatch"])
_LIKE = (RDFS["subPropertyOf"], SKOS["closeMatch"])
_MATCHES = tuple(
    SKOS[name] for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
)


class Vocabulary:
    """All facts of the knowledge, by subject."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._facts: dict[str, dict[str, list[Term]]] = {}
        for subject, predicate, term, _graph in quads:
            own = self._facts.setdefault(subject, {}).setdefault(predicate, [])
            if term not in own:
                own.append(term)

    def subjects(self, kind: str) -> list[str]:
        """List the things of a class, sorted."""
        return sorted(s for s in self._facts if kind in self.iris(s, RDF["type"]))

    def members(self, scheme: str) -> list[str]:
        """List the concepts of a scheme, sorted."""
        return sorted(s for s in self._facts if scheme in self.iris(s, SKOS["inScheme"]))

    def terms(self, subject: str, *predicates: str) -> list[Term]:
        """Give the objects of some properties, sorted."""
        own = self._facts.get(subject, {})
        return sorted({term for p in predicates for term in own.get(p, ())})

    def iris(self, subject: str, *predicates: str) -> list[str]:
        """Give the objects of some properties that are IRIs, sorted."""
        return [term.value for term in self.terms(subject, *predicates) if term.kind == "iri"]

    def text(self, subject: str, predicate: str) -> str:
        """Give the text of a property, '' where there is none."""
        found = [t.value for t in self.terms(subject, predicate) if t.kind != "iri"]
        return found[0] if found else ""

    def counterpart(self, subject: str, prefix: str, names: Iterable[str]) -> str | None:
        """Give the one of some terms of a vocabulary that the alignments relate a term to."""
        wanted = {prefixes()[prefix] + name for name in names}
        found = [each for each in self.iris(subject, *_MATCHES) if each in wanted]
        return found[0] if found else None

    def like(self, name: str, prefix: str) -> list[str]:
        """Give the properties of a vocabulary that say what a property of the ontology says."""
        return [p for p in self.iris(SL[name], *_LIKE) if _within(p, prefix)]

    def described(self, terms: Iterable[str]) -> Iterator[Quad]:
        """Say of terms what they are called, and what they are in DPV and ODRL."""
        for own in sorted(set(terms)):
            if own not in self._facts:
                continue
            for label in self.terms(own, SKOS["prefLabel"]):
                yield own, SKOS["prefLabel"], label, ""
            for kind in self._kinds(own):
                for other in self.iris(kind, *_TYPED):
                    if _within(other, "odrl") or _within(other, "dpv"):
                        yield own, RDF["type"], iri(other), ""
            yield from self.matches(own)

    def _kinds(self, own: str) -> set[str]:
        """Give the classes of a term, with those of ours above."""
        kinds = set(self.iris(own, RDF["type"]))
        return kinds | {k for each in kinds for k in self.iris(each, RDFS["subClassOf"]) if k in SL}

    def matches(self, own: str) -> Iterator[Quad]:
        """Give the counterparts of a term in other vocabularies."""
        for predicate in _MATCHES:
            for other in self.iris(own, predicate):
                yield own, predicate, iri(other), ""


def _within(name: str, prefix: str) -> bool:
    return name.startswith(prefixes()[prefix])
