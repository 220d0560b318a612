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
    labels = {policy["name"]: policy["label"] for policy in known}
    groups = [
        _group(knowledge, gate, name, found, labels.get(name, ""))
        for name, found in of_policy.items()
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
    label: str,
) -> dict[str, Any]:
    outcomes = {finding["outcome"] for finding in found}
    conforming = gate["conforming"].get(name, 0)
    outcome = next((o for o in ("violation", "unknown") if o in outcomes), "")
    return {
        "name": name,
        "label": label or name.replace("-", " ").capitalize(),
        "outcome": outcome or ("conforms" if conforming else "not-for"),
        "violations": sum(finding["outcome"] == "violation" for finding in found),
        "unknowns": sum(finding["outcome"] == "unknown" for finding in found),
        "conforming": conforming,
        "left_out": max(gate["deployments"] - conforming - len(found), 0) if label else 0,
        "findings": [_finding(knowledge, finding) for finding in found[:SHOWN]],
        "more": max(len(found) - SHOWN, 0),
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
