"""``/sign-in`` and ``/sign-out``: a session for a browser, in exchange for a token.

Both change something only by a POST, which the middleware ``Hosts`` takes from our own pages only.
"""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sightline.errors import InputError, RightsError
from sightline.server.security.gate import Gate
from sightline.server.security.rights import SIGN_IN, caller_of
from sightline.server.site import Site, site_of

SIGN_OUT = "/sign-out"
_LONGEST = 64 * 1024


def routes(site: Site) -> list[BaseRoute]:
    """Give the routes of this room; there are none where nobody has to sign in."""
    if not site.settings.asks_names:
        return []
    return [
        Route(SIGN_IN, form, methods=["GET"]),
        Route(SIGN_IN, enter, methods=["POST"]),
        Route(SIGN_OUT, leave, methods=["POST"]),
    ]


async def form(request: Request) -> Response:
    """Show the form, or who is signed in."""
    return _page(request, local(request.query_params.get("next", "/")))


async def enter(request: Request) -> Response:
    """Begin a session for a token, and go on to where the browser wanted to be."""
    from sightline.server.sparql import parameters

    given = parameters(await _body(request), "the form")
    token = given.get("token", [""])[0].strip()
    wanted = local(given.get("next", ["/"])[0])
    gate = _gate(request)
    try:
        session = await gate.session(token)
    except RightsError as error:
        return _page(request, wanted, error)
    answer = RedirectResponse(site_of(request).settings.root + wanted, 303)
    gate.sessions.end(request, answer)
    del answer.headers["set-cookie"]
    gate.sessions.begin(answer, session)
    request.state.caller = session.caller  # for the audit
    return answer


async def leave(request: Request) -> Response:
    """End the session, and drop what the browser has kept of it."""
    answer = RedirectResponse(site_of(request).settings.root + SIGN_IN, 303)
    _gate(request).sessions.end(request, answer)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def local(address: str) -> str:
    r"""Give an address of this server, which is the first page where another one was meant.

    >>> local("/matrix?region=swedencentral"), local("//evil.example/"), local("/\\evil.example")
    ('/matrix?region=swedencentral', '/', '/')
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    is_plain = address.isascii() and address.isprintable() and "\\" not in address
    is_local = address.startswith("/") and not address.startswith("//")
    if parts.scheme or parts.netloc or not is_plain or not is_local:
        return "/"
    return "/" if parts.path in (SIGN_IN, SIGN_OUT) else address


def _page(request: Request, wanted: str, error: RightsError | None = None) -> Response:
    from sightline.server.pages import rendering  # which is above this package

    answer = rendering.page(
        request,
        "sign-in.html",
        401 if error else 200,
        problem=rendering.problem(error) if error else None,
        wanted=wanted,
        caller=caller_of(request).name,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _gate(request: Request) -> Gate:
    gate = request.app.state.protection.gate
    assert isinstance(gate, Gate)
    return gate


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LONGEST:
            raise InputError("input.too-large", "the form is too long", "send the token only")
    return bytes(content)
