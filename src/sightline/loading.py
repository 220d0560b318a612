"""Load the knowledge files into a store, and read from a store what derivation needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from sightline.errors import KnowledgeError
from sightline.files import Folder, knowledge_digest, knowledge_files, relative
from sightline.model import (
    ASPECT_PROPERTIES,
    Atom,
    Condition,
    Document,
    Facet,
    Inference,
    Knowledge,
    Membership,
    Place,
    Region,
    Sentence,
    Statement,
    Version,
)
from sightline.stores import Quad, Store
from sightline.terms import DCT, GRAPH, RDF, SKOS, SL, split_value, token

_FOLDERS: tuple[Folder, ...] = ("ontology", "data", "shapes")
_DERIVATION = ("ontology/vocab/", "data/statements/", "data/catalog.", "data/regions.")
_STATEMENT_KINDS: Mapping[str, Literal["access", "aspect", "context", "commitment"]] = {
    "AccessStatement": "access",
    "AspectStatement": "aspect",
    "ContextStatement": "context",
    "CommitmentStatement": "commitment",
}
_FACET_KINDS: Mapping[str, Literal["facet", "event", "discretion"]] = {
    "Facet": "facet",
    "Event": "event",
    "Discretion": "discretion",
}
_CONCEPTS = {
    "Actor": "actor",
    "DataCategory": "data",
    "Activity": "activity",
    "Action": "action",
    "Place": "place",
    "Safeguard": "safeguard",
    "Purpose": "purpose",
    "Duration": "duration",
    "Role": "role",
    "Verdict": "verdict",
    "Modality": "modality",
    "Target": "target",
}
_SL = str(SL)  # names of ours need no percent-encoding, and there are thousands to look up
Basis = Literal["stated", "inferred", "not-stated"]
Effect = Literal["permits", "denies", "advises"]


def graph_of(path: Path) -> str:
    """Name the graph of a knowledge file: a statements file's is that of its document version.

    >>> from sightline.files import folder
    >>> graph_of(folder("ontology") / "sightline.ttl")
    'https://w3id.org/sightline/graph/ontology/sightline'
    """
    name = relative(path).removesuffix(path.suffix)
    return GRAPH[name.removeprefix("data/statements/")]


def load_knowledge(store: Store) -> None:
    """Load the shipped Turtle files into a store, each into a graph of its own.

    Raises KnowledgeError if the installation lacks a folder and InputError for a broken file.
    """
    for name in _FOLDERS:
        for path in knowledge_files(name, ".ttl"):
            store.load(path, format="turtle", graph=graph_of(path))


def read_knowledge(quads: Iterable[Quad]) -> Knowledge:
    """Read what derivation needs from the quads of a store, or of ``derivation_files``.

    Raises KnowledgeError if a node lacks what it must have or names what does not exist.
    """
    return _Reader(quads).knowledge()


def derivation_files() -> list[Path]:
    """List the knowledge files that derivation reads; a question need not load the others."""
    return [
        path
        for name in _FOLDERS
        for path in knowledge_files(name, ".ttl")
        if relative(path).startswith(_DERIVATION)
    ]


class _Node(dict[str, list[str]]):
    """The values of one subject by property IRI."""

    def __init__(self, iri: str) -> None:
        super().__init__()
        self.iri = iri

    def all(self, name: str) -> list[str]:
        return self.get(_SL + name, [])

    def tokens(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(token(iri) or iri for iri in self.all(name)))

    def one(self, name: str) -> str:
        values = self.all(name)
        if len(values) != 1:
            raise KnowledgeError(
                "knowledge.broken",
                f"{self.iri} has {len(values)} values of sl:{name} instead of one",
                "run 'sightline validate' to see all such faults",
            )
        return values[0]

    def maybe(self, name: str) -> str | None:
        values = self.all(name)
        return values[0] if values else None


class _Reader:
    def __init__(self, quads: Iterable[Quad]) -> None:
        self._nodes: dict[str, _Node] = {}
        self._by_class: defaultdict[str, list[_Node]] = defaultdict(list)
        kind = RDF["type"]
        for subject, predicate, value, _graph in quads:
            node = self._nodes.get(subject)
            if node is None:
                node = self._nodes[subject] = _Node(subject)
            node.setdefault(predicate, []).append(value.value)
            if predicate == kind:
                self._by_class[value.value].append(node)

    def knowledge(self) -> Knowledge:
        regions = {r.token: r for r in map(self._region, self._of("Region"))}
        modalities = {node.iri: node for node in self._of("Modality")}
        statements = tuple(
            self._statement(node, kind, modalities)
            for name, kind in _STATEMENT_KINDS.items()
            for node in self._of(name)
        )
        named = [n for n in self._nodes.values() if n.maybe("labelBeginsWithName") == "true"]
        return Knowledge(
            digest=knowledge_digest(),
            labels=self._texts(SKOS["prefLabel"]),
            names=frozenset(map(self._label, named)),
            facets={
                facet.token: facet
                for name, kind in _FACET_KINDS.items()
                for facet in (self._facet(node, kind) for node in self._of(name))
            },
            conditions={c.token: c for c in map(self._condition, self._of("Condition"))},
            definitions=self._texts(SKOS["definition"]),
            statements=tuple(sorted(statements, key=lambda s: s.iri)),
            sentences={node.iri: self._sentence(node) for node in self._of("Evidence")},
            implications=tuple(map(self._inference, self._of("Implication"))),
            assumptions=tuple(map(self._inference, self._of("Assumption"))),
            documents={d.iri: d for d in map(self._document, self._of("Document"))},
            versions={v.iri: v for v in map(self._version, self._of("DocumentVersion"))},
            collections={
                self._token(node): frozenset(node.all("includesVersion"))
                for node in self._of("Collection")
            },
            regions=regions,
            memberships=tuple(map(self._membership, self._of("ZoneMembership"))),
            places={p.token: p for p in map(self._place, self._of("Place"))},
            tokens={
                kind: frozenset(map(self._token, self._of(name)))
                for name, kind in _CONCEPTS.items()
            },
            broader=self._closure("DataCategory", SKOS["broader"]),
            members=self._members(),
            storage_actions=self._actions("storage"),
            processing_actions=self._actions("processing"),
            safeguard_kinds={
                self._token(node): node.one("safeguardKind") for node in self._of("Safeguard")
            },
            ranks={self._token(node): int(node.one("rank")) for node in self._of("Verdict")},
            symbols={self._token(node): node.one("symbol") for node in self._of("Verdict")},
            order={
                self._token(node): int(node.maybe("listingOrder") or 1000)
                for node in self._of("Activity")
            },
        )

    def _of(self, name: str) -> list[_Node]:
        return sorted(self._by_class[SL[name]], key=lambda node: node.iri)

    def _token(self, node: _Node) -> str:
        return token(node.iri) or node.iri

    def _texts(self, name: str) -> dict[str, str]:
        return {node.iri: node[name][0] for node in self._nodes.values() if name in node}

    def _label(self, node: _Node) -> str:
        labels = node.get(SKOS["prefLabel"])
        return labels[0] if labels else self._token(node)

    def _facet(self, node: _Node, kind: Literal["facet", "event", "discretion"]) -> Facet:
        own = self._token(node)
        values = frozenset(
            split[1]
            for value in self._by_class[SL["FacetValue"]]
            if node.iri in value.all("ofFacet") and (split := split_value(value.iri))
        )
        derived = node.maybe("derivedFrom")
        closed = node.one("valueSpace") == "closed"
        return Facet(
            own,
            self._label(node),
            kind,
            values if closed else frozenset(),
            token(derived) if derived else None,
            node.maybe("phrase") or "",
            node.get(SKOS["example"], [""])[0],
            int(node.maybe("listingOrder") or 1000),
        )

    def _condition(self, node: _Node) -> Condition:
        note = node.get(SKOS["note"], [""])[0]
        return Condition(self._token(node), self._label(node), tuple(self._atoms(node)), note)

    def _atoms(self, node: _Node) -> Iterable[Atom]:
        for other in sorted(node.all("anyOf")):
            yield from self._atoms(self._known(other, node))
        if not node.all("onFacet"):
            return
        facet = token(node.one("onFacet")) or ""
        accepted = self._values(node, "acceptsValue")
        excluded = self._values(node, "excludesValue")
        among = self._values(node, "amongValue")
        if accepted:
            yield Atom(facet, accepted)
        elif among:
            yield Atom(facet, among - excluded)
        else:
            yield Atom(facet, excluded, negated=True)

    def _values(self, node: _Node, name: str) -> frozenset[str]:
        pairs = (split_value(iri) for iri in node.all(name))
        return frozenset(
            pair[1] if pair else token(iri) or iri
            for pair, iri in zip(pairs, node.all(name), strict=True)
        )

    def _known(self, iri: str, user: _Node) -> _Node:
        if iri not in self._nodes:
            raise KnowledgeError(
                "knowledge.broken",
                f"{user.iri} names {iri}, which is not defined",
                "define it or correct the name",
            )
        return self._nodes[iri]

    def _statement(
        self,
        node: _Node,
        kind: Literal["access", "aspect", "context", "commitment"],
        modalities: Mapping[str, _Node],
    ) -> Statement:
        modality = self._known(node.one("hasModality"), node)
        actors = node.tokens("hasActor")
        basis = node.one("actorBasis")
        effect = modalities[modality.iri].one("hasEffect") if modality.iri in modalities else ""
        if basis not in get_args(Basis) or effect not in get_args(Effect) or len(actors) > 1:
            raise KnowledgeError(
                "knowledge.broken",
                f"{node.iri} has an actor, basis or modality that cannot be read",
                "run 'sightline validate' to see all such faults",
            )
        return Statement(
            iri=node.iri,
            claim=token(node.one("makesClaim")) or "",
            version=node.one("inVersion"),
            kind=kind,
            activity=token(node.one("hasActivity")) or "",
            actor=actors[0] if actors else None,
            basis=cast("Basis", basis),
            actions=node.tokens("hasAction"),
            data=node.tokens("hasData"),
            targets=node.tokens("hasTarget"),
            modality=token(modality.iri) or "",
            effect=cast("Effect", effect),
            covers_narrower=modality.maybe("coversNarrower") == "true",
            scope=node.tokens("hasScope"),
            applies_when=node.tokens("appliesWhen"),
            only_when=node.tokens("onlyWhen"),
            requires=node.tokens("requires"),
            aspects={
                aspect: values
                for aspect, name in ASPECT_PROPERTIES.items()
                if (values := node.tokens(name))
            },
            operates=node.tokens("operates"),
            evidence=tuple(sorted(node.all("hasEvidence"))),
            paraphrase=node.maybe("paraphrase") or "",
            pending=node.maybe("pendingReview") == "true",
        )

    def _sentence(self, node: _Node) -> Sentence:
        return Sentence(
            node.one("section"),
            node.one("firstWords"),
            node.one("lastWords"),
            node.maybe("deepLink"),
        )

    def _inference(self, node: _Node) -> Inference:
        pairs = tuple(
            pair for iri in sorted(node.all("thenValue")) if (pair := split_value(iri)) is not None
        )
        label = node.get(SKOS["prefLabel"], [""])[0]
        return Inference(
            iri=node.iri,
            version=node.one("inVersion"),
            when=node.tokens("ifCondition"),
            unless=node.tokens("unlessCondition"),
            gives=pairs,
            because=node.maybe("because") or label,
            rests_on=tuple(sorted(node.all("restsOn"))),
        )

    def _document(self, node: _Node) -> Document:
        page = node.get("http://www.w3.org/ns/dcat#landingPage")
        replaced = node.get(DCT["isReplacedBy"])
        return Document(
            node.iri,
            self._token(node),
            node.get(DCT["title"], [""])[0],
            page[0] if page else None,
            replaced[0] if replaced else None,
        )

    def _version(self, node: _Node) -> Version:
        return Version(
            iri=node.iri,
            document=node.one("versionOf"),
            label=node.get(SKOS["notation"], [node.iri.rsplit("/", 1)[-1]])[0],
            title=node.get(DCT["title"], [""])[0],
            effective=date.fromisoformat(node.one("effectiveDate")),
            date_basis=node.one("dateBasis"),
            graph=node.one("inGraph"),
            source_hash=node.maybe("sourceHash") or "",
        )

    def _region(self, node: _Node) -> Region:
        facets = {
            "geography": frozenset(node.tokens("inGeography")),
            "country": frozenset(node.tokens("inCountry")),
            "eea": self._values(node, "inEea"),
        }
        return Region(self._token(node), self._label(node), {f: v for f, v in facets.items() if v})

    def _membership(self, node: _Node) -> Membership:
        region, country = node.maybe("memberRegion"), node.maybe("memberCountry")
        start, end = node.maybe("validFrom"), node.maybe("validUntil")
        return Membership(
            zone=token(node.one("ofZone")) or "",
            region=token(region) if region else None,
            country=token(country) if country else None,
            start=date.fromisoformat(start) if start else None,
            end=date.fromisoformat(end) if end else None,
        )

    def _place(self, node: _Node) -> Place:
        return Place(self._token(node), node.one("placeKind"), node.one("resolvesTo"))

    def _actions(self, kind: str) -> frozenset[str]:
        return frozenset(
            self._token(node) for node in self._of("Action") if node.one("actionKind") == kind
        )

    def _closure(self, name: str, relation: str) -> dict[str, frozenset[str]]:
        closed: dict[str, frozenset[str]] = {}
        for start in self._of(name):
            seen, pending = {start.iri}, [start.iri]
            while pending:
                node = self._nodes.get(pending.pop())
                for iri in node.get(relation, []) if node is not None else []:
                    if iri not in seen:
                        seen.add(iri)
                        pending.append(iri)
            closed[self._token(start)] = frozenset(token(iri) or iri for iri in seen)
        return closed

    def _members(self) -> dict[str, frozenset[str]]:
        above = self._closure("Actor", SL["memberOf"])
        return {
            actor: frozenset(member for member, groups in above.items() if actor in groups)
            for actor in above
        }
