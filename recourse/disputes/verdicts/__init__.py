"""The verdict: what happened to the money, and what puts it right.

A verdict is a proposal. It says how sure it is, and a person decides whenever it is not.
Four sources are heard (``sources``): the claim, the terminal's journal, the acquirer's books
and its clearing files. A table (``table``) says for every combination what follows; what the
books prove by themselves is in ``refunds`` and ``charges``.
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
