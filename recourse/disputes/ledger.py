"""The money of one sale, reckoned from the acquirer's books, and the guard before a payout."""

from recourse.disputes.effects import EffectOrder, Remedy
from recourse.disputes.models import Value
from recourse.disputes.money import Money, zero
from recourse.disputes.records import Record, Refund, RefundStatus

_ALIVE = (RefundStatus.PENDING, RefundStatus.POSTED)
PAYOUTS = (Remedy.REFUND, Remedy.CREDIT_ADJUSTMENT, Remedy.REVERSAL)
"""Remedies that give money out; each stands behind the guard."""


class Ledger(Value):
    """What was taken and given back. All amounts in the sale's currency, none negative."""

    captured: Money
    credited: Money
    """Refunds that are posted or on their way."""
    recovered: Money
    """Debit adjustments that are posted or on their way."""
    posted: Money
    alive: tuple[Refund, ...]
    """Credits that are posted or on their way, oldest first."""

    @property
    def refunded(self) -> Money:
        """What the cardholder has, or will have, in the end."""
        net = self.credited - self.recovered
        return net if net.minor > 0 else zero(net.currency)

    @property
    def refundable(self) -> Money:
        left = self.captured - self.refunded
        return left if left.minor > 0 else zero(left.currency)


def ledger_of(record: Record) -> Ledger:
    currency = record.sale.amount.currency
    nothing = zero(currency)
    given = tuple(r for r in record.refunds if r.direction == "credit" and r.status in _ALIVE)
    debits = [r for r in record.refunds if r.direction == "debit" and r.status in _ALIVE]
    posted = [r.amount for r in given if r.status is RefundStatus.POSTED]
    return Ledger(
        captured=record.sale.captured,
        credited=sum((r.amount for r in given), nothing),
        recovered=sum((r.amount for r in debits), nothing),
        posted=sum(posted, nothing),
        alive=given,
    )


def objection(order: EffectOrder, record: Record) -> str:
    """Why an order must not be sent now, as a code; empty when it may.

    Read from the acquirer's books at the moment before the request: refunds made
    elsewhere in the meantime, by another case or at the till, count.
    """
    if any(refund.effect_id == order.effect_id for refund in record.refunds):
        return ""  # already there: the request will find it and change nothing
    ledger = ledger_of(record)
    if order.remedy in PAYOUTS and order.amount > ledger.refundable:
        return "over_captured"
    if order.remedy is Remedy.DEBIT_ADJUSTMENT:
        owed = ledger.captured if record.sale.status == "captured" else record.sale.amount
        reach = ledger.credited + owed - ledger.recovered
        if order.amount > reach:
            return "over_recovered"
    return ""
