"""Stripe's charges and refunds as our records. Each of Stripe's states has its place here."""

from datetime import UTC, datetime

from recourse.acquirers.stripe.wire import Charge, StripeRefund, to_money
from recourse.disputes.effects import AnswerKind, EffectAnswer
from recourse.disputes.money import Money, zero
from recourse.disputes.records import Refund, RefundStatus, Sale, SaleQuery

_STATUS = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.NEEDS_ACTION,
    "succeeded": RefundStatus.POSTED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
_KINDS = {
    RefundStatus.PENDING: AnswerKind.ACCEPTED,
    RefundStatus.NEEDS_ACTION: AnswerKind.ACCEPTED,
    RefundStatus.POSTED: AnswerKind.SUCCEEDED,
    RefundStatus.FAILED: AnswerKind.FAILED,
}
_SALES = {"failed": "failed", "pending": "in_doubt"}


def status_of(refund: StripeRefund) -> RefundStatus:
    """A state that nobody knows yet counts as on its way: it must not be given again."""
    return _STATUS.get(refund.status or "", RefundStatus.PENDING)


def reason_of(refund: StripeRefund) -> str:
    """Why it waits, or why it failed."""
    if refund.status == "canceled":
        return "canceled"
    if refund.status in _STATUS or not refund.status:
        return refund.failure_reason or refund.pending_reason or ""
    return refund.status


def sale_of(charge: Charge) -> Sale:
    """Raises ValueError when the amount is none. A charge that is authorised and not captured
    is in doubt: it is captured, or it lapses by itself."""
    card = charge.payment_method_details.any_card if charge.payment_method_details else None
    status = _SALES.get(charge.status, "captured")
    if status == "captured" and not charge.captured:
        status = "reversed" if charge.refunded else "in_doubt"
    return Sale(
        reference=charge.id,
        at=_at(charge.created),
        amount=to_money(charge.amount, charge.currency),
        captured=to_money(charge.taken, charge.currency),
        status=status,
        store=charge.metadata.get("store", ""),
        terminal=charge.metadata.get("terminal", ""),
        card_last4=(card.last4 if card else None) or "",
        card_brand=(card.brand if card else None) or "",
        card_funding=(card.funding if card else None) or "",
    )


def refund_of(refund: StripeRefund, sale: Sale) -> Refund:
    """Stripe refunds to the card of the charge, and does not say when it was posted."""
    return Refund(
        reference=refund.id,
        sale=sale.reference,
        amount=to_money(refund.amount, refund.currency),
        at=_at(refund.created),
        status=status_of(refund),
        reason=reason_of(refund),
        arn=refund.arn,
        effect_id=refund.effect_id,
        card_last4=sale.card_last4,
    )


def answer_of(refund: StripeRefund) -> EffectAnswer:
    status = status_of(refund)
    return EffectAnswer(
        kind=_KINDS[status],
        reference=refund.id,
        status=status,
        reason=reason_of(refund),
        arn=refund.arn,
        amount=to_money(refund.amount, refund.currency),
    )


def refundable(sale: Sale, refunds: tuple[Refund, ...]) -> Money:
    """What of the charge has not been given back, and is not on its way."""
    gone = (r.amount for r in refunds if r.status is not RefundStatus.FAILED)
    return sale.captured - sum(gone, zero(sale.captured.currency))


def agrees(charge: Charge, sale: Sale, query: SaleQuery) -> bool:
    """Whether a sale agrees with everything a query states. What Stripe does not know (RRN,
    authorisation code) is looked for among the metadata the till wrote."""
    written = set(charge.metadata.values())
    return (
        (not query.reference or query.reference in written)
        and (not query.rrn or query.rrn in written)
        and (not query.auth_code or query.auth_code in written)
        and (not query.stan or query.stan in written)
        and (not query.batch or query.batch in written)
        and query.terminal in ("", sale.terminal)
        and query.store in ("", sale.store)
        and query.agrees_in_amount(sale)
        and query.card_last4 in ("", sale.card_last4)
        and (query.since is None or sale.at >= query.since)
        and (query.until is None or sale.at <= query.until)
    )


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
