"""``sightline explain``: from an answer to the sentences behind it."""

import click


@click.command(name="explain")
@click.argument("access_id", metavar="ACCESS-ID")
@click.option("--format", "form", type=click.Choice(["table", "json", "turtle"]), default="table")
def command(access_id: str, form: str) -> None:
    """Show the chain answer, rule, statements, sentence and deep link.

    ACCESS-ID is the 'id' of a row of 'sightline access --format json'.
    """
    from sightline.graph import KnowledgeGraph

    graph = KnowledgeGraph()
    explanation = graph.explain(access_id)
    if form == "json":
        import json

        from sightline.render.explanation import explanation_json

        click.echo(json.dumps(explanation_json(explanation), indent=2, ensure_ascii=False))
    elif form == "turtle":
        from dataclasses import replace

        from sightline.render.rdf import turtle

        click.echo(turtle([replace(explanation.answer, rows=(explanation.row,))]), nl=False)
    else:
        from sightline.render.explanation import print_explanation
        from sightline.render.table import console

        print_explanation(graph.knowledge, explanation, console())
