"""Clocks: what is due when, who owes it, and what happens when nobody acts.

Each clock stands for itself: several run at once and none hides another. A clock's moments
are its warning, its reminders, its due time and what follows an unanswered one; the process
keeps one timer, for the earliest of all. Nothing here is asked what time it is: every function
is told, and gives the same clock for the same moment.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.hours import Hours
from recourse.disputes.models import Value
from recourse.disputes.notices import Role
from recourse.disputes.spans import Span, Unit, tick_on, ticked, unpublished

HOUSE = ("house", "store")
"""Regimes of our own: goals that we set ourselves, apart from what law and schemes set."""


class ClockKind(StrEnum):
    MUST_BY = "must_by"
    NOT_BEFORE = "not_before"
    """Who acts earlier has lost: its end opens a door."""
    AUTO_LOSE = "auto_lose"
    """Silence loses the claimant's right."""
    AUTO_WIN = "auto_win"
    """Silence of the other side is taken as its consent."""
    REVIEW = "review"
    """Somebody looks again: a goal, never a loss."""
    PROMISE = "promise"


class Effect(StrEnum):
    """What a clock of the whole case does when it runs out."""

    ESCALATE = "escalate"
    """The case goes on to escalation."""
    WARN = "warn"
    """Our people are told, and the case goes on."""
    LOSE = "lose"
    """The claim is time-barred."""
    WIN = "win"
    """The other side's silence upholds the claim."""
    BAR = "bar"
    """The rungs that the rule names are not open any more."""
    OPEN = "open"
    """The rungs that wait for it may be taken (``not_before``)."""


class Pause(Value):
    """An interval in which a clock stood still, and because who had the ball."""

    since: AwareDatetime
    until: AwareDatetime | None = None
    """None: it still stands."""
    ball: Ball


class Extension(Span):
    """More time that was granted."""

    at: AwareDatetime | None = None
    """When it was granted. None: before this was kept."""


class Renewal(Value):
    """That a clock was begun anew, by a demand which came while it ran."""

    demand: AwareDatetime
    anchor: str
    """What it counted from until then."""
    since: AwareDatetime
    """When that was."""
    span: Span
    """How long it ran then: no shorter rule of later makes the demand too late."""


