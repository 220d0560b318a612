"""Hold an estate to shapes and policies: derive its access, judge it, and advise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sightline.errors import InputError
from sightline.graph import KnowledgeGraph

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.joining import Joined
    from sightline.model import Answer, Deployment
    from sightline.validate.accepted import Accepted
    from sightline.validate.gate import FailOn, Finding, Gate
    from sightline.validate.policies import Policies

FORMATS = ("text", "json", "sarif", "junit", "github", "markdown", "turtle")
"""The forms in which ``written`` tells what a gate found."""


def judge(
    graph: KnowledgeGraph,
    estate: "Estate",
    policies: "Policies",
    chosen: Sequence[str] | None,
    *,
    before: "Estate | None" = None,
    accepted: "Iterable[Accepted]" = (),
    today: date | None = None,
    joined: "Joined | None" = None,
    linked: "Gate | None" = None,
) -> "Gate":
    """Hold an estate to its shapes and to the ``chosen`` policies (None: all of them).

    With a ``before`` only what that baseline did not have is found, and new access. Policies on
    datasets judge what is ``joined``; ``linked`` is what ``judge_datasets`` found, if that is known
    already. Raises InputError for such a policy without datasets.
    """
    from sightline.render import rdf
    from sightline.validate.estate_shapes import only_new as new_findings
    from sightline.validate.gate import gate
    from sightline.validate.new_access import only_new

    day, entries = today or date.today(), tuple(accepted)
    on_datasets = chosen_of_datasets(policies, chosen)
    if chosen is not None:
        if joined is None and linked is None and on_datasets:
            raise InputError(
                "input.value",
                f"the policy '{on_datasets[0]}' is about datasets, and none are given",
                "add --catalog FILE and --links FILE",
            )
        chosen = [name for name in chosen if name not in on_datasets]

    def derive(configuration: Mapping[str, tuple[str, ...]]) -> "Answer":
        return graph.access(configuration)

    shaped = shape_findings(estate)
    if joined is not None and on_datasets and linked is None:
        linked = judge_datasets(graph, joined, policies, on_datasets)
    if before is None:
        if linked is not None:
            shaped = (*shaped, *linked.findings)
        # Without policies nothing has to be derived.
        wanted = chosen is None or bool(chosen)
        found = gate(
            graph.access_estate(estate.deployments) if wanted else [],
            graph.knowledge, policies, chosen, quads=rdf.quads, derive=derive,
            accepted=entries, today=day, more=shaped,
        )  # fmt: skip
        found = replace(found, deployments=estate.deployments)
        return with_linked(found, linked) if linked else found
    deployed, base = (graph.access_estate(each.deployments) for each in (estate, before))
    found = gate(
        deployed, graph.knowledge, policies, chosen, quads=rdf.quads, derive=derive,
        today=day, more=new_findings(shaped, shape_findings(before)),
    )  # fmt: skip
    had = gate(base, graph.knowledge, policies, chosen, quads=rdf.quads, today=day)
    return only_new(found, had, deployed, base, entries)


def chosen_of_datasets(policies: "Policies", chosen: Sequence[str] | None) -> list[str]:
    """Give the policies on datasets among those that are chosen (None: all of them)."""
    return [name for name in policies.of_datasets if chosen is None or name in chosen]


def judge_datasets(
    graph: KnowledgeGraph, joined: "Joined", policies: "Policies", names: Sequence[str]
) -> "Gate":
    """Hold each dataset, with each deployment that it reaches, to policies on datasets."""
    from sightline.joining import paired
    from sightline.render import rdf
    from sightline.validate.gate import gate

    pairs = paired(joined, graph.access_estate)
    return gate(pairs, graph.knowledge, policies, names, quads=rdf.quads, derive=graph.access)


def with_linked(found: "Gate", linked: "Gate") -> "Gate":
    """Add to a gate what is told of datasets besides findings: what conforms, and advice."""
    told = {policy.token: policy for policy in (*found.policies, *linked.policies)}
    return replace(
        found,
        policies=tuple(told.values()),
        conforming={**found.conforming, **linked.conforming},
        advice={**found.advice, **linked.advice},
        notes=tuple(dict.fromkeys((*found.notes, *linked.notes))),
    )


def shape_findings(estate: "Estate") -> "tuple[Finding, ...]":
    """Hold an estate to its shapes alone."""
    from sightline.model import ReportedFile
    from sightline.render import estate_rdf
    from sightline.validate.estate_shapes import estate_findings

    now = datetime.now(UTC)
    read = [file for file in estate.files if file.format]
    files = [ReportedFile(f.file, f.sha256, f.format) for f in read]
    return estate_findings(
        estate.deployments,
        estate.described,
        lambda deployments, described: estate_rdf.quads(files, deployments, now, described),
    )


def settled(estate: "Estate", facets: Mapping[str, tuple[str, ...]]) -> "Estate":
    """Give deployments the facets that their files leave open; what a file says stays."""

    def with_facets(own: "Deployment") -> "Deployment":
        added = {f: v for f, v in facets.items() if len(own.configuration.get(f, ())) != 1}
        left = tuple(item for item in own.unsettled if item.facet not in added)
        return replace(own, configuration={**own.configuration, **added}, unsettled=left)

    if not facets:
        return estate
    return replace(estate, deployments=tuple(map(with_facets, estate.deployments)))


def written(found: "Gate", form: str, fail_on: "FailOn" = "violation") -> str:
    """Write what a gate found in one of ``FORMATS``."""
    from sightline.validate import gate_formats, gate_texts, sarif

    match form:
        case "json":
            return gate_formats.as_json(found, fail_on)
        case "sarif":
            from importlib.metadata import version

            return sarif.sarif(found, version("sightline"))
        case "junit":
            return gate_formats.junit(found, fail_on)
        case "turtle":
            return gate_formats.turtle(found)
        case "github":
            return gate_texts.github(found)
        case "markdown":
            return gate_texts.markdown(found)
    return gate_texts.text(found)
