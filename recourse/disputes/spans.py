"""Spans of time as a rule states them: so many hours, days, business days, months.

Each unit has its own way to tick: hours and calendar days always, working hours while the
office is open, business days on working days, all 24 hours of them. A clock that stood still
has missed so much of *its* ticking, not so much time on the wall.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from recourse.disputes.calendars import MOMENT, Calendar, known_zone, months_after
from recourse.disputes.models import EdgeValue


class Unit(StrEnum):
    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


BY_DATE = (Unit.DAYS, Unit.MONTHS)
"""What is counted on by dates, whoever works on them."""


class Span(EdgeValue):
    """A span of time as a rule states it, with where the number comes from."""

    amount: Annotated[int, Field(ge=0, le=4000)]
    unit: Unit
    source: str = ""
    """A law and article, a scheme rule, or ``house`` for a number of our own."""
    rolls: bool | None = None
    """Whether a last day that is no working day rolls; None: as the law of the place has it.
    A card scheme's does not: no law of the place binds it."""
    zone: str = ""
    """By whose dates days and months are counted; empty: by those of the place."""

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if self.unit not in BY_DATE and (self.rolls is not None or self.zone):
            raise ValueError(f"{self.unit.value} neither roll nor have a zone: days and months do")
        if self.zone and not known_zone(self.zone):
            raise ValueError(f"zone: {self.zone!r} is no time zone")
        if self.zone and self.rolls is not False:
            raise ValueError("by the dates of another zone nothing rolls: say rolls = false")
        return self

    def counted_by(self, calendar: Calendar) -> Calendar:
        """The calendar by which its days and months are counted: the place's, as far as the
        rule has none of its own."""
        return calendar.ruled(rolls=self.rolls, zone=self.zone)

    def end(self, start: datetime, calendar: Calendar) -> datetime:
        """When the span that starts at a moment is over: the first moment that is too late."""
        match self.unit:
            case Unit.HOURS:
                return start + timedelta(hours=self.amount)
            case Unit.WORKING_HOURS:
                return calendar.after_working_hours(start, timedelta(hours=self.amount))
            case Unit.DAYS:
                return self.counted_by(calendar).after_days(start, self.amount)
            case Unit.BUSINESS_DAYS:
                return calendar.after_business_days(start, self.amount)
            case Unit.MONTHS:
                return self.counted_by(calendar).after_months(start, self.amount)

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
        days = self.counted_by(calendar)
        if due == days.end_of(days.local_date(due - MOMENT)):
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


def unpublished(span: Span, due: datetime, calendar: Calendar) -> bool:
    """Whether a due time may move when the authority publishes its days."""
    return follows_calendar(span, calendar) and (
        calendar.local_date(due - MOMENT) > calendar.confirmed_until
    )


def follows_calendar(span: Span, calendar: Calendar) -> bool:
    """Whether the end of a span hangs on which days are working days."""
    if span.unit in (Unit.BUSINESS_DAYS, Unit.WORKING_HOURS):
        return True
    return span.unit in BY_DATE and span.counted_by(calendar).rolls
