"""The endpoints of the OpenID Authorization API 1.0 (AuthZEN), and their description."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sightline.server.api import described, jsonbody
from sightline.server.api.endpoints import Body, Endpoint, Received, Schema, Values, output
from sightline.server.site import Site, site_of

PATH = "/access/v1"
METADATA = "/.well-known/authzen-configuration"
IDENTIFIER = "x-request-id"
"""The header by which a client knows its requests; answers carry the same."""

_GROUP = "authorization"
_ENDPOINTS: Mapping[str, tuple[str, str, str]] = {
    "evaluation": ("access_evaluation_endpoint", "Decide one request", "evaluation-request"),
    "evaluations": ("access_evaluations_endpoint", "Decide many requests", "evaluations-request"),
    "search/subject": ("search_subject_endpoint", "Search for actors", "subject-search"),
    "search/resource": ("search_resource_endpoint", "Search for data", "resource-search"),
    "search/action": ("search_action_endpoint", "Search for actions", "action-search"),
}
_ABOUT = (
    "A subject is of type `actor`, a resource of type `data`; the configuration stands in the "
    "context. The decision is true only for what is permitted. One that is false is no denial "
    "unless `stated_denial` says so: see `verdict` and `reason` in the context."
)


def endpoints(site: Site) -> list[Endpoint]:
    """List the endpoints."""
    return [
        Endpoint(
            f"{PATH}/{name}",
            _GROUP,
            summary,
            {"json": output(_answer(name))},
            task=_task(name),
            given=_given(name),
            description=_ABOUT,
            method="POST",
            body=Body(
                {"application/json": output(request)},
                "A request of the Authorization API 1.0.",
                _receive(described.COMPONENTS[request]),
                {"example": described.example(site.knowledge, name)},
            ),
        )
        for name, (_, summary, request) in _ENDPOINTS.items()
    ]


async def metadata(request: Request) -> Response:
    """Say where the endpoints are, as the client knows the server."""
    known = (site_of(request).settings.url or str(request.base_url)).rstrip("/")
    found = {key: f"{known}{PATH}/{name}" for name, (key, _, _) in _ENDPOINTS.items()}
    headers = {"Cache-Control": "private, max-age=300", "Vary": "Host"}
    return JSONResponse({"policy_decision_point": known, **found}, headers=headers)


def _answer(name: str) -> str:
    return f"{name.partition('/')[0]}-answer"


def _task(name: str) -> str:
    return {"evaluation": "evaluate", "evaluations": "evaluate_all"}.get(name, "search")


def _given(name: str) -> Callable[[Values], Mapping[str, Any]]:
    """Hand the request to its task; a search is told what it is for."""
    _, _, sought = name.partition("/")
    if sought:
        return lambda values: {"sought": sought, "request": values["request"]}
    return lambda values: values["request"]


def _receive(schema: Schema) -> Callable[[Request, Site], Any]:
    async def receive(request: Request, site: Site) -> Received:
        return {"request": await jsonbody.read(request, schema, site.settings.limits.query)}, b""

    return receive
