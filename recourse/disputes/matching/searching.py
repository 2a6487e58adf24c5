"""What to ask the acquirer: narrow first, then wide enough for what people misremember."""

from datetime import timedelta

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching.fields import MOST_ROUNDING_PERCENT, MOST_TIP_PERCENT
from recourse.disputes.money import Money
from recourse.disputes.records import SaleQuery

A_DAY = timedelta(days=1)
"""Clearing and time zones: how much further a wide search looks on either side."""


def queries_for(known: ClaimedSale, store: str, search_days: int) -> tuple[SaleQuery, ...]:
    """What to ask, one after the other until something is found. A reference stands alone.

    The narrow search states all that is told. The wide one takes the amount for about right
    and leaves out what a person reads wrongly off a slip, and the card: a telephone's token
    has other digits than the plastic. Without an amount or a day it would find everything, and
    is not made.
    """
    if known.reference:
        return (SaleQuery(reference=known.reference),)
    span = timedelta(days=search_days)
    narrow = SaleQuery(
        rrn=known.rrn,
        auth_code=known.auth_code,
        terminal=known.terminal,
        store=store,
        amount=known.amount,
        card_last4=known.card_last4,
        since=known.at - span if known.at else None,
        until=known.at + span if known.at else None,
    )
    if known.amount is None or known.at is None:
        return (narrow,)
    least, most = _about(known.amount)
    wide = SaleQuery(
        store=store,
        least=least,
        most=most,
        since=known.at - span - A_DAY,
        until=known.at + span + A_DAY,
    )
    return (narrow, wide)


def _about(amount: Money) -> tuple[Money, Money]:
    """From a little less than what is told to the same with a tip."""
    less = amount.minor * MOST_ROUNDING_PERCENT // 100
    more = amount.minor * MOST_TIP_PERCENT // 100
    return (
        Money(minor=amount.minor - less, currency=amount.currency),
        Money(minor=amount.minor + more, currency=amount.currency),
    )
