"""Suggest links by likeness of names, for people to review; nothing rests on them."""

import re
from collections.abc import Collection, Iterable, Iterator

from sightline.catalogs.links import Link
from sightline.joining.derived import ATTRIBUTE
from sightline.joining.names import Names

CUTOFF = 88
"""How alike names have to be, of 100."""

_LIMIT = 5
_SHORTEST = 4
_SPLIT = re.compile(r"[^0-9a-z]+")


def by_name(
    names: Names, known: Iterable[tuple[str, str]], left_out: Collection[str] = ()
) -> Iterator[Link]:
    """Suggest the datasets whose names are most like a name of a deployment, best first.

    ``known`` are pairs that are linked, or that were reviewed, already.
    """
    from rapidfuzz import fuzz, process

    taken = set(known)
    texts: dict[str, list[str]] = {}
    for iri, own in sorted(names.datasets.items()):
        if own.described and iri not in left_out:
            for text in {own.name, own.key.table or ""}:
                if len(plain := _plain(text)) >= _SHORTEST:
                    texts.setdefault(plain, []).append(iri)
    choices = sorted(texts)
    for deployment in names.deployments.values():
        best: dict[str, tuple[float, str]] = {}
        own_texts = (deployment.name, deployment.account, deployment.attributes.get(ATTRIBUTE, ""))
        for text in own_texts:
            plain = _plain(text)
            if len(plain) < _SHORTEST:
                continue
            found = process.extract(
                plain, choices, scorer=fuzz.WRatio, score_cutoff=CUTOFF, limit=2 * _LIMIT
            )
            for choice, score, _ in found:
                for iri in texts[choice]:
                    if (iri, deployment.iri) not in taken:
                        best[iri] = max(best.get(iri, (0.0, "")), (score, text))
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))[:_LIMIT]
        for iri, (score, text) in ranked:
            reason = f"its name is {score:.0f} % like {text!r}"
            yield Link(iri, deployment.iri, "candidate", reason)


def _plain(text: str) -> str:
    """Bring a name into words.

    >>> _plain("CRM.support-Tickets_v2")
    'crm support tickets v2'
    """
    return " ".join(filter(None, _SPLIT.split(text.lower())))
