"""Actions of verification: which sale, what is decided, who agrees, did the money come."""

from typing import ClassVar, Literal

from recourse.disputes import events as ev
from recourse.disputes.actions.base import (
    Action,
    Code,
    Refusal,
    Situation,
    Text,
    Words,
    closed,
    met,
    money_in_flight,
    not_positive,
    second_person,
)
from recourse.disputes.actions.giving_up import above_limit, left_unpaid, waits
from recourse.disputes.approval import goodwill_with, needs_approval
from recourse.disputes.case import GOODWILL, Case
from recourse.disputes.claims import Reference
from recourse.disputes.effects import Remedy
from recourse.disputes.events import Event
from recourse.disputes.ledger import PAYOUTS, ledger_of, one_currency
from recourse.disputes.money import Money
from recourse.disputes.playbooks import up_to
from recourse.disputes.reckoning import books_now
from recourse.disputes.records import Last4, Sale
from recourse.disputes.recovery import may_be_written_off
from recourse.disputes.verdicts import Correction, amount_of
from recourse.disputes.vocabulary import DecisionKind, Outcome, Stage, Step

LOW_VALUE = "low_value"
NOT_WORTH_PURSUING = "not_worth_pursuing"
_MOVE_NOTHING = (DecisionKind.REJECT, DecisionKind.NO_CORRECTION, DecisionKind.WRITE_OFF)


class ChooseSale(Action):
    """Which of several sales it is: chosen by a person, never by us."""

    name: ClassVar[str] = "choose_sale"
    reference: Reference

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        if case.candidates:
            return closed(case)
        return Refusal(code="no_candidates", words="no sales wait to be chosen from")

    def refusal(self, at: Situation) -> Refusal | None:
        if any(sale.reference == self.reference for sale in at.case.candidates):
            return None
        return Refusal(code="not_a_candidate", words="reference is not one of the candidates")

    def events(self, at: Situation) -> tuple[Event, ...]:
        sale = next(s for s in at.case.candidates if s.reference == self.reference)
        return (ev.SaleChosen(sale=sale), *met(at.case, "clarify:customer"))


