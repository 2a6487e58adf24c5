"""How activities fail. The type's name is what retry policies and work items go by; it says
what to do, and never holds data."""

from temporalio.exceptions import ApplicationError

AWAY = "Away"
"""The other side could not be reached or did not take it: try again later."""
HELD = "Held"
"""Orders of other cases hold what is left of the sale: try again when their end is known."""
MAYBE_SENT = "MaybeSent"
"""It may have been taken: sent again with the same id, so that a copy can be told."""
REFUSED = "Refused"
"""The other side refuses for good: trying again is useless."""
MISCONFIGURED = "Misconfigured"
"""Our settings are wrong: a person must mend them, trying again only locks us out."""

CANNOT_DO = "CannotDo"
"""The adapter has no such thing: a person does it in another way, and says where it is booked."""

FINAL = (REFUSED, MISCONFIGURED, CANNOT_DO)


def away(what: str) -> ApplicationError:
    return ApplicationError(what, type=AWAY)


def held(what: str) -> ApplicationError:
    return ApplicationError(what, type=HELD)


def maybe_sent(what: str) -> ApplicationError:
    return ApplicationError(what, type=MAYBE_SENT)


def refused(what: str) -> ApplicationError:
    return ApplicationError(what, type=REFUSED, non_retryable=True)


def misconfigured(what: str) -> ApplicationError:
    return ApplicationError(what, type=MISCONFIGURED, non_retryable=True)


def cannot_do(what: str) -> ApplicationError:
    return ApplicationError(what, type=CANNOT_DO, non_retryable=True)
