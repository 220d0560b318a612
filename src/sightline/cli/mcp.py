"""``sightline mcp``: the graph as tools for agents, over stdio or HTTP."""

import asyncio
from typing import TYPE_CHECKING

import click

from sightline.cli import served
from sightline.cli.faults import usage

if TYPE_CHECKING:
    from mcp.server import MCPServer


@click.command(name="mcp")
@click.option(
    "--http", is_flag=True, help="Speak streamable HTTP on this machine instead of stdio."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="Port for --http; 0 takes any that is free.",
)
@served.given
def command(
    http: bool,
    port: int,
    estates: tuple[str, ...],
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
) -> None:
    """Serve agents by the Model Context Protocol: tools that only read, and answers with evidence.

    Without --http the client starts this command and speaks to it over stdin and stdout.
    """
    from sightline.service.opening import open_workers
    from sightline.service.work import Snapshot

    named = served.named_estates(estates)
    catalogs = served.catalogs(list(named), catalog_files, links_files, crosswalk_files)
    try:
        import mcp.server  # noqa: F401 - asked for before the work of reading
    except ImportError as error:
        raise usage(
            "the package 'mcp' is not installed", "run: pip install 'sightline[mcp]'"
        ) from error
    from sightline.graph import KnowledgeGraph
    from sightline.mcp import create_server

    snapshot = Snapshot({name: (path,) for name, path in named.items()}, catalogs=catalogs)
    opened = open_workers(snapshot, workers=2)
    for warning in opened.warnings:
        click.echo(f"warning: {warning}", err=True)
    workers = opened.workers
    graph = KnowledgeGraph()
    server = create_server(workers, graph.knowledge, graph.questions())
    if http:
        _serve(server, port)
    else:
        asyncio.run(server.run_stdio_async())


def _serve(server: "MCPServer", port: int) -> None:
    from sightline.server.listening import listen, serve, url

    host = "127.0.0.1"
    opened = listen(host, port)

    def told() -> None:
        click.echo(f"sightline listens on {url(opened, host)}mcp (Ctrl-C ends it)", err=True)

    try:
        serve(server.streamable_http_app(host=host), opened, told)
    except KeyboardInterrupt:  # the way to end it, and no failure
        click.echo("ended", err=True)
    finally:
        opened.close()
