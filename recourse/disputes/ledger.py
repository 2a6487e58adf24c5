"""The money of one sale, reckoned from the acquirer's books, and the guard before a payout."""

from recourse.disputes.effects import EffectOrder, Remedy
from recourse.disputes.holds import Hold
from recourse.disputes.models import Value
from recourse.disputes.money import Money, zero
from recourse.disputes.records import (
    Chargeback,
    ChargebackStatus,
    Record,
    Refund,
    RefundStatus,
    Sale,
)

_ALIVE = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION, RefundStatus.POSTED)
_WAITING = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION)
PAYOUTS = (Remedy.REFUND, Remedy.CREDIT_ADJUSTMENT, Remedy.REVERSAL)
"""Remedies that give money out; each stands behind the guard."""
MOVING = (*PAYOUTS, Remedy.DEBIT_ADJUSTMENT)
"""Remedies that move money at all."""


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
    """What the cardholder was given and has, or will have, in the end; without goodwill."""
    goodwill: Money
    """What the cardholder was given besides, although it was not owed, and has likewise."""
    collected: Money
    """Of all debits, what was taken beyond what had been given before: a payment that was
    returned, collected again."""
    charged_back: Money
    """Chargebacks that are open or lost: the issuer has given this to the cardholder."""
    contested: Money
    """Chargebacks that were reversed and not yet won: the merchant has this, and may lose it
    again by a second chargeback."""
    alive: tuple[Refund, ...]
    """Credits that are posted or on their way and no goodwill, oldest first."""

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
        return _not_below_zero(self.room - self.held)

    @property
    def refundable_elsewhere(self) -> Money:
        """What may still be given out to another card than the sale's: also what waits at
        the acquirer for exactly that."""
        return _not_below_zero(self.room)

    @property
    def room(self) -> Money:
        """Captured, less all that is out. Below zero when more is out than came in."""
        out = self.credited + self.charged_back + self.contested
        return self.captured - out + self.recovered

    @property
    def pending(self) -> Money:
        """Refunds on their way."""
        return self.credited - self.posted

    @property
    def overpaid(self) -> Money:
        """What was given out beyond what came in, by refunds and chargebacks together."""
        out = self.credited + self.held + self.charged_back
        return _not_below_zero(out - self.captured - self.recovered - self.recovering)

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
    rows = [refund.amount for refund in record.moves]
    rows += [chargeback.amount for chargeback in record.chargebacks]
    return all(row.currency == currency for row in (record.sale.captured, *rows))


def ledger_of(record: Record) -> Ledger:
    """Raises MoneyError unless the record is in one currency."""
    sale, nothing = record.sale, zero(record.sale.amount.currency)
    rows = record.moves
    given = tuple(r for r in rows if r.direction == "credit")
    debits = tuple(r for r in rows if r.direction == "debit")
    alive = tuple(r for r in given if r.status in _ALIVE and r not in record.goodwill)
    captured = nothing if sale.status == "reversed" else sale.captured

    def total(refunds: tuple[Refund, ...], *among: RefundStatus) -> Money:
        return sum((r.amount for r in refunds if r.status in among), nothing)

    def taken(*among: ChargebackStatus) -> Money:
        back: tuple[Chargeback, ...] = record.chargebacks
        return sum((row.amount for row in back if row.status in among), nothing)

    refunded = donated = collected = nothing
    for refund in rows:  # a debit takes back what was given before it, goodwill last
        if refund.status not in _ALIVE:
            continue
        if refund.direction == "debit":
            back = min(refunded, refund.amount)
            beyond = min(donated, refund.amount - back)
            refunded, donated = refunded - back, donated - beyond
            collected = collected + refund.amount - back - beyond
        elif refund in record.goodwill:
            donated = donated + refund.amount
        else:
            refunded = refunded + refund.amount
    return Ledger(
        price=_price(sale, captured),
        captured=captured,
        credited=total(given, *_ALIVE),
        held=total(given, RefundStatus.ABNORMAL),
        recovered=total(debits, RefundStatus.POSTED),
        recovering=total(debits, *_WAITING),
        posted=total(given, RefundStatus.POSTED),
        refunded=refunded,
        goodwill=donated,
        collected=collected,
        charged_back=taken(ChargebackStatus.OPEN, ChargebackStatus.LOST),
        contested=taken(ChargebackStatus.REVERSED),
        alive=alive,
    )


def _price(sale: Sale, captured: Money) -> Money:
    good = sale.status in ("captured", "reversed")
    return sale.amount if good and sale.amount > captured else captured


def objection(order: EffectOrder, record: Record, others: tuple[Hold, ...] = ()) -> str:
    """Why an order must not be sent now, as a code; empty when it may.

    Read from the acquirer's books at the moment before the request: refunds made
    elsewhere in the meantime, by another case or at the till, count. ``others`` is what
    other orders on this sale hold: it counts until the books show it.
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
    reserved = unseen(others, record, payout=payout)
    if not payout:
        return "over_recovered" if order.amount + reserved > ledger.collectable else ""
    elsewhere = order.card_last4 not in ("", sale.card_last4)
    room = ledger.refundable_elsewhere if elsewhere else ledger.refundable
    return "over_captured" if order.amount + reserved > room else ""


def unseen(holds: tuple[Hold, ...], record: Record, *, payout: bool) -> Money:
    """What is held in one direction and not yet in the books. A hold in another currency
    than the sale's is of an order that its own guard stops."""
    currency = record.sale.amount.currency
    seen = {refund.effect_id for refund in record.refunds}
    return sum(
        (
            hold.amount
            for hold in holds
            if hold.payout is payout
            and hold.effect_id not in seen
            and hold.amount.currency == currency
        ),
        zero(currency),
    )
