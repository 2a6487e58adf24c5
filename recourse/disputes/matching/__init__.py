"""Finding a sale without its slip: how well the acquirer's candidates fit what is known.

``queries_for`` says what to ask the acquirer, the narrowest first; ``Gathering`` keeps what comes
back and says whether a wider search is needed; ``match`` grades it. Sources: facts of ISO 8583
fields and Chinese slips (RRN, STAN, batch), of wallets whose token has other last four digits
than the plastic, and of clearing dates that are not the day of the sale.
"""

from recourse.disputes.matching.asking import AS_RECORDED, DayOf
from recourse.disputes.matching.fields import Finding, How, compare
from recourse.disputes.matching.gathering import Gathering
from recourse.disputes.matching.grading import AUTO_ACCEPTED, Grade, Hit, Match, match
from recourse.disputes.matching.searching import MOST_ASKED_FOR, queries_for

__all__ = [
    "AS_RECORDED",
    "AUTO_ACCEPTED",
    "MOST_ASKED_FOR",
    "DayOf",
    "Finding",
    "Gathering",
    "Grade",
    "Hit",
    "How",
    "Match",
    "compare",
    "match",
    "queries_for",
]
