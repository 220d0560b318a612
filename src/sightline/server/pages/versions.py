"""The pages about one version of a document, and about what differs between two versions."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sightline.errors import InputError, SightlineError
from sightline.model import Knowledge, Statement
from sightline.render import presenting
from sightline.server.pages import rendering
from sightline.server.pages.configuration import Option, address
from sightline.server.site import Site, site_of
from sightline.terms import DOCUMENT, token

KINDS = ("added", "dropped", "changed", "reworded", "same")
"""What can become of a claim, as the comparison of versions names it."""

_COUNTED = {
    "added": "added-claims",
    "dropped": "dropped-claims",
    "reworded": "reworded-claims",
}
_CHANGES = (*_COUNTED.values(), "dropped-not-denied")


async def states(site: Site) -> list[dict[str, Any]]:
    """List all versions by date, with age, basis of the date, source and counts of changes."""
    about = (await site.workers.call("ask", {"name": "documents", "params": {}}))["rows"]
    counted = (await site.workers.call("ask", {"name": "version-timeline", "params": {}}))["rows"]
    replaced = {row["version"]: row["replaces"] for row in counted}
    changes = {kind: await _claims(site, question) for kind, question in _COUNTED.items()}
    found = []
    for row in sorted(about, key=lambda r: (str(r["date"]), r["version"])):
        older = replaced.get(row["version"])
        replaces = _name(older)
        if replaces and "/" not in replaces:  # a document: its newest version
            of_document = [r for r in about if r["document"] == older]
            replaces = _name(max(of_document, key=lambda r: str(r["date"]))["version"])
        found.append(
            {
                **row,
                "name": _name(row["version"]),
                "label": _name(row["version"]).partition("/")[2],
                "age": (date.today() - date.fromisoformat(str(row["date"]))).days,
                "replaces": replaces,
                "counts": {kind: len(of.get(row["version"], ())) for kind, of in changes.items()},
            }
        )
    return found


async def _claims(site: Site, question: str) -> dict[str, set[str]]:
    """Give the claims that a question lists for each version."""
    found: dict[str, set[str]] = {}
    asked = {"name": question, "params": {}}
    for row in (await site.workers.call("ask", asked))["rows"]:
        found.setdefault(row["version"], set()).add(row["claim"])
    return found


def choices(knowledge: Knowledge, chosen: str = "") -> list[Option]:
    """List all versions for a select, by document and date."""
    ordered = sorted(knowledge.versions.values(), key=lambda v: (v.document, v.effective))
    return [Option(_name(v.iri), f"{v.label}: {v.title}", _name(v.iri) == chosen) for v in ordered]


async def version(request: Request) -> Response:
    """Show one version: its source, what it changed, and what it states under each heading."""
    site = site_of(request)
    name = f"{request.path_params['slug']}/{request.path_params['version']}"
    if DOCUMENT[name] not in site.knowledge.versions:
        raise HTTPException(404)
    try:
        every = await states(site)
        own = next(state for state in every if state["name"] == name)
        found = {question: await _ask(site, question, name) for question in _CHANGES}
        rows = await _ask(site, "section-statements", name)
        records = await _ask(site, "document-records", name)
        resting = await site.workers.call("resting", {"version": name})
    except SightlineError as error:
        problem = rendering.problem(error)
        return rendering.page(request, "error.html", problem["status"], problem=problem)
    return rendering.page(
        request,
        "version.html",
        version=own,
        newer=[state for state in every if state["replaces"] == name],
        sections=_sections(site.knowledge, rows, resting),
        as_of=resting["as_of"],
        records=records,
        added=_once(found["added-claims"]),
        dropped=_dropped(found["dropped-claims"], found["dropped-not-denied"]),
        reworded=_once(found["reworded-claims"]),
    )


async def compare(request: Request) -> Response:
    """Show claim by claim what differs between two versions."""
    site = site_of(request)
    before, after = (request.query_params.get(side, "").strip() for side in ("before", "after"))
    every = "all" in request.query_params
    context: dict[str, Any] = {"problem": None, "groups": None, "every": every}
    status = 200
    try:
        if before or after:
            if not (before and after):
                hint = "choose the older and the newer one"
                raise InputError("input.value", "two versions are needed", hint)
            context["groups"] = await _compared(site, before, after, every)
    except SightlineError as error:
        context["problem"] = rendering.problem(error)
        status = context["problem"]["status"]
    context["before"] = choices(site.knowledge, before)
    context["after"] = choices(site.knowledge, after)
    return rendering.page(request, "compare.html", status, **context)


async def _compared(
    site: Site, before: str, after: str, every: bool
) -> list[tuple[str, list[Mapping[str, Any]]]]:
    given = {"before": before, "after": after, "all": every}
    found = await site.workers.call(
        "write", {"task": "diff_versions", "form": "json", "given": given}
    )
    claims = json.loads(found["content"])["claims"]
    kinds = KINDS if every else KINDS[:-1]
    return [(kind, [claim for claim in claims if claim["change"] == kind]) for kind in kinds]


async def _ask(site: Site, question: str, version: str) -> list[dict[str, Any]]:
    asked = {"name": question, "params": {"version": version}}
    rows: list[dict[str, Any]] = (await site.workers.call("ask", asked))["rows"]
    return rows


def _once(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Keep one row for each claim: a claim can be made by several sentences."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row["claim"], {**row, "name": token(row["claim"])})
    return list(found.values())


def _dropped(
    dropped: Iterable[Mapping[str, Any]], not_denied: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Say of each dropped claim whether nothing may be concluded from its absence."""
    silent = {row["claim"]: row for row in not_denied}
    return [
        {
            **row,
            "not_denied": row["claim"] in silent,
            "still_said": bool(silent.get(row["claim"], {}).get("still_said")),
        }
        for row in _once(dropped)
    ]


