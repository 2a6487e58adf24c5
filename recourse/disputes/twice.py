"""What a person gave by hand, past the acquirer: it counts, and counts twice when the acquirer
has carried it out as well.

The acquirer's books and files know nothing of it, so it stands beside them and is no word of
theirs.
"""

from recourse.disputes.case import Case, Intent
from recourse.disputes.claims import SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import MOVING, PAYOUTS, ledger_of, one_currency
from recourse.disputes.money import Money, zero
from recourse.disputes.records import Record, Refund, RefundStatus
from recourse.disputes.verdicts import Confidence, Correction, Verdict
from recourse.disputes.vocabulary import Cause

_GONE = (RefundStatus.FAILED, RefundStatus.RETURNED, RefundStatus.ABNORMAL)


def with_hand(case: Case, record: Record) -> Record:
    """The books with what people gave and took past the acquirer beside them."""
    by_hand = (i for i in case.intents if i.by_hand and i.order.remedy in MOVING)
    beside = tuple(_row(case, i) for i in by_hand if not _in_books(case, i, record))
    return record.model_copy(update={"elsewhere": beside}) if beside else record


def _row(case: Case, intent: Intent) -> Refund:
    return Refund(
        reference=intent.by_hand,
        sale=intent.order.sale,
        amount=intent.order.amount,
        at=case.opened_at,
        status=RefundStatus.POSTED,
        direction=_direction(intent),
    )


def _direction(intent: Intent) -> str:
    return "credit" if intent.order.remedy in PAYOUTS else "debit"


def _in_books(case: Case, intent: Intent, record: Record) -> bool:
    """Whether the books have a row for it: the one that was asked for, unless that is paid
    besides, or one that was made in the acquirer's own system."""
    order = intent.order
    ours = [r for r in record.refunds if r.effect_id == order.effect_id]
    undone = order.remedy is Remedy.REVERSAL and record.sale.status == "reversed"
    if not intent.paid_twice and (undone or any(r.status not in _GONE for r in ours)):
        return True
    return any(
        intent.by_hand in (refund.reference, refund.arn)
        or (
            refund.direction == _direction(intent)
            and refund.amount == order.amount
            and refund.at >= case.opened_at
        )
        for refund in record.refunds
        if not refund.effect_id
    )


def given_twice(case: Case, verdict: Verdict, record: Record) -> Verdict:
    """The verdict, when something was paid by hand and by the acquirer too: what is had twice is
    owed back, whatever the claim was. Never sure enough to be carried out without a person."""
    if verdict.in_doubt or not one_currency(record):
        return verdict
    ledger = ledger_of(record)
    given = min(_had_twice(case, payouts=True, currency=ledger.price.currency), ledger.collectable)
    if given:
        back = Correction(remedy=Remedy.DEBIT_ADJUSTMENT, amount=given)
        return _undone(Cause.DUPLICATE_REFUND, "refunded_twice", SubKind.TWICE, back)
    taken = min(_had_twice(case, payouts=False, currency=ledger.price.currency), ledger.refundable)
    if taken:
        back = Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=taken)
        return _undone(Cause.OPERATOR_ERROR, "refunded_too_little", SubKind.TOO_LITTLE, back)
    return verdict


def _undone(cause: Cause, finding: str, form: SubKind, back: Correction) -> Verdict:
    return Verdict(
        cause=cause,
        finding=finding,
        form=form,
        corrections=(back,),
        confidence=Confidence.LIKELY,
        missing=("refund_record",),
    )


def _had_twice(case: Case, *, payouts: bool, currency: str) -> Money:
    """What moved twice in one direction, less what has come back since."""
    nothing = zero(currency)
    moving = [i for i in case.intents if i.order.remedy in MOVING]
    first = next((n for n, i in enumerate(moving) if _twice(i, payouts=payouts)), None)
    if first is None:
        return nothing
    later = moving[first:]
    twice = [i.order.amount for i in later if _twice(i, payouts=payouts)]
    back = [
        i.order.amount for i in later if (i.order.remedy in PAYOUTS) is not payouts and not i.failed
    ]
    back += [recovery.amount for recovery in case.recoveries if payouts]
    return max(nothing, sum(twice, nothing) - sum(back, nothing))


def _twice(intent: Intent, *, payouts: bool) -> bool:
    return intent.paid_twice and (intent.order.remedy in PAYOUTS) is payouts
