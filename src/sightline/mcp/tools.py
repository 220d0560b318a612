"""The tools: each reads, none writes, and every answer names the sentences it rests on."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Annotated, Any

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from sightline.errors import SightlineError, close_matches, render
from sightline.mcp import outputs
from sightline.model import Knowledge
from sightline.queries import LibraryQuestion
from sightline.render.evidence import evidence_json
from sightline.render.questions import question_json
from sightline.service.workers import Workers
from sightline.terms import STATEMENT

ROWS = 1_000
BYTES = 1024 * 1024
"""The most that an answer of SPARQL has: what is larger is of no use to a language model."""

_TABLES = ("application/sparql-results+json", "text/turtle")

Configuration = Annotated[
    dict[str, str | list[str]],
    Field(
        description="Facet -> value, for example {'offering': 'azure-openai', 'region': "
        "'swedencentral'}; a list holds candidates. The tool glossary lists facets and values."
    ),
]
Basis = Annotated[
    str | None, Field(description="Answer from what was published on that date: 2026-01-31.")
]
Collection = Annotated[
    str | None, Field(description="Answer from the document versions of that collection only.")
]
Assume = Annotated[
    bool, Field(description="Whether defaults that the documents state may be assumed.")
]


def _token(what: str) -> Any:
    return Field(description=f"Only {what}, by its token.")


class Tools:
    """What an agent can do; each public method is a tool."""

    def __init__(
        self,
        workers: Workers,
        knowledge: Knowledge,
        questions: Mapping[str, LibraryQuestion],
    ) -> None:
        self._workers = workers
        self._knowledge = knowledge
        self._questions = questions

    def all(self) -> Iterable[tuple[Callable[..., Awaitable[dict[str, Any]]], dict[str, Any]]]:
        """List the tools, each with the JSON Schema of what it gives."""
        yield self.access, outputs.answered(outputs.schema_of("access"))
        yield self.ask, outputs.answered(outputs.schema_of("ask"))
        yield self.diff, outputs.answered(outputs.schema_of("diff"))
        yield self.explain, outputs.answered(outputs.schema_of("explain"))
        yield self.glossary, outputs.answered(outputs.schema_of("ask"))
        yield self.list_questions, outputs.listed("questions", outputs.schema_of("questions"))
        yield self.sparql, outputs.answered(outputs.TABLE)
        yield self.validate_estate, outputs.answered(outputs.schema_of("gate"))

    async def access(
        self,
        configuration: Configuration,
        actor: Annotated[str | None, _token("this actor")] = None,
        data: Annotated[str | None, _token("this category of data")] = None,
        activity: Annotated[str | None, _token("this activity")] = None,
        action: Annotated[str | None, _token("this action")] = None,
        as_of: Basis = None,
        collection: Collection = None,
        assume: Assume = True,
    ) -> dict[str, Any]:
        """Tell who can access which data of a deployment, where, how long, on which conditions.

        Verdicts: permitted, prohibited, conditional (see awaits), contradictory, not-stated. Not
        stated means that the documents say nothing: it is neither a permission nor a denial. Name
        data or actor to keep the answer short.
        """
        given = {
            "configuration": configuration, "actor": actor, "data": data, "activity": activity,
            "action": action, "as_of": as_of, "collection": collection, "assume": assume,
        }  # fmt: skip
        answer = await self._call("access", given)
        rows = answer["access"]
        behind = [iri for row in rows for iri in (*row["statements"], *row["nearest"])]
        return self._answered(answer, [*behind, *answer["commitments"]], answer)

    async def ask(
        self,
        name: Annotated[str, Field(description="The name, as list_questions gives it.")],
        params: Annotated[
            dict[str, str | int | bool],
            Field(description="The parameters that the question names."),
        ] = {},  # noqa: B006 - a schema's default, never changed
        configuration: Configuration = {},  # noqa: B006 - likewise
        as_of: Basis = None,
        collection: Collection = None,
        assume: Assume = True,
        estate: Annotated[
            str | None,
            Field(
                description="An estate of this server, for questions that need one, or the "
                "datasets of a catalog that is joined to it."
            ),
        ] = None,
    ) -> dict[str, Any]:
        """Answer a question of the library; list_questions tells which there are.

        A dataset without a reviewed link is not known to reach something: that is never "no
        access". Candidates are suggested links that count for nothing.
        """
        given = {
            "name": name, "params": params, "configuration": configuration, "as_of": as_of,
            "collection": collection, "assume": assume, "estate": estate,
        }  # fmt: skip
        answer = await self._call("ask", given)
        return self._answered(answer, _statements(answer["rows"]))

    async def explain(
        self,
        id: Annotated[str, Field(description="The id of a row, as the tool access gives it.")],
    ) -> dict[str, Any]:
        """Show the chain behind one row of an answer: rule, statements, conditions, sentences."""
        answer = await self._call("explain", {"id": id})
        steps = [*answer["steps"], *answer["nearest"]]
        return self._answered(answer, [step["statement"] for step in steps])

    async def diff(
        self,
        before: Configuration,
        after: Configuration,
        data: Annotated[str | None, _token("this category of data")] = None,
        before_as_of: Basis = None,
        after_as_of: Basis = None,
    ) -> dict[str, Any]:
        """Compare two configurations, or one on two dates: what is gained, lost or different."""
        sides = {
            "before": {"configuration": before, "data": data, "as_of": before_as_of},
            "after": {"configuration": after, "data": data, "as_of": after_as_of},
        }
        answer = await self._call("diff", sides)
        behind = [
            iri
            for change in answer["changes"]
            for iri in (*change["statements_before"], *change["statements_after"])
        ]
        incomplete = [side for side in ("before", "after") if not answer[side]["complete"]]
        first = answer[incomplete[0]] if incomplete else None
        return self._answered(answer, behind, first)

    async def glossary(
        self,
        scheme: Annotated[
            str | None,
            Field(description="Only this list: actors, data-categories, activities, facets ..."),
        ] = None,
    ) -> dict[str, Any]:
        """List the terms with their definitions and what they are called in W3C's DPV."""
        answer = await self._call("ask", {"name": "glossary", "params": {"scheme": scheme}})
        return self._answered(answer, [])

    async def list_questions(
        self,
        folder: Annotated[
            str | None, Field(description="Only this folder: access, changes, evidence ...")
        ] = None,
        containing: Annotated[
            str | None, Field(description="Only questions with that text.", max_length=200)
        ] = None,
    ) -> dict[str, Any]:
        """List the ready questions, each with its parameters and what its columns hold."""
        folders = sorted({question.folder for question in self._questions.values()})
        if folder is not None and folder not in folders:
            raise ToolError(f"unknown folder {folder!r}; one of: {', '.join(folders)}")
        found = [q for q in self._questions.values() if folder in (None, q.folder)]
        if containing:
            text = containing.casefold()
            named = close_matches(containing, [q.name for q in found])
            found = [
                q
                for q in found
                if q.name in named or text in f"{q.name} {q.question} {q.summary}".casefold()
            ]
        return {"questions": [question_json(question) for question in found]}

    async def sparql(
        self,
        query: Annotated[
            str,
            Field(
                description="SELECT, ASK, CONSTRUCT or DESCRIBE. Prefixes such as sl:, skos:, "
                "actor:, data: are known. Updates and SERVICE are refused.",
                max_length=100_000,
            ),
        ],
    ) -> dict[str, Any]:
        """Query the published statements with SPARQL 1.1; only read, at most 1,000 rows."""
        given = {
            "query": query, "media_type": list(_TABLES), "rows": ROWS, "bytes": BYTES,
            "graphs": await self._call("graphs", {}),
        }  # fmt: skip
        try:
            head, chunks = await self._workers.stream("sparql", given)
            content = b"".join([chunk async for chunk in chunks])
        except SightlineError as error:
            raise _tool_error(error) from error
        if head["media_type"] != _TABLES[0]:
            text = content.decode()
            return self._answered({"turtle": text}, _named_statements(text, self._knowledge))
        found = json.loads(content)
        if "boolean" in found:
            return self._answered({"boolean": found["boolean"]}, [])
        rows = [
            {name: term["value"] for name, term in row.items()}
            for row in found["results"]["bindings"]
        ]
        answer = {"columns": found["head"]["vars"], "rows": rows}
        return self._answered(answer, _statements(rows))

    async def validate_estate(
        self,
        content: Annotated[
            str,
            Field(
                description="The text of an estate file: ARM template, Terraform plan, az output "
                "... It is read in memory and not kept.",
                max_length=4 * 1024 * 1024,
            ),
        ],
        file_name: Annotated[
            str, Field(description="What to call the file in findings.", max_length=200)
        ] = "estate.json",
        policies: Annotated[
            list[str], Field(description="Names of policies; all of them if left out.")
        ] = [],  # noqa: B006 - a schema's default, never changed
        parameters: Annotated[
            dict[str, str], Field(description="Values for parameters that the template declares.")
        ] = {},  # noqa: B006 - likewise
        resource_group_location: Annotated[
            str | None, Field(description="Where the resource group of a template is.")
        ] = None,
    ) -> dict[str, Any]:
        """Hold the deployments of a file to policies: violations, unknowns, and what to change.

        An unknown is not a pass: it names what the file leaves open and what would settle it.
        """
        body = content.encode()
        given = {
            "files": [{"name": file_name, "size": len(body)}], "policies": policies or None,
            "parameters": parameters, "resource_group_location": resource_group_location,
        }  # fmt: skip
        answer = await self._call("validate", given, body)
        return self._answered(answer, _statements(answer["findings"]))

    async def _call(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Any:
        try:
            return await self._workers.call(task, given, body)
        except SightlineError as error:
            raise _tool_error(error) from error

    def _answered(
        self,
        answer: Mapping[str, Any],
        statements: Iterable[str],
        told: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        told = told or {}
        because = told.get("incomplete_because")
        return {
            "answer": answer,
            "evidence": evidence_json(self._knowledge, statements),
            "complete": told.get("complete", True),
            **({"incomplete_because": because} if because else {}),
        }


def _tool_error(error: SightlineError) -> ToolError:
    return ToolError(render(error))


def _statements(value: object) -> list[str]:
    """Find the IRIs of statements in JSON values, in their order."""
    if isinstance(value, str):
        return [value] if value in STATEMENT else []
    if isinstance(value, Mapping):
        return [iri for item in value.values() for iri in _statements(item)]
    if isinstance(value, list):
        return [iri for item in value for iri in _statements(item)]
    return []


def _named_statements(text: str, knowledge: Knowledge) -> list[str]:
    plain = text.replace("\\/", "/")  # as local names of Turtle escape it
    return [
        iri
        for iri in knowledge.by_iri
        if iri in plain or f"statement:{iri.removeprefix(str(STATEMENT))}" in plain
    ]
