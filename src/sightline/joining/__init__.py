"""Join catalogs to an estate: which datasets reach which deployments, and how that is known."""

from sightline.joining.joined import Joined, Reach, join
from sightline.joining.pairs import paired

__all__ = ["Joined", "Reach", "join", "paired"]