def _sections(
    knowledge: Knowledge, rows: Iterable[Mapping[str, Any]], resting: Mapping[str, Any]
) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Group statements by heading, in the order of the text; each has an anchor."""
    used = {each["statement"]: each["access"] for each in resting["statements"]}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        iri = row["statement"]
        found.setdefault(row["section"], {}).setdefault(
            iri, _statement(knowledge, row, used.get(iri, []))
        )
    return [
        (f"section-{number}", title, list(statements.values()))
        for number, (title, statements) in enumerate(found.items(), 1)
    ]


def _statement(
    knowledge: Knowledge, row: Mapping[str, Any], access: list[Mapping[str, Any]]
) -> dict[str, Any]:
    known = knowledge.by_iri[row["statement"]]
    sentence = knowledge.sentences.get(known.evidence[0]) if known.evidence else None
    verdicts: dict[str, int] = {}
    for each in access:
        verdicts[each["verdict"]] = verdicts.get(each["verdict"], 0) + 1
    return {
        **row,
        "claim": known.claim,
        "modality_label": rendering.term_label(knowledge.labels, row["modality"]),
        "sentence": sentence,
        "conditions": [
            (how, knowledge.named("condition", name))
            for how, names in (
                ("about", known.scope),
                ("when", known.applies_when),
                ("only when", known.only_when),
                ("requires", known.requires),
            )
            for name in names
            if name in knowledge.conditions
        ],
        "about": _about(knowledge, known),
        "pending": known.pending,
        "verdicts": verdicts,
        "access": [{**each, "label": presenting.access_label(knowledge, each)} for each in access],
        "ask": address("/", [*_configuration(knowledge, known), *_filters(known)]),
    }


def _about(knowledge: Knowledge, known: Statement) -> list[tuple[str, str, str]]:
    """List the concepts of a statement as (kind, IRI path, label)."""
    named = [
        ("activity", (known.activity,)),
        ("actor", (known.actor,) if known.actor else ()),
        ("action", known.actions),
        ("data", known.data),
    ]
    return [
        (kind, f"{kind}/{name}", _named(knowledge, kind, name))
        for kind, names in named
        for name in names
        if name
    ]


def _named(knowledge: Knowledge, kind: str, name: str) -> str:
    """Name a concept inside a line; actors are names."""
    return knowledge.label(kind, name) if kind == "actor" else knowledge.named(kind, name)


def _configuration(knowledge: Knowledge, known: Statement) -> list[tuple[str, str]]:
    """Give the settings under which a statement holds, as far as each is one value of a facet."""
    found = []
    for name in (*known.scope, *known.applies_when):
        condition = knowledge.conditions.get(name)
        if condition and len(condition.atoms) == 1:
            atom = condition.atoms[0]
            facet = knowledge.facets.get(atom.facet)
            if len(atom.values) == 1 and not atom.negated and facet and facet.kind != "discretion":
                found.append((atom.facet, next(iter(atom.values))))
    return found


def _filters(known: Statement) -> list[tuple[str, str]]:
    data = known.data[0] if len(known.data) == 1 else ""
    return [("activity", known.activity), ("data", data), ("actor", known.actor or "")]


def _name(iri: object) -> str:
    return str(iri).removeprefix(str(DOCUMENT)) if iri else ""
