"""Whether the reminders a policy promises can all be given."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.clocks import ClockKind, Ladder, next_reminder, start
from recourse.disputes.spans import Span

_MONDAY = date(2026, 3, 9)
"""Of a week without holidays in any calendar: the shortest a span of working days can be."""


def all_fall(calendar: Calendar, within: Span, ladder: Ladder) -> bool:
    """Whether all reminders fall before the due time, whenever in a plain week it starts while
    the office is open: nobody is asked at another time by a clock."""
    if not ladder.times:
        return True
    if ladder.every is None:
        return False
    near = calendar.window(_MONDAY, _MONDAY + timedelta(days=400))
    for day in range(7):
        for hour in (time(0, 5), time(12), time(23, 55)):
            at = datetime.combine(_MONDAY + timedelta(days=day), hour, ZoneInfo(calendar.zone))
            if _given(near, within, ladder, near.opening(at)) < ladder.times:
                return False
    return True


def _given(calendar: Calendar, within: Span, ladder: Ladder, now: datetime) -> int:
    clock = start(
        "lint",
        kind=ClockKind.MUST_BY,
        regime="house",
        owner=Ball.US,
        span=within,
        now=now,
        calendar=calendar,
        default="none",
        reminders=ladder,
    )
    given = 0
    while clock.remind_at is not None:
        given += 1
        left = clock.model_copy(update={"reminders_left": clock.reminders_left - 1})
        following = next_reminder(left, clock.remind_at, calendar, ladder.hours)
        clock = left.model_copy(update={"remind_at": following})
    return given
