"""Whether the reminders a policy promises can all be given."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from recourse.disputes.calendars import Calendar
from recourse.disputes.clocks import Ball, ClockKind, Span, start

_MONDAY = date(2026, 3, 9)
"""Of a week without holidays in any calendar: the shortest a span of working days can be."""


@cache
def all_fall(calendar: Calendar, within: Span, every: Span | None, reminders: int) -> bool:
    """Whether all reminders fall before the due time, whenever in a plain week it starts."""
    if not reminders:
        return True
    if every is None:
        return False
    near = calendar.window(_MONDAY, _MONDAY + timedelta(days=400))
    for day in range(7):
        for hour in (time(0, 5), time(23, 55)):
            clock = start(
                "lint",
                kind=ClockKind.MUST_BY,
                regime="house",
                owner=Ball.US,
                span=within,
                now=datetime.combine(_MONDAY + timedelta(days=day), hour, ZoneInfo(calendar.zone)),
                calendar=near,
                default="none",
                remind_every=every,
                reminders=reminders,
            )
            if len(clock.reminders) < reminders:
                return False
    return True
