"""Who can access which data of an AI service, where, for how long, and on whose word."""

from typing import TYPE_CHECKING, Any

from sightline.errors import SightlineError

if TYPE_CHECKING:
    from sightline.graph import KnowledgeGraph

    __version__: str

__all__ = ["KnowledgeGraph", "SightlineError", "__version__"]


def __getattr__(name: str) -> Any:
    # Imported on first use: an error message or a version must not pay for a triple store.
    if name == "KnowledgeGraph":
        from sightline.graph import KnowledgeGraph

        return KnowledgeGraph
    if name == "__version__":
        from importlib.metadata import version

        return version("sightline")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
