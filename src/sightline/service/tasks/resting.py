"""The task that tells what rests on the statements of a document version."""

from typing import Any

from sightline.errors import UnknownTermError
from sightline.service.tasks.answers import today
from sightline.service.work import Arguments, Work
from sightline.terms import DOCUMENT


def resting(work: Work, given: Arguments, body: bytes) -> Any:
    """List, for each statement of a ``version``, the rows that rest on it.

    They are those of the answer about a deployment of which nothing is known: as of today for a
    version that is in force, else as of the day of the version. Raises UnknownTermError for a
    version that does not exist.
    """
    from sightline.render.answer import answer_json

    knowledge = work.graph.knowledge
    name = str(given["version"])
    version = knowledge.versions.get(DOCUMENT[name])
    if version is None:
        known = [iri.removeprefix(str(DOCUMENT)) for iri in knowledge.versions]
        raise UnknownTermError("version", name, known)
    day = today(given)
    answer = work.graph.access({}, as_of=day)
    if version.iri not in {each.iri for each in answer.versions}:
        day = version.effective
        answer = work.graph.access({}, as_of=day)
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in answer_json(answer, knowledge.digest, day)["access"]:
        about = ("id", "verdict", "activity", "actor", "action", "data", "target")
        for iri in row["statements"]:
            if knowledge.by_iri[iri].version == version.iri:
                rows.setdefault(iri, []).append({name: row[name] for name in about})
    return {
        "version": version.iri,
        "as_of": day.isoformat(),
        "statements": [{"statement": iri, "access": rows[iri]} for iri in sorted(rows)],
    }
