"""Why each clock is due when it is: the account of a case's time, as data.

Everything is read off the timeline: when a clock began and from what it counts, when it stood
still and because of whom, what was granted and when it was moved. How it is put into words is
for whoever shows it.
"""

from datetime import date, datetime, timedelta

from pydantic import AwareDatetime

from recourse.disputes import events as ev
from recourse.disputes.attribution import Interval, Share, intervals, shares
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.clocks import Clock, ClockKind
from recourse.disputes.consequences import rule_named
from recourse.disputes.fold import fold
from recourse.disputes.models import Value
from recourse.disputes.spans import Span, ticked
from recourse.disputes.timeline import Entry


class Stop(Value):
    """An interval in which a clock stood still, and what it did not tick meanwhile."""

    since: AwareDatetime
    until: AwareDatetime | None
    ball: Ball
    cost: timedelta


class Change(Value):
    """Something that moved a clock, when, to which due time, and why."""

    at: AwareDatetime
    what: str
    """extended | longer_by_rule | resumed | restarted | adopted"""
    due: AwareDatetime
    why: str = ""


class Explained(Value):
    """One clock, and why it is due when it is."""

    name: str
    regime: str
    goal: bool
    """Our own goal, and no time limit of law or scheme."""
    kind: ClockKind
    owner: Ball
    state: str
    default: str
    started: AwareDatetime
    counted_from: AwareDatetime
    anchor: str
    """What it counts from: opened, sale, refund, demand…; empty: its own start."""
    span: Span | None
    rule: str
    first_due: AwareDatetime
    """As the rule gives it, before anything moved it."""
    due: AwareDatetime | None
    """None while it stands still."""
    ended: AwareDatetime | None
    elapsed: timedelta
    left: timedelta
    stops: tuple[Stop, ...]
    changes: tuple[Change, ...]
    reminded: int
    warned: int
    provisional: bool
    confirmed_until: date


class Explanation(Value):
    """The account of a case's time."""

    case_id: str
    language: str
    time_zone: str
    calendar: str
    playbook: str
    now: AwareDatetime
    intervals: tuple[Interval, ...]
    shares: tuple[Share, ...]
    clocks: tuple[Explained, ...]
    """Time limits of law and schemes first, then our goals, then what has ended."""


def explain(entries: tuple[Entry, ...], now: datetime) -> Explanation:
    """The account of a case's time at a moment of case time."""
    case = fold(entries)
    life = intervals(entries, now)
    clocks = [_explained(case, clock, entries, now) for clock in case.clocks.values()]
    return Explanation(
        case_id=case.case_id,
        language=case.language,
        time_zone=case.playbook.time_zone,
        calendar=f"{case.calendar.name} {case.calendar.version}",
        playbook=case.playbook.id,
        now=now,
        intervals=life,
        shares=shares(life),
        clocks=tuple(sorted(clocks, key=_rank)),
    )


def _rank(clock: Explained) -> tuple[bool, bool, datetime, str]:
    ended = clock.state not in ("running", "paused")
    return (ended, clock.goal, clock.due or clock.first_due, clock.name)


def _explained(case: Case, clock: Clock, entries: tuple[Entry, ...], now: datetime) -> Explained:
    began = _began(clock, entries)
    history = entries[began:] if began is not None else ()
    first = entries[began].event if began is not None else None
    first_due = getattr(getattr(first, "clock", None), "due", clock.due)
    until = min(clock.ended or now, now)
    rule = rule_named(case, clock.name) if not clock.visit else None
    return Explained(
        name=clock.name,
        regime=clock.regime,
        goal=clock.house,
        kind=clock.kind,
        owner=clock.owner,
        state=clock.state,
        default=clock.default,
        started=clock.started,
        counted_from=clock.counted_from or clock.started,
        anchor=rule.anchor.value if rule is not None else "",
        span=clock.span,
        rule=clock.rule,
        first_due=first_due,
        due=None if clock.state == "paused" else clock.due,
        ended=clock.ended,
        elapsed=clock.elapsed(now, case.calendar),
        left=clock.left(now, case.calendar),
        stops=tuple(
            Stop(
                since=pause.since,
                until=pause.until,
                ball=pause.ball,
                cost=ticked(
                    clock.unit, pause.since, min(pause.until or until, until), case.calendar
                ),
            )
            for pause in clock.pauses
        ),
        changes=tuple(change for entry in history for change in _changes(clock.name, entry)),
        reminded=clock.reminded,
        warned=sum(
            1
            for entry in history
            if isinstance(entry.event, ev.ClockWarned) and entry.event.clock == clock.name
        ),
        provisional=clock.provisional(case.calendar),
        confirmed_until=case.calendar.confirmed_until,
    )


def _began(clock: Clock, entries: tuple[Entry, ...]) -> int | None:
    """Where the clock that runs now under a name was begun."""
    found = None
    for place, entry in enumerate(entries):
        match entry.event:
            case ev.ClockStarted(clock=begun) | ev.ClockRestarted(clock=begun):
                found = place if begun.name == clock.name else found
            case _:
                continue
    return found


def _changes(name: str, entry: Entry) -> list[Change]:
    match entry.event:
        case ev.ClockExtended(clock=clock, due=due, reason=reason, needs=needs) if clock == name:
            what = "longer_by_rule" if needs else "extended"
            return [Change(at=entry.at, what=what, due=due, why=reason)]
        case ev.ClockResumed(clock=clock, due=due, ball=ball) if clock == name:
            return [Change(at=entry.at, what="resumed", due=due, why=ball.value)]
        case ev.ClockRestarted(clock=clock, why=why) if clock.name == name:
            return [Change(at=entry.at, what="restarted", due=clock.due, why=why)]
        case ev.PolicyAdopted(clocks=clocks, reason=reason):
            return [
                Change(at=entry.at, what="adopted", due=clock.due, why=reason)
                for clock in clocks
                if clock.name == name
            ]
        case _:
            return []
