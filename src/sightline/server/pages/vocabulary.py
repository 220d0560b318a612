"""The pages of the vocabulary: lists of terms, and each term with all that is known of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sightline.errors import SightlineError, UnknownTermError
from sightline.model import Knowledge
from sightline.queries import CONFIGURATION, ESTATE
from sightline.server import addresses
from sightline.server.pages import configuration, rendering
from sightline.server.pages.configuration import address
from sightline.server.site import Site, site_of
from sightline.terms import BASE, compact, kind, token

PATH = "/vocabulary"
ONTOLOGY = "ontology"
"""The kind of classes and properties: the part of the IRI in which others have theirs."""

_ASKED = (*configuration.FILTERS, "value")


def routes(site: Site) -> list[BaseRoute]:
    """List the routes of the pages; other kinds of IRIs than those of terms have none."""
    return [
        Route(PATH, vocabulary, methods=["GET"], name="vocabulary"),
        *(
            route
            for name in sorted(_kinds(site.knowledge))
            for route in (
                Route(f"{PATH}/{name}", listing, methods=["GET"], name=f"vocabulary-{name}"),
                Route(f"{PATH}/{name}/{{token}}", term, methods=["GET"], name=f"term-{name}"),
            )
        ),
    ]


def _kinds(knowledge: Knowledge) -> set[str]:
    names = (iri.removeprefix(BASE).partition("/")[0] for iri in knowledge.definitions)
    return {name for name in names if name.isalpha()} | {ONTOLOGY}


async def vocabulary(request: Request) -> Response:
    """Show the kinds of terms, or the terms of all kinds that have the words of ``q``."""
    return await _listed(request, None)


async def listing(request: Request) -> Response:
    """Show the terms of one kind; ``q`` keeps those that have all its words."""
    return await _listed(request, request.url.path.rpartition("/")[2])


async def _listed(request: Request, only: str | None) -> Response:
    words = request.query_params.get("q", "").strip()
    try:
        kinds = await _terms(site_of(request))
    except SightlineError as error:
        return _failed(request, error)
    shown = [
        {**each, "terms": [found for found in each["terms"] if _has(found, words)]}
        for each in kinds
        if only in (None, each["kind"])
    ]
    if only and not shown:
        raise HTTPException(404)
    return rendering.page(
        request,
        "vocabulary.html",
        kinds=[each for each in shown if each["terms"] or only],
        every=kinds,
        only=shown[0] if only else None,
        words=words,
        count=sum(len(each["terms"]) for each in shown),
        total=sum(len(each["terms"]) for each in kinds if only in (None, each["kind"])),
    )


async def _terms(site: Site) -> list[dict[str, Any]]:
    """List all terms by kind, each once."""
    rows = await _ask(site, "terms")
    classes = await _ask(site, "ontology-terms")
    shown = _kinds(site.knowledge)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    lists: dict[str, dict[str, str]] = {}
    for row in rows:
        name = kind(row["term"]) or ""
        if name not in shown:
            continue  # the names of others that a crosswalk lists
        known = found.setdefault(name, {}).setdefault(row["term"], {**row, "examples": []})
        if row["example"]:
            known["examples"].append(row["example"])
        lists.setdefault(row["scheme"], {})[name] = row["list"]
    for row in classes:
        about = {**row, "examples": [], "statements": None}
        found.setdefault(ONTOLOGY, {})[row["term"]] = about
    titles = {
        name: title if len(names) == 1 else f"{name.capitalize()}s"
        for names in lists.values()
        for name, title in names.items()
    }
    return [
        {
            "kind": name,
            "title": titles.get(name, "Classes and properties"),
            "terms": sorted(terms.values(), key=lambda t: str(t["label"]).casefold()),
        }
        for name, terms in sorted(found.items(), key=lambda item: titles.get(item[0], "~"))
    ]


def _has(found: Mapping[str, Any], words: str) -> bool:
    text = " ".join((found["term"], found["label"], found["definition"], *found["examples"]))
    return all(word in text.casefold() for word in words.casefold().split())


async def term(request: Request) -> Response:
    """Show one term: what it means, how it relates to others, and where it is used."""
    site = site_of(request)
    iri = BASE + addresses.rest(request, f"{PATH}/")
    try:
        facts = await _ask(site, "term-facts", iri)
        relations = await _ask(site, "term-relations", iri)
        statements = await _ask(site, "term-statements", iri)
        questions = await _ask(site, "term-questions", iri)
    except UnknownTermError as error:
        raise HTTPException(404) from error
    except SightlineError as error:
        return _failed(request, error)
    name = kind(iri) or iri.removeprefix(BASE).partition("/")[0]
    return rendering.page(
        request,
        "term.html",
        iri=iri,
        kind=name,
        short=compact(iri),
        facts=_facts(facts),
        groups=_relations(site.knowledge, relations),
        mappings=[
            {**row, "words": _relation(site.knowledge, row["relation"])}
            for row in relations
            if not row["other"].startswith(BASE)
        ],
        statements=_statements(site.knowledge, statements),
        questions=questions,
        askable=_askable(site, name, token(iri) or ""),
        ask=_ask_about(iri),
    )


def _facts(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Arrange the texts about a term: those of SKOS by name, others with their labels."""
    by_name: dict[str, list[str]] = {}
    others = []
    for row in rows:
        short = compact(row["property"])
        if short.startswith("skos:"):
            by_name.setdefault(short.removeprefix("skos:"), []).append(str(row["value"]))
        else:
            others.append((row["name"] or short, row["property"], row["value"]))
    return {
        "label": next(iter(by_name.get("prefLabel", ())), ""),
        "definition": next(iter(by_name.get("definition", ())), ""),
        "examples": by_name.get("example", []),
        "notes": [*by_name.get("scopeNote", []), *by_name.get("note", [])],
        "names": by_name.get("altLabel", []),
        "others": others,
    }


