"""``sightline sources``: the documents, and drift of local copies against them."""

from datetime import date
from pathlib import Path

import click

from sightline.cli import options
from sightline.cli.output import FORMATS, note_exit_code, print_json, print_rows
from sightline.graph import KnowledgeGraph
from sightline.terms import SL

_REVIEW = ("changed", "gone")


@click.group(name="sources", invoke_without_command=True, no_args_is_help=False)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List documents and their versions, or check local copies for drift."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


@command.command(name="list")
@click.option(
    "--as-of", "on", type=options.day, metavar="DATE", help="Mark what is in force at that date."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table")
def list_(on: date | None, form: str) -> None:
    """List the document versions, with date, age and whether answers rest on them."""
    from sightline.derive import select_versions

    graph = KnowledgeGraph()
    chosen = {v.iri for v in select_versions(graph.knowledge, on)}
    today = on or date.today()
    found = sorted(graph.knowledge.versions.values(), key=lambda v: (v.document, v.effective))
    if form == "json":
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
        print_json(rows)
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
    print_rows(header, table, form, "version")


@command.command(name="check")
@click.argument("directory", metavar="DIR", type=options.FILE)
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS, "turtle"]),
    default="table",
    help="turtle marks what rests on a changed sentence as pending review.",
)
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
    code = 1 if drifted or report.unmatched or report.skipped else 0
    note_exit_code(code)
    if form == "json":
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
        print_json(document)
    elif form == "turtle":
        marks = {s for f in report.findings if f.status in _REVIEW for s in f.evidence.statements}
        for statement in sorted(marks):
            click.echo(f"<{statement}> <{SL['pendingReview']}> true .")
    else:
        rows = [
            [f.status, f.evidence.iri.split("/evidence/")[-1], f.evidence.section, f.detail,
             " ".join(s.rsplit("/", 1)[-1] for s in f.evidence.statements)]
            for f in shown
        ]  # fmt: skip
        print_rows(
            ["status", "sentence", "section", "detail", "rests on it"], rows, form, "finding"
        )
        if form == "table":
            total = sum(counts.values())
            parts = ", ".join(f"{n} {status}" for status, n in counts.items())
            click.echo(f"{total} facts: {parts}")
            for version in report.unmatched:
                click.echo(f"no local copy of {version.split('/document/')[-1]}")
            for skipped in report.skipped:
                click.echo(f"not read: {skipped.file} ({skipped.reason})")
    return code
