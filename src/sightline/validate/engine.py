"""Run SHACL over triples: pySHACL, which nothing else imports.

The data reaches pySHACL as an rdflib graph parsed from N-Triples. Over a graph that Oxigraph backs
it silently misses violations, because there every plain string is typed as ``xsd:string``, which
rdflib does not hold equal to the plain string of a shape.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyshacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result as QueryResult
from rdflib.term import Node

from sightline.errors import InputError
from sightline.files import folder
from sightline.stores import SUFFIXES, TRIPLE_FORMATS, Quad, Term, iri, literal, nquads
from sightline.stores.embedded import parse
from sightline.stores.guard import check
from sightline.validate.report import SEVERITIES, Report, Result, Severity

_SH = Namespace("http://www.w3.org/ns/shacl#")
_QUERIES = (_SH.select, _SH.ask, _SH.construct)
_MODIFIERS = ((_SH.zeroOrMorePath, "*"), (_SH.oneOrMorePath, "+"), (_SH.zeroOrOnePath, "?"))


class Validator:
    """Shapes, and the data that they judge or that says what the terms of other data mean.

    Raises InputError for a file that is no Turtle or no usable shape, and QueryError for one that
    would call other servers.
    """

    def __init__(self, data: Iterable[Quad], shapes: Iterable[Path]) -> None:
        files = list(shapes)
        self._names = ", ".join(path.name for path in files)
        self._data = _graph(data)
        # Shapes refer to the prefix table instead of repeating it.
        self._shapes = _graph(read([*files, folder("ontology") / "prefixes.ttl"]))
        _refuse_calls(self._shapes)
        _import_prefixes(self._shapes)

    def everything(self) -> Report:
        """Validate the data, its named graphs united."""
        found = self._run(self._shapes)
        return _report(result for _, result in _results(found, self._shapes))

    def these(self, own: Iterable[Quad]) -> Report:
        """Validate other triples, which the data only gives a meaning to."""
        own_graph = _graph(own)
        added = [triple for triple in own_graph if triple not in self._data]
        self._data += added
        try:
            shapes = Graph() + self._shapes
            nodes = _retarget(shapes, self._data, own_graph)
            found = self._run(shapes)
        finally:
            for triple in added:
                self._data.remove(triple)
        return _report(result for node, result in _results(found, shapes) if node in nodes)

    def _run(self, shapes: Graph) -> Graph:
        try:
            with _quiet():
                _, found, text = pyshacl.validate(
                    self._data, shacl_graph=shapes, inplace=True, inference="none"
                )
        except (ReportableRuntimeError, ValueError, SyntaxError, RecursionError) as error:
            reason = str(error.args[0]) if error.args else type(error).__name__
            raise self._unusable(reason) from error
        if not isinstance(found, Graph):
            raise self._unusable(text)
        return found

    def _unusable(self, reason: str) -> InputError:
        return InputError("input.syntax", f"the shapes of {self._names} cannot be used: {reason}")


def read(paths: Iterable[Path]) -> Iterator[Quad]:
    """Yield the quads of RDF files; relative IRIs and blank nodes are named after their file.

    Raises InputError for a file that cannot be read or is not RDF.
    """
    for number, path in enumerate(paths):
        names_graphs = SUFFIXES.get(path.suffix.lower()) not in TRIPLE_FORMATS
        base = "" if names_graphs else path.absolute().as_uri()
        for subject, predicate, value, graph in parse(path, graph=base):
            if subject.startswith("_:"):
                subject = f"_:f{number}{subject[2:]}"
            if value.kind == "bnode":
                value = Term("bnode", f"f{number}{value.value}")
            yield subject, predicate, value, graph


class _Data(Graph):
    """A graph that parses a query once, not once for each node that it is asked about."""

    def __init__(self) -> None:
        super().__init__()
        self._prepared: dict[str, Query] = {}

    def query(self, query_object: str | Query, *args: Any, **options: Any) -> QueryResult:
        if isinstance(query_object, str):
            if query_object not in self._prepared:
                try:
                    self._prepared[query_object] = prepareQuery(query_object)
                except Exception as error:  # rdflib has no class of its own for an unknown prefix
                    raise ReportableRuntimeError(str(error)) from error
            query_object = self._prepared[query_object]
        return super().query(query_object, *args, **options)


def _graph(quads: Iterable[Quad]) -> Graph:
    text = "".join(nquads((s, p, o, "") for s, p, o, _ in quads))
    with _quiet():
        return _Data().parse(data=text, format="nt")


def _refuse_calls(shapes: Graph) -> None:
    for kind in _QUERIES:
        for text in shapes.objects(None, kind):
            # rdflib would fetch what FROM names.
            if check(str(text)).has_dataset:
                raise InputError("input.value", "a query in the shapes says FROM", "leave it out")


def _import_prefixes(shapes: Graph) -> None:
    """Declare the prefixes that come with ``owl:imports``, which pySHACL does not look for."""
    for user in set(shapes.objects(None, _SH.prefixes)):
        for imported in set(shapes.transitive_objects(user, OWL.imports)):
            for declaration in list(shapes.objects(imported, _SH.declare)):
                shapes.add((user, _SH.declare, declaration))


def _retarget(shapes: Graph, data: Graph, own: Graph) -> set[Node]:
    """Aim the shapes at what ``own`` says, and give the nodes that may then be reported.

    pySHACL's own ``focus_nodes`` would also filter the nodes that nested shapes look at, and so
    miss violations.
    """
    subjects = set(own.subjects())
    nodes = set(subjects)
    for aim in (_SH.targetClass, _SH.targetSubjectsOf, _SH.targetObjectsOf):
        for shape, target in list(shapes.subject_objects(aim)):
            if aim == _SH.targetClass:
                kinds = data.transitive_subjects(RDFS.subClassOf, target)
                found = {s for kind in kinds for s in data.subjects(RDF.type, kind)} & subjects
            elif aim == _SH.targetSubjectsOf:
                found = set(own.subjects(target))
            else:
                found = set(own.objects(None, target))
            shapes.remove((shape, aim, target))
            for node in found:
                shapes.add((shape, _SH.targetNode, node))
            nodes |= found
    return nodes


def _report(results: Iterable[Result]) -> Report:
    return Report(tuple(sorted(set(results), key=lambda result: result.order)))


def _results(found: Graph, shapes: Graph) -> Iterator[tuple[Node, Result]]:
    def one(node: Node, *kinds: Node) -> Node | None:
        return next((value for kind in kinds for value in found.objects(node, kind)), None)

    # Only what the report itself lists: a result may have details that are results as well.
    for node in found.objects(None, _SH.result):
        rule = one(node, _SH.sourceConstraint, _SH.sourceShape)
        focus = one(node, _SH.focusNode)
        assert rule is not None
        assert focus is not None
        value, path = one(node, _SH.value), one(node, _SH.resultPath)
        messages = sorted(str(text) for text in found.objects(node, _SH.resultMessage))
        name = next(shapes.objects(rule, _SH.name), "")
        yield (
            focus,
            Result(
                rule=f"_:{rule}" if isinstance(rule, BNode) else str(rule),
                name=str(name),
                # pySHACL reports the severity of the shape even where the query has its own.
                severity=_severity(
                    next(shapes.objects(rule, _SH.severity), one(node, _SH.resultSeverity))
                ),
                focus=_term(focus),
                path="" if path is None else _path(found, path),
                value=None if value is None else _term(value),
                message=" ".join(" ".join(messages).split()),
                see_also=tuple(sorted(str(page) for page in shapes.objects(rule, RDFS.seeAlso))),
            ),
        )


def _severity(node: Node | None) -> Severity:
    name = str(node).rpartition("#")[2].lower()
    return next((known for known in SEVERITIES if known == name), "violation")


def _term(node: Node) -> Term:
    if isinstance(node, Literal):
        return literal(str(node), str(node.datatype or ""), node.language or "")
    return Term("bnode", str(node)) if isinstance(node, BNode) else iri(str(node))


def _path(graph: Graph, node: Node) -> str:
    """Write a path as SPARQL does, a single property as its bare IRI."""
    return str(node) if isinstance(node, URIRef) else _step(graph, node, top=True)


def _step(graph: Graph, node: Node, top: bool = False) -> str:
    if isinstance(node, URIRef):
        return f"<{node}>"
    for back in graph.objects(node, _SH.inversePath):
        return f"^{_step(graph, back)}"
    for kind, sign in _MODIFIERS:
        for repeated in graph.objects(node, kind):
            return f"{_step(graph, repeated)}{sign}"
    either = next(graph.objects(node, _SH.alternativePath), None)
    members = Collection(graph, node if either is None else either)
    text = ("/" if either is None else "|").join(_step(graph, member) for member in members)
    return text if top else f"({text})"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib and pySHACL from logging what the report or an error says anyway."""
    loggers = [logging.getLogger(name) for name in ("rdflib", "rdflib.term", "pyshacl-validate")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