def _relations(
    knowledge: Knowledge, rows: Iterable[Mapping[str, Any]]
) -> list[tuple[str, bool, list[Mapping[str, Any]]]]:
    """Group the relations to terms of this graph by property and direction."""
    found: dict[tuple[str, bool], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["other"].startswith(BASE):
            found.setdefault((row["relation"], row["inverse"]), []).append(row)
    return [
        (_relation(knowledge, relation), inverse, others)
        for (relation, inverse), others in found.items()
    ]


def _relation(knowledge: Knowledge, iri: str) -> str:
    """Name a property in words, whether or not it is one of ours."""
    name = compact(iri).partition(":")[2]
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name)
    return knowledge.labels.get(iri) or words


def _statements(
    knowledge: Knowledge, rows: Sequence[Mapping[str, Any]]
) -> list[tuple[bool, list[dict[str, Any]]]]:
    """Give the statements that use a term: those in force, then the others; each once."""
    found: dict[bool, dict[str, dict[str, Any]]] = {True: {}, False: {}}
    for row in rows:
        version = knowledge.versions.get(row["version"])
        known = found[bool(row["in_force"])].setdefault(
            row["statement"],
            {**row, "roles": [], "document": version.title if version else row["version"],
             "label": version.label if version else ""},
        )  # fmt: skip
        role = str(row["role"]).removeprefix("has ")
        if role not in known["roles"]:
            known["roles"].append(role)
    return [(in_force, list(of.values())) for in_force, of in found.items() if of]


def _askable(site: Site, name: str, of: str) -> list[tuple[str, str]]:
    """List the questions that can be asked with a term of a kind as (title, address)."""
    found = []
    example = [*configuration.example(site.knowledge).items()]
    for question in site.questions.values():
        if ESTATE in question.needs:
            continue  # it is not known of which
        pairs = [*(example if CONFIGURATION in question.needs else ()), ("show", "answer")]
        fitting = [p.name for p in question.params.values() if p.type == name]
        others = [p for p in question.params.values() if p.required and p.name not in fitting[:1]]
        if fitting and of and not others:
            path = f"/questions/{question.folder}/{question.name}"
            found.append((question.summary, address(path, [(fitting[0], of), *pairs])))
    return sorted(found)


def _ask_about(iri: str) -> str:
    """Give the address of the answer about a term, where it can be asked about."""
    name, of = kind(iri), token(iri) or ""
    if name not in _ASKED:
        return ""
    if name == "value":
        facet, _, value = of.partition(".")
        return address("/", [(facet, value)])
    return address("/", [(name, of)])


async def _ask(site: Site, name: str, term: str | None = None) -> list[dict[str, Any]]:
    asked = {"name": name, "params": {"term": term} if term else {}}
    rows: list[dict[str, Any]] = (await site.workers.call("ask", asked))["rows"]
    return rows


def _failed(request: Request, error: SightlineError) -> Response:
    problem = rendering.problem(error)
    return rendering.page(request, "error.html", problem["status"], problem=problem)
