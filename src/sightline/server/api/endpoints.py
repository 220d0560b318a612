"""What an endpoint of the API is: the one description behind its route and its documentation."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.requests import Request

from sightline.server.site import Site

Schema = Mapping[str, Any]
"""A JSON Schema; ``{"$ref": "#/components/schemas/<name>"}`` names an output of the program."""

Values = Mapping[str, Any]
"""What a request gave, checked: name -> text, number, boolean, or list of texts."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query or, where the path names it, of the path.

    ``kind`` is a type of library questions, of which the values are asked from the knowledge. Of a
    parameter that is a ``list`` several values may be given, repeated or with commas.
    """

    name: str
    description: str
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    list: bool = False
    kind: str = ""
    example: str = ""
    shared: str = ""
    """The name under which several endpoints describe it once."""


Received = tuple[Mapping[str, Any], bytes]
"""What the body of a request adds to the arguments of a task, and the body of the task."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a POST request carries: media type -> schema of its content, and how it is read."""

    content: Mapping[str, Schema]
    description: str
    receive: Callable[[Request, Site], Awaitable[Received]]
    examples: Mapping[str, Any] = field(default_factory=dict)


def _as_given(values: Values) -> Mapping[str, Any]:
    return values


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the API.

    ``forms`` maps the name of each form to the schema of its JSON, None for text; the first one is
    the default. The task ``task`` is given what ``given`` makes of the values, or ``local`` writes
    the answer in the web process.
    """

    path: str
    group: str
    summary: str
    forms: Mapping[str, Schema | None]
    task: str = ""
    local: Callable[[Site, Values, str], str] | None = None
    given: Callable[[Values], Mapping[str, Any]] = _as_given
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    method: Literal["GET", "POST"] = "GET"
    body: Body | None = None
    route: str = ""
    """The path of the route, where it is not ``path``."""
    refusal: int = 422
    """The status of a request that is as described, and yet cannot be answered."""

    @property
    def address(self) -> str:
        """The path of the route."""
        return self.route or self.path

    @property
    def paged(self) -> bool:
        """Whether its rows can be had in parts."""
        return any(parameter.name == "limit" for parameter in self.parameters)


FORMS: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "markdown": "text/markdown",
    "turtle": "text/turtle",
    "sarif": "application/sarif+json",
    "junit": "application/xml",
    "sparql": "application/sparql-query",
}
"""Name of a form, as the parameter ``format`` takes it -> its media type."""


def output(name: str) -> Schema:
    """Refer to the JSON Schema of an output."""
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(*values: str) -> Schema:
    """Describe a text that is one of those."""
    return {"type": "string", "enum": list(values)}
