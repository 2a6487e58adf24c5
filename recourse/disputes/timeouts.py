"""The end of a clock, as events: the time-out itself, and what it brings about.

A time-out is an event like a person's act. It is written down before whatever comes after the
due time, also when nobody has attended to the clock in between: what is late stays late.
"""

from datetime import datetime

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.clocks import Clock, ClockKind, Effect
from recourse.disputes.events import Event
from recourse.disputes.vocabulary import Outcome, Stage


def run_out(case: Case, now: datetime) -> Clock | None:
    """The first clock that has run out by now of which that is not written down yet."""
    late = [c for c in case.clocks.values() if c.state == "running" and c.due <= now]
    return min(late, key=lambda clock: (clock.due, clock.name), default=None)


def time_out(case: Case, clock: Clock, now: datetime) -> tuple[Event, ...]:
    """That a clock has run out. Who is told of it is told when people read: that is the first
    step of its ladder."""
    if clock.kind is ClockKind.NOT_BEFORE:
        return (ev.ClockMet(clock=clock.name),)  # the wait is over
    promised = clock.kind is ClockKind.PROMISE
    told = promised or clock.default in (Effect.WARN, Effect.BAR)
    out = ev.TimedOut(
        clock=clock.name,
        owner=clock.owner,
        default=clock.default,
        overdue_at=case.calendar.opening(now) if told else None,
    )
    return (out, ev.PromiseBroken(clock=clock.name)) if promised else (out,)


def effect(case: Case, clock: Clock) -> Event | None:
    """What the end of a clock of the whole case brings about by itself. A stage reads its own
    clocks, and which rungs are barred. Money under way is never overtaken by a time-out."""
    if clock.kind in (ClockKind.NOT_BEFORE, ClockKind.PROMISE) or clock.visit:
        return None
    if case.outcome is not None or case.money_in_flight:
        return None
    match clock.default:
        case Effect.ESCALATE if case.stage in (Stage.CONTACT, Stage.VERIFICATION):
            why = f"{clock.name} has run out"
            return ev.StageEntered(stage=Stage.ESCALATION, why=why)
        case Effect.LOSE:
            return ev.OutcomeReached(outcome=Outcome.REJECTED, reason="time_barred")
        case Effect.WIN if case.stage is not Stage.VERIFICATION:
            why = f"silence on {clock.name} is taken for consent"
            return ev.StageEntered(stage=Stage.VERIFICATION, why=why)
        case _:
            return None
