"""Read aspects of DataHub's entities, once they are plain values."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from sightline.catalogs.collecting import Collected, Draft
from sightline.catalogs.datasets import Key, TermKind, asset_iri, term_iri
from sightline.catalogs.keys import clean, key
from sightline.catalogs.values import first, objects, text, texts

_OURS = "sightline."
_TERMS: Mapping[str, TermKind] = {"tag": "tag", "glossaryTerm": "glossary-term"}
_ASSETS = frozenset(
    {
        "dataJob",
        "dataFlow",
        "chart",
        "dashboard",
        "mlModel",
        "mlModelGroup",
        "mlFeature",
        "mlFeatureTable",
        "mlModelDeployment",
        "dataProcessInstance",
        "notebook",
    }
)


def read_aspects(found: Iterable[tuple[str, str, str, Mapping[str, Any]]], into: Collected) -> None:
    """Read aspects, given as URN, name, place and content, in any order."""
    for urn, aspect, pointer, content in found:
        kind, _rest = _parts(urn)
        if kind == "dataset":
            reader = _DATASET.get(aspect)
            draft = _dataset(urn, pointer, into)
        elif kind in _ASSETS:
            reader = _ASSET.get(aspect)
            draft = _asset(urn, pointer, into)
        elif kind in _TERMS:
            _describe_term(urn, kind, aspect, content, into)
            continue
        else:
            reader = None
        if reader is None:
            into.skip(f"{kind} {aspect}")
        else:
            reader(urn, content, draft, into, pointer)


def _parts(urn: str) -> tuple[str, str]:
    """Split a URN into its entity type and the rest.

    >>> _parts("urn:li:tag:PII")
    ('tag', 'PII')
    """
    pieces = urn.split(":", 3)
    return (pieces[2], pieces[3]) if len(pieces) == 4 else ("", urn)


def _tuple(rest: str) -> list[str]:
    """Split the parts of a URN at the commas outside inner brackets."""
    parts, depth = [""], 0
    for char in rest.removeprefix("(").removesuffix(")"):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _key(urn: str) -> tuple[Key, str]:
    parts = [*_tuple(_parts(urn)[1]), "", "", ""]
    system = parts[0].rpartition(":")[2]
    name, environment = unquote(parts[1]), parts[2]
    source = {"urn": urn, "platform": parts[0], "name": parts[1], "env": parts[2]}
    made = key(
        {part: value for part, value in source.items() if value},
        system,
        name,
        environment=environment,
    )
    return made, name


def _dataset(urn: str, pointer: str, into: Collected, described: bool = True) -> Draft:
    made, name = _key(urn)
    return into.dataset(into.iri(urn), made, name, pointer, described=described)


def _asset(urn: str, pointer: str, into: Collected, described: bool = True) -> Draft:
    kind, rest = _parts(urn)
    name = _tuple(rest)[-1] if rest.startswith("(") else rest
    iri = asset_iri("datahub", clean(urn))
    return into.asset(iri, {"urn": urn}, kind, name, pointer, described=described)


def _end(urn: str, pointer: str, into: Collected) -> str:
    """Name one end of a step of lineage, which may be described nowhere."""
    kind, _rest = _parts(urn)
    if kind == "schemaField":
        return _end(_tuple(_parts(urn)[1])[0], pointer, into)
    if kind == "dataset":
        _dataset(urn, pointer, into, described=False)
        return into.iri(urn)
    _asset(urn, pointer, into, described=False)
    return asset_iri("datahub", clean(urn))


Reader = Callable[[str, Mapping[str, Any], Draft, Collected, str], None]


def _properties(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    draft.say(
        title=first(text(content, "name"), text(content, "title")),
        description=text(content, "description"),
        address=clean(text(content, "externalUrl")),
    )
    for tag in texts(content, "tags"):
        draft.assign(into.terms.add("tag", f"urn:li:tag:{tag}", tag))
    into.skip("custom properties", len(content.get("customProperties") or {}))


def _asset_properties(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    name = first(text(content, "name"), text(content, "title"))
    if name:
        draft.values["name"] = name
    draft.say(
        address=clean(
            first(
                text(content, "chartUrl"),
                text(content, "dashboardUrl"),
                text(content, "externalUrl"),
            )
        )
    )
    own = asset_iri("datahub", clean(urn))
    for each in (
        objects(content, "inputEdges")
        + objects(content, "datasetEdges")
        + objects(content, "chartEdges")
    ):
        into.edge(_end(text(each, "destinationUrn"), pointer, into), own, "consumes", None, pointer)
    for name in ("datasets", "charts", "trainingData"):
        for urn_of in texts(content, name):
            if urn_of.startswith("urn:li:"):
                into.edge(_end(urn_of, pointer, into), own, "consumes", None, pointer)
    for each in objects(content, "inputs"):
        for nested in map(text, each.values()):
            if nested.startswith("urn:li:"):
                into.edge(_end(nested, pointer, into), own, "consumes", None, pointer)
    for given in texts(content, "inputs"):
        if given.startswith("urn:li:"):
            into.edge(_end(given, pointer, into), own, "consumes", None, pointer)


def _assign(content: Mapping[str, Any], draft: Draft, into: Collected) -> None:
    for tag in objects(content, "tags"):
        urn = text(tag, "tag")
        if urn:
            draft.assign(_term(urn, into), *_origin(tag))
    for term in objects(content, "terms"):
        urn = text(term, "urn")
        if urn:
            draft.assign(_term(urn, into), *_origin(term))


def _origin(given: Mapping[str, Any]) -> tuple[bool]:
    attribution = " ".join(
        texts(given, "context") + texts(given, "attribution", "sourceDetail", "propagated")
    )
    return ('"propagated": "true"' in attribution or attribution.strip() == "true",)


def _term(urn: str, into: Collected) -> str:
    kind, _rest = _parts(urn)
    return into.terms.add(_TERMS.get(kind, "tag"), urn)


def _classified(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    _assign(content, draft, into)


def _schema(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    for each in objects(content, "fields") + objects(content, "editableSchemaFieldInfo"):
        path = text(each, "fieldPath")
        if not path:
            continue
        field = draft.field(path)
        field.say(type=text(each, "nativeDataType"), description=text(each, "description"))
        for name in ("globalTags", "glossaryTerms"):
            for given in objects(each, name):
                _assign(given, field, into)


def _owners(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    for each in objects(content, "owners"):
        role = first(text(each, "typeUrn").rpartition(":")[2], text(each, "type"))
        draft.owned(text(each, "owner"), role.removeprefix("__system__"))


def _upstreams(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    own = into.iri(urn)
    for each in objects(content, "upstreams"):
        upstream = text(each, "dataset")
        if upstream:
            kind = text(each, "type") or "upstream"
            into.edge(_end(upstream, pointer, into), own, kind, None, pointer)
    for each in objects(content, "fineGrainedLineages"):
        for upstream in texts(each, "upstreams"):
            into.edge(_end(upstream, pointer, into), own, "column", None, pointer)


def _job(urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str) -> None:
    own = asset_iri("datahub", clean(urn))

    def ends(side: str) -> dict[str, None]:
        edges = [text(each, "destinationUrn") for each in objects(content, f"{side}DatasetEdges")]
        urns = dict.fromkeys(filter(None, texts(content, f"{side}Datasets") + edges))
        return {_end(each, pointer, into): None for each in urns}

    upstreams, downstreams = ends("input"), ends("output")
    for downstream in downstreams:
        for upstream in upstreams:
            into.edge(upstream, downstream, "job", own, pointer)
    # A job that only reads, or only writes, is itself an end.
    for upstream in upstreams if not downstreams else ():
        into.edge(upstream, own, "consumes", None, pointer)


def _subtypes(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    kinds = texts(content, "typeNames")
    if kinds:
        draft.say(kind=kinds[0])


def _structured(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    for each in objects(content, "properties"):
        name = text(each, "propertyUrn").removeprefix("urn:li:structuredProperty:")
        if name.startswith(_OURS):
            # What was pushed from here tells nothing of the data; that it is there is enough.
            draft.assign(into.terms.add("property", name))
            continue
        values = each.get("values")
        for value in values if isinstance(values, list) else ():
            given = text(value) or next((text(one) for one in _values(value)), "")
            if name and given:
                draft.assign(into.terms.add("property", f"{name}={given}"))


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else []


def _domains(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    for each in texts(content, "domains"):
        draft.assign(into.terms.add("theme", each))


def _named(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    name = text(content, "name")
    if name and draft.key is not None:
        given = draft.key.source
        extra = {"datasetKey.name": name} if name != given.get("name") else {}
        draft.key = _within({**given, **extra}, draft.key.host or "")


def _instance(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    instance = text(content, "instance")
    if instance and draft.key is not None:
        name = _tuple(_parts(instance)[1])[-1]
        draft.key = _within({**draft.key.source, "instance": instance}, name)


def _within(source: Mapping[str, str], instance: str) -> Key:
    """Make the key of a dataset whose name may begin with the instance that holds it."""
    name = first(source.get("datasetKey.name", ""), source.get("name", ""))
    if instance and name.lower().startswith(f"{instance.lower()}."):
        name = name[len(instance) + 1 :]
    system = source.get("platform", "").rpartition(":")[2]
    return key(source, system, unquote(name), host=instance, environment=source.get("env", ""))


def _status(
    urn: str, content: Mapping[str, Any], draft: Draft, into: Collected, pointer: str
) -> None:
    draft.removed = content.get("removed") is True


def _describe_term(
    urn: str, kind: str, aspect: str, content: Mapping[str, Any], into: Collected
) -> None:
    made = into.terms.add(
        _TERMS[kind],
        urn,
        text(content, "name"),
        first(text(content, "definition"), text(content, "description")),
    )
    for relation in ("isRelatedTerms", "values"):
        into.skip(f"{kind} {relation}", len(texts(content, relation)))
    above = [
        term_iri("datahub", "glossary-term", each) for each in texts(content, "isRelatedTerms")
    ]
    if above and aspect == "glossaryRelatedTerms":
        for each in texts(content, "isRelatedTerms"):
            into.terms.add("glossary-term", each)
        into.terms.below(made, above)


_COMMON: Mapping[str, Reader] = {
    "globalTags": _classified,
    "glossaryTerms": _classified,
    "ownership": _owners,
    "structuredProperties": _structured,
    "domains": _domains,
    "status": _status,
}
_DATASET: Mapping[str, Reader] = {
    **_COMMON,
    "datasetKey": _named,
    "dataPlatformInstance": _instance,
    "datasetProperties": _properties,
    "editableDatasetProperties": _properties,
    "schemaMetadata": _schema,
    "editableSchemaMetadata": _schema,
    "upstreamLineage": _upstreams,
    "subTypes": _subtypes,
}
_ASSET: Mapping[str, Reader] = {
    **{name: each for name, each in _COMMON.items() if name not in ("ownership",)},
    "dataJobInputOutput": _job,
    "dataJobInfo": _asset_properties,
    "dataFlowInfo": _asset_properties,
    "chartInfo": _asset_properties,
    "dashboardInfo": _asset_properties,
    "mlModelProperties": _asset_properties,
    "mlModelTrainingData": _asset_properties,
}
