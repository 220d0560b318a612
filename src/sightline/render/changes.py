"""Print what changes from one answer to another, grouped by activity."""

from collections.abc import Sequence

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sightline.model import CHANGE_KINDS, Answer, Change, Knowledge
from sightline.render.table import STYLES
from sightline.render.wrapping import Wrapped

_DIM = "bright_black"
_NARROW = 70
"""Columns below which what changes stands below who it is about."""
_LONGEST = len("no-longer-stated")
_SIGNS = {"gained": "+", "lost": "-"}


def print_changes(
    knowledge: Knowledge, answers: Sequence[Answer], changes: Sequence[Change], out: Console
) -> None:
    """Print the changes; those that differ only in data or target are one line."""
    before, after = answers
    narrow = out.width < _NARROW
    groups: dict[str, Table] = {}
    for (change, activity, actor, action, old, new), (data, target) in _folded(changes).items():
        table = groups.setdefault(activity, _table(narrow))
        who = Wrapped.assemble((actor, "bold"), f" {action} ", ", ".join(data))
        if target:
            who.append(f" for {', '.join(target)}")
        what = _what(knowledge, change, old, new)
        if narrow:
            table.add_row(change)
            table.add_row(Padding(Group(who, what), (0, 0, 0, 2)))
        else:
            table.add_row(change, who, what)
    for activity, table in groups.items():
        out.print(Text(knowledge.label("activity", activity), style="bold underline"))
        out.print(table)
        out.print()
    count = len(changes)
    out.print(Text(f"{count} change{'' if count == 1 else 's'}", style=_DIM))
    _print_basis(before, "before", out)
    _print_basis(after, "after", out)


def _table(narrow: bool) -> Table:
    table = Table(
        box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False, expand=not narrow
    )
    if narrow:
        table.add_column()
    else:
        table.add_column(no_wrap=True, width=_LONGEST)
        table.add_column(ratio=5)
        table.add_column(ratio=4)
    return table


def _what(knowledge: Knowledge, change: str, old: str, new: str) -> Text:
    if old and new:
        return Wrapped.assemble(
            (f"{knowledge.symbols[old]} {old}", STYLES.get(old, "")),
            " → ",
            (f"{knowledge.symbols[new]} {new}", STYLES.get(new, "")),
        )
    aspect, _, direction = change.rpartition("-")
    return Wrapped(f"{_SIGNS[direction]} {knowledge.named(CHANGE_KINDS[aspect], old or new)}")


def _folded(
    changes: Sequence[Change],
) -> dict[tuple[str, ...], tuple[dict[str, None], dict[str, None]]]:
    merged: dict[tuple[str, ...], tuple[dict[str, None], dict[str, None]]] = {}
    for c in changes:
        key = (c.change, c.key.activity, c.key.actor, c.key.action, c.before, c.after)
        data, target = merged.setdefault(key, ({}, {}))
        data[c.key.data] = None
        if c.key.target:
            target[c.key.target] = None
    return merged


def _print_basis(answer: Answer, side: str, out: Console) -> None:
    assumed = [f"assumed {a.facet} {a.value}" for a in answer.assumptions]
    documents = [f"{v.document.rsplit('/', 1)[-1]} {v.label}" for v in answer.versions]
    incomplete = [] if answer.complete else [f"incomplete: {answer.incomplete_because}"]
    doubtful = [f"doubtful: {each.words.removesuffix('.')}" for each in answer.contradicted]
    text = "; ".join(
        [answer.identity.replace("&", " "), *assumed, *doubtful, *documents, *incomplete]
    )
    out.print(Wrapped(f"{side}: {text}", style=_DIM))
