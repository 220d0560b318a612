"""``sightline serve``: SPARQL endpoint, HTTP API and web pages of the graph."""

from pathlib import Path

import click

from sightline.cli import options, served
from sightline.cli.faults import usage


@click.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes any that is free.",
)
@served.given
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=4,
    show_default=True,
    help="How many questions are answered at a time.",
)
@click.option(
    "--tokens", metavar="FILE", type=options.FILE, help="Answer only who sends a token of the file."
)
@click.option(
    "--oidc",
    metavar="FILE",
    type=options.FILE,
    help="Answer who sends a token of the identity provider that the file describes, too.",
)
@click.option(
    "--new-token",
    "new",
    metavar="NAME",
    help="Make a token for NAME and the estates given, print its line for the file, and end.",
)
@click.option("--url", metavar="URL", help="The address of a proxy that stands before the server.")
@click.option(
    "--allow-host",
    "hosts",
    metavar="NAME",
    multiple=True,
    help="Answer requests to that host name too; repeat for several.",
)
@click.option(
    "--audit",
    metavar="FILE",
    type=options.FILE,
    help="Write who asked what, but not with which values, to a file ('-' for stderr).",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 1_000_000),
    default=50.0,
    show_default=True,
    help="Requests a second of a token, or of another machine without one; 0 sets no limit.",
)
@click.option(
    "--i-know", is_flag=True, help="Listen beyond this machine although no token is asked for."
)
def command(
    host: str,
    port: int,
    estates: tuple[str, ...],
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
    workers: int,
    tokens: str | None,
    oidc: str | None,
    new: str | None,
    url: str | None,
    hosts: tuple[str, ...],
    audit: str | None,
    rate: float,
    i_know: bool,
) -> None:
    """Serve the graph to browsers and programs: web pages, HTTP API and SPARQL endpoint.

    Only this machine is answered unless --host says otherwise. The graph is only read. Ctrl-C
    ends the server.
    """
    if new is not None:
        _make_token(new, list(served.named_estates(estates)))
        return
    named = served.named_estates(estates)
    catalogs = served.catalogs(list(named), catalog_files, links_files, crosswalk_files)
    from sightline.server.settings import Settings, is_loopback

    if not (is_loopback(host) or tokens or oidc or i_know):
        raise usage(
            f"{host} can be reached from other machines, and no token is asked for",
            "give --tokens FILE or --oidc FILE, or --i-know if everyone who reaches it may ask",
        )
    settings = Settings(
        host=host,
        port=port,
        workers=workers,
        url=url,
        allowed_hosts=hosts,
        tokens=Path(tokens) if tokens else None,
        oidc=Path(oidc) if oidc else None,
        audit=audit,
        rate=rate,
        estates=named,
        catalogs=catalogs,
    )
    # Before the work of reading: a faulty file or a port in use should not cost seconds.
    from sightline.server.listening import listen, serve
    from sightline.server.listening import url as address
    from sightline.server.security import gate_of

    gate_of(settings)
    with listen(host, port) as opened:
        from sightline.server.app import create_app
        from sightline.server.opening import open_site

        site, lack = open_site(settings)
        if lack and not (is_loopback(host) or i_know):
            raise usage(
                f"{host} can be reached from other machines, and queries are not shut in: {lack}",
                "listen on this machine only, or give --i-know if you trust who asks",
            )

        def told() -> None:
            for warning in site.warnings:
                click.echo(f"warning: {warning}", err=True)
            if lack:
                click.echo(f"note: queries are checked, but not shut in: {lack}", err=True)
            click.echo(f"sightline listens on {address(opened, host)} (Ctrl-C ends it)", err=True)

        try:
            serve(create_app(site), opened, told)
        except KeyboardInterrupt:  # the way to end it, and no failure
            click.echo("ended", err=True)


def _make_token(name: str, estates: list[str]) -> None:
    """Print the line on stdout, where ``>>`` adds it to the file, and the token itself apart."""
    from sightline.server.security.tokens import line, new_token

    token = new_token()
    click.echo(line(name, token, estates))
    click.echo(f"token of {name}, shown only now: {token}", err=True)
