"""Clocks: what is due when, who owes it, and what happens when nobody acts.

Each clock stands for itself: several run at once and none hides another. A clock's moments
are its reminders and its due time; the process keeps one timer, for the earliest of all.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from recourse.disputes.calendars import Calendar
from recourse.disputes.models import EdgeValue, Value
from recourse.disputes.notices import Role

MOMENT = timedelta(microseconds=1)
"""A day ends at 24:00: what is due then is due on that day, not on the next."""


class Ball(StrEnum):
    """Who must act now."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    POS_SUPPLIER = "pos_supplier"
    PLATFORM = "platform"
    US = "us"
    ACQUIRER = "acquirer"
    ISSUER = "issuer"
    SCHEME = "scheme"
    REGULATOR = "regulator"
    COURT = "court"
    COUNSEL = "counsel"
    NOBODY = "nobody"


class ClockKind(StrEnum):
    MUST_BY = "must_by"
    NOT_BEFORE = "not_before"
    AUTO_LOSE = "auto_lose"
    AUTO_WIN = "auto_win"
    REVIEW = "review"
    PROMISE = "promise"


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


class Span(EdgeValue):
    """A span of time as a rule states it, with where the number comes from."""

    amount: Annotated[int, Field(ge=0, le=4000)]
    unit: Unit
    source: str = ""
    """A law and article, a scheme rule, or ``house`` for a number of our own."""

    def end(self, start: datetime, calendar: Calendar) -> datetime:
        match self.unit:
            case Unit.HOURS:
                return start + timedelta(hours=self.amount)
            case Unit.DAYS:
                return calendar.after_days(start, self.amount)
            case Unit.BUSINESS_DAYS:
                return calendar.after_business_days(start, self.amount)
            case Unit.MONTHS:
                return calendar.after_months(start, self.amount)

    def later(self, start: datetime, times: int, calendar: Calendar) -> datetime:
        """``times`` such spans after a moment, at the same time of day: for reminders and
        look-ups, which fall within a day and not at its end."""
        if self.unit is Unit.HOURS:
            return start + timedelta(hours=self.amount * times)
        span = self.model_copy(update={"amount": self.amount * times})
        day = calendar.local_date(span.end(start, calendar) - MOMENT)
        return calendar.same_time_on(start, day)

    @property
    def words(self) -> str:
        unit = self.unit.value.replace("_", " ")
        return f"{self.amount} {unit if self.amount != 1 else unit.removesuffix('s')}"

    @property
    def rule(self) -> str:
        """The span and where it comes from, in words."""
        return f"{self.words}, {self.source}" if self.source else self.words


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
    due: AwareDatetime
    default: str
    """What happens when it runs out, in a word: the default result of the time-out."""
    rule: str = ""
    """The span and its source, in words."""
    provisional: bool = False
    """Due after the calendar's confirmed days: may move when they are published."""
    visit: int = 0
    """The visit to a stage it belongs to, and ends with; 0: it is the whole case's."""
    reminders: tuple[AwareDatetime, ...] = ()
    """Moments still to come at which the owner is reminded."""
    reminded: int = 0
    extended: int = 0
    state: Literal["running", "met", "expired", "stopped"] = "running"
    ended: AwareDatetime | None = None

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def next_moment(self) -> datetime:
        """The earliest moment at which this clock wants attention."""
        return min((*self.reminders[:1], self.due))

    def elapsed(self, now: datetime) -> timedelta:
        return (self.ended or now) - self.started


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
    party: Role | None = None,
    asks: tuple[str, ...] = (),
    visit: int = 0,
    remind_every: Span | None = None,
    reminders: int = 0,
) -> Clock:
    """A clock that starts now, counted from ``since`` or from now. Reminders fall every
    ``remind_every`` after now, at the same time of day, until it is due."""
    due = span.end(since or now, calendar)
    moments: list[datetime] = []
    for number in range(1, reminders + 1 if remind_every else 1):
        assert remind_every is not None  # noqa: S101 - the range is empty otherwise
        at = remind_every.later(now, number, calendar)
        if at >= due:
            break
        moments.append(at)
    return Clock(
        name=name,
        kind=kind,
        regime=regime,
        owner=owner,
        party=party,
        asks=asks,
        visit=visit,
        started=now,
        due=due,
        default=default,
        rule=span.rule,
        provisional=calendar.local_date(due - MOMENT) > calendar.confirmed_until,
        reminders=tuple(moments),
    )


def earliest(clocks: dict[str, Clock]) -> Clock | None:
    """The running clock whose next moment comes first; by name when two fall together."""
    running = [clock for clock in clocks.values() if clock.running]
    return min(running, key=lambda clock: (clock.next_moment, clock.name), default=None)


def next_due(clocks: dict[str, Clock]) -> datetime | None:
    """The earliest due time of a running clock: what a list of cases sorts by."""
    return min((clock.due for clock in clocks.values() if clock.running), default=None)
