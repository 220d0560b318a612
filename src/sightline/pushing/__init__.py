"""Send plans to data catalogs: the only room that writes to servers of others."""

from sightline.pushing.applying import Outcome, Report, apply
from sightline.pushing.sending import Sender, SendingError, address_of, sender_for

__all__ = ["Outcome", "Report", "Sender", "SendingError", "address_of", "apply", "sender_for"]
