"""``sightline report brief``: two pages for a reviewer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from sightline.cli import answering, completing, linking, options, writing
from sightline.cli.faults import usage
from sightline.errors import UnknownTermError

if TYPE_CHECKING:
    from sightline.model import Answer
    from sightline.validate.gate import Gate

_FORMS = ("md", "html", "json")
_ALL = "all"


@click.command(name="brief")
@answering.given
@linking.given
@click.option(
    "--data",
    metavar="TOKEN",
    default="prompts",
    show_default=True,
    shell_complete=completing.tokens("data"),
    help="The category of data that it is about.",
)
@click.option(
    "--policy",
    "policies",
    metavar="NAME|FILE",
    multiple=True,
    help="Hold the estate to a policy: a shipped one, a Turtle file, or 'all'; repeat for several.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    help="Form of the brief.  [default: that of the file's name, else md]",
)
@click.option("-o", "--output", metavar="FILE", type=options.FILE, help="Write into that file.")
def command(
    data: str,
    policies: tuple[str, ...],
    catalog_files: tuple[str, ...],
    links_files: tuple[str, ...],
    crosswalk_files: tuple[str, ...],
    form: str | None,
    output: str | None,
    **given: Any,
) -> int:
    """Say on two pages where data goes, who sees it, what is unknown and what to do.

    Deployments of which the same is said stand together. What two pages have no room for is
    counted, with the command that shows it; JSON leaves nothing out.

    Example: sightline report brief --set offering=azure-openai --set region=swedencentral
    """
    from sightline.reporting.brief import Beside, brief

    asked = answering.read(filters={"data": data}, **given)
    knowledge = asked.graph.knowledge
    if asked.estate is None and (policies or catalog_files or links_files):
        raise usage("policies and catalogs are about deployments", "add --estate FILE")
    joined = linking.joined(asked.estate, catalog_files, links_files, crosswalk_files)
    gate = _judged(asked, policies, given) if policies else None
    errors = tuple(asked.estate.errors) if asked.estate else ()
    more = answering.words({"data", "policies", "catalog_files", "links_files", "crosswalk_files"})
    beside = Beside(gate, joined, errors, asked.words, more)
    own = brief(knowledge, asked.answers, data, asked.day, beside)
    match writing.form(form, output, _FORMS):
        case "html":
            from sightline.reporting.brief_text import html

            content = html(knowledge, own)
        case "json":
            import json

            from sightline.reporting.brief_json import brief_json

            content = json.dumps(brief_json(knowledge, own), indent=2, ensure_ascii=False)
        case _:
            from sightline.reporting.brief_text import markdown_text

            content = markdown_text(knowledge, own)
    writing.write(content, output)
    return asked.finish()


def _judged(asked: answering.Answered, names: tuple[str, ...], given: Mapping[str, Any]) -> "Gate":
    """Hold the deployments to policies, by the documents that the brief rests on."""
    from sightline.gates import shape_findings
    from sightline.render import rdf
    from sightline.validate.gate import gate
    from sightline.validate.policies import Policies, split_names

    graph, estate = asked.graph, asked.estate
    assert estate is not None
    own, files = split_names([name for name in names if name != _ALL])
    policies = Policies(graph.knowledge, files)
    for name in own:
        if name in policies.of_datasets:
            raise usage(
                f"the policy '{name}' is about datasets",
                f"hold them to it with 'sightline validate --policy {name}'",
            )
        if name not in policies.all:
            raise UnknownTermError("policy", name, policies.all)
    chosen = None if _ALL in names else own + [n for n in policies.added if n not in own]
    rests_on = {"as_of": given["as_of"], "collection": given["collection"]}

    def derive(configuration: Mapping[str, tuple[str, ...]]) -> "Answer":
        return graph.access(configuration, assume=not given["no_assumptions"], **rests_on)

    found = [d for each in asked.answers for d in each.deployments]
    whole = graph.access_estate(found, assume=not given["no_assumptions"], **rests_on)
    kept = {each.iri for each in found}
    narrowed = given["deployment"] is not None
    shaped = [f for f in shape_findings(estate) if not narrowed or f.deployment.iri in kept]
    return gate(
        whole, graph.knowledge, policies, chosen,
        quads=rdf.quads, derive=derive, today=asked.day, more=shaped,
    )  # fmt: skip
