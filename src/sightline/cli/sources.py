"""``sightline sources``: the documents, and drift of local copies against them."""

from datetime import date
from pathlib import Path

import click

from sightline.cli.options import Date
from sightline.graph import KnowledgeGraph

_FORMATS = click.Choice(["table", "json", "csv", "md"])


@click.group(name="sources")
def command() -> None:
    """List documents and their versions, or check local copies for drift."""


@command.command(name="list")
@click.option(
    "--as-of", "on", type=Date(), metavar="DATE", help="Mark what is in force at that date."
)
@click.option("--format", "form", type=_FORMATS, default="table")
def list_(on: date | None, form: str) -> None:
    """List the document versions, with date, age and whether answers rest on them."""
    from sightline.derive import select_versions

    graph = KnowledgeGraph()
    chosen = {v.iri for v in select_versions(graph.knowledge, on)}
    today = on or date.today()
    found = sorted(graph.knowledge.versions.values(), key=lambda v: (v.document, v.effective))
    if form == "json":
        import json

        from sightline.render.answer import version_json

        rows = [
            {
                **version_json(v, today),
                "in_force": v.iri in chosen,
                "page": graph.knowledge.documents[v.document].page,
                "sha256": v.source_hash,
            }
            for v in found
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    header = ["document", "version", "date", "age in days", "in force", "title"]
    table = [
        [
            v.document.rsplit("/", 1)[-1],
            v.label,
            v.effective.isoformat() + ("" if v.date_basis == "stated" else " (inferred)"),
            str((today - v.effective).days),
            "yes" if v.iri in chosen else "no",
            v.title,
        ]
        for v in found
    ]
    _print(header, table, form, "version")


@command.command(name="check")
@click.argument("directory", metavar="DIR")
@click.option("--format", "form", type=_FORMATS, default="table")
@click.option("--all", "everything", is_flag=True, help="List what is unchanged too.")
def check(directory: str, form: str, everything: bool) -> int:
    """Check every sentence that statements rest on against local copies of the documents.

    DIR holds .txt, .md or saved .html files. Each sentence is unchanged, moved, changed or gone.
    Exit code 1 if any has drifted or a file or version could not be matched.
    """
    from sightline.sources import examine, read_evidence, summary

    graph = KnowledgeGraph()
    report = examine(Path(directory), read_evidence(graph.store))
    counts = summary(report.findings)
    drifted = [f for f in report.findings if f.status != "unchanged"]
    shown = list(report.findings) if everything else drifted
    if form == "json":
        import json

        document = {
            "schema": 1,
            "facts": counts,
            "findings": [
                {
                    "status": f.status,
                    "evidence": f.evidence.iri,
                    "section": f.evidence.section,
                    "detail": f.detail,
                    "file": str(f.file),
                    "statements": list(f.evidence.statements),
                }
                for f in shown
            ],
            "without_copy": list(report.unmatched),
            "skipped": [{"file": str(s.file), "reason": s.reason} for s in report.skipped],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        rows = [
            [f.status, f.evidence.iri.split("/evidence/")[-1], f.evidence.section, f.detail,
             " ".join(s.rsplit("/", 1)[-1] for s in f.evidence.statements)]
            for f in shown
        ]  # fmt: skip
        _print(["status", "sentence", "section", "detail", "rests on it"], rows, form, "finding")
        if form == "table":
            total = sum(counts.values())
            parts = ", ".join(f"{n} {status}" for status, n in counts.items())
            click.echo(f"{total} facts: {parts}")
            for version in report.unmatched:
                click.echo(f"no local copy of {version.split('/document/')[-1]}")
            for skipped in report.skipped:
                click.echo(f"not read: {skipped.file} ({skipped.reason})")
    return 1 if drifted or report.unmatched or report.skipped else 0


def _print(header: list[str], rows: list[list[str]], form: str, noun: str) -> None:
    from sightline.render import flat

    if form in ("csv", "md"):
        write = flat.table_csv if form == "csv" else flat.table_markdown
        click.echo(write(header, rows), nl=False)
        return
    from sightline.render.table import console, print_rows

    print_rows(header, rows, noun, console())
