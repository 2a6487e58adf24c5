"""What a person gave by hand, past the acquirer: it counts, and counts twice when the acquirer
has carried it out as well.

The acquirer's books and files know nothing of it, so it stands beside them and is no word of
theirs.
"""

from recourse.disputes.case import Case, Intent, plain
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
    given = [i for i in case.intents if i.elsewhere and i.order.remedy in MOVING]
    back = {recovery.reference for recovery in case.recoveries}
    free = [
        row
        for row in record.refunds
        if not row.effect_id and row.status not in _GONE and row.reference not in back
        if not any(_named(intent, row) for intent in given)
    ]
    beside = []
    for intent in given:
        if _ours(intent, record) or any(_named(intent, r) for r in record.refunds):
            continue
        row = next((r for r in free if _like(case, intent, r)), None)
        if row is None:
            beside.append(_row(case, intent))
        else:
            free.remove(row)  # a row is one payment
    return record.model_copy(update={"elsewhere": tuple(beside)}) if beside else record


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


def _ours(intent: Intent, record: Record) -> bool:
    """Whether the books have what was asked for, and it is not paid besides."""
    order = intent.order
    rows = [r for r in record.refunds if r.effect_id == order.effect_id]
    undone = order.remedy is Remedy.REVERSAL and record.sale.status == "reversed"
    return not intent.paid_twice and (undone or any(r.status not in _GONE for r in rows))


def _named(intent: Intent, row: Refund) -> bool:
    """Whether a row is what the person named: then the books say what became of it, whether it
    was made in the acquirer's own system or asked for."""
    return plain(intent.by_hand) in (plain(row.reference), plain(row.arn))


def _like(case: Case, intent: Intent, row: Refund) -> bool:
    """Whether a row may be what the person gave, by another name."""
    return (
        row.direction == _direction(intent)
        and row.amount == intent.order.amount
        and row.at >= case.opened_at
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
