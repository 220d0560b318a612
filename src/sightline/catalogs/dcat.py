"""Read catalogs in DCAT 2 and 3 and their profiles, and graphs that use its terms."""

from sightline.catalogs.collecting import Collected, Draft
from sightline.catalogs.datasets import Key, TermKind, asset_iri
from sightline.catalogs.keys import clean
from sightline.catalogs.linked_data import Descriptions, name
from sightline.terms import DCT, PROV, RDF, RDFS, SKOS, Namespace, compact

DCAT = Namespace("http://www.w3.org/ns/dcat#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
SCHEMA = Namespace("https://schema.org/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

DPV = ("https://w3id.org/dpv#", "http://www.w3.org/ns/dpv#")
"""Data Privacy Vocabulary: the namespace, and that of its first versions."""
_DATASETS = (DCAT["Dataset"], DCAT["DatasetSeries"])
_NAMES = (
    FOAF["name"],
    VCARD["fn"],
    VCARD["organization-name"],
    SKOS["prefLabel"],
    DCT["title"],
    RDFS["label"],
    SCHEMA["name"],
)
_OWNERS = {
    DCAT["contactPoint"]: "contact point",
    DCT["creator"]: "creator",
    DCT["rightsHolder"]: "rights holder",
}
_PERSONAL = ("hasPersonalData", "hasPersonalDataCategory")


_READ = {
    RDF["type"],
    DCT["identifier"],
    DCT["title"],
    RDFS["label"],
    DCT["description"],
    RDFS["comment"],
    DCAT["landingPage"],
    DCT["issued"],
    DCT["modified"],
    DCT["accessRights"],
    DCT["publisher"],
    DCAT["theme"],
    DCT["subject"],
    DCAT["keyword"],
    DCAT["distribution"],
    PROV["wasDerivedFrom"],
    DCT["source"],
    *_OWNERS,
    *(each + local for each in DPV for local in (*_PERSONAL, "hasPurpose", "hasLegalBasis")),
}
"""What is read of a dataset."""


def looks_like_dcat(found: Descriptions) -> bool:
    """Tell whether a graph describes datasets, data services or a catalog."""
    types = (*_DATASETS, DCAT["DataService"], DCAT["Catalog"])
    return next(found.of_type(*types), None) is not None


def read_dcat(found: Descriptions, into: Collected) -> None:
    """Read the datasets and data services of a graph."""
    # A catalog is a dataset to DCAT; what it lists is what is asked for here.
    for unmapped, count in found.unmapped.items():
        into.skip(f"key {unmapped}", count)
    catalogs = set(found.of_type(DCAT["Catalog"]))
    subjects = [each for each in found.of_type(*_DATASETS) if each not in catalogs]
    names = {each: _key(found, each, n) for n, each in enumerate(subjects, 1)}
    for subject in subjects:
        _dataset(found, subject, names, into)
    for number, subject in enumerate(found.of_type(DCAT["DataService"]), 1):
        _service(found, subject, number, into)
    into.skip("dcat:Catalog", len(catalogs))
    into.skip("dcat:CatalogRecord", len(list(found.of_type(DCAT["CatalogRecord"]))))
    into.skip("odrl:Policy", sum(1 for _ in found.of_type("http://www.w3.org/ns/odrl/2/Policy")))


def _key(found: Descriptions, subject: str, number: int) -> str:
    if not subject.startswith("_:"):
        return subject
    # A label of a blank node says nothing in another copy of the file.
    said = found.text(subject, DCT["identifier"], DCT["title"])
    return said or f"dataset {number}"


def _dataset(found: Descriptions, subject: str, names: dict[str, str], into: Collected) -> None:
    iri = into.iri(names[subject])
    source = {"iri": names[subject]} if not subject.startswith("_:") else {}
    if identifier := found.text(subject, DCT["identifier"]):
        source["identifier"] = identifier
    title = found.text(subject, DCT["title"], RDFS["label"])
    key = Key({part: clean(text) for part, text in (source or {"name": names[subject]}).items()})
    pointer = f"<{subject}>" if not subject.startswith("_:") else subject
    draft = into.dataset(iri, key, title or names[subject], pointer)
    for predicate in found.said[subject]:
        if predicate not in _READ:
            into.skip(f"property {compact(predicate)}")
    draft.say(
        title=title,
        description=found.text(subject, DCT["description"], RDFS["comment"]),
        address=clean(found.text(subject, DCAT["landingPage"])),
        issued=found.text(subject, DCT["issued"]),
        modified=found.text(subject, DCT["modified"]),
        access_rights=_label(found, subject, DCT["accessRights"]),
        publisher=_label(found, subject, DCT["publisher"]),
    )
    _categories(found, subject, draft, into)
    for predicate, role in _OWNERS.items():
        for value in found.values(subject, predicate):
            mail = found.text(name(value), VCARD["hasEmail"], FOAF["mbox"])
            label = found.label(value, *_NAMES) or mail.removeprefix("mailto:")
            draft.owned(label or ("" if value.kind == "bnode" else value.value), role)
    for namespace in DPV:
        for predicate, list_name in (("hasPurpose", "purposes"), ("hasLegalBasis", "legal_bases")):
            for value in found.values(subject, namespace + predicate):
                label = found.label(value, *_NAMES) if value.kind != "iri" else value.value
                draft.add(list_name, label)
    for each in found.values(subject, DCAT["distribution"]):
        urls = found.values(name(each), DCAT["accessURL"], DCAT["downloadURL"])
        draft.add("access_urls", *(clean(url.value) for url in urls if url.kind != "bnode"))
    for predicate in (PROV["wasDerivedFrom"], DCT["source"]):
        for value in found.values(subject, predicate):
            if value.kind == "literal":
                continue
            upstream = names.get(name(value))
            if upstream is None:
                if value.kind == "bnode":
                    continue
                upstream = value.value
                stub = Key({"iri": clean(upstream)})
                into.dataset(into.iri(upstream), stub, upstream, pointer, described=False)
            into.edge(into.iri(upstream), iri, predicate.rpartition("/")[2], None, pointer)


def _service(found: Descriptions, subject: str, number: int, into: Collected) -> None:
    key = _key(found, subject, number)
    title = found.text(subject, DCT["title"], RDFS["label"])
    source = {"iri": key}
    if identifier := found.text(subject, DCT["identifier"]):
        source["identifier"] = identifier
    asset = into.asset(asset_iri("dcat", key), source, "dcat:DataService", title or key, subject)
    asset.say(address=clean(found.text(subject, DCAT["endpointURL"])))
    _categories(found, subject, asset, into)


def _categories(found: Descriptions, subject: str, draft: Draft, into: Collected) -> None:
    kinds: list[tuple[TermKind, list[str]]] = [
        ("theme", [DCAT["theme"], DCT["subject"]]),
        ("personal-data", [each + local for each in DPV for local in _PERSONAL]),
        ("tag", [DCAT["keyword"]]),
    ]
    for kind, predicates in kinds:
        for value in found.values(subject, *predicates):
            label = found.label(value, SKOS["prefLabel"], DCT["title"], RDFS["label"])
            if value.kind == "bnode":
                types = found.values(name(value), RDF["type"])
                named = [each.value for each in types if kind == "personal-data"]
                for key in named or filter(None, [label]):
                    draft.assign(into.terms.add(kind, key, label))
                continue
            definition = found.text(value.value, SKOS["definition"])
            draft.assign(into.terms.add(kind, value.value, label, definition))


def _label(found: Descriptions, subject: str, predicate: str) -> str:
    for value in found.values(subject, predicate):
        label = found.label(value, *_NAMES)
        if label or value.kind == "iri":
            return label or value.value
    return ""
