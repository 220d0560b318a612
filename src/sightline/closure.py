"""Close the ontology under OWL 2 RL: when it is tested, never when a question is asked."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.errors import KnowledgeError
from sightline.files import folder, knowledge_files
from sightline.terms import OWL, RDF

if TYPE_CHECKING:
    from rdflib import Graph


@dataclass(frozen=True)
class Closure:
    """The closed ontology, what was stated, and what makes it inconsistent (nothing, one hopes)."""

    graph: "Graph"
    stated: int
    faults: tuple[str, ...]

    @property
    def entailed(self) -> int:
        """How many triples the closure adds."""
        return len(self.graph) - self.stated


def close(*, alignments: bool = True, added: str = "") -> Closure:
    """Close the shipped ontology, with or without its mappings to other vocabularies.

    ``added`` is Turtle that is closed with it. The data is not part of it: owlrl needs more than a
    minute for ten thousand triples, and the rules of derivation do not rest on entailment. Raises
    KnowledgeError where owlrl is missing.
    """
    try:
        import owlrl
    except ModuleNotFoundError as error:
        raise KnowledgeError(
            "knowledge.missing", "owlrl is not installed", "pip install 'sightline[ontology]'"
        ) from error
    from owlrl.Namespaces import ERRNS
    from rdflib import Graph, URIRef

    graph = Graph()
    apart = folder("ontology") / "alignments"
    for path in knowledge_files("ontology", ".ttl"):
        if alignments or not path.is_relative_to(apart):
            graph.parse(path, format="turtle")
    graph.parse(data=added, format="turtle")
    stated = len(graph)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False).expand(graph)
    nothing = URIRef(OWL["Nothing"])
    faults = [str(text) for text in graph.objects(None, ERRNS.error)]
    faults += [
        f"{node} is an owl:Nothing"
        for node in graph.subjects(URIRef(RDF["type"]), nothing)
        if node != nothing
    ]
    return Closure(graph, stated, tuple(sorted(faults)))
