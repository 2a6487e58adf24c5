"""Spans of time as a rule states them: so many hours, days, business days, months.

Each unit has its own way to tick: hours and calendar days always, working hours while the
office is open, business days on working days, all 24 hours of them. A clock that stood still
has missed so much of *its* ticking, not so much time on the wall.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from recourse.disputes.calendars import MOMENT, Calendar, months_after
from recourse.disputes.models import EdgeValue


class Unit(StrEnum):
    HOURS = "hours"
    WORKING_HOURS = "working_hours"
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
        """When the span that starts at a moment is over: the first moment that is too late."""
        match self.unit:
            case Unit.HOURS:
                return start + timedelta(hours=self.amount)
            case Unit.WORKING_HOURS:
                return calendar.after_working_hours(start, timedelta(hours=self.amount))
            case Unit.DAYS:
                return calendar.after_days(start, self.amount)
            case Unit.BUSINESS_DAYS:
                return calendar.after_business_days(start, self.amount)
            case Unit.MONTHS:
                return calendar.after_months(start, self.amount)

    def later(self, start: datetime, times: int, calendar: Calendar) -> datetime:
        """``times`` such spans after a moment, at the same time of day: for reminders,
        look-ups and extensions, which fall within a day and not at its end."""
        amount = self.amount * times
        match self.unit:
            case Unit.HOURS:
                return start + timedelta(hours=amount)
            case Unit.WORKING_HOURS:
                return calendar.after_working_hours(start, timedelta(hours=amount))
            case Unit.BUSINESS_DAYS:
                day = calendar.nth_working_day(calendar.local_date(start), amount)
            case Unit.DAYS:
                day = calendar.local_date(start) + timedelta(days=amount)
            case Unit.MONTHS:
                day = months_after(calendar.local_date(start), amount)
        return calendar.same_time_on(start, day)

    def before(self, end: datetime, calendar: Calendar) -> datetime:
        """The moment such a span before another: when to warn of it."""
        match self.unit:
            case Unit.HOURS:
                return end - timedelta(hours=self.amount)
            case Unit.WORKING_HOURS:
                return calendar.before_working_hours(end, timedelta(hours=self.amount))
            case Unit.BUSINESS_DAYS:
                day = calendar.nth_working_day(calendar.local_date(end), -self.amount)
            case Unit.DAYS:
                day = calendar.local_date(end) - timedelta(days=self.amount)
            case Unit.MONTHS:
                day = months_after(calendar.local_date(end), -self.amount)
        return calendar.same_time_on(end, day)

    def extended(self, due: datetime, calendar: Calendar) -> datetime:
        """A due time moved on by this span. The end of a day stays the end of a day, and rolls
        as the first one did; any other moment keeps its time of day."""
        if self.unit in (Unit.HOURS, Unit.WORKING_HOURS):
            return self.later(due, 1, calendar)
        last = calendar.local_date(due - MOMENT)
        if due == calendar.end_of(last):
            return self.end(due - MOMENT, calendar)
        return self.later(due, 1, calendar)

    @property
    def words(self) -> str:
        unit = self.unit.value.replace("_", " ")
        return f"{self.amount} {unit if self.amount != 1 else unit.removesuffix('s')}"

    @property
    def rule(self) -> str:
        """The span and where it comes from, in words."""
        return f"{self.words}, {self.source}" if self.source else self.words


def ticked(unit: Unit, since: datetime, until: datetime, calendar: Calendar) -> timedelta:
    """How long a clock of a unit ticks between two moments. Additive: what it ticks from a to
    b and from b to c it ticks from a to c."""
    match unit:
        case Unit.WORKING_HOURS:
            return calendar.working_hours_between(since, until)
        case Unit.BUSINESS_DAYS:
            return calendar.business_days_between(since, until)
        case _:
            return max(until - since, timedelta())


def tick_on(unit: Unit, start: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """The first moment at which a clock of a unit has ticked for ``length`` since a moment."""
    match unit:
        case Unit.WORKING_HOURS:
            return calendar.after_working_hours(start, length)
        case Unit.BUSINESS_DAYS:
            return calendar.after_business_time(start, length)
        case _:
            return start + length


def unpublished(unit: Unit, due: datetime, calendar: Calendar) -> bool:
    """Whether a due time may move when the authority publishes its days."""
    return follows_calendar(unit, calendar) and (
        calendar.local_date(due - MOMENT) > calendar.confirmed_until
    )


def follows_calendar(unit: Unit, calendar: Calendar) -> bool:
    """Whether the end of a span of this unit hangs on which days are working days."""
    if unit in (Unit.BUSINESS_DAYS, Unit.WORKING_HOURS):
        return True
    return calendar.rolls and unit in (Unit.DAYS, Unit.MONTHS)
