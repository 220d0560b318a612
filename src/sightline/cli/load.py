"""``sightline load``: the graph, and derived answers, into a SPARQL server."""

from datetime import date

import click

from sightline.cli import options
from sightline.cli.faults import usage
from sightline.cli.settings import read_configuration
from sightline.graph import KnowledgeGraph


@click.command(name="load")
@click.option("--endpoint", metavar="URL", help="Where the server answers queries.")
@click.option("--update", metavar="URL", default="", help="Where it takes SPARQL updates.")
@click.option("--graph-store", metavar="URL", default="", help="Where it takes graphs.")
@options.configuration
def command(
    endpoint: str | None,
    update: str,
    graph_store: str,
    config: str | None,
    settings: tuple[str, ...],
    as_of: date | None,
    no_assumptions: bool,
    collection: str | None,
) -> None:
    """Load the graph into a SPARQL server, by Graph Store Protocol or SPARQL Update.

    With a configuration the derived answers for it are loaded instead, from what the server holds.
    Credentials come from SIGHTLINE_STORE_USER and SIGHTLINE_STORE_PASSWORD.
    """
    if not (update or graph_store):
        raise usage("name where to load: --graph-store URL or --update URL")
    from sightline.stores.remote import RemoteStore

    store = RemoteStore(endpoint or update or graph_store, update=update, graph_store=graph_store)
    graph = KnowledgeGraph(store)
    configuration = read_configuration(config, settings)
    if not configuration:
        graph.load()
        click.echo(f"loaded {len(store.graphs())} graphs")
        return
    if endpoint is None:
        raise usage("derived answers rest on what the server holds: name it with --endpoint URL")
    answer = graph.access(
        configuration, as_of=as_of, collection=collection, assume=not no_assumptions
    )
    click.echo(f"loaded {len(answer.rows)} rows into {graph.materialise(answer)}")
