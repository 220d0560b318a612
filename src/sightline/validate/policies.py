"""Read policies: what a deployment is held to, as SHACL in ``shapes/policies/`` and user files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from sightline.errors import InputError, UnknownTermError, close_matches
from sightline.files import folder, knowledge_files
from sightline.model import Knowledge
from sightline.stores import Quad, Term, iri, literal
from sightline.terms import BASE, POLICY, RDF, SH, SKOS, SL, XSD, token

Outcome = Literal["violation", "unknown", "conforms"]

SCOPES = ("environment", "classification")
"""Parameters that limit a policy to deployments which report one of their values."""


@dataclass(frozen=True)
class Constraint:
    """One query of a policy; each of its results is a reason for ``outcome``."""

    iri: str
    outcome: Literal["violation", "unknown"]
    name: str
    message: str
    select: str
    see_also: tuple[str, ...]


@dataclass(frozen=True)
class Remedy:
    """A change to try; ``varies`` is a facet of which all values are tried in turn."""

    iri: str
    label: str
    sets: Mapping[str, str]
    attributes: Mapping[str, str]
    varies: str | None
    requires: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Policy:
    """A requirement; ``parameters`` holds, by name, the values in use as RDF terms."""

    token: str
    label: str
    definition: str
    constraints: tuple[Constraint, ...]
    parameters: Mapping[str, tuple[Term, ...]]
    remedies: tuple[Remedy, ...]
    of_datasets: bool = False
    """Whether it judges datasets with the deployments they reach, not deployments by themselves."""

    @property
    def iri(self) -> str:
        """The name of the policy."""
        return POLICY[self.token]

    def scope(self, name: str) -> frozenset[str]:
        """Give the values that a scope limits the policy to, in lower case; empty for no limit."""
        return frozenset(term.value.casefold() for term in self.parameters.get(name, ()))


class Policies:
    """The shipped policies and those of further Turtle files, with their parameters.

    ``settings`` maps ``policy.parameter`` to values that replace the defaults, as does
    ``sl:parameterValue`` in a file. Raises InputError for files that are no policies, and
    UnknownTermError for a policy, a parameter or a token that does not exist.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        files: Iterable[str | Path] = (),
        settings: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        from sightline.stores.embedded import parse

        self.given = tuple(map(Path, files))
        self.files = (*policy_files(), *dataset_policy_files(), *self.given)
        self._about: dict[str, dict[str, list[Term]]] = {}
        for path in self.files:
            # Relative IRIs and blank nodes do not matter: what counts has a name.
            for subject, predicate, value, _ in parse(path, graph=path.absolute().as_uri()):
                self._about.setdefault(subject, {}).setdefault(predicate, []).append(value)
        self._knowledge = knowledge
        self._settings = self._read(settings or {})
        of_type = iri(SL["Policy"])
        names = (s for s, about in self._about.items() if of_type in about.get(RDF["type"], ()))
        self.all = {POLICY.token(name) or name: name for name in sorted(names)}

    @property
    def added(self) -> tuple[str, ...]:
        """The names of the policies that the further files add."""
        shipped = {path.stem for path in (*policy_files(), *dataset_policy_files())}
        return tuple(name for name in self.all if name not in shipped)

    def chosen(self, names: Sequence[str] | None = None) -> tuple[Policy, ...]:
        """Give policies by name, each once and in the order given; all of them for None.

        All are those on deployments: ``of_datasets`` are policies on what datasets reach.
        """
        if names is None:
            names = tuple(name for name in self.all if name not in self.of_datasets)
        for name in names:
            if name not in self.all:
                raise UnknownTermError("policy", name, self.all)
        return tuple(self._policy(name) for name in dict.fromkeys(names))

    @cached_property
    def of_datasets(self) -> tuple[str, ...]:
        """The names of the policies that judge what datasets reach."""
        return tuple(path.stem for path in dataset_policy_files())

    @cached_property
    def parameters(self) -> Mapping[str, tuple[Term, ...]]:
        """The values in use of every parameter, by its IRI."""
        of_type = iri(SL["PolicyParameter"])
        found = {}
        for name, about in self._about.items():
            if of_type in about.get(RDF["type"], ()):
                given = about.get(SL["parameterValue"]) or about.get(SL["defaultValue"], [])
                found[name] = self._settings.get(name, tuple(given))
        return found

    def check(self, name: str, values: Sequence[str]) -> None:
        """Raise UnknownTermError or InputError if a parameter cannot have these values."""
        self._read({name: values})

    def facts(self) -> Iterable[Quad]:
        """Write the values of all parameters as the queries of the policies read them."""
        for parameter, values in self.parameters.items():
            for value in values:
                yield parameter, SL["parameterValue"], value, ""

    def _policy(self, name: str) -> Policy:
        about = self._about[self.all[name]]
        constraints = [
            self._constraint(constraint.value)
            for shape in about.get(SL["checkedBy"], ())
            for constraint in self._about.get(shape.value, {}).get(SH["sparql"], ())
        ]
        if not constraints:
            raise InputError(
                "input.value",
                f"the policy '{name}' has no constraint",
                "name its shape with sl:checkedBy, and a query in the shape with sh:sparql",
            )
        parameters = {
            term.value.removeprefix(f"{self.all[name]}."): self.parameters.get(term.value, ())
            for term in about.get(SL["hasParameter"], ())
        }
        return Policy(
            name,
            self._text(self.all[name], SKOS["prefLabel"]) or name,
            self._text(self.all[name], SKOS["definition"]),
            tuple(constraints),
            parameters,
            tuple(self._remedy(term.value) for term in about.get(SL["hasRemedy"], ())),
            name in self.of_datasets,
        )

    def _constraint(self, name: str) -> Constraint:
        outcome = self._text(name, SL["outcome"])
        return Constraint(
            name,
            "unknown" if outcome == "unknown" else "violation",
            self._text(name, SH["name"]) or name,
            self._text(name, SH["message"]),
            self._text(name, SH["select"]),
            tuple(
                term.value
                for term in self._about.get(name, {}).get(
                    "http://www.w3.org/2000/01/rdf-schema#seeAlso", ()
                )
            ),
        )

    def _remedy(self, name: str) -> Remedy:
        about = self._about.get(name, {})
        pairs = [_pair(term.value) for term in about.get(SL["setsValue"], ())]
        texts = [term.value.partition("=") for term in about.get(SL["setsAttribute"], ())]
        varied = [token(term.value) for term in about.get(SL["variesFacet"], ())]
        return Remedy(
            name,
            self._text(name, SKOS["prefLabel"]),
            dict(pairs),
            {left: right for left, _, right in texts},
            varied[0] if varied else None,
            tuple(_pair(term.value) for term in about.get(SL["requiresValue"], ())),
        )

    def _text(self, subject: str, predicate: str) -> str:
        terms = self._about.get(subject, {}).get(predicate, ())
        return min((term.value for term in terms), default="")

    def _read(self, settings: Mapping[str, Sequence[str]]) -> dict[str, tuple[Term, ...]]:
        of_type = iri(SL["PolicyParameter"])
        known = {
            POLICY.token(name) or name: name
            for name, about in self._about.items()
            if of_type in about.get(RDF["type"], ())
        }
        found = {}
        for name, values in settings.items():
            if name not in known:
                raise UnknownTermError("parameter", name, known)
            kind = self._text(known[name], SL["parameterKind"])
            found[known[name]] = tuple(self._term(name, kind, text) for text in values)
        return found

    def _term(self, parameter: str, kind: str, text: str) -> Term:
        if kind == "integer":
            if not text.isdecimal():
                raise InputError("input.value", f"'{text}' is no whole number for '{parameter}'")
            return literal(text, XSD["integer"])
        if kind == "string":
            return literal(text)
        tokens = self._knowledge.tokens.get(kind)
        if kind == "geography":
            regions = self._knowledge.regions.values()
            tokens = frozenset(g for r in regions for g in r.facets.get("geography", ()))
        elif kind == "zone":
            tokens = frozenset(member.zone for member in self._knowledge.memberships)
        if tokens is not None and text not in tokens:
            raise UnknownTermError(kind, text, tokens)
        return iri(f"{BASE}{kind}/{text}")


