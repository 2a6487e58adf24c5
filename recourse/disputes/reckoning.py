"""The money of a case as it stands: the acquirer's books, and what we did since they were read."""

from recourse.disputes.case import Case, Intent
from recourse.disputes.effects import AnswerKind, Remedy
from recourse.disputes.ledger import PAYOUTS, ledger_of
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.vocabulary import DecisionKind, MoneyState


class Reckoning(Value):
    """Amounts of a case in the sale's currency; ``None`` while the sale is not found."""

    claimed: Money | None = None
    refundable: Money | None = None
    refunded: Money | None = None
    """What the cardholder has, or will have, in the end."""
    posted: Money | None = None
    """Of that, what has arrived."""
    recovered: Money | None = None
    """What came back from the cardholder."""
    state: MoneyState = MoneyState.OUT_OF_POCKET


def reckon(case: Case) -> Reckoning:
    claimed = case.claim.claimed
    if case.books is None:
        return Reckoning(claimed=claimed)
    ledger = ledger_of(case.books)
    known = {refund.effect_id for refund in case.books.refunds if refund.effect_id}
    credited, posted, recovered = ledger.credited, ledger.posted, ledger.recovered
    for intent in case.intents:
        if intent.failed or intent.order.effect_id in known or _asked_only(intent):
            continue
        if intent.order.remedy in PAYOUTS:
            credited = credited + intent.order.amount
            posted = posted + intent.order.amount if intent.done else posted
        elif intent.order.remedy is Remedy.DEBIT_ADJUSTMENT and intent.done:
            recovered = recovered + intent.order.amount
    for intent in case.intents:
        late = intent.order.effect_id in known and intent.done
        if late and intent.order.remedy in PAYOUTS and not _posted_in_books(case, intent):
            posted = posted + intent.order.amount
    refunded = credited - recovered if credited >= recovered else credited - credited
    left = ledger.captured - refunded if ledger.captured >= refunded else refunded - refunded
    return Reckoning(
        claimed=claimed or case.books.sale.amount,
        refundable=left,
        refunded=refunded,
        posted=posted,
        recovered=recovered,
        state=_state(case),
    )


def _asked_only(intent: Intent) -> bool:
    return intent.answer is None and not intent.by_hand


def _posted_in_books(case: Case, intent: Intent) -> bool:
    refunds = case.books.refunds if case.books else ()
    return any(r.effect_id == intent.order.effect_id and r.posted_at is not None for r in refunds)


def _state(case: Case) -> MoneyState:
    if case.verdict is not None and case.verdict.in_doubt:
        return MoneyState.IN_DOUBT
    latest = case.intents[-1] if case.intents else None
    if latest is not None and latest.answer is not None:
        if latest.answer.kind is AnswerKind.UNKNOWN:
            return MoneyState.IN_DOUBT
        if latest.answer.kind is AnswerKind.ACCEPTED:
            return MoneyState.PENDING
    if latest is not None and latest.done:
        back = latest.order.remedy is Remedy.REVERSAL
        return MoneyState.REVERSED_BACK if back else MoneyState.POSTED
    if case.decision is not None and case.decision.kind in (
        DecisionKind.REJECT,
        DecisionKind.NO_CORRECTION,
    ):
        return MoneyState.NOT_OWED
    return MoneyState.OUT_OF_POCKET
