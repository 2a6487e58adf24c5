"""The one question: what the customer is asked so that as few sales as possible remain."""

from collections import Counter
from collections.abc import Callable

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.records import Sale

LAST = "statement_line"
"""A statement shows what nobody remembers. Asked when nothing else would help."""

_ANSWERS: dict[str, Callable[[Sale], object]] = {
    "card_last4": lambda sale: sale.card_last4,
    "sale_date": lambda sale: sale.at.date(),
    "sale_amount": lambda sale: sale.amount.minor,
}
"""What a customer can answer, and what each sale's answer would be; the easiest first."""


def _told(known: ClaimedSale) -> dict[str, bool]:
    return {
        "card_last4": bool(known.card_last4),
        "sale_date": known.at is not None,
        "sale_amount": known.amount is not None,
    }


def missing(known: ClaimedSale) -> str:
    """The code of the most telling thing that is not known yet."""
    told = _told(known)
    order = ("sale_amount", "sale_date", "card_last4")
    return next((code for code in order if not told[code]), LAST)


def splitting(known: ClaimedSale, sales: tuple[Sale, ...]) -> str:
    """Of the questions not answered yet, the one after whose answer the fewest sales are
    expected to remain, each sale being as likely as another."""
    told = _told(known)
    left = {
        code: _expected(Counter(answer(sale) for sale in sales))
        for code, answer in _ANSWERS.items()
        if not told[code]
    }
    best = min(left, key=lambda code: left[code], default=LAST)
    return best if left.get(best, len(sales)) < len(sales) else LAST


def _expected(groups: Counter[object]) -> float:
    """How many remain on average: a share n/N of all answers leaves n."""
    return sum(n * n for n in groups.values()) / groups.total()
