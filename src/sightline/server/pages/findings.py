"""Turn what policies find into what the page of an estate shows, and read which are chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import ImmutableMultiDict

from sightline.model import Knowledge
from sightline.render import presenting
from sightline.terms import BASE, token

POLICY = "policy"
CHOSEN = "chosen"
"""The field that tells a form in which policies could be chosen from one in which none could."""
SETTING = "setting."
SHOWN = 20
"""Findings of one policy that the page shows."""
_DATASETS = "datasets"


@dataclass(frozen=True)
class Chosen:
    """The policies to hold an estate to, and the parameters that differ from their defaults."""

    names: tuple[str, ...]
    settings: Mapping[str, list[str]]

    @classmethod
    def read(
        cls, known: Iterable[Mapping[str, Any]], fields: ImmutableMultiDict[str, str]
    ) -> "Chosen":
        """Read them from a form; all policies where the form did not offer a choice."""
        names = [policy["name"] for policy in known]
        given = [name for name in fields.getlist(POLICY) if name.strip()]
        if CHOSEN in fields or given:
            names = list(dict.fromkeys(given))
        settings = {
            name.removeprefix(SETTING): [part.strip() for part in text.split(",") if part.strip()]
            for name, text in fields.multi_items()
            if name.startswith(SETTING) and text.strip()
        }
        return cls(
            tuple(names), {k: v for k, v in settings.items() if k.rpartition(".")[0] in names}
        )


def judging(known: Iterable[Mapping[str, Any]], cataloged: bool) -> list[Mapping[str, Any]]:
    """Give the policies that can judge: those on datasets only where a catalog is served."""
    return [policy for policy in known if cataloged or policy["judges"] != _DATASETS]


def choices(known: Iterable[Mapping[str, Any]], chosen: Chosen) -> list[dict[str, Any]]:
    """Describe the policies that can be chosen, with a text for the values of each parameter."""
    return [
        {
            **policy,
            "chosen": policy["name"] in chosen.names,
            "fields": [
                {
                    "name": f"{SETTING}{policy['name']}.{name}",
                    "label": name,
                    "default": ", ".join(map(_plain, values)),
                    "value": ", ".join(chosen.settings.get(f"{policy['name']}.{name}", ())),
                }
                for name, values in policy["parameters"].items()
            ],
        }
        for policy in known
    ]


def context(
    knowledge: Knowledge,
    gate: Mapping[str, Any],
    chosen: Chosen,
    known: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Group findings by policy, the worst first; policies without findings conform or do not apply.

    Only what was found to conform counts as that: the rest of the deployments are those the policy
    is not for.
    """
    of_policy: dict[str, list[Mapping[str, Any]]] = {name: [] for name in chosen.names}
    for finding in gate["findings"]:
        of_policy.setdefault(finding["policy"], []).append(finding)
    about = {policy["name"]: policy for policy in known}
    groups = [
        _group(knowledge, gate, name, found, about.get(name)) for name, found in of_policy.items()
    ]
    order = {"violation": 0, "unknown": 1, "not-for": 2, "conforms": 3}
    return {
        "groups": sorted(groups, key=lambda g: (order[g["outcome"]], g["label"])),
        "counts": gate["counts"],
        "warnings": gate["warnings"],
        "notes": gate.get("notes", ()),
    }


def _group(
    knowledge: Knowledge,
    gate: Mapping[str, Any],
    name: str,
    found: Sequence[Mapping[str, Any]],
    policy: Mapping[str, Any] | None,
) -> dict[str, Any]:
    counted = gate["found"].get(name, {})
    conforming, count = gate["conforming"].get(name, 0), sum(counted.values())
    outcome = next((o for o in ("violation", "unknown") if counted.get(o)), "")
    on_datasets = policy is not None and policy["judges"] == _DATASETS
    # How many things there are to judge is known of deployments only.
    whole = gate["deployments"] if policy and not on_datasets else 0
    return {
        "name": name,
        "label": policy["label"] if policy else name.replace("-", " ").capitalize(),
        "outcome": outcome or ("conforms" if conforming else "not-for"),
        "violations": counted.get("violation", 0),
        "unknowns": counted.get("unknown", 0),
        "conforming": conforming,
        "left_out": max(whole - conforming - count, 0),
        "judges": "dataset" if on_datasets else "deployment",
        "findings": [_finding(knowledge, finding) for finding in found[:SHOWN]],
        "more": max(count - SHOWN, 0),
    }


def _finding(knowledge: Knowledge, finding: Mapping[str, Any]) -> dict[str, Any]:
    messages = list(dict.fromkeys(reason["message"] for reason in finding["reasons"]))
    label = "/".join(filter(None, (finding["account"], finding["deployment"])))
    return {
        **finding,
        "label": label,
        "messages": messages or [finding["message"]],
        "sources": [presenting.source(knowledge, s["statement"]) for s in finding["sources"]],
    }


def _plain(value: str) -> str:
    return token(value) or value if value.startswith(BASE) else value
