"""What to ask the acquirer: narrow first, then wide enough for what people misremember."""

from datetime import timedelta
from typing import Any

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching.fields import MOST_ROUNDING_PERCENT, MOST_TIP_PERCENT
from recourse.disputes.money import Money
from recourse.disputes.records import SaleQuery

A_DAY = timedelta(days=1)
"""Clearing and time zones: how much further a wide search looks on either side."""
HOURS = timedelta(hours=2)
"""How far around a told moment a till's sales are looked through when no amount is told."""


MOST_ASKED_FOR = 30
"""Sales in one answer. A wide search goes by the newest, and the likeliest may be older."""


def queries_for(known: ClaimedSale, store: str, search_days: int) -> tuple[SaleQuery, ...]:
    """What to ask, one after the other until something is found that fits; seven at most.

    The reference alone; then all that is told beside it; then a number of the slip alone, for
    what people say wrongly of the day or the amount must not hide the sale it names; then a
    sale of which only this much was taken. Wider searches leave out what is read wrongly off a
    slip, and the card: a telephone's token has other digits than the plastic; they take the
    amount for about right, and at last look for amount and card in other stores. Without an
    amount it is the card's days that are looked through, or the hours.
    """
    window = _window(known, timedelta(days=search_days))
    place = {"store": store, "terminal": known.terminal}
    told = _numbers(known) | place | {"amount": known.amount, "card_last4": known.card_last4}
    asked = [_query(reference=known.reference), _query(**told, **window), _by_number(known, window)]
    if known.at is not None:
        wider = {"since": window["since"] - A_DAY, "until": window["until"] + A_DAY}
        if known.amount is not None:
            asked += [
                _query(captured=known.amount, store=store, **wider),
                _query(amount=known.amount, store=store, **wider),
                _query(store=store, **_about(known.amount), **wider),
            ]
            if known.card_last4:
                asked += [_query(amount=known.amount, card_last4=known.card_last4, **wider)]
        else:
            asked += [
                _query(card_last4=known.card_last4, **wider),
                _query(**place, since=known.at - HOURS, until=known.at + HOURS),
            ]
    return tuple(dict.fromkeys(query for query in asked if _says_something(query)))


def _query(**stated: Any) -> SaleQuery:
    return SaleQuery.model_validate(stated)


def _says_something(query: SaleQuery) -> bool:
    """Whether an answer would be about one customer rather than about all of a store."""
    placed = query.store or query.terminal
    return bool(
        query.reference
        or any(_numbers(query).values())
        or query.amount
        or query.least
        or query.captured
        or query.card_last4
        or (placed and query.since)
    )


def _numbers(source: ClaimedSale | SaleQuery) -> dict[str, str]:
    """What a slip prints to name the sale."""
    return {name: getattr(source, name) for name in ("rrn", "auth_code", "stan", "batch")}


def _by_number(known: ClaimedSale, window: dict[str, Any]) -> SaleQuery:
    """A retrieval reference names a sale; the other numbers come again, and need the days."""
    if known.rrn:
        return _query(rrn=known.rrn)
    if known.auth_code and window:
        return _query(auth_code=known.auth_code, **window)
    if known.stan and known.terminal and window:
        return _query(stan=known.stan, terminal=known.terminal, **window)
    return SaleQuery()


def _window(known: ClaimedSale, span: timedelta) -> dict[str, Any]:
    if known.at is None:
        return {}
    return {"since": known.at - span, "until": known.at + span}


def _about(amount: Money) -> dict[str, Money]:
    """From a little less than what is told to the same with a tip."""
    less = amount.minor * MOST_ROUNDING_PERCENT // 100
    more = amount.minor * MOST_TIP_PERCENT // 100
    return {
        "least": Money(minor=amount.minor - less, currency=amount.currency),
        "most": Money(minor=amount.minor + more, currency=amount.currency),
    }
