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
    step of its ladder. Where the case should be escalated and is not, our people are."""
    if clock.kind is ClockKind.NOT_BEFORE:
        return (ev.ClockMet(clock=clock.name),)  # the wait is over
    promised = clock.kind is ClockKind.PROMISE
    stays = clock.default == Effect.ESCALATE and not clock.visit and not _moves_now(case, clock)
    told = promised or stays or clock.default in (Effect.WARN, Effect.BAR)
    out = ev.TimedOut(
        clock=clock.name,
        owner=clock.owner,
        default=clock.default,
        overdue_at=case.calendar.opening(now) if told else None,
    )
    return (out, ev.PromiseBroken(clock=clock.name)) if promised else (out,)


def moves(clock: Clock, stage: Stage) -> bool:
    """Whether the end of a clock takes a case away from a stage: one of the whole case, for a
    stage reads its own clocks, and which rungs are barred."""
    if clock.kind in (ClockKind.NOT_BEFORE, ClockKind.PROMISE) or clock.visit:
        return False
    match clock.default:
        case Effect.ESCALATE:
            return stage in (Stage.CONTACT, Stage.VERIFICATION)
        case Effect.LOSE:
            return True
        case Effect.WIN:
            return stage is not Stage.VERIFICATION
        case _:
            return False


def taking_effect(case: Case) -> Clock | None:
    """The clock whose end brings something about next, and now."""
    if case.outcome is not None or _waits(case):
        return None
    owing = (clock for clock in case.clocks.values() if clock.effect_waits)
    return min(owing, key=lambda clock: (clock.due, clock.name), default=None)


def due_effect(case: Case) -> Event | None:
    """What a time-out brings about next by itself. It is kept while it has to wait, until the
    case has moved on by itself, or what the clock asks for has come after all."""
    clock = taking_effect(case)
    if clock is None:
        return None
    match clock.default:
        case Effect.LOSE:
            return ev.OutcomeReached(outcome=Outcome.REJECTED, reason="time_barred")
        case Effect.WIN:
            why = f"silence on {clock.name} is taken for consent"
            return ev.StageEntered(stage=Stage.VERIFICATION, why=why)
        case _:
            why = f"{clock.name} has run out"
            return ev.StageEntered(stage=Stage.ESCALATION, why=why)


def _moves_now(case: Case, clock: Clock) -> bool:
    return moves(clock, case.stage) and not _waits(case)


def _waits(case: Case) -> bool:
    """Whether no time-out takes a case anywhere for now: money of unknown end is never
    overtaken, and what has been given is told first."""
    ours = case.intents_of_visit()
    return case.money_in_flight or bool(ours and ours[-1].done)
