"""What can go wrong with an acquirer, named by what the caller should do."""


class AcquirerError(Exception):
    """Base. Messages name the call and the HTTP status, never a person or a card."""


class AcquirerUnavailable(AcquirerError):
    """Nothing was read (refused connection, time-out of a read, 5xx, 429): call again later.

    Only reads raise it. A request for an effect answers ``unknown`` instead, because it
    may have been carried out.
    """


class AcquirerRejected(AcquirerError):
    """The acquirer understood and refused, or we spoke wrongly: calling again is useless."""


class AcquirerMisconfigured(AcquirerError):
    """Credentials or address are wrong: a person must mend the settings."""


class AcquirerCannot(AcquirerError):
    """The adapter has no such thing: a person must do it in another way."""
