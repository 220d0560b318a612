"""The endpoints of the library: the list of questions, and one for each question."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sightline.errors import UnknownTermError
from sightline.model import Knowledge
from sightline.queries import CONFIGURATION, DATASETS, ESTATE, LibraryQuestion
from sightline.render.flat import table_csv, table_markdown
from sightline.render.questions import question_json
from sightline.server.api import parameters
from sightline.server.api.endpoints import Endpoint, Parameter, Schema, Values, one_of, output
from sightline.server.site import Site

PATH = "/api/questions"
ROUTE = f"{PATH}/{{folder}}/{{name}}"
_SCHEMAS: Mapping[str, Schema] = {
    "string": {"type": "string", "maxLength": 1000},
    "term": {"type": "string", "minLength": 1, "maxLength": 1000},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    "boolean": one_of("true", "false"),
}
TERMS = frozenset(_SCHEMAS)
"""The types of parameters of which the values are not listed."""


def endpoints(site: Site, estates: Sequence[str]) -> list[Endpoint]:
    """List the endpoints of the library, for a caller who may ask about ``estates``."""
    questions = site.questions.values()
    folders = sorted({question.folder for question in questions})
    tags = sorted({tag for question in questions for tag in question.tags})
    cataloged = [name for name in estates if name in site.catalogs]
    return [
        Endpoint(
            PATH,
            "questions",
            "List the questions of the library",
            {"json": output("questions"), "csv": None, "markdown": None},
            local=_listing,
            parameters=(
                Parameter("folder", "Only the questions of that folder.", one_of(*folders)),
                Parameter("tag", "Only the questions with that tag.", one_of(*tags)),
                Parameter("words", "Only questions with all these words.", {"type": "string"}),
            ),
        ),
        Endpoint(
            f"{ROUTE}/query",
            "questions",
            "Get the SPARQL query behind a question",
            {"sparql": None},
            local=_query,
            parameters=(
                Parameter("folder", "The folder.", one_of(*folders), required=True),
                Parameter(
                    "name", "The name of the question.", one_of(*site.questions), required=True
                ),
            ),
            refusal=404,
        ),
        *(
            _question(site.knowledge, q, cataloged if DATASETS in q.needs else estates)
            for q in questions
        ),
    ]


def kinds(site: Site) -> list[str]:
    """List the types of parameters of which the values are known."""
    every = {p.type for question in site.questions.values() for p in question.params.values()}
    return sorted(every - TERMS)


def _question(knowledge: Knowledge, question: LibraryQuestion, estates: Sequence[str]) -> Endpoint:
    own = tuple(
        Parameter(
            p.name,
            p.description,
            _SCHEMAS.get(p.type, {"type": "string"}),
            required=p.required,
            kind="" if p.type in TERMS else p.type,
            example=p.example,
        )
        for p in question.params.values()
    )
    needed: tuple[Parameter, ...] = ()
    if CONFIGURATION in question.needs:
        facets = (f for f in parameters.facets(knowledge) if f.name not in question.params)
        needed = (*facets, *parameters.basis(knowledge))
    elif DATASETS in question.needs:
        needed = (parameters.datasets(estates), *parameters.basis(knowledge))
    elif ESTATE in question.needs:
        needed = (parameters.estate(estates), *parameters.basis(knowledge))
    columns = "\n".join(f"- `{column}`: {what}" for column, what in question.returns.items())
    return Endpoint(
        f"{PATH}/{question.folder}/{question.name}",
        question.folder,
        question.summary,
        {"json": _answer(question), "csv": None, "markdown": None},
        task="ask",
        given=partial(_given, knowledge, question),
        parameters=(*own, *needed, *parameters.paging()),
        description=f"{question.question}\n\nColumns:\n\n{columns}",
        route=ROUTE,
    )


def _answer(question: LibraryQuestion) -> Schema:
    """Describe the JSON of an answer: as that of any question, with its own name and columns."""
    own = {"question": {"const": question.name}}
    return {"allOf": [output("ask"), {"type": "object", "properties": own}]}


def _given(knowledge: Knowledge, question: LibraryQuestion, values: Values) -> Mapping[str, Any]:
    found = {
        "name": question.name,
        "params": {name: values[name] for name in question.params if name in values},
    }
    if not {CONFIGURATION, ESTATE, DATASETS} & set(question.needs):
        return found
    rest = {name: value for name, value in values.items() if name not in question.params}
    asked = parameters.asked(knowledge, rest)
    if {ESTATE, DATASETS} & set(question.needs):
        return {**found, **asked, "configuration": {}, "estate": values.get(ESTATE)}
    return {**found, **asked}


def _listing(site: Site, values: Values, form: str) -> str:
    words = values.get("words", "").casefold().split()
    found = [
        question
        for question in site.questions.values()
        if values.get("folder") in (None, question.folder)
        and ("tag" not in values or values["tag"] in question.tags)
        and all(w in f"{question.name} {question.summary} {question.question}".casefold()
                for w in words)
    ]  # fmt: skip
    if form == "json":
        listed = [question_json(question) for question in found]
        return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"
    header = ["folder", "name", "question", "parameters"]
    rows = [[q.folder, q.name, q.question, " ".join(q.params)] for q in found]
    return (table_csv if form == "csv" else table_markdown)(header, rows)


def _query(site: Site, values: Values, form: str) -> str:
    known = site.questions[values["name"]]
    if known.folder != values["folder"]:
        own = [q.name for q in site.questions.values() if q.folder == values["folder"]]
        raise UnknownTermError("question", known.name, own)
    return known.text
