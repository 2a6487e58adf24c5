"""How clocks and promises change a case."""

from datetime import datetime

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.clocks import Clock, ClockKind, paused
from recourse.disputes.events.clocks import ClockEvent
from recourse.disputes.timeline import Entry
from recourse.disputes.timeouts import moves
from recourse.disputes.vocabulary import Stage


def changed(case: Case, event: ClockEvent, entry: Entry) -> dict[str, object]:
    match event:
        case ev.ClockStarted(clock=clock) | ev.ClockRestarted(clock=clock):
            return {"clocks": {**case.clocks, clock.name: clock}}
        case ev.ClockMet(clock=name) | ev.PromiseKept(clock=name):
            return _clock_ended(case, name, "met", entry)
        case ev.ClockStopped(clock=name):
            return _clock_ended(case, name, "stopped", entry)
        case ev.TimedOut(clock=name, overdue_at=overdue_at):
            return _timed_out(case, name, overdue_at, entry)
        case ev.ClockExtended(clock=name, now=now):
            return {"clocks": {**case.clocks, name: now}} if now is not None else {}
        case ev.ClockPaused(clock=name, ball=ball):
            found = case.clocks.get(name)
            return _put(case, paused(found, entry.at, ball)) if found else {}
        case ev.ClockResumed(now=now):
            return _put(case, now)
        case ev.ClockWarned(clock=name, overdue=overdue, next=following):
            return _warned(case, name, overdue, following)
        case ev.PolicyAdopted():
            return _adopted(case, event, entry)
        case ev.Reminded(clock=name, number=number, next=following):
            return _reminded(case, name, number, following)
        case ev.PromiseMade():
            return {"promises": case.promises + 1}
        case ev.PromiseBroken():
            return {}


def stopped(case: Case, entry: Entry) -> dict[str, Clock]:
    """All clocks stopped."""
    return {
        name: ck.aside(_halted(case, clock, entry), Ball.NOBODY, entry.at)
        for name, clock in case.clocks.items()
    }


def passed(case: Case, ball: Ball, entry: Entry) -> dict[str, Clock]:
    """The clocks as the ball goes to somebody: whether one that runs stands still then is an
    event of its own."""
    return {name: ck.aside(clock, ball, entry.at) for name, clock in case.clocks.items()}


def moved_to(case: Case, stage: Stage, entry: Entry) -> dict[str, Clock]:
    """The clocks as the case enters a stage: those of the stage that it leaves are stopped, and
    a time-out that takes it no further from there has had its effect."""
    return {name: _entering(clock, stage, entry) for name, clock in case.clocks.items()}


def _entering(clock: Clock, stage: Stage, entry: Entry) -> Clock:
    if clock.visit:
        return _ended(clock, "stopped", entry) if clock.awaited else clock
    if clock.effect_owed and not moves(clock, stage):
        came = clock.state == "expired"
        return clock.model_copy(update={"effect_owed": False, "effect_came": came})
    return clock


def resumed(case: Case, entry: Entry) -> dict[str, Clock]:
    """Reopened, a case is held to its rules of law and scheme again, which have counted on
    while it was closed, and waits out what it had to wait for, whoever's rule that is. What ran
    out meanwhile has run out, without an alarm; our own goals begin afresh (``consequences``).
    Asks and promises do not come back, nor what had been stopped before."""
    watched = stopped(case, entry)
    return {name: _again(case, clock, entry) for name, clock in watched.items()}


def _again(case: Case, clock: Clock, entry: Entry) -> Clock:
    if not clock.halted:
        return clock
    waits = clock.kind is ClockKind.NOT_BEFORE
    if clock.visit or clock.party or (clock.house and not waits):
        return clock
    if clock.due <= entry.at:
        over = {"state": "met" if waits else "expired", "ended": clock.due}
        return clock.model_copy(update={"halted": False, **over})
    going = clock.model_copy(update={"halted": False, "state": "running", "ended": None})
    return ck.aimed(going, entry.at, case.calendar)


def _halted(case: Case, clock: Clock, entry: Entry) -> Clock:
    """A clock stopped because the case is decided, with what it had left then: for as long as
    it is decided nothing stands still."""
    if not clock.pending:
        return _ended(clock, "stopped", entry)
    going = ck.resumed(clock, entry.at, case.calendar)
    return _ended(going, "stopped", entry).model_copy(update={"halted": True})


def _ended(clock: Clock, state: str, entry: Entry) -> Clock:
    """A clock at its end, which comes once: what has run out stays run out, and is only no
    longer waited for."""
    if not clock.pending:
        return clock.model_copy(update={"overdue_at": None, "effect_owed": False})
    pauses = clock.pauses
    if clock.state == "paused":
        pauses = (*pauses[:-1], pauses[-1].model_copy(update={"until": entry.at}))
    return clock.model_copy(
        update={
            "state": state,
            "ended": entry.at,
            "pauses": pauses,
            "remind_at": None,
            "warn_at": None,
        }
    )


def _clock_ended(case: Case, name: str, state: str, entry: Entry) -> dict[str, object]:
    clock = case.clocks.get(name)
    return _put(case, _ended(clock, state, entry)) if clock is not None else {}


def _timed_out(
    case: Case, name: str, overdue_at: datetime | None, entry: Entry
) -> dict[str, object]:
    clock = case.clocks.get(name)
    if clock is None:
        return {}
    owed = clock.pending and case.outcome is None and moves(clock, case.stage)
    told = {"overdue_at": overdue_at, "effect_owed": owed}
    return _put(case, _ended(clock, "expired", entry).model_copy(update=told))


def _warned(case: Case, name: str, overdue: int, following: datetime | None) -> dict[str, object]:
    clock = case.clocks.get(name)
    if clock is None:
        return {}
    if not overdue:
        return _clock_set(case, name, warn_at=None)
    left = max(clock.overdue_left - 1, 0)
    return _clock_set(case, name, overdue=overdue, overdue_at=following, overdue_left=left)


def _reminded(case: Case, name: str, number: int, following: datetime | None) -> dict[str, object]:
    clock = case.clocks.get(name)
    left = max(clock.reminders_left - 1, 0) if clock else 0
    return _clock_set(case, name, remind_at=following, reminded=number, reminders_left=left)


def _adopted(case: Case, event: ev.PolicyAdopted, entry: Entry) -> dict[str, object]:
    clocks = {**case.clocks, **{clock.name: clock for clock in event.clocks}}
    for name in event.stopped:
        if name in clocks:
            left = _ended(clocks[name], "stopped", entry)
            clocks[name] = ck.aside(left, case.ball, entry.at)
    return {"playbook": event.playbook, "calendar": event.calendar, "clocks": clocks}


def _put(case: Case, clock: Clock) -> dict[str, object]:
    return {"clocks": {**case.clocks, clock.name: clock}}


def _clock_set(case: Case, name: str, **changes: object) -> dict[str, object]:
    clock = case.clocks.get(name)
    return _put(case, clock.model_copy(update=changes)) if clock is not None else {}
