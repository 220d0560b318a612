"""Write the vocabulary as a glossary: SKOS for any catalog, CSV for OpenMetadata."""

import csv
from collections import Counter
from io import StringIO

from sightline.exporting.vocabulary import Vocabulary
from sightline.stores import Quad, iri
from sightline.terms import RDF, SCHEME, SKOS, SL, compact, token

GLOSSARY = "Sightline"
"""The glossary that the parents of terms name; a glossary of that name is to be there."""

_HEADER = (
    "parent,name*,displayName,description,synonyms,relatedTerms,references,tags,"
    "reviewers,owner,glossaryStatus,color,iconURL,extension"
).split(",")
_TEXTS = ("prefLabel", "altLabel", "definition", "scopeNote", "notation")


def glossary_quads(vocabulary: Vocabulary) -> list[Quad]:
    """Give the schemes and concepts, with what they are in DPV and ODRL, as plain SKOS, sorted."""
    found: set[Quad] = set()
    for scheme, concepts in schemes(vocabulary).items():
        found.add((scheme, RDF["type"], iri(SKOS["ConceptScheme"]), ""))
        for name in _TEXTS:
            found |= {(scheme, SKOS[name], t, "") for t in vocabulary.terms(scheme, SKOS[name])}
        for own in concepts:
            found.add((own, RDF["type"], iri(SKOS["Concept"]), ""))
            found.add((own, SKOS["inScheme"], iri(scheme), ""))
            for name in _TEXTS:
                found |= {(own, SKOS[name], t, "") for t in vocabulary.terms(own, SKOS[name])}
            above = [b for b in vocabulary.iris(own, SKOS["broader"]) if b in concepts]
            found |= {(own, SKOS["broader"], iri(b), "") for b in above}
            if not above:
                found.add((own, SKOS["topConceptOf"], iri(scheme), ""))
                found.add((scheme, SKOS["hasTopConcept"], iri(own), ""))
            found.update(vocabulary.matches(own))
    return sorted(found)


def glossary_csv(vocabulary: Vocabulary) -> str:
    """Write the glossary as OpenMetadata imports it: a term for each scheme, concepts below."""
    out = StringIO()
    rows = csv.DictWriter(out, _HEADER, restval="", lineterminator="\r\n")
    rows.writeheader()
    for scheme, concepts in schemes(vocabulary).items():
        kind = token(scheme) or scheme
        rows.writerow(_row(vocabulary, scheme, kind, ""))
        times = Counter(token(own) for own in concepts)
        for own in concepts:
            name = token(own) or own
            if times[name] > 1:  # a facet and a condition on it; names are to differ below a parent
                name = compact(own)
            rows.writerow(_row(vocabulary, own, name, f"{GLOSSARY}.{_quoted(kind)}"))
    return out.getvalue()


def _row(vocabulary: Vocabulary, own: str, name: str, parent: str) -> dict[str, str]:
    label = vocabulary.text(own, SKOS["prefLabel"])
    notes = [vocabulary.text(own, SKOS[each]) for each in ("definition", "scopeNote")]
    matches = sorted({term.value for _, _, term, _ in vocabulary.matches(own)})
    references = [f"{name};{own}", *(f"{_local(each)};{each}" for each in matches)]
    synonyms = [term.value for term in vocabulary.terms(own, SKOS["altLabel"])]
    return {
        "parent": parent,
        "name*": name,
        "displayName": label,
        "description": " ".join(filter(None, notes)),
        "synonyms": ";".join(synonyms),
        "references": ";".join(references),
    }


def schemes(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """List the schemes that have concepts of ours, with these: no terms of other catalogs."""
    found: dict[str, list[str]] = {}
    mapped = set(vocabulary.subjects(SL["MappedTerm"]))
    for scheme in vocabulary.subjects(SKOS["ConceptScheme"]):
        concepts = [own for own in vocabulary.members(scheme) if own not in mapped]
        if scheme in SCHEME and concepts:
            found[scheme] = concepts
    return found


def _quoted(name: str) -> str:
    """Quote a part of a full name that has dots, as OpenMetadata does."""
    return f'"{name}"' if "." in name else name


def _local(name: str) -> str:
    return name.rstrip("/#").replace("#", "/").rpartition("/")[2]
