"""Actions on clocks: more time for one, other rules for all."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.actions.base import Action, Refusal, Situation, Words, closed
from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.case import Case
from recourse.disputes.clocks import Clock
from recourse.disputes.consequences import adopted, hours_for, rule_named
from recourse.disputes.events import Event
from recourse.disputes.notices import Role
from recourse.disputes.playbooks import Playbook
from recourse.disputes.rules import Longer
from recourse.disputes.spans import Span, Unit


class Extend(Action):
    """More time for one clock, which moves no other. A clock of our own gets days, in its own
    kind of days; one of law or scheme only what its rule allows, by a supervisor, who says on
    account of what."""

    name: ClassVar[str] = "extend"
    clock: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_:]*$")]
    days: int | None = Field(default=None, ge=1, le=90)
    needs: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]*)?$")] = ""
    """Which of the longer times that the rule allows, by what it asks for it. When one is left,
    it need not be said; of several none is taken for granted."""
    reason: Words

    @classmethod
    def unavailable(cls, case: Case) -> Refusal | None:
        if any(clock.pending for clock in case.clocks.values()):
            return closed(case)
        return closed(case) or Refusal(code="no_clock", words="no clock is running")

    def refusal(self, at: Situation) -> Refusal | None:
        clock = at.case.clock(self.clock)
        if clock is None or not clock.pending:
            return Refusal(code="no_clock", words=f"clock {self.clock} is not running")
        if not clock.house:
            return self._refused_by_rule(at, clock)
        if self.days is None or self.needs:
            words = "days must say how many" + (", and needs nothing" if self.needs else "")
            return Refusal(code="no_days", words=words)
        if clock.state == "paused":
            return Refusal(
                code="paused", words=f"clock {self.clock} stands still and needs no more time"
            )
        plan = at.case.playbook.contact
        if clock.owner is not Ball.CUSTOMER:
            return None
        if self.days > plan.extension.amount:
            return Refusal(
                code="too_long", words=f"days must be at most {plan.extension.amount} at a time"
            )
        granted = len(clock.extensions)
        if granted >= plan.extensions_at_most:
            return Refusal(code="extended_enough", words=f"already extended {granted} times")
        return None

    def _refused_by_rule(self, at: Situation, clock: Clock) -> Refusal | None:
        steps = steps_left(at.case, clock)
        if not steps:
            return Refusal(
                code="statutory", words=f"clock {self.clock} is set by {clock.regime} rules"
            )
        if self.days is not None:
            return Refusal(
                code="by_rule",
                words=f"the rule gives {steps[0].within.words} in all: leave days out",
            )
        if at.actor.role is not Role.SUPERVISOR:
            return Refusal(code="supervisor", words="a supervisor must take the longer time")
        if self._step(steps) is None:
            which = " or ".join(f"{step.needs} ({step.within.words})" for step in steps)
            return Refusal(code="which_step", words=f"needs must say which it is: {which}")
        return None

    def _step(self, steps: tuple[Longer, ...]) -> Longer | None:
        """The one that is meant, when that is clear."""
        meant = [step for step in steps if self.needs in ("", step.needs)]
        return meant[0] if len(meant) == 1 else None

    def events(self, at: Situation) -> tuple[Event, ...]:
        case, clock = at.case, at.case.clocks[self.clock]
        hours = hours_for(case, clock.party)
        step = None if clock.house else self._step(steps_left(case, clock))
        if step is not None:
            longer = ck.recounted(clock, step.within, at.now, case.calendar, hours)
            default = step.effect.value if step.effect else clock.default
            longer = longer.model_copy(update={"default": default})
        else:
            by = _days_for(clock, self.days or 0)
            longer = ck.extended(clock, by, at.now, case.calendar, hours)
        return (
            ev.ClockExtended(
                clock=self.clock,
                due=longer.due,
                reason=self.reason,
                now=longer,
                needs=step.needs if step else "",
            ),
        )


def steps_left(case: Case, clock: Clock) -> tuple[Longer, ...]:
    """The longer times that the rule of a clock still allows, the shortest first."""
    rule = rule_named(case, clock.name)
    if rule is None or clock.visit or clock.span is None:
        return ()
    taken = rule.step(clock.span)
    return rule.longer[rule.longer.index(taken) + 1 :] if taken else rule.longer


def _days_for(clock: Clock, number: int) -> Span:
    """The days that a clock is extended by, in its own kind of days: business days where it
    ticks on those alone, else days that roll, and begin, as those of its rule do."""
    if clock.unit in (Unit.BUSINESS_DAYS, Unit.WORKING_HOURS):
        return Span(amount=number, unit=Unit.BUSINESS_DAYS, source="house")
    rolls, zone = (clock.span.rolls, clock.span.zone) if clock.span else (None, "")
    return Span(amount=number, unit=Unit.DAYS, source="house", rolls=rolls, zone=zone)


class AdoptRules(Action):
    """Move the case to the rules or the calendar as they stand now: when a year's working days
    are published, when a law has changed for open cases too. Nothing that has elapsed is lost.
    The desk brings the playbook and the calendar; a supervisor decides."""

    name: ClassVar[str] = "adopt_rules"
    playbook: Playbook
    calendar: Calendar
    reason: Words

    def refusal(self, at: Situation) -> Refusal | None:
        case = at.case
        if at.actor.role is not Role.SUPERVISOR:
            return Refusal(code="supervisor", words="a supervisor moves a case to other rules")
        ours = (case.playbook.kind, case.playbook.jurisdiction)
        if (self.playbook.kind, self.playbook.jurisdiction) != ours:
            return Refusal(
                code="other_playbook",
                words=f"the playbook must be for {ours[0].value} in {ours[1]}",
            )
        if self.playbook == case.playbook and self.calendar == case.calendar:
            return Refusal(code="same_rules", words="the case has these rules and this calendar")
        return None

    def events(self, at: Situation) -> tuple[Event, ...]:
        clocks, stopped = adopted(at.case, self.playbook.clocks, self.calendar, at.now)
        return (
            ev.PolicyAdopted(
                playbook=self.playbook,
                calendar=self.calendar,
                reason=self.reason,
                clocks=clocks,
                stopped=stopped,
            ),
        )
