"""``sightline ask``: run a question of the library."""

from datetime import date
from typing import TYPE_CHECKING

import click

from sightline.cli import completing, graphs, linking, options
from sightline.cli.faults import usage
from sightline.cli.output import FORMATS, print_json, warn_of
from sightline.cli.settings import read_configuration
from sightline.queries import LibraryQuestion, question

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.graph import KnowledgeGraph


class _Ask(click.Command):
    """Shows the parameters of a question in its help, and completes them."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> completing.Items:
        """Complete the options of the command and those of the question."""
        name = ctx.params.get("name")
        own = completing.parameters(name, incomplete) if name else []
        return [*own, *super().shell_complete(ctx, incomplete)]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Parameters"):
            formatter.write_text(
                "'sightline ask NAME --help' shows those of a question; "
                "'sightline questions' lists the questions."
            )


@click.command(
    name="ask",
    cls=_Ask,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": True},
    add_help_option=False,
)
@click.argument("name", required=False, shell_complete=completing.questions)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, shell_complete=completing.arguments)
@options.configuration
@click.option(
    "--estate",
    "files",
    metavar="FILE",
    type=options.FILE,
    multiple=True,
    help="Estate file or folder, for questions about deployments; repeat for several.",
)
@linking.given
@graphs.chosen()
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("-h", "--help", "wants_help", is_flag=True, help="Show this message and leave.")
@click.pass_context
def command(
    ctx: click.Context,
    name: str | None,
    arguments: tuple[str, ...],
    config: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
    files: tuple[str, ...],
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
    added: tuple[str, ...],
    endpoint: str | None,
    form: str,
    wants_help: bool,
) -> None:
    """Run a question of the library: sightline ask NAME [--PARAM VALUE]..."""
    if name is None:
        if wants_help:
            click.echo(ctx.get_help())
            return
        raise usage("name a question", "'sightline questions' lists them")
    asked = question(name)
    if wants_help:
        click.echo(_help(asked))
        return
    given = read_configuration(config, settings)
    params = _parameters(arguments, ctx)
    graph = graphs.opened(added, endpoint)
    estate = _estate(graph, files) if files else None
    joined = linking.joined(estate, catalog_files, links_files, crosswalk_files)
    answer = graph.ask(
        name,
        given or None,
        as_of=as_of,
        collection=collection,
        assume=not no_assumptions,
        estate=estate,
        joined=joined,
        **params,
    )
    from sightline.render import solutions

    if form == "json":
        print_json({"question": asked.name, **solutions.solutions_json(answer)})
    elif form == "csv":
        click.echo(solutions.solutions_csv(answer), nl=False)
    elif form == "md":
        click.echo(solutions.solutions_markdown(answer), nl=False)
    else:
        from sightline.render.table import console

        solutions.print_answers(answer, params, console())
    if given:
        from sightline.model import Question

        asked_of = Question(given, assume=not no_assumptions)
        warn_of(graph.derivation(as_of, collection).known(asked_of).contradicted)


def _estate(graph: "KnowledgeGraph", files: tuple[str, ...]) -> "Estate":
    """Read an estate; an answer that silently lacks a file would be wrong."""
    estate = graph.estate(files)
    if estate.errors:
        raise estate.errors[0]
    return estate


def _parameters(arguments: tuple[str, ...], ctx: click.Context) -> dict[str, str]:
    found: dict[str, str] = {}
    pending = list(arguments)
    while pending:
        option = pending.pop(0)
        if not option.startswith("--"):
            raise usage(f"unexpected argument {option!r}", "write --PARAM VALUE", ctx)
        name, equals, value = option[2:].partition("=")
        if not equals:
            if not pending:
                raise usage(f"option {option} needs a value", "", ctx)
            value = pending.pop(0)
        key = name.replace("-", "_")
        if key in found:
            raise usage(f"option --{name} is given twice", "", ctx)
        found[key] = value
    return found


def _help(asked: LibraryQuestion) -> str:
    lines = [f"Usage: sightline ask {asked.name} [--PARAM VALUE]...", "", f"  {asked.question}", ""]
    if "configuration" in asked.needs:
        lines += ["  Needs a configuration: --set FACET=VALUE ... or --config FILE.", ""]
    if "estate" in asked.needs:
        lines += ["  Needs the files of an estate: --estate FILE ...", ""]
    if "datasets" in asked.needs:
        lines += ["  Needs catalog files, and links: --catalog FILE ... --links FILE ...", ""]
    if asked.params:
        lines.append("Parameters:")
        for p in asked.params.values():
            need = "required" if p.required else "optional"
            lines.append(f"  --{p.name.replace('_', '-')} ({p.type}, {need}, as in {p.example})")
            lines.append(f"      {p.description}")
        lines.append("")
    lines.append("Columns:")
    lines += [f"  {column}: {what}" for column, what in asked.returns.items()]
    return "\n".join(lines)