class Decide(Action):
    """What is to be done about the verdict."""

    name: ClassVar[str] = "decide"
    decision: DecisionKind
    amount: Money | None = None
    """Needed for partial and goodwill; otherwise what the verdict proposes."""
    reason: Code | Literal[""] = ""
    """Needed to reject: a code."""
    card_last4: Last4 | Literal[""] = ""
    """Another card of the customer's, when the one of the sale takes no money any more. A
    second person always approves it."""

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        if case.stage is not Stage.VERIFICATION and case.owed_back:
            return closed(case) or money_in_flight(case) or _given_up_already(case)
        if case.stage is not Stage.VERIFICATION or case.verdict is None or case.verdict.in_doubt:
            return closed(case) or Refusal(
                code="no_verdict", words="nothing is proposed to decide on"
            )
        if case.decision is not None and not _being_asked_for(case):
            return Refusal(code="decided", words="a decision is already proposed")
        return closed(case)

    def decides_about_money(self, case: Case) -> bool:
        return True

    def refusal(self, at: Situation) -> Refusal | None:
        refused = self._kind_refused(at)
        return refused or above_limit(at, left_unpaid(at.case, self._corrections(at.case)))

    def _kind_refused(self, at: Situation) -> Refusal | None:
        if self.decision is DecisionKind.WRITE_OFF:
            return self._write_off_refused(at.case)
        if at.case.stage is not Stage.VERIFICATION:
            return Refusal(
                code="no_verdict", words="outside verification only a write-off is decided"
            )
        if at.case.decision is not None:
            return Refusal(
                code="decided", words="while the receiver is asked only a write-off is decided"
            )
        proposed = at.case.verdict.amount if at.case.verdict else None
        if self.decision is DecisionKind.REJECT and not self.reason:
            return Refusal(
                code="no_reason",
                words="reason is needed to reject: a code such as outside_conditions",
            )
        if self.decision is DecisionKind.FULL:
            if proposed is None:
                return Refusal(
                    code="nothing_proposed",
                    words="the verdict proposes no correction; decide another",
                )
            if self.amount is not None and self.amount != proposed:
                return Refusal(
                    code="other_amount", words=f"full means {proposed}; use partial for less"
                )
        if self.decision is DecisionKind.RECOLLECT:
            return self._collecting_refused(at.case)
        if self.decision in (DecisionKind.PARTIAL, DecisionKind.GOODWILL):
            return self._amount_refused(at.case)
        return None

    def _amount_refused(self, case: Case) -> Refusal | None:
        if self.amount is None or self.amount.minor <= 0:
            return Refusal(code="no_amount", words=f"amount is needed for {self.decision.value}")
        if case.sale is not None and self.amount.currency != case.sale.amount.currency:
            return _other_currency(case.sale)
        if self.decision is DecisionKind.PARTIAL:
            return self._part_refused(case, self.amount)
        return self._goodwill_refused(case, self.amount)

    def _part_refused(self, case: Case, amount: Money) -> Refusal | None:
        corrections = case.verdict.corrections if case.verdict else ()
        if len(corrections) > 1 or any(c.remedy is Remedy.REPRINT for c in corrections):
            return Refusal(
                code="no_parts", words="what the verdict proposes has no parts; decide another"
            )
        if not corrections or amount > corrections[0].amount:
            return Refusal(
                code="too_much", words="partial must not be more than the verdict proposes"
            )
        return None

    def _write_off_refused(self, case: Case) -> Refusal | None:
        if not case.owed_back:
            return Refusal(code="nothing_owed", words="no receiver has too much")
        if self.amount is not None and self.amount != case.owed_back:
            return Refusal(code="other_amount", words=f"what is written off is {case.owed_back}")
        return None

    def _goodwill_refused(self, case: Case, amount: Money) -> Refusal | None:
        plan, total = case.playbook.goodwill, goodwill_with(case, amount)
        if plan is not None and (total is None or not up_to(plan.up_to, total)):
            return Refusal(code="above_limit", words="the playbook gives less for goodwill in all")
        books = books_now(case)
        if books is None or not one_currency(books):
            return None
        ledger = ledger_of(books)
        elsewhere = self.card_last4 not in ("", books.sale.card_last4)
        if amount > (ledger.refundable_elsewhere if elsewhere else ledger.refundable):
            return Refusal(code="too_much", words="amount is more than can still be refunded")
        return None

    def _collecting_refused(self, case: Case) -> Refusal | None:
        """Collected again is what was returned. Anything else would charge a card twice."""
        sale = case.books.sale if case.books else case.sale
        if sale is None or sale.status != "reversed":
            return Refusal(code="not_reversed", words="only a payment that was returned")
        if self.amount is not None and self.amount.currency != sale.amount.currency:
            return _other_currency(sale)
        if self.amount is not None and self.amount > sale.amount:
            return Refusal(code="too_much", words="amount is more than the sale")
        return not_positive(self.amount)

    def events(self, at: Situation) -> tuple[Event, ...]:
        generous = self.decision is DecisionKind.GOODWILL
        corrections = self._corrections(at.case)
        given_up = left_unpaid(at.case, corrections)
        proposed = ev.DecisionProposed(
            decision=self.decision,
            corrections=corrections,
            reason=self.reason or self._why(at.case),
            by=str(at.actor),
            person=at.actor.person,
            needs_approval=(
                given_up is not None
                or needs_approval(at.case, corrections)
                or (generous and not _given_alone(at.case, corrections))
            ),
            given_up=given_up,
        )
        return (proposed, *met(at.case, "decide"))

    def _why(self, case: Case) -> str:
        owed = case.owed_back
        if self.decision is not DecisionKind.WRITE_OFF or owed is None:
            return ""
        return LOW_VALUE if may_be_written_off(case, owed) else NOT_WORTH_PURSUING

    def _corrections(self, case: Case) -> tuple[Correction, ...]:
        return tuple(self._to_card(correction) for correction in self._decided(case))

    def _to_card(self, correction: Correction) -> Correction:
        if not self.card_last4 or correction.remedy not in PAYOUTS:
            return correction
        # A referenced refund goes to the card of the sale or nowhere (response code 14).
        return Correction(
            remedy=Remedy.CREDIT_ADJUSTMENT,
            amount=correction.amount,
            card_last4=self.card_last4,
            reason=correction.reason,
        )

    def _decided(self, case: Case) -> tuple[Correction, ...]:
        proposed = case.verdict.corrections if case.verdict else ()
        amount = self.amount or (case.sale.amount if case.sale else None)
        if amount is None or self.decision in _MOVE_NOTHING:
            return ()
        match self.decision:
            case DecisionKind.PARTIAL:
                return (proposed[0].model_copy(update={"amount": amount}),)
            case DecisionKind.GOODWILL:
                return (
                    Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=amount, reason=GOODWILL),
                )
            case DecisionKind.RECOLLECT:
                return (Correction(remedy=Remedy.DEBIT_ADJUSTMENT, amount=amount),)
            case _:
                return proposed


def _given_up_already(case: Case) -> Refusal | None:
    if waits(case):
        return Refusal(code="decided", words="a decision is already proposed")
    return None


def _being_asked_for(case: Case) -> bool:
    """Whether a receiver is being asked for what he has too much: until he has answered, the
    rest can still be given up."""
    asked = case.step is Step.OVER_REFUND_RECOVERY and not case.intents_of_visit()
    return asked and case.decision is not None and case.decision.final


