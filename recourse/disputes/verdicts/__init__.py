"""The verdict: what happened to the money, and what puts it right.

``judge`` reads the acquirer's books and what people said (``judging``), then weighs what the
till's journal and the clearing files say beside them (``sources``, ``table``). A verdict is a
proposal. It says how sure it is, and a person decides whenever it is not.
"""

from recourse.disputes.verdicts.judging import judge
from recourse.disputes.verdicts.models import (
    Confidence,
    Correction,
    Said,
    Source,
    Verdict,
    Words,
    amount_of,
)

__all__ = [
    "Confidence",
    "Correction",
    "Said",
    "Source",
    "Verdict",
    "Words",
    "amount_of",
    "judge",
]
