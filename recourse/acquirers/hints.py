"""What an acquirer's notification is worth: a hint that something is to be looked up.

A notification is never believed for its content. Whoever replays, delays or reorders one
causes a query and nothing else; the query's signed answer is what a case hears.
"""

from recourse.acquirers.errors import AcquirerError
from recourse.disputes.models import Value


class NotificationRefused(AcquirerError):
    """The notification is not from the acquirer, was tampered with, or is too old: answer
    it with an error and look nothing up. The message says which, and repeats no content."""


class Hint(Value):
    """What a notification whose signature holds is about."""

    key: str
    """The number under which the acquirer was asked: what ``number_of(effect_id)`` of the
    same adapter gives for exactly one effect of ours."""
    effect_id: str = ""
    """The effect, when the notification carries its id and the id gives ``key``."""
    reference: str = ""
    """The acquirer's own id of the transaction."""
