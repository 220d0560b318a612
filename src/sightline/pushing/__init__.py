"""Send plans to data catalogs: the only room that writes to servers of others."""

from sightline.pushing.applying import Outcome, Report, apply
from sightline.pushing.sending import Failure, Sender, sender_for

__all__ = ["Failure", "Outcome", "Report", "Sender", "apply", "sender_for"]
