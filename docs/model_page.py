"""Write the model page: every class and property with its meaning and an example."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from catalog_examples import catalogued, linked
from reference_pages import Triples, anchor, by_property, short, texts
from report_examples import recorded

from sightline import rules
from sightline.estate import Settings
from sightline.graph import KnowledgeGraph
from sightline.identity import configuration_iri, configuration_token
from sightline.model import Question
from sightline.render import estate_rdf, rdf
from sightline.stores import Quad, Term, nquads
from sightline.stores.embedded import EmbeddedStore
from sightline.terms import OWL, RDF, RDFS, SL, compact
from sightline.validate.cases import case
from sightline.validate.judging import Judge
from sightline.validate.policies import Policies

_EXAMPLES = (
    {"offering": "azure-openai", "deployment-type": "global", "region": "swedencentral"},
    {"offering": "azure-openai"},
    {"offering": "serverless-api"},
    {"offering": "azure-openai", "flagged": "false"},
)
"""Configurations whose derived facts give the examples of the model page."""
_ESTATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "parameters": {"where": {"type": "string"}},
    "resources": [
        {
            "type": "Microsoft.CognitiveServices/accounts",
            "name": "chat",
            "kind": "OpenAI",
            "location": "[parameters('where')]",
            "tags": {"owner": "Ada", "environment": "test", "classification": "internal"},
            "properties": {"disableLocalAuth": True, "customSubDomainName": "chat"},
        },
        {
            "type": "Microsoft.CognitiveServices/accounts",
            "name": "chat",
            "properties": {"disableLocalAuth": False},
        },
        {
            "type": "Microsoft.CognitiveServices/accounts/projects",
            "name": "chat/plans",
            "location": "uksouth",
        },
        {
            "type": "Microsoft.Network/privateEndpoints",
            "name": "door",
        },
        {
            "type": "Microsoft.CognitiveServices/accounts/deployments",
            "name": "chat/answers",
            "sku": {"name": "ProvisionedManaged"},
            "tags": {"dataset": "tickets"},
            "properties": {
                "model": {"format": "Anthropic", "name": "a-model", "version": "1"},
                "spilloverDeploymentName": "more",
            },
        },
    ],
}
"""An estate whose deployments give examples; no document governs its publisher."""
_FIRST = ("azure-openai-data-privacy/2024-09-04", "deployment-type=global")
"""What an example is best about."""
_WITHOUT = {
    "pendingReview": "none is shipped; a check of local copies gives it where a sentence changed",
}
"""Terms that nothing in the shipped graph uses, with the reason."""
_PROPERTIES = (OWL["ObjectProperty"], OWL["DatatypeProperty"])
_WORKING = "Working terms of the rules"
_TOPICS = {
    "Statements": """Statement AccessStatement AspectStatement ContextStatement CommitmentStatement
        Claim""",
    "Documents and evidence": """Document DocumentVersion ExternalDocument Collection Evidence
        DocumentRecord ClaimChange""",
    "Conditions": """Condition Facet Event Discretion FacetValue Implication Assumption""",
    "Answers": """Configuration Deployment EffectiveAccess AwaitedCondition OpenAspect
        ResolvedPlace""",
    "Estates": """EstateFile EstateImport ReadingError UnresolvedValue UnreadProperty Account
        Resource OtherResource ReportedValue Definition Link UnsettledFacet Mapping PropertyMapping
        ValueMapping ScopeMapping LinkMapping ReferenceMapping AttributeMapping
        DeployedKind HostKind OpenFacet PropertyTest""",
    "Data catalogs": """CatalogFile CatalogImport Dataset DatasetKey DatasetField CatalogTerm
        CategoryAssignment CatalogAsset LineageEdge UnreadPart DatasetLink
        DatasetReach Crosswalk MappedTerm DpvCategory LinkWay DeploymentAddress ConnectionKind""",
    "Records of processing": """RecordItem ProcessingRegister ProcessingRecord RecordCell
        RecordEntry RecordGap RecordSource Declaration""",
    "Policies": """Policy PolicyParameter PolicyConstraint Remedy PolicyCase Attribute""",
    "Vocabulary": """Actor DataCategory Activity Action Target Place Safeguard Purpose Duration Role
        Modality Verdict Rule""",
    "Regions and zones": """Region Geography Country Zone ZoneMembership""",
    "Gaps and ambiguities": """Gap Ambiguity""",
    _WORKING: """Setting LocatedRegion PermittingStatement DenyingStatement
        ImplyingStatement Reading CandidateRow BareAnswer""",
}
"""Heading of the model page -> its classes; a property stands under the first class that has it."""


def model(graph: KnowledgeGraph) -> str:
    """Write the model page: every class and property with its meaning and an example.

    Raises ValueError for a term that has no place on the page.
    """
    shipped = list(graph.store.quads())
    ontology = by_property(shipped)
    stated = by_property(q for q in [*shipped, *_answers(graph)] if q[0] not in SL)
    ruled = by_property(_ruled(graph))
    definitions = texts(ontology, "definition")
    supers = {s: o.value for s, o in ontology[RDFS["subClassOf"]] if o.value in SL}
    ranges = {s: o.value for s, o in ontology[RDFS["range"]] if s in SL}
    members: dict[str, list[str]] = defaultdict(list)
    for subject, value in [*stated[RDF["type"]], *ruled[RDF["type"]]]:
        members[value.value].append(subject)
        if value.value in supers:
            members[supers[value.value]].append(subject)
    placed = _placed(ontology, stated, ruled, members)
    out = [f"- [{heading}](#{anchor(heading)})" for heading in _TOPICS]
    for heading in _TOPICS:
        out.append(f"\n## {heading}\n")
        for term in placed[heading]:
            more = f" A kind of {_linked(supers[term])}." if term in supers else ""
            more += f" Gives {_linked(ranges[term])}." if term in ranges else ""
            pairs = stated.get(term) or ruled.get(term) or []
            example = _without(term) or (_pair(pairs) if pairs else _best(members[term]))
            out.append(f"### {compact(term)}\n\n{definitions[term]}{more}\n\nExample: {example}\n")
    return "\n".join(out)


def _placed(
    ontology: Triples, stated: Triples, ruled: Triples, members: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    """Sort the terms of the ontology under the headings of the page, classes first."""
    topics = {heading: [SL[name] for name in names.split()] for heading, names in _TOPICS.items()}
    defined = [(s, o.value) for s, o in ontology[RDF["type"]] if s in SL]
    classes = {s for s, kind in defined if kind == OWL["Class"]}
    if left := classes - {c for found in topics.values() for c in found}:
        raise ValueError(f"_TOPICS in {__file__} lacks {', '.join(sorted(left))}")
    domains: dict[str, set[str]] = defaultdict(set)
    for subject, value in ontology[RDFS["domain"]]:
        domains[subject].add(value.value)
    placed = {heading: list(found) for heading, found in topics.items()}
    for term in sorted(s for s, kind in defined if kind in _PROPERTIES):
        if term in ruled and term not in stated:
            placed[_WORKING].append(term)
            continue
        users = {s for s, _ in stated.get(term, [])}
        headings = [h for h, found in topics.items() if domains[term].intersection(found)] + [
            h for h, found in topics.items() if any(users.intersection(members[c]) for c in found)
        ]
        if not headings:
            raise ValueError(f"nothing uses {term}; give it a domain")
        placed[headings[0]].append(term)
    return placed


def _without(term: str) -> str | None:
    return _WITHOUT.get(SL.token(term) or "")


def _answers(graph: KnowledgeGraph) -> Iterator[Quad]:
    for configuration in _EXAMPLES:
        yield from rdf.quads(graph.access(configuration))
    yield from _deployed(graph)
    yield from catalogued()
    yield from linked(graph)
    yield from recorded(graph)
    yield from _judged(graph)


def _judged(graph: KnowledgeGraph) -> Iterator[Quad]:
    policies = Policies(graph.knowledge, settings={"retention-within-days.days": ["7"]})
    judge = Judge(policies, policies.chosen(), graph.knowledge, rdf.quads)
    answer = graph.access(_EXAMPLES[0])
    reported = {"publisher": "OpenAI"}
    own = [case(answer, reported, judge.attributes, why) for why in (None, "another publisher")]
    yield from judge.facts(own)


def _deployed(graph: KnowledgeGraph) -> Iterator[Quad]:
    settings = Settings(subscription="00000000-0000-0000-0000-000000000000")
    content = json.dumps(_ESTATE).encode()
    estate = graph.estate(["-", "broken.json"], settings, stdin=content)
    yield from estate_rdf.quads(
        estate.reported(), estate.deployments, datetime(2026, 1, 1), estate.described
    )


def _ruled(graph: KnowledgeGraph) -> Iterator[Quad]:
    store = EmbeddedStore()
    store.load("".join(nquads(graph.store.quads())).encode(), format="nquads")
    derivation = graph.derivation()
    settings = []
    for configuration in _EXAMPLES:
        asked = {facet: (value,) for facet, value in configuration.items()}
        setting = rules.Setting(
            configuration_iri(configuration_token(asked)),
            derivation.known(Question(asked)).candidates,
            [version.iri for version in derivation.versions],
            derivation.selected_on,
        )
        settings.append(setting)
    rules.prepare(store)
    rules.run(store, rules.describe(settings, graph.knowledge.facets))
    yield from store.quads(rules.RULES_GRAPH)


def _best(candidates: list[str]) -> str:
    if not candidates:
        return "none in the shipped graph"
    best = min(candidates, key=lambda iri: (not any(f in iri for f in _FIRST), len(iri), iri))
    return f"`{short(best)}`"


def _pair(pairs: list[tuple[str, Term]]) -> str:
    def order(pair: tuple[str, Term]) -> tuple[bool, int, str, str]:
        subject, value = pair
        length = len(subject) + len(value.value)
        return not any(f in subject for f in _FIRST), length, subject, value.value

    subject, value = min((p for p in pairs if p[1].kind != "bnode"), key=order)
    shown = short(value.value) if value.kind == "iri" else f'"{_clipped(value.value)}"'
    return f"`{short(subject)}` → `{shown}`"


def _linked(iri: str) -> str:
    name = compact(iri)
    return f"[{name}](#{anchor(name)})" if iri in SL else f"`{name}`"


def _clipped(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:87].rstrip()}..."
