"""Write what fits of a brief as an HTML page that stands alone, and as Markdown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sightline.errors import one_line
from sightline.model import Knowledge
from sightline.render.answer import version_json
from sightline.reporting import naming
from sightline.reporting.brief import Brief
from sightline.reporting.brief_fit import Fitted, Row, Shown, fit, source_text
from sightline.reporting.escaping import link, markdown
from sightline.reporting.naming import cut
from sightline.reporting.pages import page
from sightline.reporting.sources import Source

_LONGEST = 240
"""Letters of a command that is shown."""


@dataclass(frozen=True, slots=True)
class _Document:
    """A document version with those of its sentences that are named."""

    title: str
    sources: tuple[Source, ...]


def html(knowledge: Knowledge, own: Brief) -> str:
    """Write a brief as HTML that prints on two A4 pages at most."""
    return page(knowledge, "brief.html", **_context(knowledge, own))


def _context(knowledge: Knowledge, own: Brief) -> dict[str, Any]:
    fitted = fit(knowledge, own)
    words = knowledge.named("data", own.data)
    return {
        "fitted": fitted,
        "title": f"Brief: where {words} go, who sees them, what is unknown, what to do",
        "scope": scope(own),
        "data": words,
        "silence": "No document in force speaks of what is asked."
        if own.configurations
        else "There is no answer, so it rests on nothing.",
        "documents": list(_documents(own, fitted)),
        "judged": any(row.kind != "do" for row in fitted.todo),
        "words": lambda source: source_text(source, fitted.told),
        "whole": f"{_command(f'report brief {own.words} {own.more}')} --format json",
        "matrix": _command(f"report matrix {own.words}"),
        "digest": knowledge.digest[:19],
    }


def _command(words: str) -> str:
    return cut(one_line(f"sightline {words}"), _LONGEST)


def scope(own: Brief) -> str:
    """Say what a brief is of."""
    if not own.configurations:
        return f"Of no deployment, at {own.day.isoformat()}."
    configurations = naming.counted(own.configurations, "configuration")
    if own.deployments:
        deployments = naming.counted(own.deployments, "deployment")
        of = f"Of {deployments} in {configurations}"
    else:
        of = f"Of {configurations}"
    return f"{of}, at {own.day.isoformat()}."


def _documents(own: Brief, fitted: Fitted) -> Iterator[_Document]:
    """Group the sentences by document version, with its age; versions that none names come last."""
    named: dict[tuple[str, str], list[Source]] = {}
    for source in fitted.sources:
        named.setdefault((source.document, source.version), []).append(source)
    for version in own.versions:
        title = naming.version(version_json(version, own.day))
        yield _Document(title, tuple(named.pop((version.title, version.label), ())))
    for (title, label), sources in named.items():
        yield _Document(f"{title} ({label})", tuple(sources))


def markdown_text(knowledge: Knowledge, own: Brief) -> str:
    """Write a brief as Markdown, with what the page holds."""
    context = _context(knowledge, own)
    return "".join(_markdown(knowledge, context, context["fitted"]))


def _markdown(knowledge: Knowledge, context: dict[str, Any], fitted: Fitted) -> Iterator[str]:
    yield f"# {markdown(context['title'])}\n\n{markdown(context['scope'])} "
    yield "Not stated is no denial and no permission; a conditional answer is neither until what "
    yield "it names is known.\n\n## In short\n\n"
    yield from _points(knowledge, fitted.short)
    if fitted.blocks:
        yield f"\n## Where {markdown(context['data'])} go, and who sees them\n"
    for block in fitted.blocks:
        yield f"\n### {markdown(block.title)}\n\n"
        for text in (block.places, *block.configurations):
            yield f"{markdown(text)}  \n" if text else ""
        if block.datasets:
            yield f"Datasets that reach it: {markdown(block.datasets)}  \n"
        if block.withheld:
            silence = _verdict(knowledge, "not-stated")
            yield f"\n- {silence}: {markdown(block.withheld)}. Nothing is known about where data "
            yield "goes here, which is no pass.\n"
        for section in block.sections:
            yield f"\n**{section.title}**\n\n"
            yield from _points(knowledge, section.points)
            yield f"- {section.more} more not shown here.\n" if section.more else ""
    if fitted.unknown:
        yield "\n## What is unknown\n\n| what | what waits for it | who can settle it, and how |\n"
        yield "| --- | --- | --- |\n"
        for row in fitted.unknown:
            who = f"{markdown(row.who)}{_code(row.command)}"
            yield f"| {markdown(row.text)}{_cited(row)} | {markdown(row.waits)} | {who} |\n"
    if fitted.todo:
        yield "\n## What to do\n\n"
        for row in fitted.todo:
            lead = "" if row.kind == "do" else f"**{row.kind.capitalize()}:** "
            yield f"- {lead}{markdown(row.text)}{_cited(row)}{_code(row.command)}\n"
    yield "\n## What it rests on\n\n"
    for each in fitted.assumed:
        yield f"- Assumed: {markdown(each.text)}{_cited(each)}\n"
    if not context["documents"]:
        yield f"- {context['silence']}\n"
    for document in context["documents"]:
        yield f"\n### {markdown(document.title)}\n\n"
        for source in document.sources:
            pending = " **Pending review.**" if source.pending else ""
            text = source_text(source, fitted.told)
            yield f"- \\[{source.number}\\] {link(text, source.deep_link)}{pending}\n"
    if fitted.left:
        yield f"\n**Left out, as two pages have no room for it:** {'; '.join(fitted.left)}. "
        yield f"All of it:{_code(context['whole'])}\n"
    yield f"\nThis brief is about {markdown(context['data'])} only; all other kinds of data:"
    yield f"{_code(context['matrix'])}. Derived by sightline from published statements; knowledge "
    yield f"{context['digest']}.\n"


def _points(knowledge: Knowledge, points: Iterable[Shown]) -> Iterator[str]:
    for each in points:
        lead = f"{_verdict(knowledge, each.verdict)}: " if each.verdict else ""
        yield f"- {lead}{markdown(each.text)}{_cited(each)}\n"


def _verdict(knowledge: Knowledge, verdict: str) -> str:
    sign = markdown(knowledge.symbols.get(verdict, ""))
    return f"{sign} **{markdown(knowledge.label('verdict', verdict))}**"


def _cited(shown: Shown | Row) -> str:
    return f" {markdown(shown.marks)}" if shown.marks else ""


def _code(command: str) -> str:
    """Write a command as code, which text of a file cannot end."""
    plain = one_line(command).replace("`", "'").replace("|", "\\|")
    return f" `{plain}`" if command else ""
