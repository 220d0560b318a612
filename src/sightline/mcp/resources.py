"""The resources: document versions, and every term, as Turtle."""

from collections.abc import Awaitable, Callable

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from sightline.errors import SightlineError, render
from sightline.model import Knowledge
from sightline.service.workers import Workers
from sightline.terms import BASE, DOCUMENT

SCHEME = "sightline://"
TURTLE = "text/turtle"


def add_resources(server: MCPServer, workers: Workers, knowledge: Knowledge) -> None:
    """Add a resource for each document version, and templates for statements and terms."""

    async def described(path: str) -> str:
        try:
            given = {
                "iri": BASE + path,
                "media_type": TURTLE,
                "graphs": await workers.call("graphs", {}),
            }
            _, chunks = await workers.stream("dereference", given)
            return b"".join([chunk async for chunk in chunks]).decode()
        except SightlineError as error:
            raised = ResourceNotFoundError if error.code == "input.not-found" else ResourceError
            raise raised(render(error)) from error

    def reader(path: str) -> Callable[[], Awaitable[str]]:
        async def read() -> str:
            return await described(path)

        return read

    for iri, version in knowledge.versions.items():
        path = iri.removeprefix(BASE)

        server.resource(
            SCHEME + path,
            name=iri.removeprefix(str(DOCUMENT)),
            title=f"{version.title}, {version.label}",
            description="A version of a published document: its dates, address and sources.",
            mime_type=TURTLE,
        )(reader(path))

    @server.resource(
        SCHEME + "term/{kind}/{token}",
        title="A term",
        description="A term of the vocabulary by kind (actor, data, activity ...) and token.",
        mime_type=TURTLE,
    )
    async def term(kind: str, token: str) -> str:
        return await described(f"{kind}/{token}")

    @server.resource(
        SCHEME + "statement/{document}/{version}/{claim}",
        title="A statement",
        description="A statement of a document version, with its evidence.",
        mime_type=TURTLE,
    )
    async def statement(document: str, version: str, claim: str) -> str:
        return await described(f"statement/{document}/{version}/{claim}")
