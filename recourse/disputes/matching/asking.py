"""The one question: what the customer is asked so that as few sales as possible remain."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.records import Sale

LAST = "statement_line"
"""A statement shows what nobody remembers. Asked when nothing else would help."""

DayOf = Callable[[datetime], date]
"""Which day a moment is to the customer."""
AS_RECORDED: DayOf = datetime.date
"""The day of the zone in which a moment was written down."""

ASKED: dict[str, Callable[[Sale, DayOf], object]] = {
    "card_last4": lambda sale, _: sale.card_last4,
    "sale_date": lambda sale, day_of: day_of(sale.at),
    "sale_amount": lambda sale, _: sale.amount,
    "card_brand": lambda sale, _: sale.card_brand.lower(),
}
"""What a customer can answer, and what each sale's answer would be; the easiest first."""


def missing(known: ClaimedSale) -> str:
    """The code of the most telling thing that is not known yet."""
    told = {
        "sale_amount": known.amount is not None,
        "sale_date": known.at is not None,
        "card_last4": bool(known.card_last4),
    }
    return next((code for code, known in told.items() if not known), LAST)


def doubtful(contradicted: tuple[str, ...]) -> str:
    """What is asked once more when a single candidate says otherwise; empty when it is nothing
    that a customer could answer anew."""
    order = ("sale_amount", "sale_date", "card_last4", "card_brand")
    return next((code for code in order if code in contradicted), "")


def splitting(codes: tuple[str, ...], sales: tuple[Sale, ...], day_of: DayOf) -> str:
    """Of these questions the one after whose answer the fewest sales are expected to remain,
    each sale being as likely as another."""
    left = {code: _expected(Counter(ASKED[code](sale, day_of) for sale in sales)) for code in codes}
    best = min(left, key=lambda code: left[code], default=LAST)
    return best if left.get(best, len(sales)) < len(sales) else LAST


def _expected(groups: Counter[object]) -> float:
    """How many remain on average: a share n/N of all answers leaves n."""
    return sum(n * n for n in groups.values()) / groups.total()
