"""Field by field: what is told of a sale beside what the acquirer holds of it."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import cache

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.records import Sale


class How(StrEnum):
    """How a field that is told stands to the sale."""

    AGREES = "agrees"
    NEAR = "near"
    """Differs in a way that has an innocent reason, which ``detail`` names."""
    CONTRADICTS = "contradicts"


class Finding(Value):
    """One field of one candidate, in codes that have words in every language."""

    field: str
    how: How
    detail: str = ""
    """Why it is near: ``tip``, ``partial_approval``, ``clearing_date``, ``time_zone``,
    ``wallet``…"""

    @property
    def code(self) -> str:
        """What the words for it are found by."""
        return f"{self.field}_{self.detail or self.how.value}"


@cache
def _found(field: str, how: How, detail: str = "") -> Finding:
    """One value for each: a search compares hundreds of sales field by field."""
    return Finding(field=field, how=how, detail=detail)


MOST_TIP_PERCENT = 30
"""A tip, a service charge or a surcharge makes the sale at most so much more than what is
remembered; above it, it is another sale."""
MOST_ROUNDING_PERCENT = 2
"""A remembered amount that is a little off: "about three hundred", 299.40."""
CLEARED_WITHIN = timedelta(days=3)
"""A statement shows the day of clearing, up to so long after the sale; and the day of a sale
at night lies on either side of midnight, by the clock of whoever tells it."""
CLOCK_SKEW = timedelta(minutes=10)
"""How far the clocks of a till and of a customer's telephone are apart."""
ZONES = timedelta(hours=14)


def compare(known: ClaimedSale, store: str, sale: Sale) -> tuple[Finding, ...]:
    """Every field that is told and that the acquirer holds, in a fixed order. What nobody
    told, and what the acquirer does not hold, says nothing."""
    found = [check(known, store, sale) for check in _CHECKS]
    return tuple([finding for finding in found if finding is not None])


def _same(field: str, told: str, held: str) -> Finding | None:
    if not told or not held:
        return None
    return _found(field, How.AGREES if told == held else How.CONTRADICTS)


def _reference(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    return _same("reference", known.reference, sale.reference)


def _rrn(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    return _same("rrn", known.rrn, sale.rrn)


def _auth_code(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    return _same("auth_code", known.auth_code.upper(), sale.auth_code.upper())


def _stan(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    """A trace number wraps after a million: it names a sale only with its batch, or with the
    till and the day."""
    return _same("stan", known.stan, sale.stan)


def _batch(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    return _same("batch", known.batch, sale.batch)


def _terminal(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    return _same("terminal", known.terminal, sale.terminal)


def _store(_: ClaimedSale, store: str, sale: Sale) -> Finding | None:
    return _same("store", store, sale.store)


def _brand(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    return _same("card_brand", known.card_brand.lower(), sale.card_brand.lower())


def _card(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    """A telephone pays with a token whose last four digits are not those of the plastic: that
    they differ says nothing then, and that they agree says much."""
    found = _same("card_last4", known.card_last4, sale.card_last4)
    if found is not None and found.how is How.CONTRADICTS and sale.wallet:
        return _found("card_last4", How.NEAR, "wallet")
    return found


def _amount(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    """The told amount beside what was asked and what was taken. Currencies that differ say
    nothing: the holder of a foreign card tells the amount of a statement."""
    told = known.amount
    if told is None or told.currency != sale.amount.currency:
        return None
    if told.minor == sale.amount.minor:
        return _found("sale_amount", How.AGREES)
    if sale.amount.minor < told.minor == sale.captured.minor:
        return _found("sale_amount", How.NEAR, "tip")
    if 0 < sale.captured.minor < sale.amount.minor and _percent(sale.captured, told):
        return _found("sale_amount", How.NEAR, "partial_approval")
    if _percent(sale.amount, told):
        return _found("sale_amount", How.NEAR, "rounded")
    over = sale.amount.minor - told.minor
    if 0 < over <= told.minor * MOST_TIP_PERCENT // 100:
        return _found("sale_amount", How.NEAR, "tip")
    return _found("sale_amount", How.CONTRADICTS)


def _percent(held: Money, told: Money) -> bool:
    return abs(held.minor - told.minor) * 100 <= told.minor * MOST_ROUNDING_PERCENT


def _date(known: ClaimedSale, _: str, sale: Sale) -> Finding | None:
    if known.at is None:
        return None
    off = known.at - sale.at
    if abs(off) <= CLOCK_SKEW:
        return _found("sale_date", How.AGREES)
    if known.at.date() == sale.at.astimezone(known.at.tzinfo).date():
        return _found("sale_date", How.AGREES)
    hours = timedelta(hours=round(off / timedelta(hours=1)))
    if abs(off) <= ZONES and abs(off - hours) <= CLOCK_SKEW and abs(hours) > timedelta(hours=1):
        return _found("sale_date", How.NEAR, "time_zone")
    if abs(off) <= CLEARED_WITHIN:
        return _found("sale_date", How.NEAR, "clearing_date")
    return _found("sale_date", How.CONTRADICTS)


_CHECKS: tuple[Callable[[ClaimedSale, str, Sale], Finding | None], ...] = (
    _reference,
    _rrn,
    _auth_code,
    _stan,
    _batch,
    _terminal,
    _store,
    _amount,
    _date,
    _card,
    _brand,
)
