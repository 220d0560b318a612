"""``sightline report flow``: where data goes, as a drawing."""

from pathlib import Path
from typing import Any

import click

from sightline.cli import answering, options, writing
from sightline.cli.faults import usage
from sightline.errors import InputError

_FORMS = ("svg", "png")


@click.command(name="flow")
@answering.given
@options.filters
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    help="Form of the drawing.  [default: that of the file's name, else svg]",
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=options.FILE,
    help="Write into that file; into that folder for several drawings.",
)
def command(
    actor: str | None,
    data: str | None,
    activity: str | None,
    action: str | None,
    form: str | None,
    output: str | None,
    **given: Any,
) -> int:
    """Draw where data goes: activities, stores and actors inside the places that are stated.

    Of an estate there is one drawing for each distinct configuration, and -o names a folder. What
    is not stated, and what is stated not to happen, stands apart.

    Example: sightline report flow --set offering=azure-openai --data prompts -o flow.svg
    """
    from sightline.reporting.flow_document import drawing, file_name
    from sightline.reporting.naming import heading

    filters = {"actor": actor, "data": data, "activity": activity, "action": action}
    asked = answering.read(filters=filters, **given)
    chosen = writing.form(form, output, _FORMS)
    found = asked.answers
    if not found:
        if asked.estate and asked.estate.errors:
            return asked.finish()
        raise InputError(
            "input.value",
            "the files hold no deployment, so there is nothing to draw",
            "see what they hold with 'sightline estate import FILE...'",
        )
    knowledge = asked.graph.knowledge
    folder = Path(output) if output and (len(found) > 1 or Path(output).is_dir()) else None
    if len(found) > 1 and (folder is None or folder.suffix.lower().lstrip(".") in _FORMS):
        raise usage(
            f"there are {len(found)} configurations, and each has a drawing of its own",
            "name a folder with -o DIR, or one deployment with --deployment NAME",
        )
    for number, each in enumerate(found, 1):
        svg, height = drawing(knowledge, each, asked.day)
        content: str | bytes = svg
        if chosen == "png":
            from sightline.reporting.flow_image import png

            content = png(svg, height)
        if folder is None:
            writing.write(content, output)
            continue
        name = f"{file_name(number, len(found), each.deployments)}.{chosen}"
        path = writing.inside(folder, name)
        writing.write(content, str(path))
        click.echo(f"{path}: {heading([d.label for d in each.deployments])}")
    return asked.finish()