def _given_alone(case: Case, corrections: tuple[Correction, ...]) -> bool:
    plan, amount = case.playbook.goodwill, amount_of(corrections)
    total = goodwill_with(case, amount) if amount is not None else None
    return plan is None or (total is not None and up_to(plan.alone_up_to, total))


def _other_currency(sale: Sale) -> Refusal:
    return Refusal(code="other_currency", words=f"amount must be in {sale.amount.currency}")


class _SecondPerson(Action):
    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        decision = case.decision
        elsewhere = case.stage is not Stage.VERIFICATION and not _writes_off(case)
        if decision is None or decision.final or elsewhere:
            return closed(case) or Refusal(
                code="nothing_to_approve", words="no decision waits for a second person"
            )
        return closed(case)

    def decides_about_money(self, case: Case) -> bool:
        return True

    def refusal(self, at: Situation) -> Refusal | None:
        return second_person(at)


class Approve(_SecondPerson):
    """A second person agrees. ``amount`` reads the proposal back, and ``card_last4`` where the
    money goes when that is another card than the sale's: each is looked at for itself, so that
    nobody agrees to what they have not seen (facts/domain 003-31)."""

    name: ClassVar[str] = "approve"
    amount: Money | None = None
    card_last4: Last4 | Literal[""] = ""

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        refused = super().unavailable(case)
        if refused is None and case.stage is not Stage.VERIFICATION:
            return money_in_flight(case)  # it ends the case there
        return refused

    def refusal(self, at: Situation) -> Refusal | None:
        return super().refusal(at) or self._misread(at.case)

    def _misread(self, case: Case) -> Refusal | None:
        decision = case.decision
        if decision is None:
            return None
        if decision.to_read_back is not None and self.amount is None:
            return Refusal(code="amount_not_read", words="amount is needed: read it back")
        if self.amount is not None and self.amount != decision.to_read_back:
            return Refusal(code="other_amount", words="amount is not what was proposed")
        elsewhere = _destination(case)
        if elsewhere and not self.card_last4:
            return Refusal(
                code="card_not_read",
                words="card_last4 is needed: the money goes to another card than the sale's",
            )
        if self.card_last4 not in ("", elsewhere or _card_of_sale(case)):
            return Refusal(code="other_card", words="card_last4 is not where the money goes")
        return None

    def events(self, at: Situation) -> tuple[Event, ...]:
        decision = at.case.decision
        approved = ev.DecisionApproved(
            by=str(at.actor),
            person=at.actor.person,
            amount=decision.to_read_back if decision else None,
            card_last4=self.card_last4,
        )
        if decision is not None and at.case.stage is not Stage.VERIFICATION:
            # No procedure waits for it there.
            ended = ev.OutcomeReached(outcome=Outcome.WRITTEN_OFF, reason=decision.reason)
            return (approved, ended)
        return (approved, *met(at.case, "approve"))


def _writes_off(case: Case) -> bool:
    """Whether it is proposed to write off what a receiver still owes, which is agreed to in any
    stage."""
    decision = case.decision
    writing = decision is not None and decision.kind is DecisionKind.WRITE_OFF
    return writing and bool(case.owed_back)


def _destination(case: Case) -> str:
    """The card that a decision gives money to when it is not the one of the sale."""
    corrections = case.decision.corrections if case.decision else ()
    given = [c.card_last4 for c in corrections if c.remedy in PAYOUTS]
    return next((card for card in given if card not in ("", _card_of_sale(case))), "")


def _card_of_sale(case: Case) -> str:
    return case.sale.card_last4 if case.sale else ""


class Refuse(_SecondPerson):
    """A second person does not agree: the decision is open again."""

    name: ClassVar[str] = "refuse"
    reason: Words

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (
            ev.DecisionRefused(by=str(at.actor), reason=self.reason),
            *met(at.case, "approve"),
        )


class ConfirmReceived(Action):
    """The customer says whether the money, or the copy of the slip, came."""

    name: ClassVar[str] = "confirm_received"
    received: bool
    text: Text = ""

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        if case.finished:
            return closed(case)
        late = case.outcome in (Outcome.CORRECTED, Outcome.SATISFIED)
        if case.step is Step.AWAITING_CONFIRMATION or late:
            return None
        return closed(case) or Refusal(
            code="nothing_to_confirm", words="the customer has not been asked yet"
        )

    def events(self, at: Situation) -> tuple[Event, ...]:
        heard = ev.ReceiptConfirmed(received=self.received, text=self.text)
        if at.case.outcome is not None and not self.received:
            why = "the customer says after closing that nothing came"
            return (
                heard,
                ev.Reopened(reason=why),
                ev.StageEntered(stage=Stage.VERIFICATION, why=why),
            )
        return (heard, *met(at.case, "confirm"))
