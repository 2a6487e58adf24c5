"""The id of an effect: the case, the remedy, the ordinal of the intent, and its moment.

The moment is the intent's, written down once before anything is asked, and never an
attempt's: the id is the same however often the effect is sent. It stands in the id because
some acquirers know a transaction only by a number *and* the time it was first sent with
(UnionPay: merId + orderId + txnTime) or the day it was made on (Lakala's refund query), and
whoever asks later how the effect stands has nothing but its id.
"""

import re
from datetime import UTC, datetime

_STAMPED = re.compile(r"@(\d{8}T\d{6}Z)\Z")
_FORMAT = "%Y%m%dT%H%M%SZ"


def effect_id(case_id: str, remedy: str, ordinal: int, intended_at: datetime) -> str:
    """For the ``ordinal``-th intent of a case. Whole seconds; the fraction is dropped."""
    return f"{case_id}:{remedy}:{ordinal}@{intended_at.astimezone(UTC):{_FORMAT}}"


def intended_at(effect_id: str) -> datetime | None:
    """The moment an id carries; None when it carries none, or none that exists."""
    found = _STAMPED.search(effect_id)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
