"""The facade: one object that loads the knowledge and answers every kind of question."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.derive import Derivation
from sightline.errors import ParameterError
from sightline.identity import configuration_iri, read_access
from sightline.loading import derivation_files, load_knowledge, read_knowledge
from sightline.model import (
    Answer,
    Change,
    ClaimDifference,
    DeployedAccess,
    Deployment,
    Explanation,
    Knowledge,
    Question,
)
from sightline.scratch import Scratch
from sightline.stores import SUFFIXES, TRIPLE_FORMATS, Solutions, Store, iri, nquads
from sightline.stores import Answer as StoreAnswer
from sightline.terms import GRAPH, token

# What only some questions need is imported where they are answered: a cold start counts.
if TYPE_CHECKING:
    from rdflib import Dataset

    from sightline.estate import Attachment, Estate
    from sightline.estate import Settings as EstateSettings
    from sightline.joining import Joined
    from sightline.joining.kept import Kept
    from sightline.queries import LibraryQuestion, Value
    from sightline.stores import Quad


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
        self._scratch = Scratch(self._published)
        self._kept: list[Kept] = []

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
        """The knowledge as values, read once: from the store, or the shipped files without one."""
        if self._given is not None or "store" in self.__dict__:
            return read_knowledge(self.store.quads())
        from sightline.stores.embedded import parse

        files = derivation_files()
        return read_knowledge(quad for path in files for quad in parse(path))

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

    def explain(self, access_id: str) -> Explanation:
        """Explain an answer by the id of its row; the row is derived again from the id alone.

        Raises InputError for text that is no such id, or that names a row which is not derived.
        """
        from sightline.explain import explain, row_of

        asked = read_access(access_id)
        derivation = self.derivation(asked.on, asked.collection)
        question = Question(
            asked.configuration,
            data=asked.key.data,
            collection=asked.collection,
            as_of=asked.on,
            assume=asked.assume,
        )
        answer = derivation.answer(question)
        row = row_of(answer, asked.key)
        return explain(self.knowledge, answer, row, derivation.known(question).truths)

    def diff(self, before: Answer, after: Answer) -> tuple[Change, ...]:
        """Compare two answers: one row per changed access and change."""
        from sightline.compare import compare

        return compare(self.knowledge, before, after)

    def diff_versions(self, before: str, after: str) -> tuple[ClaimDifference, ...]:
        """Compare the claims of two document versions, given as IRIs or as slug/version.

        Raises UnknownTermError for a version that is not in the graph.
        """
        from sightline.compare import compare_versions

        return compare_versions(self.knowledge, before, after)

    def answers(
        self, questions: Sequence[Question], workers: int | None = None
    ) -> Iterator[Answer]:
        """Answer many questions, in their order."""
        from sightline.derive.many import answers  # processes are not for a single question

        return answers(self.knowledge, questions, workers)

    def estate(
        self,
        paths: Iterable[Path | str],
        settings: "EstateSettings | None" = None,
        *,
        attachments: "Sequence[Attachment]" = (),
        tags: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        contents: Mapping[str, bytes] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> "Estate":
        """Read estate files and folders, and the deployments that they describe.

        ``attachments`` add owners and the like to deployments; ``tags`` maps such attributes to
        the Azure tags that hold them. ``contents`` are further files by name, which are not on
        disk. A file that cannot be read has its error in its entry.
        """
        from sightline.estate import import_estate, mapping_files, read_mappings, spellings
        from sightline.stores.embedded import parse

        mappings = read_mappings(quad for path in mapping_files() for quad in parse(path))
        return import_estate(
            paths, mappings, spellings(self.knowledge), settings,
            attachments=attachments, tags=tags, stdin=stdin, contents=contents, progress=progress,
        )  # fmt: skip

    def access_estate(
        self,
        deployments: Iterable[Deployment],
        *,
        actor: str | None = None,
        data: str | None = None,
        activity: str | None = None,
        action: str | None = None,
        as_of: date | None = None,
        collection: str | None = None,
        assume: bool = True,
        workers: int | None = None,
    ) -> list[DeployedAccess]:
        """Derive effective access for deployments, once for each distinct configuration.

        No statement is applied to a deployment that no document governs: its answer has no rows
        and is incomplete, with the reason. Raises as ``access`` does.
        """
        from sightline.derive.deployed import deployed

        asked = Question({}, actor, data, activity, action, as_of, collection, assume)
        return deployed(deployments, asked, lambda questions: self.answers(questions, workers))

    def estate_quads(
        self,
        estate: "Estate",
        *,
        data: str | None = None,
        as_of: date | None = None,
        collection: str | None = None,
        assume: bool = True,
    ) -> "Iterator[Quad]":
        """Give all that the files of an estate say, and the access derived for its deployments."""
        from sightline.render import estate_rdf, rdf

        now = datetime.now(UTC)
        yield from estate_rdf.quads(estate.reported(), estate.deployments, now, estate.described)
        for found in self.access_estate(
            estate.deployments, data=data, as_of=as_of, collection=collection, assume=assume
        ):
            yield from rdf.quads(found.answer)

    def linked_quads(
        self, joined: "Joined", estate: "Estate | None" = None, **derive: Any
    ) -> "Iterator[Quad]":
        """Give all that catalogs and an estate say, the links between them, and what follows.

        Access is derived for deployments as datasets use them; ``derive`` is as for
        ``access_estate``.
        """
        from sightline.joining import facts

        if estate is not None:
            yield from facts.described(estate)
        yield from facts.stated(joined)
        yield from self.reached_quads(joined, **derive)

    def keep(
        self,
        joined: "Joined",
        estate: "Estate | None" = None,
        copy: Callable[[bytes], None] | None = None,
    ) -> None:
        """Keep ready what catalogs and an estate say, for questions about these very objects.

        Then only what depends on date, collection and assumptions is written for a question.
        ``copy`` is given what catalogs and links say as well, in blocks of N-Triples.
        """
        from sightline.joining.kept import Kept

        self._kept.append(Kept(self._published(), joined, estate, copy))

    def _published(self) -> bytes:
        return self.store.serialize("CONSTRUCT WHERE { ?s ?p ?o }", "ntriples")

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

    def load(self) -> None:
        """Load the shipped knowledge into the store that was given, each file as a named graph."""
        load_knowledge(self.store)

    def materialise(self, answer: Answer) -> str:
        """Load the derived facts of an answer into the store; gives the name of their graph."""
        from sightline.render import rdf

        self.store.load(
            rdf.ntriples(answer).encode(), format="ntriples", graph=rdf.derived_graph(answer)
        )
        return rdf.derived_graph(answer)

    def add(self, path: Path) -> None:
        """Add an RDF file to the graph, in a named graph of its own.

        Raises InputError for a file that is missing, broken or of no known RDF format.
        """
        one_graph = SUFFIXES.get(path.suffix.lower()) in TRIPLE_FORMATS
        self.store.load(path, graph=GRAPH[f"added/{path.name}"] if one_graph else "")
        self.__dict__.pop("knowledge", None)
        self._derivations.clear()
        self._scratch.clear()
        self._kept.clear()

    def questions(self) -> Mapping[str, "LibraryQuestion"]:
        """List the questions of the library by name."""
        from sightline.queries import library

        return library()

    def ask(
        self,
        name: str,
        /,
        configuration: Mapping[str, str | Iterable[str]] | None = None,
        *,
        as_of: date | None = None,
        collection: str | None = None,
        assume: bool = True,
        estate: "Estate | None" = None,
        joined: "Joined | None" = None,
        **params: "Value | None",
    ) -> Solutions:
        """Answer a question of the library; see ``questions`` for names and parameters.

        ``configuration``, ``as_of``, ``collection`` and ``assume`` are those of ``access``, for the
        questions that need a configuration; ``estate`` is for those that need one, and ``joined``
        for those that need datasets (see ``joining.join``).

        >>> graph = KnowledgeGraph()
        >>> answer = graph.ask("who-can-access", {"offering": "serverless-api"}, data="prompts")
        >>> [row["who_label"].value for row in answer.dicts()][-1]
        'Model provider'

        Raises ParameterError for parameters or a configuration that do not fit the question, and
        UnknownTermError for a question or a token that does not exist.
        """
        from sightline import queries
        from sightline.queries import CATALOG, CONFIGURATION, DATASETS, ESTATE
        from sightline.render import rdf

        asked = queries.question(name)
        derive: dict[str, Any] = {"as_of": as_of, "collection": collection, "assume": assume}
        for need, given, what, hint in (
            (ESTATE, estate, "an estate", "name its files, as in --estate main.json"),
            (DATASETS, joined, "datasets", "name catalog files, as in --catalog catalog.ttl"),
        ):
            if need in asked.needs and given is None:
                problem = f"the question {asked.name!r} needs {what}"
                raise ParameterError("parameter.missing", problem, hint)
        if ESTATE in asked.needs or DATASETS in asked.needs:
            values = queries.read_params(self.store, asked, params)
            derive["data"] = token(values["data"].value) if "data" in values else None
            linked = joined if DATASETS in asked.needs else None
            return queries.answer(self._store_of(linked, estate, derive), asked, values)
        if CONFIGURATION not in asked.needs:
            if configuration:
                raise ParameterError(
                    "parameter.unknown", f"the question {asked.name!r} takes no configuration"
                )
            needs_library = CATALOG in asked.needs
            store = self._scratch.store((), queries.catalog_quads) if needs_library else self.store
            return queries.run(store, name, params)
        if not configuration:
            facets = [f.token for f in self.knowledge.facets.values() if f.kind == "facet"]
            raise ParameterError(
                "parameter.missing",
                f"the question {asked.name!r} needs a configuration",
                f"set some of: {', '.join(sorted(facets))}",
            )
        values = queries.read_params(self.store, asked, params)
        # What is said of all of a category is made a row of the data that is asked for.
        derive["data"] = token(values["data"].value) if "data" in values else None
        answer = self.access(configuration, **derive)
        values[CONFIGURATION] = iri(configuration_iri(answer.identity))
        key = (answer.identity, str(answer.selected_on), *map(str, derive.values()))
        store = self._scratch.store(key, lambda: rdf.quads(answer))
        return queries.answer(store, asked, values)

    def reached_quads(self, joined: "Joined", **derive: Any) -> "Iterator[Quad]":
        """Give the access that is derived for deployments as datasets use them."""
        from sightline.joining import facts

        options = {name: value for name, value in derive.items() if name != "data"}
        return facts.derived(
            joined, lambda found, data: self.access_estate(found, data=data, **options)
        )

    def _store_of(
        self, joined: "Joined | None", estate: "Estate | None", derive: Mapping[str, Any]
    ) -> Store:
        """Give the published facts with those about datasets, or about an estate alone."""
        if joined is None:
            assert estate is not None
            added = partial(self.estate_quads, estate, **derive)
            return self._scratch.store(("estate", *map(str, derive.values())), added, estate)
        basis = tuple(str(value) for name, value in derive.items() if name != "data")
        for kept in self._kept:
            if kept.is_about(joined, estate):
                return kept.store(basis, partial(self.reached_quads, joined, **derive))
        added = partial(self.linked_quads, joined, estate, **derive)
        return self._scratch.store(("estate", *basis), added, joined)

    def graph(self) -> "Dataset":
        """Give the whole graph as an rdflib Dataset whose default graph is the union."""
        from rdflib import Dataset

        dataset = Dataset(default_union=True)
        dataset.parse(data="".join(nquads(self.store.quads())), format="nquads")
        return dataset

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._given!r})"
