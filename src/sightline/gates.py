"""Hold an estate to shapes and policies: derive its access, judge it, and advise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sightline.graph import KnowledgeGraph

if TYPE_CHECKING:
    from sightline.estate import Estate
    from sightline.model import Answer
    from sightline.validate.accepted import Accepted
    from sightline.validate.gate import Finding, Gate
    from sightline.validate.policies import Policies


def judge(
    graph: KnowledgeGraph,
    estate: "Estate",
    policies: "Policies",
    chosen: Sequence[str] | None,
    *,
    accepted: "Iterable[Accepted]" = (),
    today: date | None = None,
) -> "Gate":
    """Hold an estate to its shapes and to the ``chosen`` policies (None: all of them)."""
    from sightline.render import rdf
    from sightline.validate.gate import gate

    def derive(configuration: Mapping[str, tuple[str, ...]]) -> "Answer":
        return graph.access(configuration)

    # Without policies nothing has to be derived.
    wanted = chosen is None or bool(chosen)
    found = gate(
        graph.access_estate(estate.deployments) if wanted else [],
        graph.knowledge, policies, chosen, quads=rdf.quads, derive=derive,
        accepted=tuple(accepted), today=today or date.today(), more=shape_findings(estate),
    )  # fmt: skip
    return replace(found, deployments=estate.deployments)


def shape_findings(estate: "Estate") -> "tuple[Finding, ...]":
    """Hold an estate to its shapes alone."""
    from sightline.model import ReportedFile
    from sightline.render import estate_rdf
    from sightline.validate.estate_shapes import estate_findings

    now = datetime.now(UTC)
    read = [file for file in estate.files if file.format]
    files = [ReportedFile(f.file, f.sha256, f.format, (), (), (), ()) for f in read]
    return estate_findings(
        estate.deployments,
        estate.described,
        lambda deployments, described: estate_rdf.quads(files, deployments, now, described),
    )
