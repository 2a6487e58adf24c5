"""Why each clock is due when it is: the account of a case's time, as data.

Everything is read off the timeline: when a clock began and from what it counts, when it stood
still and because of whom, what was granted and when it was moved. The span, what it counts from
and the first due time are taken together from the event that began the clock, or began it anew
last; whatever came after is a change with a span of its own. How it is put into words is for
whoever shows it.
"""

from datetime import date, datetime, timedelta

from pydantic import AwareDatetime

from recourse.disputes import events as ev
from recourse.disputes.attribution import Interval, Share, intervals, shares
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.clocks import Clock, ClockKind
from recourse.disputes.fold import fold
from recourse.disputes.models import Value
from recourse.disputes.rules import Anchor
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
    """extended | longer_by_rule | resumed | restarted | recounted | stopped | adopted"""
    due: AwareDatetime | None
    """None when it stood still, and is due when what was left has been used up, or stopped."""
    why: str = ""
    """In the words of whoever did it; a code for what came by itself: demand_proven…"""
    span: Span | None = None
    """What was added, of an extension; else the whole span as it holds from then on."""
    rule: str = ""
    """That span and its source, in words."""
    needs: str = ""
    """What the rule asks for the longer time, as a code: a holding reply, an approval…"""


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
    """What it counts from: opened, reopened, sale, refund, demand…; empty: its own start."""
    span: Span | None
    """The span that it began with."""
    rule: str
    """That span and its source, in words."""
    first_due: AwareDatetime
    """As that span gives it, before anything moved it."""
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
    place, first = _began(clock, entries)
    history = entries[place:]
    until = min(clock.ended or now, now)
    return Explained(
        name=clock.name,
        regime=clock.regime,
        goal=clock.house,
        kind=clock.kind,
        owner=clock.owner,
        state=clock.state,
        default=clock.default,
        started=first.started,
        counted_from=first.counted_from or first.started,
        anchor=_anchor(case, first),
        span=first.span,
        rule=first.rule,
        first_due=_first_due(first, entries[: place + 1]),
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


def _began(clock: Clock, entries: tuple[Entry, ...]) -> tuple[int, Clock]:
    """Where the clock that runs now under a name was begun, and as what. Counted anew, or started
    again, it is begun where its span, or what it counts from, became another one; not where only
    its end was moved or it was carried on, nor by the span that people or other rules had given
    it before."""
    found = len(entries), clock
    known: tuple[object, ...] = ()
    for place, entry in enumerate(entries):
        match entry.event:
            case ev.ClockStarted(clock=begun) | ev.ClockRestarted(clock=begun) if (
                begun.name == clock.name
            ):
                if _count(begun) != known:
                    found, known = (place, begun), _count(begun)
            case ev.ClockExtended(now=Clock() as longer) if longer.name == clock.name:
                known = _count(longer)
            case ev.PolicyAdopted(clocks=adopted):
                known = next((_count(c) for c in adopted if c.name == clock.name), known)
            case _:
                continue
    return found


def _count(clock: Clock) -> tuple[object, ...]:
    return clock.span, clock.anchor, clock.counted_from or clock.started


def _anchor(case: Case, first: Clock) -> str:
    """What a clock counts from. A goal that began afresh counts from the reopening."""
    since = first.counted_from or first.started
    if first.anchor == Anchor.OPENED and since != case.opened_at:
        return "reopened"
    return first.anchor


def _first_due(first: Clock, entries: tuple[Entry, ...]) -> datetime:
    """When a clock was due by its span alone: one that is begun anew may bring along what it
    was granted and what it stood still before."""
    if first.span is None or not (first.extensions or first.pauses):
        return first.due
    return first.span.end(first.counted_from or first.started, fold(entries).calendar)


def _changes(name: str, entry: Entry) -> list[Change]:
    match entry.event:
        case ev.ClockExtended(clock=clock) if clock == name:
            return [_longer(entry.event, entry.at)]
        case ev.ClockResumed(clock=clock, due=due, ball=ball) if clock == name:
            return [Change(at=entry.at, what="resumed", due=due, why=ball.value)]
        case ev.ClockRestarted(clock=clock, why=why) if clock.name == name:
            return [_counted(_anew(clock, why), clock, entry.at, why)]
        case ev.PolicyAdopted(clocks=clocks, reason=reason):
            return [
                _counted("adopted", clock, entry.at, reason)
                for clock in clocks
                if clock.name == name
            ]
        case _:
            return []


def _longer(event: ev.ClockExtended, at: datetime) -> Change:
    """More time: a step of the clock's own rule, which is the whole span, or days on top."""
    now, needs = event.now, event.needs
    span = None
    if now is not None:
        span = now.span if needs else next(reversed(now.extensions), None)
    return Change(
        at=at,
        what="longer_by_rule" if needs else "extended",
        due=event.due,
        why=event.reason,
        span=span,
        rule=span.rule if span else "",
        needs=needs,
    )


def _anew(clock: Clock, why: str) -> str:
    if clock.state == "stopped":
        return "stopped"
    return "restarted" if why == "demand_proven" else "recounted"


def _counted(what: str, clock: Clock, at: datetime, why: str) -> Change:
    """The clock as it is counted from a moment on."""
    due = None if clock.state in ("paused", "stopped") else clock.due
    return Change(at=at, what=what, due=due, why=why, span=clock.span, rule=clock.rule)
