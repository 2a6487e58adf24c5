"""Actions that move a case on, end it, or bring it back."""

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
)
from recourse.disputes.actions.giving_up import agreed, alone, ends_unpaid, unproposed
from recourse.disputes.case import Case
from recourse.disputes.events import Event
from recourse.disputes.money import Money
from recourse.disputes.notices import Role
from recourse.disputes.playbooks import Rung
from recourse.disputes.vocabulary import Cause, Outcome, Result, Stage


class _Ending(Action):
    """No case is ended or moved while a movement of money has an unknown end."""

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        return closed(case) or money_in_flight(case)


class _Closing(_Ending):
    """A person ends the case. While a receiver owes, that takes two."""

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        return super().unavailable(case) or unproposed(case)

    def decides_about_money(self, case: Case) -> bool:
        return True

    def refusal(self, at: Situation) -> Refusal | None:
        return alone(at)


class Escalate(_Ending):
    name: ClassVar[str] = "escalate"
    to: Code | Literal[""] = ""
    """A rung of the playbook, or ``legal``; empty: the next step up."""
    reason: Words

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        if case.stage is Stage.LEGAL:
            return closed(case) or Refusal(code="last_stage", words="legal is the last stage")
        return super().unavailable(case)

    def refusal(self, at: Situation) -> Refusal | None:
        ladder = at.case.playbook.rungs(at.case.claim.claimant)
        rungs = [rung.name for rung in ladder]
        if self.to and self.to != "legal" and self.to not in rungs:
            return Refusal(
                code="no_rung", words=f"to must be one of {', '.join([*rungs, 'legal'])}"
            )
        if self.to in at.case.rungs_climbed:
            return Refusal(code="climbed", words=f"{self.to} has been climbed before")
        if self.to in at.case.barred:
            return Refusal(code="barred", words=f"the time for {self.to} has run out")
        before = next((rung for rung in ladder if self._excluded_by(rung, at.case)), None)
        if before is not None:
            return Refusal(code="excluded", words=f"{self.to} does not follow {before.name}")
        return None

    def _excluded_by(self, rung: Rung, case: Case) -> bool:
        return rung.name in case.rungs_climbed and self.to in rung.excludes

    def events(self, at: Situation) -> tuple[Event, ...]:
        if self.to == "legal":
            return (ev.StageEntered(stage=Stage.LEGAL, why=self.reason),)
        return (ev.StageEntered(stage=Stage.ESCALATION, why=self.reason, rung=self.to),)


class Withdraw(_Closing):
    name: ClassVar[str] = "withdraw"
    reason: Words

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (
            *agreed(at),
            ev.Withdrawn(reason=self.reason),
            ev.OutcomeReached(outcome=Outcome.WITHDRAWN, reason=self.reason),
        )


class Settle(_Closing):
    """The parties agreed between themselves."""

    name: ClassVar[str] = "settle"
    terms: Words
    amount: Money | None = None
    between: Role | None = None

    def refusal(self, at: Situation) -> Refusal | None:
        return super().refusal(at) or not_positive(self.amount)

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (
            *agreed(at),
            ev.Settled(terms=self.terms, amount=self.amount, between=self.between),
            ev.OutcomeReached(outcome=Outcome.SETTLED, reason=self.terms),
        )


class RecordResult(Action):
    """What the party of the rung, an authority, the debtor or a court came back with."""

    name: ClassVar[str] = "record_result"
    result: Result
    text: Text = ""
    amount: Money | None = None

    def decides_about_money(self, case: Case) -> bool:
        return True

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        climbing = case.stage is Stage.ESCALATION and case.rung and not case.rung_over
        # A debtor without an address was sent nothing, and may still be ruled against.
        waited = case.demand_made or case.clock("demand_answer") is not None
        demanded = case.stage is Stage.LEGAL and waited
        if climbing or demanded:
            return closed(case)
        return closed(case) or Refusal(
            code="nobody_asked", words="no rung or demand waits for a result"
        )

    def refusal(self, at: Situation) -> Refusal | None:
        legal_only = (Result.PAID, Result.JUDGMENT, Result.WRITTEN_OFF)
        if self.result in legal_only and at.case.stage is not Stage.LEGAL:
            return Refusal(
                code="not_legal", words=f"{self.result.value} belongs to the legal stage"
            )
        return self._debt_refused(at) or not_positive(self.amount)

    def _debt_refused(self, at: Situation) -> Refusal | None:
        """What a receiver owes is paid whole or recorded in parts, and given up by two."""
        owed = at.case.owed_back
        if not owed:
            return None
        if self.result is Result.PAID and self.amount is not None and self.amount != owed:
            return Refusal(
                code="a_part", words=f"{owed} is owed; record_recovery takes a part of it"
            )
        return alone(at) if ends_unpaid(at.case, self.result) else None

    def events(self, at: Situation) -> tuple[Event, ...]:
        consent = agreed(at) if ends_unpaid(at.case, self.result) else ()
        climbing = at.case.stage is Stage.ESCALATION
        result = ev.ResultRecorded(
            rung=at.case.rung if climbing else "legal",
            result=self.result,
            text=self.text,
            amount=self.amount,
        )
        clocks = (f"rung:{at.case.rung}",) if climbing else ("demand_answer", "court_result")
        return (*consent, result, *(event for clock in clocks for event in met(at.case, clock)))


class Close(_Closing):
    """Close without a correction."""

    name: ClassVar[str] = "close"
    outcome: Literal["satisfied", "written_off", "rejected", "settled"] = "satisfied"
    reason: Words
    cause: Cause | None = None
    lesson: Text = ""

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (
            *agreed(at),
            ev.OutcomeReached(
                outcome=Outcome(self.outcome),
                reason=self.reason,
                cause=self.cause,
                lesson=self.lesson,
            ),
        )


class Reopen(Action):
    name: ClassVar[str] = "reopen"
    reason: Words

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        if case.finished:
            return closed(case)
        return None if case.closed_at else Refusal(code="open", words="the case is open")

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (
            ev.Reopened(reason=self.reason),
            ev.StageEntered(stage=Stage.VERIFICATION, why=f"reopened: {self.reason}"),
        )
