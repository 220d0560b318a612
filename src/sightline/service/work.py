"""What tasks work on, and what they are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sightline.graph import KnowledgeGraph

if TYPE_CHECKING:
    from sightline.estate import Estate


@dataclass
class Work:
    """The graph that tasks read, and the estates of the server by name."""

    graph: KnowledgeGraph
    estates: dict[str, "Estate"] = field(default_factory=dict)


Arguments = Mapping[str, Any]
"""JSON values; a missing one and a null mean the same."""

Task = Callable[[Work, Arguments, bytes], Any]
"""From work, arguments and the body of the request to a JSON value."""