class Clock(Value):
    """One deadline of a case."""

    name: str
    kind: ClockKind
    regime: str
    """Whose rule: house, store, CN, UK, US, EU, visa…"""
    owner: Ball
    """Who must have acted when it is due."""
    party: Role | None = None
    """Who is asked, when somebody is: their answer meets the clock."""
    asks: tuple[str, ...] = ()
    """What they were asked, for the reminder."""
    started: AwareDatetime
    """Since when it has run in this case."""
    counted_from: AwareDatetime | None = None
    """What its span counts from, when that is not its start: a sale, a refund, a demand."""
    anchor: str = ""
    """What that moment is of, as its rule names it; empty when no rule set the clock."""
    renewals: tuple[Renewal, ...] = ()
    """Each time that a demand has begun it anew, in order."""
    span: Span | None = None
    """The span as the rule states it; none for a promise, whose due time was given."""
    due: AwareDatetime
    """The first moment that is too late. Of a clock that stands still: as it was before."""
    default: str
    """What happens when it runs out, in a word: the default result of the time-out."""
    rule: str = ""
    """The span and its source, in words."""
    visit: int = 0
    """The visit to a stage it belongs to, and ends with; 0: it is the whole case's."""
    rungs: tuple[str, ...] = ()
    """The rungs that its end bars."""
    met_by: str = ""
    """What meets it, as its rule says: the answer to the claimant. Empty: no step of ours."""
    pauses_while: tuple[Ball, ...] = ()
    """It stands still while one of these has the ball."""
    pauses: tuple[Pause, ...] = ()
    missed: tuple[Pause, ...] = ()
    """Where it would have stood still since it was stopped: it may be set again."""
    remind_every: Span | None = None
    remind_at: AwareDatetime | None = None
    """When the owner is reminded next."""
    reminders_left: int = 0
    reminded: int = 0
    warn_before: Span | None = None
    warn_at: AwareDatetime | None = None
    """When our people are warned that it comes near."""
    overdue_every: Span | None = None
    overdue_at: AwareDatetime | None = None
    """When our people are told next that it has run out and still nothing has come."""
    overdue_left: int = 0
    overdue: int = 0
    extensions: tuple[Extension, ...] = ()
    """What was granted on top of the span."""
    effect_owed: bool = False
    """It has run out, and what that does to the case has not come yet."""
    effect_came: bool = False
    """What its end does to the case has been done: no fact takes that back."""
    ran_out: bool = False
    """It had run out when it was stopped: set again, it has not run out a second time. What was
    still to come of that waits meanwhile."""
    halted: bool = False
    """Stopped only because its case was decided: reopened, the case may be held to it again, but
    no fact that becomes known begins it. What was stopped otherwise has lost its rule."""
    state: Literal["running", "paused", "met", "expired", "stopped"] = "running"
    ended: AwareDatetime | None = None

    @property
    def pending(self) -> bool:
        """Whether it has not come to an end; it may stand still."""
        return self.state in ("running", "paused")

    @property
    def awaited(self) -> bool:
        """Whether what it asks for would still be taken note of, late or in time."""
        told_on = self.state == "expired" and self.overdue_at is not None
        return self.pending or told_on or self.effect_waits

    @property
    def effect_waits(self) -> bool:
        """Whether what its end does to the case is still to come."""
        return self.effect_owed and self.state == "expired"

    @property
    def house(self) -> bool:
        """Whether it is a goal of our own and no rule of law or scheme."""
        return self.regime in HOUSE

    @property
    def next_moment(self) -> datetime | None:
        """The earliest moment at which this clock wants attention. None: at no time."""
        match self.state:
            case "running":
                moments = (self.remind_at, self.warn_at, self.due)
                return min(moment for moment in moments if moment is not None)
            case "expired":
                return self.overdue_at
            case _:
                return None

    @property
    def unit(self) -> Unit:
        return self.span.unit if self.span else Unit.HOURS

    def elapsed(self, now: datetime, calendar: Calendar) -> timedelta:
        """How long it has ticked until now, or until it ended; the pauses not counted."""
        until = min(self.ended or now, now)
        total = ticked(self.unit, self.counted_from or self.started, until, calendar)
        for pause in self.pauses:
            total -= ticked(self.unit, pause.since, min(pause.until or until, until), calendar)
        return max(total, timedelta())

    def left(self, now: datetime, calendar: Calendar) -> timedelta:
        """How long it still has to tick until it is due; nothing when it has ended."""
        if not self.pending:
            return timedelta()
        at = self.pauses[-1].since if self.state == "paused" else now
        return ticked(self.unit, at, self.due, calendar)

    def provisional(self, calendar: Calendar) -> bool:
        """Whether the due time may move when the authority publishes its days."""
        return self.span is not None and unpublished(self.span, self.due, calendar)


class Ladder(Value):
    """How often somebody is reminded, and in which hours of the day."""

    every: Span | None = None
    times: int = 0
    hours: tuple[Hours, ...] | None = None
    """The hours of every day in which it may be; none given: those of the office."""


def start(
    name: str,
    *,
    kind: ClockKind,
    regime: str,
    owner: Ball,
    span: Span,
    now: datetime,
    calendar: Calendar,
    default: str,
    since: datetime | None = None,
    anchor: str = "",
    renewals: tuple[Renewal, ...] = (),
    party: Role | None = None,
    asks: tuple[str, ...] = (),
    visit: int = 0,
    rungs: tuple[str, ...] = (),
    met_by: str = "",
    pauses_while: tuple[Ball, ...] = (),
    reminders: Ladder | None = None,
    warn_before: Span | None = None,
    overdue: Ladder | None = None,
) -> Clock:
    """A clock that starts now, counted from ``since`` or from now."""
    reminders, overdue = reminders or Ladder(), overdue or Ladder()
    clock = Clock(
        name=name,
        kind=kind,
        regime=regime,
        owner=owner,
        party=party,
        asks=asks,
        visit=visit,
        rungs=rungs,
        met_by=met_by,
        started=now,
        counted_from=since,
        anchor=anchor,
        renewals=renewals,
        span=span,
        due=span.end(since or now, calendar),
        default=default,
        rule=span.rule,
        pauses_while=pauses_while,
        remind_every=reminders.every,
        reminders_left=reminders.times if reminders.every else 0,
        warn_before=warn_before,
        overdue_every=overdue.every,
        overdue_left=overdue.times if overdue.every else 0,
    )
    return aimed(clock, now, calendar, reminders.hours)


