"""The money of one sale, reckoned from the acquirer's books, and the guard before a payout."""

from recourse.disputes.effects import EffectOrder, Remedy
from recourse.disputes.models import Value
from recourse.disputes.money import Money, zero
from recourse.disputes.records import Record, Refund, RefundStatus, Sale

_ALIVE = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION, RefundStatus.POSTED)
_WAITING = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION)
PAYOUTS = (Remedy.REFUND, Remedy.CREDIT_ADJUSTMENT, Remedy.REVERSAL)
"""Remedies that give money out; each stands behind the guard."""


class Ledger(Value):
    """What was taken and given back. All amounts in the sale's currency, none negative."""

    price: Money
    """What the merchant may have in the end: the sale's amount, when it was ever good."""
    captured: Money
    """What the merchant has got; nothing once the sale was reversed."""
    credited: Money
    """Refunds that are posted or on their way."""
    held: Money
    """Refunds that wait at the acquirer because the card is void or frozen (WeChat Pay's
    ABNORMAL): the merchant no longer has them, and the cardholder not yet."""
    recovered: Money
    """Debit adjustments that are posted."""
    recovering: Money
    """Debit adjustments on their way, which may still fail."""
    posted: Money
    refunded: Money
    """What the cardholder was given and has, or will have, in the end."""
    collected: Money
    """Of all debits, what was taken beyond what had been given before: a payment that was
    returned, collected again."""
    alive: tuple[Refund, ...]
    """Credits that are posted or on their way, oldest first."""

    @property
    def paid(self) -> Money:
        """What the cardholder has paid, a payment that was collected again included."""
        return self.captured + self.collected

    @property
    def unpaid(self) -> Money:
        """What of the price is neither captured nor collected again, nor on its way."""
        return _not_below_zero(self.price - self.captured - self.collected)

    @property
    def refundable(self) -> Money:
        """What may still be given out. A debit counts only once it is posted: one that is
        on its way may fail, and then the money would have been given twice."""
        return _not_below_zero(self.captured - self.credited - self.held + self.recovered)

    @property
    def refundable_elsewhere(self) -> Money:
        """What may still be given out to another card than the sale's: also what waits at
        the acquirer for exactly that."""
        return _not_below_zero(self.captured - self.credited + self.recovered)

    @property
    def collectable(self) -> Money:
        """What may still be taken from cardholders: what they were given, and what of the
        price the merchant did not get."""
        owed = self.price - self.captured + self.credited
        return _not_below_zero(owed - self.recovered - self.recovering)


def _not_below_zero(money: Money) -> Money:
    return money if money.minor > 0 else zero(money.currency)


def one_currency(record: Record) -> bool:
    """Whether a record can be reckoned at all."""
    currency = record.sale.amount.currency
    return record.sale.captured.currency == currency and all(
        refund.amount.currency == currency for refund in record.refunds
    )


def ledger_of(record: Record) -> Ledger:
    """Raises MoneyError unless the record is in one currency."""
    sale, nothing = record.sale, zero(record.sale.amount.currency)
    given = tuple(r for r in record.refunds if r.direction == "credit")
    debits = tuple(r for r in record.refunds if r.direction == "debit")
    alive = tuple(r for r in given if r.status in _ALIVE)
    captured = nothing if sale.status == "reversed" else sale.captured

    def total(refunds: tuple[Refund, ...], *among: RefundStatus) -> Money:
        return sum((r.amount for r in refunds if r.status in among), nothing)

    refunded = collected = nothing
    for refund in record.refunds:  # oldest first: a debit takes back what was given before it
        if refund.status not in _ALIVE:
            continue
        if refund.direction == "credit":
            refunded = refunded + refund.amount
        else:
            back = min(refunded, refund.amount)
            refunded = refunded - back
            collected = collected + refund.amount - back
    return Ledger(
        price=_price(sale, captured),
        captured=captured,
        credited=total(given, *_ALIVE),
        held=total(given, RefundStatus.ABNORMAL),
        recovered=total(debits, RefundStatus.POSTED),
        recovering=total(debits, *_WAITING),
        posted=total(given, RefundStatus.POSTED),
        refunded=refunded,
        collected=collected,
        alive=alive,
    )


def _price(sale: Sale, captured: Money) -> Money:
    good = sale.status in ("captured", "reversed")
    return sale.amount if good and sale.amount > captured else captured


def objection(order: EffectOrder, record: Record) -> str:
    """Why an order must not be sent now, as a code; empty when it may.

    Read from the acquirer's books at the moment before the request: refunds made
    elsewhere in the meantime, by another case or at the till, count.
    """
    if any(refund.effect_id == order.effect_id for refund in record.refunds):
        return ""  # already there: the request will find it and change nothing
    payout = order.remedy in PAYOUTS
    if not payout and order.remedy is not Remedy.DEBIT_ADJUSTMENT:
        return ""
    sale = record.sale
    if order.amount.minor <= 0:
        return "not_an_amount"
    if not one_currency(record) or order.amount.currency != sale.amount.currency:
        return "other_currency"
    if sale.status == "in_doubt":
        return "sale_in_doubt"
    ledger = ledger_of(record)
    if not payout:
        return "over_recovered" if order.amount > ledger.collectable else ""
    elsewhere = order.card_last4 not in ("", sale.card_last4)
    room = ledger.refundable_elsewhere if elsewhere else ledger.refundable
    return "over_captured" if order.amount > room else ""
