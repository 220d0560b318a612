"""Hold what an export is made of, and what each profile of DCAT asks for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from sightline.exporting.vocabulary import Vocabulary
from sightline.joining import Joined
from sightline.joining.pairs import carried, configured
from sightline.model import Answer, DeployedAccess, Deployment, Row
from sightline.terms import GRAPH, expand

Derive = Callable[[Sequence[Deployment], str | None], list[DeployedAccess]]
"""What derives the access of deployments, to one category of data or to all."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile of DCAT makes mandatory beyond DCAT itself."""

    name: str
    publisher: bool = False
    contact: bool = False
    publishers: bool = False
    """Whether each dataset needs a publisher, not only the catalog."""
    endpoint: bool = False
    description: bool = False


PROFILES = {
    each.name: each
    for each in (
        Profile("dcat"),
        Profile("dcat-ap", publisher=True, endpoint=True, description=True),
        Profile(
            "dcat-us",
            publisher=True,
            contact=True,
            publishers=True,
            endpoint=True,
            description=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Party:
    """Who publishes a catalog, and the address that answers for it, as the user gives them."""

    name: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Contents:
    """What an export is made of; ``digest`` is that of the knowledge."""

    joined: Joined
    vocabulary: Vocabulary
    derive: Derive
    digest: str
    party: Party = Party()
    evidence: Callable[[str], Sequence[str]] = lambda statement: (statement,)
    """The addresses of the sentences that a statement rests on."""

    @property
    def catalog(self) -> str:
        """Name the exported catalog by its publisher, and what it lists."""
        parts = [self.party.name, *self.joined.deployments]
        parts += [file.sha256 for file in self.joined.catalog.files]
        parts += [link.iri for link in self.joined.links]
        return GRAPH[f"export/{sha256('|'.join(sorted(parts)).encode()).hexdigest()[:16]}"]

    @cached_property
    def by_deployment(self) -> dict[str, Answer]:
        """The answer for each deployment as its files have it."""
        found = self.derive(list(self.joined.deployments.values()), None)
        return {own.iri: each.answer for each in found for own in each.deployments}

    @cached_property
    def by_dataset(self) -> dict[str, list[tuple[Answer, Row]]]:
        """What happens to the data of each dataset in the deployments that it reaches."""
        return {
            name: [(answer, row) for answer in answers for row in answer.rows]
            for name, answers in self.answers.items()
        }

    @cached_property
    def answers(self) -> dict[str, list[Answer]]:
        """The answers for each dataset: for all that it becomes, where its data gets to."""
        wanted: dict[str, dict[tuple[object, ...], tuple[Deployment, list[str]]]] = {}
        for reach in self.joined.reaches:
            own, _ = configured(self.joined, reach)
            key = tuple(sorted(own.configuration.items())), own.ungoverned
            for data in carried(self.joined, reach):
                asked = wanted.setdefault(data, {}).setdefault(key, (own, []))
                asked[1].append(reach.dataset)
        found: dict[str, list[Answer]] = {}
        for data, asked_of in sorted(wanted.items()):
            for own, names in asked_of.values():
                answers = [each.answer for each in self.derive([own], data)]
                for name in dict.fromkeys(names):
                    found.setdefault(name, []).extend(answers)
        return found

    def personal(self, dataset: str) -> list[str]:
        """Give the categories of personal data that the terms of a dataset are read as."""
        within, personal = self.joined.crosswalk.broader, expand("dpv:PersonalData")
        readings = (self.joined.crosswalk.read(term) for term in self.joined.terms(dataset))
        found = {category for reading in readings for category in reading.categories}
        return sorted(c for c in found if c == personal or personal in within.get(c, ()))

    def reached(self) -> Iterator[tuple[str, str]]:
        """Give each dataset with each deployment that its data gets to, once."""
        yield from sorted({(each.dataset, each.deployment) for each in self.joined.reaches})
