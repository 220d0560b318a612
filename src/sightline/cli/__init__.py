"""The command line: one file per command, errors as one line."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from sightline.errors import SightlineError, render

_COMMANDS = {
    "access": "Show who can access which data for a configuration.",
    "ask": "Run a question of the library.",
    "diff": "Compare two configurations, dates or document versions.",
    "explain": "Show the chain from an answer to its sentences.",
    "questions": "List the questions of the library.",
    "sources": "List documents, or check local copies for drift.",
    "sparql": "Run a SPARQL query over the graph.",
    "validate": "Check the knowledge, or RDF files, against the shapes.",
}


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
            from sightline.errors import close_matches

            close = close_matches(name, _COMMANDS)
            hint = f"did you mean {close[0]!r}?" if close else "see 'sightline --help'"
            raise click.UsageError(f"there is no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"sightline {version('sightline')}")
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and leave.",
)
def cli() -> None:
    """Who can access which data of an AI service, where, for how long, and on whose word."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code: 0, 1 for findings, 2 for errors.

    Every error is one line on stderr, and a hint.
    """
    try:
        result: Any = cli.main(arguments, prog_name="sightline", standalone_mode=False)
    except click.exceptions.Abort:
        return 130
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "sightline"
        click.echo(f"error[usage]: {error.format_message()}", err=True)
        click.echo(f"hint: see '{command} --help'", err=True)
        return 2
    except click.ClickException as error:
        click.echo(f"error[usage]: {error.format_message()}", err=True)
        return 2
    except SightlineError as error:
        click.echo(render(error), err=True)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone; nothing is left to say
        return 0
    return result if isinstance(result, int) else 0
