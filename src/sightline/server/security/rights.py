"""Find out who asks, and let nobody read an estate that is not theirs.

``Rights`` names the caller of each request. ``Guarded`` stands before the workers, so that no page
and no endpoint can have a task done on an estate or graph that its caller may not read.
"""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sightline.errors import InputError, RequestError, RightsError, SightlineError, UnknownTermError
from sightline.server import negotiation, problems
from sightline.server.settings import is_far
from sightline.service.work import graphs_of
from sightline.service.workers import Stream, Workers

if TYPE_CHECKING:
    from sightline.server.security.gate import Gate
    from sightline.server.security.rates import Rates

METRICS = "metrics"
"""The right to see the metrics of the server."""

SIGN_IN = "/sign-in"
_OPEN = ("/health", SIGN_IN)
_OPEN_BELOW = "/static/"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a name, the estates to read (None: all), and further rights."""

    name: str
    estates: frozenset[str] | None = frozenset()
    rights: frozenset[str] = frozenset()

    def may_read(self, estate: str) -> bool:
        """Tell whether the caller may read an estate."""
        return self.estates is None or estate in self.estates


EVERYONE = Caller("", None)
"""Who asks a server that asks nobody for a name."""

NOBODY = Caller("")
"""Who asks without having said who, where that is allowed."""

_NESTED = ("given", "before", "after")
"""Arguments that have arguments of another task, or for one of its sides."""

_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)


def caller_of(request: Request) -> Caller:
    """Give the caller of a request."""
    caller: Caller = getattr(request.state, "caller", NOBODY)
    return caller


class Rights:
    """Middleware that sets ``request.state.caller``, or answers that it does not know the caller.

    Without a ``gate`` everyone may read all. ``rates`` limits who is known by name, and addresses
    of other machines; without it nobody is limited.
    """

    def __init__(self, app: ASGIApp, gate: "Gate | None", rates: "Rates | None", root: str) -> None:
        self.app = app
        self._gate = gate
        self._rates = rates
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in the name of its caller."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            caller = await self._caller(request)
            self._limit(request, caller)
        except SightlineError as error:
            await self._refused(request, error)(scope, receive, send)
            return
        request.state.caller = caller
        token = _caller.set(caller)
        try:
            await self.app(scope, receive, send)
        finally:
            _caller.reset(token)

    async def _caller(self, request: Request) -> Caller:
        if self._gate is None:
            return EVERYONE
        path = request.scope["path"]
        is_open = path in _OPEN or path.startswith(_OPEN_BELOW)
        try:
            caller = await self._gate.caller(request)
        except RightsError:
            if not is_open:
                self._limit(request, NOBODY)
                raise
            caller = None
        if caller is None and not is_open:
            self._limit(request, NOBODY)
            raise RightsError(
                "rights.unknown",
                "the server does not know who asks",
                "send 'Authorization: Bearer TOKEN', or sign in with a browser",
            )
        return caller or NOBODY

    def _limit(self, request: Request, caller: Caller) -> None:
        if self._rates is None:
            return
        address = request.client.host if request.client else ""
        key = f"name {caller.name}" if caller.name else address if is_far(address) else ""
        if key and (seconds := self._rates.wait(key)):
            raise TooOftenError(seconds)

    def _refused(self, request: Request, error: SightlineError) -> Response:
        if isinstance(error, TooOftenError):
            return problems.problem(request, error, headers={"Retry-After": str(error.seconds)})
        if error.code == "rights.unknown" and request.method == "GET" and _is_browser(request):
            return RedirectResponse(f"{self._root}{SIGN_IN}?{_next(request)}", 303)
        return problems.problem(request, error)


class TooOftenError(RequestError):
    """A caller asks more often than may be; may ask again after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        hint = f"ask again in {seconds} s"
        super().__init__("request.too-often", "you ask more often than this server allows", hint)
        self.seconds = seconds


class Guarded:
    """Workers that do what the caller of the running request may have done; see ``Workers``.

    An estate or graph that is not the caller's is answered like one that does not exist.
    """

    def __init__(self, workers: Workers, estates: Iterable[str]) -> None:
        self.workers = workers
        self._estates = tuple(estates)

    async def call(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Any:
        """Do a task whose result is a JSON value."""
        self._check(given)
        return await self.workers.call(task, given, body)

    async def stream(self, task: str, given: Mapping[str, Any], body: bytes = b"") -> Stream:
        """Do a task whose result is bytes."""
        self._check(given)
        return await self.workers.stream(task, given, body)

    async def close(self) -> None:
        """End all workers."""
        await self.workers.close()

    def stats(self) -> Mapping[str, int]:
        """Count workers, tasks and failures, where the workers do."""
        found: Mapping[str, int] = getattr(self.workers, "stats", dict)()
        return found

    def _check(self, given: Mapping[str, Any]) -> None:
        caller = _caller.get()
        if caller.estates is None:
            return
        for inner in (given.get(name) for name in _NESTED):
            if isinstance(inner, Mapping):
                self._check(inner)
        check_estate(caller, self._estates, given.get("estate"))
        unseen = (name for name in self._estates if not caller.may_read(name))
        hidden = {graph for name in unseen for graph in graphs_of(name)}
        if hidden.intersection(given.get("graphs") or ()):
            raise InputError("input.not-found", "there is no such graph", "check the IRI")


def check_estate(caller: Caller, estates: Iterable[str], name: object) -> None:
    """Raise UnknownTermError for an estate that is not there, or not for the caller."""
    readable = [each for each in estates if caller.may_read(each)]
    if name is not None and name not in readable:
        raise UnknownTermError("estate", str(name), readable)


def _is_browser(request: Request) -> bool:
    accept = negotiation.accepts(request.headers.getlist("accept"))
    offered = ["application/json", "text/html"]
    return bool(accept) and negotiation.choose(accept, offered) == "text/html"


def _next(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    path = quote(request.scope["path"], safe="/:@!$'()*,;=~")
    return urlencode({"next": f"{path}?{query}" if query else path})
