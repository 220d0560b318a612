"""Walk people through suggested links, and write what they decide to a file of links."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sightline.catalogs.links import Declared, Link, write_links
from sightline.cli.faults import usage

if TYPE_CHECKING:
    from sightline.joining import Joined

_ANSWERS = "[a]ccept, [r]eject, [s]kip, [q]uit"


def review(joined: "Joined", links: Iterable[Link], path: Path, reviewer: str) -> int:
    """Ask about each link on standard input, and append each decision at once.

    Gives the number of decisions. What is skipped, and all after the end of the input, stays open.
    """
    if not reviewer:
        raise usage("a reviewed link names who reviewed it", "add --by NAME")
    ways = sorted(joined.crosswalk.ways)
    decided = 0
    for link in links:
        dataset = joined.datasets[link.dataset]
        deployment = joined.deployments[link.deployment]
        click.echo(f"\n{dataset.name} ({dataset.iri})", err=True)
        click.echo(f"  -> {deployment.label} ({deployment.file}:{deployment.line})", err=True)
        click.echo(f"  {link.status}: {link.reason}", err=True)
        answer = _ask(f"  {_ANSWERS}: ", {"a", "r", "s", "q"})
        if answer in ("", "q"):
            break
        if answer == "s":
            continue
        way = ""
        if answer == "a":
            way = _ask(f"  way ({', '.join(ways)}): ", set(ways))
            if not way:
                break
        decision = "accepted" if answer == "a" else "rejected"
        entry = Declared(
            link.dataset, link.deployment, reviewer, date.today(), way, decision, link.reason
        )
        write_links(path, [entry])
        decided += 1
    return decided


def _ask(question: str, known: set[str]) -> str:
    """Ask until the answer is known; the end of the input is no answer."""
    while True:
        click.echo(question, nl=False, err=True)
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            click.echo(err=True)
            return ""
        answer = line.strip().lower()
        if answer in known:
            return answer
        if answer[:1] in known:
            return answer[:1]
