"""``sightline report``: what people keep of answers: records, matrices, drawings and briefs."""

import click

from sightline.cli import report_brief, report_flow, report_matrix, report_ropa


@click.group(name="report", invoke_without_command=True, no_args_is_help=False)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Write records of processing, matrices, drawings and briefs."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


command.add_command(report_brief.command)
command.add_command(report_flow.command)
command.add_command(report_matrix.command)
command.add_command(report_ropa.command)
