"""Actions of recovery: money that came back past the acquirer."""

from typing import ClassVar

from recourse.disputes import events as ev
from recourse.disputes.actions.base import (
    Action,
    Refusal,
    Situation,
    Words,
    closed,
    money_in_flight,
    not_positive,
)
from recourse.disputes.case import Case
from recourse.disputes.effects import AnswerKind, Remedy
from recourse.disputes.events import Event
from recourse.disputes.money import Money
from recourse.disputes.vocabulary import Outcome

RECOVERED = "recovered"


class RecordRecovery(Action):
    """Who received too much has paid it back, or a part of it, by other means. The last part
    ends the case."""

    name: ClassVar[str] = "record_recovery"
    amount: Money
    reference: Words
    """Where it is booked."""

    def decides_about_money(self, case: Case) -> bool:
        return True

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        if not case.owed_back:
            return closed(case) or Refusal(code="nothing_owed", words="no receiver has too much")
        return closed(case) or money_in_flight(case) or _being_debited(case)

    def refusal(self, at: Situation) -> Refusal | None:
        owed = at.case.owed_back
        if owed is not None and self.amount.currency != owed.currency:
            return Refusal(code="other_currency", words=f"amount must be in {owed.currency}")
        if owed is not None and self.amount > owed:
            return Refusal(
                code="too_much", words=f"only {owed} is owed; the rest is given back first"
            )
        return not_positive(self.amount)

    def events(self, at: Situation) -> tuple[Event, ...]:
        back = ev.RecoveryRecorded(amount=self.amount, reference=self.reference)
        if self.amount != at.case.owed_back:
            return (back,)
        return (back, ev.OutcomeReached(outcome=Outcome.CORRECTED, reason=RECOVERED))


def _being_debited(case: Case) -> Refusal | None:
    """A debit that the acquirer has accepted may still post: paid back besides, the receiver
    would have paid twice."""
    for intent in case.intents:
        pending = intent.answer is not None and intent.answer.kind is AnswerKind.ACCEPTED
        if pending and intent.order.remedy is Remedy.DEBIT_ADJUSTMENT and not intent.elsewhere:
            return Refusal(
                code="being_debited", words="it is being debited; wait for the end of that"
            )
    return None