def policy_files() -> tuple[Path, ...]:
    """List the files of the shipped policies.

    >>> "no-human-review" in [path.stem for path in policy_files()]
    True
    """
    top = folder("shapes") / "policies"
    return tuple(path for path in knowledge_files("shapes", ".ttl") if path.parent == top)


def dataset_policy_files() -> tuple[Path, ...]:
    """List the files of the shipped policies on what datasets reach.

    >>> [path.stem for path in dataset_policy_files()]
    ['personal-data-in-eea', 'special-category-unseen']
    """
    top = folder("shapes") / "policies" / "datasets"
    return tuple(path for path in knowledge_files("shapes", ".ttl") if path.parent == top)


def split_names(names: Sequence[str], known: Iterable[str] = ()) -> tuple[list[str], list[Path]]:
    """Tell names of policies from files of them; raises InputError for what is neither."""
    own = [name for name in names if not name.endswith(".ttl")]
    files = [Path(name) for name in names if name.endswith(".ttl")]
    for path in files:
        if not path.is_file():
            close = close_matches(path.stem, known)
            hint = f"did you mean the policy '{close[0]}'?" if close else "check the path"
            raise InputError("input.not-found", f"there is no file '{path}'", hint)
    return own, files


def _pair(name: str) -> tuple[str, str]:
    """Read a facet value, or a thing such as a zone that is a value of the facet of its kind.

    >>> _pair("https://w3id.org/sightline/zone/eu")
    ('zone', 'eu')
    """
    from sightline.terms import kind, split_value

    return split_value(name) or (kind(name) or "", token(name) or "")
