"""The facade: one object that loads the knowledge and answers every kind of question."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sightline.derive import Derivation
from sightline.loading import load_knowledge, read_knowledge
from sightline.model import Answer, Knowledge, Question
from sightline.stores import Answer as StoreAnswer
from sightline.stores import Store

if TYPE_CHECKING:
    from rdflib import Dataset


class KnowledgeGraph:
    """The published statements, and all that can be derived from them.

    ``store`` defaults to a new store in memory with the shipped knowledge; a store that is given
    has to hold it already, or gets it by ``load``.

    >>> graph = KnowledgeGraph()
    >>> answer = graph.access({"offering": "serverless-api"}, actor="model-provider")
    >>> {row.verdict for row in answer.rows}
    {'prohibited'}
    """

    def __init__(self, store: Store | None = None) -> None:
        self._given = store
        self._derivations: dict[tuple[date | None, str | None], Derivation] = {}

    @cached_property
    def store(self) -> Store:
        """The store behind the graph."""
        if self._given is not None:
            return self._given
        from sightline.stores.embedded import EmbeddedStore

        store = EmbeddedStore()
        load_knowledge(store)
        return store

    @cached_property
    def knowledge(self) -> Knowledge:
        """The knowledge as values, read from the store once."""
        return read_knowledge(self.store)

    def access(
        self,
        configuration: Mapping[str, str | Iterable[str]],
        *,
        actor: str | None = None,
        data: str | None = None,
        activity: str | None = None,
        action: str | None = None,
        as_of: date | None = None,
        collection: str | None = None,
        assume: bool = True,
    ) -> Answer:
        """Derive effective access for a configuration (facet token -> value or candidate values).

        Raises UnknownTermError for a token that the vocabulary does not have and InputError for
        facets that contradict each other.
        """
        question = Question(
            {f: (v,) if isinstance(v, str) else tuple(v) for f, v in configuration.items()},
            actor,
            data,
            activity,
            action,
            as_of,
            collection,
            assume,
        )
        return self.derivation(as_of, collection).answer(question)

    def derivation(self, as_of: date | None = None, collection: str | None = None) -> Derivation:
        """Give the evaluator for one selection of document versions."""
        key = (as_of, collection)
        if key not in self._derivations:
            self._derivations[key] = Derivation(self.knowledge, as_of, collection)
        return self._derivations[key]

    def sparql(self, text: str) -> StoreAnswer:
        """Answer a SPARQL query over the graph.

        Raises QueryError for a query that is wrong, updates, or calls other servers.
        """
        return self.store.query(text)

    def graph(self) -> "Dataset":
        """Give the whole graph as an rdflib Dataset whose default graph is the union."""
        from rdflib import Dataset

        from sightline.stores import nquads

        dataset = Dataset(default_union=True)
        dataset.parse(data="".join(nquads(self.store.quads())), format="nquads")
        return dataset

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._given!r})"
