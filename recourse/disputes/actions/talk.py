"""Actions of the conversation: what people answer, note, promise, hand in and ask time for."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field, StringConstraints

from recourse.disputes import events as ev
from recourse.disputes.actions.base import Action, Code, Refusal, Situation, Text, Words, closed
from recourse.disputes.actions.giving_up import ends_unpaid
from recourse.disputes.case import Case
from recourse.disputes.claims import EvidenceItem
from recourse.disputes.clocks import Clock, ClockKind
from recourse.disputes.events import Event
from recourse.disputes.notices import Role
from recourse.disputes.parties import ball_of
from recourse.disputes.stage_clocks import owned
from recourse.disputes.vocabulary import Result, Stage

DEMANDS = ("demand_answer", "court_result")
"""The clocks of the legal stage that an answer may meet."""


class Reply(Action):
    """What an asked party answered, typed in by whoever took the call or read the mail.
    Any channel is the same event, and meets every clock that waits for the party."""

    name: ClassVar[str] = "reply"
    party: Role
    result: Result | None = None
    answers: dict[Code, Annotated[str, StringConstraints(max_length=500)]] = Field(
        default_factory=dict, max_length=40
    )
    text: Text = ""

    def refusal(self, at: Situation) -> Refusal | None:
        """A word that would end the case with a debt unpaid is recorded by a second person."""
        if self.result is None or not self._answers_rung(at.case):
            return None
        if ends_unpaid(at.case, self.result):
            return Refusal(
                code="second_person",
                words="this ends the case, and a receiver still owes: a second person records it "
                "with record_result; the words alone go without result",
            )
        return None

    def events(self, at: Situation) -> tuple[Event, ...]:
        events: list[Event] = [
            ev.AnswerReceived(
                party=self.party, result=self.result, answers=self.answers, text=self.text
            )
        ]
        for clock in at.case.clocks.values():
            if clock.awaited and clock.party is self.party and self._ends(clock):
                if clock.kind is ClockKind.PROMISE:
                    events.append(ev.PromiseKept(clock=clock.name))
                else:
                    events.append(ev.ClockMet(clock=clock.name))
        if self.result is not None and self._answers_rung(at.case):
            events.append(ev.ResultRecorded(rung=at.case.rung, result=self.result, text=self.text))
        return tuple(events)

    def _ends(self, clock: Clock) -> bool:
        """Whether this answers what the clock waits for. "We are looking into it" does not
        end a rung, and of the debtor only a no ends the answer window: that he has paid or
        agrees is a result, which a person records."""
        if clock.name in DEMANDS:
            return self.result in (Result.DENIES, Result.REFUSED)
        return self.result is not None or not clock.name.startswith("rung:")

    def _answers_rung(self, case: Case) -> bool:
        """A reply of the party that the current rung turned to is the rung's result."""
        if case.stage is not Stage.ESCALATION or case.rung_over:
            return False
        rung = case.playbook.rung(case.rung, case.claim.claimant)
        return rung is not None and rung.party is self.party


class Note(Action):
    name: ClassVar[str] = "note"
    text: Words

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        return closed(case) if case.finished else None

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (ev.Noted(text=self.text),)


class Assign(Action):
    name: ClassVar[str] = "assign"
    to: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        return closed(case) if case.finished else None

    def events(self, at: Situation) -> tuple[Event, ...]:
        return (ev.Assigned(to=self.to),)


class AddEvidence(Action):
    """Evidence by digest; the bytes lie in the vault. The same bytes twice are one piece."""

    name: ClassVar[str] = "add_evidence"
    item: EvidenceItem

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        return closed(case) if case.finished else None

    def events(self, at: Situation) -> tuple[Event, ...]:
        if any(item.digest == self.item.digest for item in at.case.evidence):
            return ()
        return (ev.EvidenceAdded(item=self.item),)


class Promise(Action):
    """Somebody said that they will do something by a time. It gets a clock of its own."""

    name: ClassVar[str] = "promise"
    party: Role
    who: Text = ""
    what: Words
    due: AwareDatetime | None = None
    days: int | None = Field(default=None, ge=1, le=365)

    def refusal(self, at: Situation) -> Refusal | None:
        if (self.due is None) == (self.days is None):
            return Refusal(code="no_due", words="give either due or days")
        if self.due is not None and self.due <= at.now:
            return Refusal(code="past_due", words="due must lie ahead")
        return None

    def events(self, at: Situation) -> tuple[Event, ...]:
        due = self.due or at.case.calendar.after_days(at.now, self.days or 1)
        name = owned("promise", str(at.case.promises + 1))
        notices = at.case.playbook.notices
        clock = Clock(
            name=name,
            kind=ClockKind.PROMISE,
            regime="house",
            owner=ball_of(self.party),
            party=self.party,
            started=at.now,
            due=due,
            default="promise_broken",
            rule=self.what,
            overdue_every=notices.overdue_every,
            overdue_left=notices.overdue_times,
        )
        made = ev.PromiseMade(clock=name, party=self.party, who=self.who, what=self.what, due=due)
        return (made, ev.ClockStarted(clock=clock))