def aimed(
    clock: Clock, now: datetime, calendar: Calendar, hours: tuple[Hours, ...] | None = None
) -> Clock:
    """A clock with its warning and its next reminder reckoned anew from its due time."""
    return clock.model_copy(
        update={
            "remind_at": next_reminder(clock, now, calendar, hours),
            "warn_at": warning(clock, now, calendar),
        }
    )


def next_reminder(
    clock: Clock, after: datetime, calendar: Calendar, hours: tuple[Hours, ...] | None = None
) -> datetime | None:
    """When the owner is to be reminded next, counted from the last time; moved to when people
    read, never to the night. None when there is no further one before it is due."""
    if clock.remind_every is None or clock.reminders_left <= 0:
        return None
    at = calendar.opening(clock.remind_every.later(after, 1, calendar), hours)
    return at if after < at < clock.due else None


def next_overdue(clock: Clock, after: datetime, calendar: Calendar) -> datetime | None:
    """When our people are told next that nothing has come, in office hours."""
    if clock.overdue_every is None or clock.overdue_left <= 0:
        return None
    at = calendar.opening(clock.overdue_every.later(after, 1, calendar))
    return at if at > after else None


def warning(clock: Clock, now: datetime, calendar: Calendar) -> datetime | None:
    """When our people are warned that a clock comes near, in office hours; None when that lies
    behind."""
    if clock.warn_before is None:
        return None
    at = calendar.opening(clock.warn_before.before(clock.due, calendar))
    return at if now < at < clock.due else None


def paused(clock: Clock, now: datetime, ball: Ball) -> Clock:
    """The clock as it stands still from now on."""
    if clock.state != "running":
        return clock
    pauses = (*clock.pauses, Pause(since=now, ball=ball))
    return clock.model_copy(update={"state": "paused", "pauses": pauses})


def resumed(
    clock: Clock, now: datetime, calendar: Calendar, hours: tuple[Hours, ...] | None = None
) -> Clock:
    """The clock as it ticks on: due when the time that was left has been used up, to the
    second. The last day of the first count is not looked for again."""
    if clock.state != "paused":
        return clock
    over = clock.pauses[-1].model_copy(update={"until": now})
    due = _made_good(clock.unit, clock.due, over, calendar)
    pauses = (*clock.pauses[:-1], over)
    going = clock.model_copy(update={"state": "running", "pauses": pauses, "due": due})
    return aimed(going, now, calendar, hours)


def aside(clock: Clock, ball: Ball, now: datetime) -> Clock:
    """A stopped clock when somebody has the ball: where it would stand still is kept, for when
    it is set again."""
    if clock.state != "stopped" or clock.halted:
        return clock
    missed = clock.missed
    if missed and missed[-1].until is None:
        if missed[-1].ball is ball:
            return clock
        over = missed[-1].model_copy(update={"until": now})
        missed = (*missed[:-1], over) if over.since < now else missed[:-1]
    if ball in clock.pauses_while:
        missed = (*missed, Pause(since=now, ball=ball))
    return clock.model_copy(update={"missed": missed}) if missed != clock.missed else clock


def _made_good(unit: Unit, due: datetime, pause: Pause, calendar: Calendar) -> datetime:
    """The due time after a pause that is over: what was left when it began is left from its
    end. A pause in which nothing would have ticked, as over a weekend, moves nothing; nor does
    one that began when nothing was left."""
    if pause.until is None or pause.since >= due:
        return due
    if not ticked(unit, pause.since, pause.until, calendar):
        return due
    return tick_on(unit, pause.until, ticked(unit, pause.since, due, calendar), calendar)


def extended(
    clock: Clock,
    by: Span,
    now: datetime,
    calendar: Calendar,
    hours: tuple[Hours, ...] | None = None,
) -> Clock:
    """The clock with more time. Its reminders move with it."""
    due = by.extended(clock.due, calendar)
    granted = Extension.model_validate({**by.model_dump(), "at": now})
    extensions = (*clock.extensions, granted)
    longer = clock.model_copy(update={"due": due, "extensions": extensions})
    if clock.remind_at is not None:
        moved = calendar.opening(clock.remind_at + (due - clock.due), hours)
        longer = longer.model_copy(update={"remind_at": moved if moved < due else None})
    return longer.model_copy(update={"warn_at": warning(longer, now, calendar)})


