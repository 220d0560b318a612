"""The command line: one file per command, errors as one line."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from sightline.cli.faults import as_sightline_error, did_you_mean, silence, usage
from sightline.cli.output import EXIT_CODE
from sightline.errors import close_matches, render

_COMMANDS = {
    "access": "Show who can access which data for a configuration.",
    "ask": "Run a question of the library.",
    "catalog": "Import datasets from data catalogs, link them, export, plan and send.",
    "completion": "Print the script that completes words in a shell.",
    "diff": "Compare two configurations, dates or document versions.",
    "estate": "Read estate files: deployments, and what is unresolved.",
    "explain": "Show the chain from an answer to its sentences.",
    "export": "Export deployments, datasets and access for other catalogs.",
    "load": "Load the graph, or derived answers, into a SPARQL server.",
    "mcp": "Serve agents: read-only tools over stdio or HTTP.",
    "questions": "List the questions of the library.",
    "report": "Write records of processing, matrices, drawings and briefs.",
    "serve": "Serve web pages, HTTP API and SPARQL endpoint.",
    "sources": "List documents, or check local copies for drift.",
    "sparql": "Run a SPARQL query over the graph.",
    "validate": "Check the knowledge, or RDF files, against the shapes.",
}
COMPLETE = "_SIGHTLINE_COMPLETE"
"""The variable by which a shell asks for completions."""


class _Commands(click.Group):
    """Imports a command only when it runs, so that none pays for another's libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"sightline.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in _COMMANDS:
            if ctx.resilient_parsing:  # a shell asks for completions; there are none
                return name, None, args[1:]
            close = did_you_mean(close_matches(name, _COMMANDS))
            raise usage(f"there is no command {name!r}", close, ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that leaves early (``| head``) is no error."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            silence()
            return ctx.meta.get(EXIT_CODE, 0)
        return result


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"sightline {version('sightline')}")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    no_args_is_help=False,
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and leave.",
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Who can access which data of an AI service, where, for how long, and on whose word."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code.

    0 is an answer, 1 findings, 2 an error: one line on stderr, and a hint.
    """
    _prepare_streams()
    if COMPLETE in os.environ:
        from sightline.cli import completion

        completion.register()
    try:
        result: Any = cli.main(arguments, prog_name="sightline", standalone_mode=False)
    except click.exceptions.Abort:
        return 130
    except Exception as error:
        if os.environ.get("SIGHTLINE_TRACEBACK"):
            raise
        if COMPLETE in os.environ:  # an error would be written into the line that is typed
            return 1
        told = as_sightline_error(error)
        click.echo(render(told), err=True)
        return told.exit_code
    return result if isinstance(result, int) else 0


def _prepare_streams() -> None:
    """Write UTF-8 into files and pipes, as every format here is, and never fail on a symbol."""
    if sys.stdout is None:  # the caller closed it
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as stdout
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is None:
        return
    if sys.stdout.isatty():
        reconfigure(errors="replace")
    else:
        reconfigure(encoding="utf-8", errors="backslashreplace")
