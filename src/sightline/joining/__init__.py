"""Join catalogs to an estate: which datasets reach which deployments, and how that is known."""

from sightline.joining.joined import Joined, Reach, join, join_files
from sightline.joining.pairs import paired

__all__ = ["Joined", "Reach", "join", "join_files", "paired"]