def recounted(
    clock: Clock,
    span: Span,
    now: datetime,
    calendar: Calendar,
    hours: tuple[Hours, ...] | None = None,
) -> Clock:
    """The same clock under another span or calendar, from the same first moment: what has
    elapsed stays elapsed and what stood still stays out of the count. A clock that would
    already have run out runs out now; under the span and calendar that it has it is the same."""
    due = span.end(clock.counted_from or clock.started, calendar)
    for turn in _turns(clock):
        if isinstance(turn, Pause):
            due = _made_good(span.unit, due, turn, calendar)
        else:
            due = turn.extended(due, calendar)
    changed = clock.model_copy(update={"span": span, "due": due, "rule": span.rule})
    if clock.state == "paused":
        return changed
    if due != clock.due:
        return aimed(changed, now, calendar, hours)
    # Nobody is reminded later because of rules that move nothing.
    remind_at = calendar.opening(clock.remind_at, hours) if clock.remind_at else None
    return changed.model_copy(
        update={"remind_at": remind_at, "warn_at": warning(changed, now, calendar)}
    )


def renewed(
    clock: Clock, demand: datetime, anchor: str, since: datetime, calendar: Calendar
) -> Renewal | None:
    """How a demand begins a clock anew that counts from a moment; None when it came too late
    for that. What was found of a demand stands while that moment is the same; otherwise it is
    judged by the time that the clock had when the demand came."""
    had = next((found for found in clock.renewals if found.demand == demand), None)
    span = had.span if had else clock.span
    if not since < demand or span is None:
        return None
    if had is None or had.since != since:
        granted = [more for more in clock.extensions if more.at is None or more.at < demand]
        stood = [pause for pause in clock.pauses if pause.since < demand]
        then = {"counted_from": since, "extensions": tuple(granted), "pauses": tuple(stood)}
        if recounted(clock.model_copy(update=then), span, demand, calendar).due <= demand:
            return None
    return Renewal(demand=demand, anchor=anchor, since=since, span=span)


def _turns(clock: Clock) -> tuple[Pause | Extension, ...]:
    """What has moved a clock, in the order in which it did: one that stands still is given no
    more time, so what was granted in the moment of a pause came before it."""
    turns: list[tuple[datetime, int, int, Pause | Extension]] = []
    turns += [(more.at or clock.started, 0, n, more) for n, more in enumerate(clock.extensions)]
    turns += [(pause.since, 1, n, pause) for n, pause in enumerate(clock.pauses)]
    return tuple(turn for *_, turn in sorted(turns, key=lambda found: found[:3]))


def carried_on(
    clock: Clock,
    before: Clock,
    now: datetime,
    calendar: Calendar,
    hours: tuple[Hours, ...] | None = None,
) -> Clock:
    """A clock that begins in the place of one of its name that was cut off: it counts from the
    same moment, with what was granted, and reminds no oftener than that would have."""
    going = clock.model_copy(
        update={
            "counted_from": before.counted_from or before.started,
            "pauses": before.pauses,
            "extensions": before.extensions,
            "reminded": before.reminded,
            "reminders_left": before.reminders_left,
        }
    )
    if going.span is not None:
        going = recounted(going, going.span, now, calendar, hours)
    return aimed(going, now, calendar, hours)


def earliest(clocks: dict[str, Clock]) -> tuple[datetime, Clock] | None:
    """The clock that wants attention first, and when; by name when two fall together."""
    moments = [
        (clock.next_moment, clock.name, clock)
        for clock in clocks.values()
        if clock.next_moment is not None
    ]
    first = min(moments, key=lambda found: found[:2], default=None)
    return (first[0], first[2]) if first is not None else None


def next_due(clocks: Iterable[Clock]) -> datetime | None:
    """The earliest due time of a clock that ticks: what a list of cases sorts by."""
    return min((clock.due for clock in clocks if clock.state == "running"), default=None)
