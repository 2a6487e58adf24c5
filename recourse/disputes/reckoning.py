"""The money of a case as it stands: the acquirer's books, and what was heard since."""

from recourse.disputes.case import Case, Intent
from recourse.disputes.effects import AnswerKind, Remedy
from recourse.disputes.elsewhere import elsewhere, told_of
from recourse.disputes.ledger import MOVING, PAYOUTS, ledger_of, one_currency
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.records import Record, Refund, RefundStatus
from recourse.disputes.vocabulary import DecisionKind, MoneyState

_WAITING = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION)
_GONE = (RefundStatus.FAILED, RefundStatus.RETURNED, RefundStatus.ABNORMAL)


class Reckoning(Value):
    """Amounts of a case in the sale's currency; ``None`` while the sale is not found."""

    claimed: Money | None = None
    refundable: Money | None = None
    """What may still be given out."""
    refunded: Money | None = None
    """What the cardholder has, or will have, in the end."""
    posted: Money | None = None
    """Of what was given, what has arrived."""
    recovered: Money | None = None
    """What has come back from cardholders."""
    captured: Money | None = None
    """What the merchant has got for the sale."""
    pending: Money | None = None
    """Of what was given, what is still on its way."""
    charged_back: Money | None = None
    """What the issuer took back, by chargebacks that are open or lost."""
    goodwill: Money | None = None
    """Of what this case gave, what was not owed."""
    owed_back: Money | None = None
    """What a receiver has too much and has not given back."""
    state: MoneyState = MoneyState.OUT_OF_POCKET


def reckon(case: Case) -> Reckoning:
    record = books_now(case)
    claimed, state = case.claim.claimed, _state(case, record)
    if record is None or not one_currency(record):
        return Reckoning(claimed=claimed, state=state)
    ledger = ledger_of(record)
    return Reckoning(
        claimed=claimed or record.sale.amount,
        refundable=ledger.refundable,
        refunded=ledger.refunded + ledger.goodwill,
        posted=ledger.posted,
        recovered=ledger.recovered,
        captured=ledger.captured,
        pending=ledger.pending,
        charged_back=ledger.charged_back,
        goodwill=_goodwill(case),
        owed_back=case.owed_back,
        state=state,
    )


def _goodwill(case: Case) -> Money | None:
    given = [
        intent.order.amount for intent in case.intents if intent.goodwill and not intent.failed
    ]
    return sum(given[1:], given[0]) if given else None


def books_now(case: Case) -> Record | None:
    """The books as last read, with what was heard of the case's own corrections and with what
    moved past the acquirer."""
    if case.books is None:
        return None
    return elsewhere(case).beside(up_to_date(case, case.books))


def as_known(case: Case, record: Record) -> Record:
    """The books a verdict is reached from: with what was given by hand and came back past the
    acquirer and, where the acquirer lists no refunds, with what this case has given itself. What
    of that was goodwill, and what was sent to another card, is told."""
    books = record if record.refunds_listed else up_to_date(case, record)
    moved = ((case.intent(refund.effect_id), refund) for refund in books.refunds)
    ours = ((intent, refund) for intent, refund in moved if intent is not None)
    return elsewhere(case).beside(told_of(books, ours))


def up_to_date(case: Case, books: Record) -> Record:
    """The books with what was heard of the case's own corrections, before or after they were read:
    money that came back in either is gone, and what arrived in either has arrived."""
    ours = {intent.order.effect_id: intent for intent in case.intents}
    refunds = [_heard(refund, ours.get(refund.effect_id)) for refund in books.refunds]
    known = {refund.effect_id for refund in books.refunds}
    for intent in case.intents:
        status = _status(intent)
        beside = intent.elsewhere and not intent.paid_twice
        if intent.order.effect_id in known or status is None or beside:
            continue
        refunds.append(
            Refund(
                reference=intent.answer.reference if intent.answer else "",
                sale=books.sale.reference,
                amount=intent.order.amount,
                at=intent.at or case.opened_at,
                status=status,
                direction="credit" if intent.order.remedy in PAYOUTS else "debit",
                effect_id=intent.order.effect_id,
                card_last4=intent.order.card_last4,
            )
        )
    return books.model_copy(update={"refunds": tuple(refunds)})


def _heard(refund: Refund, intent: Intent | None) -> Refund:
    status = _status(intent) if intent is not None else None
    if status in (None, *_WAITING) or refund.status in _GONE:
        return refund
    return refund.model_copy(update={"status": status})


def _status(intent: Intent) -> RefundStatus | None:
    """Where a correction is as far as we heard of the acquirer; nowhere before it may have taken
    it."""
    answer = intent.answer
    if intent.order.remedy not in MOVING or answer is None:
        return None
    match answer.kind:
        case AnswerKind.ABSENT:
            return None
        case AnswerKind.SUCCEEDED:
            return RefundStatus.POSTED
        case AnswerKind.FAILED:
            # What was refused has no status, and never was anywhere.
            return answer.status if answer.status in _GONE else RefundStatus.FAILED
        case AnswerKind.ACCEPTED | AnswerKind.UNKNOWN:
            return RefundStatus.PENDING


def _state(case: Case, record: Record | None) -> MoneyState:
    moving = [intent for intent in case.intents if intent.order.remedy in MOVING]
    if (case.verdict is not None and case.verdict.in_doubt) or any(i.in_doubt for i in moving):
        return MoneyState.IN_DOUBT
    refunds = record.refunds if record is not None else ()
    now = {refund.effect_id: refund.status for refund in refunds}
    stand = [
        RefundStatus.POSTED if i.elsewhere else now.get(i.order.effect_id, _status(i))
        for i in moving
    ]
    if any(status in _WAITING for status in stand):
        return MoneyState.PENDING
    if stand and stand[-1] is RefundStatus.POSTED:
        back = moving[-1].order.remedy is Remedy.REVERSAL
        return MoneyState.REVERSED_BACK if back else MoneyState.POSTED
    if _nothing_owed(case):
        return MoneyState.NOT_OWED
    if any(r.status in _WAITING and r.direction == "credit" for r in refunds):
        return MoneyState.PENDING
    return MoneyState.OUT_OF_POCKET


def _nothing_owed(case: Case) -> bool:
    if case.decision is None:
        return False
    if case.decision.kind in (DecisionKind.REJECT, DecisionKind.NO_CORRECTION):
        return True
    corrections = case.decision.corrections
    return bool(corrections) and all(c.remedy not in MOVING for c in corrections)
