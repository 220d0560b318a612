"""Run the questions of the library: ``queries/<folder>/<name>.rq``, each with a typed header.

A question is a SPARQL query that runs unchanged in any client. Its ``#+`` lines are a YAML header;
its parameters are ordinary variables, bound by one VALUES row that takes the place of the comment
``# parameters`` at the beginning of the outermost group.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

from sightline.errors import (
    KnowledgeError,
    ParameterError,
    QueryError,
    UnknownTermError,
    close_matches,
)
from sightline.files import knowledge_files, read_text, relative
from sightline.stores import Quad, Solutions, Store, Term, iri, literal
from sightline.terms import BASE, GRAPH, QUERY, RDF, RDFS, SH, SKOS, SL, VALUE, XSD, expand

CONFIGURATION = "configuration"
CATALOG = "catalog"
ESTATE = "estate"
DATASETS = "datasets"
NEEDS = (CONFIGURATION, CATALOG, ESTATE, DATASETS)
"""What a question can need beyond the published statements: derived access, this library itself,
deployments with the access derived for them, or datasets with what they reach."""

CATALOG_GRAPH = GRAPH["queries"]
"""The graph of ``catalog_quads``."""

_MARKER = re.compile(r"^[ \t]*# parameters[ \t]*$", re.MULTILINE)
_HEADER_LINE = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_LITERALS = {
    "string": XSD["string"],
    "date": XSD["date"],
    "integer": XSD["integer"],
    "boolean": XSD["boolean"],
}
_BOOLEANS = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_VALUE_OF = "value of "
# Kinds whose IRIs share a namespace with another kind, or come from anywhere.
_SPECIAL = {"version": "document", "term": ""}
_CLASSES = {"version": SL["DocumentVersion"], "document": SL["Document"]}

Value = str | int | bool | date
"""What a parameter can be given as: a token, an IRI or ``prefix:name`` for a term."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question.

    ``type`` is string, date, integer, boolean, ``term`` (any term), ``version`` (of a document),
    ``value of`` a facet, or the kind of a term as its IRI has it: actor, data, activity, facet ...
    """

    name: str
    type: str
    required: bool
    example: str
    description: str


@dataclass(frozen=True, slots=True)
class LibraryQuestion:
    """A question of the library: what its header says, and its text, header included."""

    name: str
    folder: str
    summary: str
    question: str
    params: Mapping[str, Parameter]
    returns: Mapping[str, str]
    """Column -> what it holds, in the order of the columns."""
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    text: str

    @property
    def iri(self) -> str:
        """The IRI under which the graph lists the question."""
        return QUERY[f"{self.folder}/{self.name}"]


@cache
def library() -> Mapping[str, LibraryQuestion]:
    """Read all questions: name -> question, by folder and name.

    Raises KnowledgeError for a header that is broken or a name that occurs twice.
    """
    found: dict[str, LibraryQuestion] = {}
    for path in _files():
        if path.stem in found:
            raise KnowledgeError(
                "knowledge.conflict", f"two questions are named {path.stem!r}", "rename one"
            )
        found[path.stem] = read_question(path)
    return MappingProxyType(found)


def question(name: str) -> LibraryQuestion:
    """Read one question by its name, with or without its folder.

    >>> question("access/who-can-access").needs
    ('configuration',)

    Raises UnknownTermError, which lists close names, if there is none.
    """
    for path in _files():
        if name in (path.stem, f"{path.parent.name}/{path.stem}"):
            return read_question(path)
    raise UnknownTermError("question", name, [path.stem for path in _files()])


@cache
def read_question(path: Path) -> LibraryQuestion:
    """Read a file of the library.

    Raises KnowledgeError if its header is no YAML or lacks a field, or if the place for the
    parameters is not marked exactly once.
    """
    import yaml  # only questions of the library pay for the import

    text = read_text(path)
    try:
        # Every scalar is text, so that a parameter may be named "on".
        header = yaml.load("\n".join(_HEADER_LINE.findall(text)), yaml.BaseLoader)
        params = {name: _parameter(name, about) for name, about in (header["params"] or {}).items()}
        found = LibraryQuestion(
            path.stem,
            path.parent.name,
            header["summary"],
            header["question"],
            MappingProxyType(params),
            MappingProxyType(dict(header["returns"])),
            tuple(header["tags"]),
            tuple(header.get("needs", "").split()),
            text,
        )
        if unknown := [need for need in found.needs if need not in NEEDS]:
            raise ValueError(f"needs what does not exist: {unknown[0]}")
        if len(_MARKER.findall(text)) != 1:
            raise ValueError("has to mark the place of its parameters once, by '# parameters'")
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise KnowledgeError(
            "knowledge.broken",
            f"the header of {relative(path)} is broken: {reason}",
            "compare it with another question",
        ) from error
    return found


def run(store: Store, name: str, params: Mapping[str, Value | None] | None = None) -> Solutions:
    """Answer a question of the library from a store.

    A question that needs a configuration takes the IRI of one whose derived facts are in the store
    as the parameter ``configuration``. Raises ParameterError or UnknownTermError for parameters
    that cannot be, and QueryError if the store refuses the query.
    """
    asked = question(name)
    return answer(store, asked, read_params(store, asked, params or {}))


def answer(store: Store, asked: LibraryQuestion, values: Mapping[str, Term]) -> Solutions:
    """Answer a question whose parameters are terms already."""
    if CONFIGURATION in asked.needs and CONFIGURATION not in values:
        raise ParameterError(
            "parameter.missing", f"the question {asked.name!r} needs a configuration"
        )
    found = store.query(bind(asked, values))
    if not isinstance(found, Solutions):
        raise QueryError("query.failed", f"the question {asked.name!r} is no SELECT query")
    return found


def read_params(
    store: Store, asked: LibraryQuestion, params: Mapping[str, Value | None]
) -> dict[str, Term]:
    """Turn the parameters of a question into terms; those that are None count as left out.

    Terms are looked up in the store. Raises ParameterError (missing, unknown, value) and
    UnknownTermError, which lists close matches.
    """
    given = {name: value for name, value in params.items() if value is not None}
    known = dict(asked.params)
    if CONFIGURATION in asked.needs:
        known[CONFIGURATION] = Parameter(CONFIGURATION, CONFIGURATION, False, "", "")
    for name in given:
        if name not in known:
            names = close_matches(name, known) or list(known)
            raise ParameterError(
                "parameter.unknown",
                f"the question {asked.name!r} has no parameter {name!r}",
                f"it has: {', '.join(names)}" if names else "it takes none",
            )
    for parameter in known.values():
        if parameter.required and parameter.name not in given:
            example = f", for example {parameter.example}" if parameter.example else ""
            raise ParameterError(
                "parameter.missing",
                f"the question {asked.name!r} needs the parameter {parameter.name!r}",
                f"give a {parameter.type}{example}",
            )
    return {name: _term(store, known[name], value) for name, value in given.items()}


def known_tokens(store: Store, kind: str) -> list[str]:
    """List the tokens that a parameter of a type can be given as; none where any text will do."""
    if kind in _LITERALS:
        return []
    return _known(store, Parameter(kind, kind, False, "", ""))


def bind(asked: LibraryQuestion, values: Mapping[str, Term]) -> str:
    """Write the SPARQL text of a question with parameters bound by one VALUES row.

    A parameter without a value stays a free variable, as UNDEF would leave it.

    >>> asked = question("what-can-be-deleted")
    >>> "VALUES (?data) { (<urn:x>) }" in bind(asked, {"data": iri("urn:x")})
    True
    """
    if not values:
        return asked.text
    names = " ".join(f"?{name}" for name in values)
    row = " ".join(term.n3() for term in values.values())
    return _MARKER.sub(lambda _: f"  VALUES ({names}) {{ ({row}) }}", asked.text)


def catalog_quads() -> Iterator[Quad]:
    """Describe all questions as SHACL executables, so that a graph can list its questions."""
    for asked in library().values():
        for predicate, value in _description(asked):
            yield asked.iri, predicate, value, CATALOG_GRAPH
        for parameter in asked.params.values():
            node = f"{asked.iri}/parameter/{parameter.name}"
            yield asked.iri, SH["parameter"], iri(node), CATALOG_GRAPH
            for predicate, value in _parameter_description(parameter):
                yield node, predicate, value, CATALOG_GRAPH


@cache  # a server asks for a question all the time; looking through the folder takes 2 ms
def _files() -> tuple[Path, ...]:
    return tuple(knowledge_files("queries", ".rq"))


def _parameter(name: str, about: Mapping[str, str]) -> Parameter:
    if not _NAME.fullmatch(name) or name == CONFIGURATION:
        raise ValueError(f"{name!r} cannot be the name of a parameter")
    if (required := about["required"]) not in ("true", "false"):
        raise ValueError(f"{name!r} has to say 'required: true' or 'required: false'")
    return Parameter(
        name, about["type"], required == "true", about["example"], about["description"]
    )


def _term(store: Store, parameter: Parameter, value: Value) -> Term:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if parameter.type in _LITERALS:
        return literal(_lexical(parameter, text), _LITERALS[parameter.type])
    name = _iri(parameter, text)
    if _exists(store, name, _CLASSES.get(parameter.type)):
        return iri(name)
    raise UnknownTermError(parameter.type, text, _known(store, parameter))


def _lexical(parameter: Parameter, text: str) -> str:
    try:
        match parameter.type:
            case "date":
                return date.fromisoformat(text).isoformat()
            case "integer":
                return str(int(text))
            case "boolean":
                return _BOOLEANS[text.casefold()]
        text.encode()  # a half of a surrogate pair is no text
    except (KeyError, ValueError) as error:
        raise _not_a(parameter, text) from error
    return text


def _namespace(parameter: Parameter) -> str:
    if parameter.type.startswith(_VALUE_OF):
        return f"{VALUE}{parameter.type.removeprefix(_VALUE_OF)}."
    return f"{BASE}{_SPECIAL.get(parameter.type, parameter.type)}/"


def _iri(parameter: Parameter, text: str) -> str:
    """Build the IRI that a token, ``prefix:name`` or an IRI, right or wrong, stands for."""
    namespace = _namespace(parameter)
    short, colon, _ = text.partition(":")
    if text.startswith(("http://", "https://", "urn:", "<")) or parameter.type == "term":
        name = expand(text)
    elif colon and namespace.startswith(f"{BASE}{short}/"):
        name = f"{BASE}{short}/{text[len(short) + 1 :]}"
    else:
        name = namespace + text
    if _NOT_IN_IRI.search(name) or not name.isprintable():
        raise _not_a(parameter, text)
    return name


def _exists(store: Store, name: str, class_iri: str | None) -> bool:
    pattern = f"<{name}> a <{class_iri}>" if class_iri else f"<{name}> a ?class"
    return store.query(f"ASK {{ {pattern} }}") is True


def _known(store: Store, parameter: Parameter) -> list[str]:
    """List the tokens that a parameter could have been given as."""
    if parameter.type == "term":
        return []
    namespace = _namespace(parameter)
    wanted = f"<{_CLASSES[parameter.type]}>" if parameter.type in _CLASSES else "?class"
    found = store.query(
        f'SELECT DISTINCT ?term {{ ?term a {wanted} FILTER(STRSTARTS(STR(?term), "{namespace}")) }}'
    )
    rows = found.rows if isinstance(found, Solutions) else []
    return [unquote(row[0].value.removeprefix(namespace)) for row in rows if row[0]]


def _not_a(parameter: Parameter, text: str) -> ParameterError:
    example = f"for example {parameter.example}" if parameter.example else ""
    return ParameterError(
        "parameter.value", f"{parameter.name!r} is no {parameter.type}: {text!r}", example
    )


def _description(asked: LibraryQuestion) -> Iterator[tuple[str, Term]]:
    yield RDF["type"], iri(SH["SPARQLSelectExecutable"])
    yield RDF["type"], iri(SH["SPARQLExecutable"])
    yield expand("dct:identifier"), literal(asked.name)
    yield SKOS["prefLabel"], literal(asked.summary, language="en")
    yield RDFS["comment"], literal(asked.question, language="en")
    yield SH["group"], iri(QUERY[asked.folder])
    yield SH["select"], literal(asked.text)
    for tag in asked.tags:
        yield expand("dcat:keyword"), literal(tag, language="en")


def _parameter_description(parameter: Parameter) -> Iterator[tuple[str, Term]]:
    yield RDF["type"], iri(SH["Parameter"])
    yield SH["name"], literal(parameter.name)
    yield SH["description"], literal(parameter.description, language="en")
    yield SH["optional"], literal(str(not parameter.required).lower(), XSD["boolean"])
    yield SKOS["example"], literal(parameter.example)
    if parameter.type in _LITERALS:
        yield SH["datatype"], iri(_LITERALS[parameter.type])
    else:
        yield SH["nodeKind"], iri(SH["IRI"])
        yield expand("dct:type"), literal(parameter.type)
