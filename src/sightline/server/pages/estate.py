"""The page that says for a user's own files where data can go and who can see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import InputError, SightlineError, UnknownTermError
from sightline.server.pages import ask, configuration, deployed, findings, rendering, settling
from sightline.server.pages.uploads import Sent, read_form
from sightline.server.site import Site, readable_estates, site_of

EXAMPLE = rendering.TEMPLATES / "examples" / "template.json"


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the page."""
    return [Route("/estate", estate, methods=["GET", "POST"], name="estate")]


async def estate(request: Request) -> Response:
    """Show the form and, for files or an estate of the server, the answer."""
    site = site_of(request)
    context: dict[str, Any] = {
        "estates": readable_estates(request),
        "example": "",
        "problem": None,
        "found": None,
    }
    status = 200
    sent = Sent({}, request.query_params)
    try:
        sent = await read_form(request, site.settings.limits.body)
        name = _named(sent.fields, context["estates"])
        if sent.files or name:
            context["found"] = await _found(site, sent, name)
        elif request.method == "POST":
            hint = "choose a file, or paste what one holds"
            raise InputError("input.value", "there is no file in the form", hint)
    except SightlineError as error:
        context["problem"] = rendering.problem(error)
        status = context["problem"]["status"]
    if "example" in sent.fields and not context["found"]:
        context["example"] = EXAMPLE.read_text(encoding="utf-8")
    context["data"] = _data_field(site, sent.fields)
    answer = rendering.page(request, "estate.html", status, **context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _named(fields: ImmutableMultiDict[str, str], estates: Sequence[str]) -> str | None:
    """Give the estate that is asked for; one that may not be read is as if it were not there."""
    name = fields.get("estate", "").strip()
    if not name:
        return None
    if name not in estates:
        hint = f"there is: {', '.join(estates)}" if estates else "the server has none"
        raise InputError("input.not-found", f"there is no estate named {name!r}", hint)
    return name


def _data_field(site: Site, fields: ImmutableMultiDict[str, str]) -> configuration.Field:
    chosen = fields.get("data", ask.first_question(site)["data"]).strip()
    return configuration.concept_field(site.knowledge, "data", chosen, "any data")


async def _found(site: Site, sent: Sent, name: str | None) -> dict[str, Any]:
    knowledge, fields = site.knowledge, sent.fields
    given: dict[str, Any] = {
        **({"estate": name} if name else {"files": sent.listing}),
        **settling.read_settled(knowledge, fields),
    }
    data = fields.get("data", ask.first_question(site)["data"]).strip()
    if data and data not in knowledge.tokens["data"]:
        raise UnknownTermError("data", data, knowledge.tokens["data"])
    about = {"data": data} if data else {}
    overview = await site.workers.call("estate_overview", {**given, **about}, sent.body)
    cards = deployed.cards(knowledge, overview["answers"], data)
    cataloged = name is not None and name in site.catalogs
    known = findings.judging((await site.workers.call("policies", {}))["policies"], cataloged)
    chosen = findings.Chosen.read(known, fields)
    datasets = await site.workers.call("estate_datasets", {"estate": name}) if cataloged else None
    return {
        "name": name,
        "held": sent.held(),
        "large": bool(sent.files) and not sent.held(),
        "files": overview["files"],
        "cards": cards[: deployed.SHOWN],
        "count": len(cards),
        "deployments": sum(len(card.deployments) for card in cards),
        "data": data,
        "data_label": knowledge.label("data", data) if data else "",
        "settling": settling.form(knowledge, overview, given),
        "datasets": datasets,
        "policies": findings.choices(known, chosen),
        "judged": await _judged(site, sent, given, overview, chosen, known),
    }


async def _judged(
    site: Site,
    sent: Sent,
    given: Mapping[str, Any],
    overview: Mapping[str, Any],
    chosen: findings.Chosen,
    known: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Hold the deployments to the chosen policies; files that cannot be read stay out of it."""
    broken = [file["file"] for file in overview["files"] if file["errors"]]
    kept = Sent({n: c for n, c in sent.files.items() if n not in broken}, sent.fields)
    found: dict[str, Any] = {"broken": broken, "problem": None, "counts": {}}
    found |= {"groups": (), "warnings": (), "notes": ()}
    held = any(answer["deployments"] for answer in overview["answers"])
    if not chosen.names or not (held or given.get("estate") in site.catalogs):
        return found
    asked = {**given, "policies": list(chosen.names), "most": findings.SHOWN}
    asked["policy_params"] = chosen.settings
    if sent.files:
        asked["files"] = kept.listing
        if not kept.files:
            return found
    try:
        gate = await site.workers.call("findings", asked, kept.body)
    except SightlineError as error:
        return {**found, "problem": rendering.problem(error)}
    return {**found, **findings.context(site.knowledge, gate, chosen, known)}
