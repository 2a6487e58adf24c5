"""A case that lives by events alone: what the process records, without its waits and calls."""

from datetime import datetime, timedelta

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.claims import Claim
from recourse.disputes.clocks import Clock
from recourse.disputes.consequences import all_consequences, hours_for
from recourse.disputes.events import Event
from recourse.disputes.fold import apply, opened
from recourse.disputes.spans import Span, Unit
from recourse.disputes.stage_clocks import StageClock
from recourse.disputes.timeline import Entry, entry_after
from recourse.disputes.timeouts import run_out, time_out
from recourse.disputes.vocabulary import Step
from tests.disputes.building import NOW, opening


class Life:
    """Records events at the moments a test says, with what clocks do on account of each, and
    lets clocks come to their moments as the process does."""

    def __init__(self, claim: Claim | None = None, **given: object) -> None:
        event = opening(claim).model_copy(update=given)
        self.entries = [entry_after(None, NOW, "recourse", event)]
        self.case: Case = opened(self.entries[0])
        self.now = NOW

    def record(self, *events: Event, by: str = "recourse") -> None:
        self._attend_to_what_ran_out()
        for event in events:
            self._write(event, by)

    def _attend_to_what_ran_out(self) -> None:
        while (clock := run_out(self.case, self.now)) is not None:
            for event in time_out(self.case, clock, self.now):
                self._write(event, "clock")

    def _write(self, event: Event, by: str) -> None:
        self._append(event, by)
        for more in all_consequences(lambda: self.case, event, self.now):
            self._append(more, "clock")

    def _append(self, event: Event, by: str) -> None:
        entry = entry_after(self.entries[-1], self.now, by, event)
        self.entries.append(entry)
        self.case = apply(self.case, entry)

    def ball(self, ball: Ball) -> None:
        self.record(ev.StepTaken(step=Step.AWAITING_ANSWERS, ball=ball))

    def start(self, clock: Clock) -> None:
        self.record(ev.ClockStarted(clock=clock))

    def answer(self) -> None:
        """The claimant is told the result, and asked whether it came."""
        days = Span(amount=14, unit=Unit.DAYS, source="house")
        self.start(
            ck.start(
                StageClock.CONFIRM.value,
                kind=ck.ClockKind.MUST_BY,
                regime="house",
                owner=Ball.CUSTOMER,
                span=days,
                now=self.now,
                calendar=self.case.calendar,
                default="taken_as_received",
                visit=self.case.visit,
            )
        )

    def until(self, moment: datetime) -> None:
        """Let time pass; every clock's moments come on the way, at their very moment."""
        while True:
            first = ck.earliest(self.case.clocks)
            if first is None or first[0] > moment:
                break
            self.now = max(self.now, first[0])
            self._attend(first[1])
        self.now = moment

    def passing(self, **span: float) -> None:
        self.until(self.now + timedelta(**span))

    def _attend(self, clock: Clock) -> None:
        calendar = self.case.calendar
        if clock.state == "expired":
            left = clock.model_copy(update={"overdue_left": clock.overdue_left - 1})
            following = ck.next_overdue(left, self.now, calendar)
            told = ev.ClockWarned(clock=clock.name, overdue=clock.overdue + 1, next=following)
            self.record(told, by="clock")
        elif clock.due <= self.now:
            self._attend_to_what_ran_out()
        elif clock.warn_at is not None and clock.warn_at <= self.now:
            self.record(ev.ClockWarned(clock=clock.name), by="clock")
        else:
            left = clock.model_copy(update={"reminders_left": clock.reminders_left - 1})
            following = ck.next_reminder(
                left, self.now, calendar, hours_for(self.case, clock.party)
            )
            self.record(
                ev.Reminded(clock=clock.name, number=clock.reminded + 1, next=following),
                by="clock",
            )

    def clock(self, name: str) -> Clock:
        return self.case.clocks[name]

    def happened(self, *kinds: type) -> list[Entry]:
        """The entries of events of some kinds."""
        return [entry for entry in self.entries if isinstance(entry.event, kinds)]

    @property
    def timeline(self) -> tuple[Entry, ...]:
        return tuple(self.entries)
