"""What a person gave by hand, past the acquirer, is had twice when the acquirer has carried it
out as well."""

from recourse.disputes.case import Case, Intent
from recourse.disputes.claims import SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import MOVING, PAYOUTS, ledger_of, one_currency
from recourse.disputes.money import Money, zero
from recourse.disputes.records import Record
from recourse.disputes.verdicts import Confidence, Correction, Verdict
from recourse.disputes.vocabulary import Cause


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
    later, since = moving[first:], moving[first].at or case.opened_at
    twice = [i.order.amount for i in later if _twice(i, payouts=payouts)]
    back = [
        i.order.amount
        for i in later
        if (i.order.remedy in PAYOUTS) is not payouts and not i.failed and not i.goodwill
    ]
    back += [r.amount for r in case.recoveries if payouts and r.at >= since]
    return max(nothing, sum(twice, nothing) - sum(back, nothing))


def _twice(intent: Intent, *, payouts: bool) -> bool:
    return intent.paid_twice and (intent.order.remedy in PAYOUTS) is payouts
