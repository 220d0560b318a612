"""Write the reference: commands, questions and vocabulary, each from what defines it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import click
import consoles

from sightline import schemas as schema_files
from sightline.cli import cli
from sightline.graph import KnowledgeGraph
from sightline.queries import LibraryQuestion, library
from sightline.stores import Quad, Term
from sightline.terms import BASE, DCT, SKOS, compact, kind, token

Triples = Mapping[str, list[tuple[str, Term]]]
"""Property -> subjects and objects."""


def commands() -> str:
    """Write the reference of the command line from the help of each command."""
    out: list[str] = []
    for path in command_paths():
        out.append(f"## {' '.join(['sightline', *path])}\n")
        out.append(f"```text\n{consoles.run([*path, '--help'])[1]}\n```\n")
    return "\n".join(out)


def command_paths() -> Iterator[list[str]]:
    """Yield the words that name each command, groups before their members."""

    def walk(group: click.Group, path: list[str]) -> Iterator[list[str]]:
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            yield [*path, name]
            if isinstance(command, click.Group):
                yield from walk(command, [*path, name])

    return walk(cli, [])


def schemas() -> str:
    """List the JSON Schemas and what each describes."""
    out = ["| schema | describes |", "| --- | --- |"]
    for name in schema_files.names():
        text = re.sub(r"'(sightline [^']+)'", r"`\1`", schema_files.load(name)["description"])
        out.append(f"| `{name}` | {text} |")
    return "\n".join(out) + "\n"


def questions() -> str:
    """Write the reference of the question library from the headers of its files."""
    out: list[str] = []
    folders: dict[str, list[LibraryQuestion]] = defaultdict(list)
    for question in library().values():
        folders[question.folder].append(question)
    for folder, found in sorted(folders.items()):
        out.append(f"- [{folder}](#{folder}), {len(found)} questions")
    for folder, found in sorted(folders.items()):
        out.append(f"\n## {folder}\n")
        for question in sorted(found, key=lambda q: q.name):
            out += _question(question)
    return "\n".join(out) + "\n"


def _question(question: LibraryQuestion) -> Iterator[str]:
    path = f"queries/{question.folder}/{question.name}.rq"
    yield f"### {question.name}\n"
    yield f"{_plain(question.question)}\n"
    words = ["sightline", "ask", question.name]
    if "configuration" in question.needs:
        words += ["--set", "offering=azure-openai"]
    if "estate" in question.needs:
        words += ["--estate", "main.json"]
    if "datasets" in question.needs:
        words += ["--catalog", "catalog.ttl", "--links", "links.yaml"]
    for p in question.params.values():
        if p.required:
            words += [f"--{p.name.replace('_', '-')}", _quoted(p.example)]
    yield f"```sh\n{' '.join(words)}\n```\n"
    if "configuration" in question.needs:
        yield "Needs a configuration: `--set` or `--config`.\n"
    if "estate" in question.needs:
        yield "Needs the files of an estate: `--estate`, repeated for several.\n"
    if "datasets" in question.needs:
        yield "Needs catalog files, `--catalog`, and files of links, `--links`.\n"
    if question.params:
        yield "| parameter | type | | meaning |\n| --- | --- | --- | --- |"
        for p in question.params.values():
            need = "required" if p.required else "optional"
            meaning = f"{_cell(p.description)} As in `{p.example}`."
            yield f"| `--{p.name.replace('_', '-')}` | {p.type} | {need} | {meaning} |"
        yield ""
    yield "| column | holds |\n| --- | --- |"
    for column, meaning in question.returns.items():
        yield f"| `{column}` | {_cell(meaning)} |"
    yield f"\nTags: {', '.join(question.tags)}. Source: [{path}](../../{path}).\n"


def vocabulary(graph: KnowledgeGraph) -> str:
    """Write the reference of the vocabulary: each term with its definition and DPV mapping."""
    triples = by_property(graph.store.quads())
    labels, definitions = texts(triples, "prefLabel"), texts(triples, "definition")
    mappings: dict[str, list[str]] = defaultdict(list)
    for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"):
        for subject, value in triples.get(SKOS[name], []):
            if value.value.startswith("https://w3id.org/dpv"):
                mappings[subject].append(f"{name.removesuffix('Match')} `{compact(value.value)}`")
    schemes: dict[str, list[str]] = defaultdict(list)
    for subject, value in triples[SKOS["inScheme"]]:
        schemes[value.value].append(subject)
    broader = {s: o.value for s, o in triples[SKOS["broader"]]}
    out: list[str] = []
    order = sorted(schemes, key=lambda scheme: labels[scheme])
    out += [f"- [{labels[s]}](#{anchor(labels[s])})" for s in order]
    for scheme in order:
        out += [f"\n## {labels[scheme]}\n", f"{_plain(definitions[scheme])}\n"]
        out.append("| token | label | meaning | DPV |\n| --- | --- | --- | --- |")
        for term in sorted(schemes[scheme], key=lambda t: (kind(t) or "", t)):
            meaning = _cell(definitions.get(term, ""))
            if term in broader:
                meaning += f" Broader: `{token(broader[term])}`."
            cells = [f"`{token(term)}`", _cell(labels.get(term, "")), meaning.strip()]
            out.append(f"| {' | '.join(cells)} | {', '.join(sorted(mappings[term]))} |")
    return "\n".join(out) + "\n"


def by_property(quads: Iterable[Quad]) -> dict[str, list[tuple[str, Term]]]:
    """Sort quads by property."""
    found: dict[str, list[tuple[str, Term]]] = defaultdict(list)
    for subject, predicate, value, _graph in quads:
        found[predicate].append((subject, value))
    return found


def texts(triples: Triples, name: str) -> dict[str, str]:
    """Give a text of each subject; a title counts as a label."""
    found = {s: o.value for s, o in triples[SKOS[name]]}
    if name == "prefLabel":
        found = {s: o.value for s, o in triples.get(DCT["title"], [])} | found
    return found


def short(iri: str) -> str:
    """Shorten an IRI as far as it stays clear."""
    short = compact(iri)
    return short if short != iri else iri.removeprefix(BASE)


def anchor(heading: str) -> str:
    """Give the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _plain(text).replace("|", r"\|").replace("<", "&lt;")


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w./:=-]+", text) else f'"{text}"'
