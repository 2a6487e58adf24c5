"""Clocks agree with a second opinion that counts minute by minute."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.clocks import ClockKind, paused, resumed, start
from recourse.disputes.hours import Hours, Weekday
from recourse.disputes.spans import BY_DATE, Span, Unit
from tests.disputes.clock_oracle import Oracle

SCHEDULES = 2400
BATCHES = 8
DAYS = 75
SEASONS = (
    datetime(2026, 2, 20, tzinfo=UTC),  # leads over the change to summer time
    datetime(2026, 9, 25, tzinfo=UTC),  # and over the one back, and National Day
    datetime(2028, 2, 10, tzinfo=UTC),  # over a leap day
)
CHANGES = {
    SEASONS[0]: (datetime(2026, 3, 8, 8, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC)),
    SEASONS[1]: (datetime(2026, 10, 4, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)),
    SEASONS[2]: (datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2028, 3, 12, 8, tzinfo=UTC)),
}
"""Moments about which something is different."""
ZONES = (
    "Asia/Shanghai",
    "Europe/London",
    "America/New_York",
    "America/Havana",  # skips midnight
    "Australia/Lord_Howe",  # changes by half an hour
)
AMOUNTS = {
    Unit.HOURS: (1, 200),
    Unit.WORKING_HOURS: (1, 60),
    Unit.DAYS: (1, 16),
    Unit.BUSINESS_DAYS: (1, 12),
    Unit.MONTHS: (1, 1),
}


def some_hours(rng: random.Random, at_least: int = 1) -> tuple[Hours, ...]:
    # Often at night, where clocks are changed.
    until = rng.choice((240, 1441))
    edges = sorted(rng.sample(range(0, until, 15), 2 * rng.randint(at_least, 3)))
    return tuple(Hours(opens=edges[n], closes=edges[n + 1]) for n in range(0, len(edges), 2))


def some_calendar(rng: random.Random, begin: date) -> Calendar:
    days = [begin + timedelta(days=n) for n in range(DAYS)]
    weekend = [day for day in days if day.weekday() >= 5]
    weekdays = [day for day in days if day.weekday() < 5]
    return Calendar(
        name="X",
        version="1",
        zone=rng.choice(ZONES),
        holidays=tuple(sorted(rng.sample(weekdays, rng.randint(0, 8)))),
        workdays=tuple(sorted(rng.sample(weekend, rng.randint(0, 3)))),
        confirmed_until=date(2029, 1, 1),
        rolls=rng.random() < 0.5,
        hours=() if rng.random() < 0.15 else some_hours(rng),
        weekday_hours={
            day: some_hours(rng, 0) for day in rng.sample(list(Weekday), rng.randint(0, 2))
        },
        special_hours={day: some_hours(rng, 0) for day in rng.sample(days, rng.randint(0, 4))},
    )


def some_span(rng: random.Random) -> Span:
    """Of any unit; days and months also by a rule's own dates, rolling or not."""
    unit = rng.choice(list(Unit))
    span = Span(amount=rng.randint(*AMOUNTS[unit]), unit=unit, source="house")
    if unit not in BY_DATE or rng.random() < 0.5:
        return span
    rolls = rng.random() < 0.4
    zone = "" if rolls or rng.random() < 0.3 else rng.choice(ZONES)
    return Span.model_validate(span.model_dump() | {"rolls": rolls, "zone": zone})


def as_ruled(calendar: Calendar, span: Span) -> Calendar:
    """The calendar with what a rule says of its days by itself."""
    rolls = calendar.rolls if span.rolls is None else span.rolls
    own = {"zone": span.zone or calendar.zone, "rolls": rolls}
    return Calendar.model_validate(calendar.model_dump() | own)


def some_pauses(rng: random.Random, begin: datetime) -> list[tuple[datetime, datetime]]:
    at, found = begin, []
    for _ in range(rng.randint(0, 4)):
        since = at + timedelta(minutes=rng.randint(0, 3000))
        at = since + timedelta(minutes=rng.randint(1, 4000))
        found.append((since, at))
    return found


@pytest.mark.parametrize("batch", range(BATCHES))
def test_clocks_agree_with_counting_minute_by_minute(batch: int) -> None:
    """On random calendars, in zones that change their clocks in every way, every unit is due
    at the same minute as when somebody counts, however often it stands still."""
    rng = random.Random(batch)
    seen: Counter[str] = Counter()
    for _ in range(SCHEDULES // BATCHES):
        begin = rng.choice(SEASONS)
        calendar = some_calendar(rng, begin.date())
        span = some_span(rng)
        unit, amount = span.unit, span.amount
        oracle = Oracle(as_ruled(calendar, span), begin, DAYS)
        near = rng.choice(CHANGES[begin])
        started = begin + timedelta(minutes=rng.randint(1440, 30 * 1440))
        if rng.random() < 0.5:
            started = near - timedelta(minutes=rng.randint(0, 2880))
        pauses = some_pauses(rng, started)
        try:
            expected = oracle.due(unit.value, amount, started, pauses)
        except (IndexError, KeyError):
            seen["beyond the stretch"] += 1
            continue
        clock = start(
            "c",
            kind=ClockKind.MUST_BY,
            regime="house",
            owner=Ball.US,
            span=span,
            now=started,
            calendar=calendar,
            default="warn",
        )
        for since, until in pauses:
            if since < clock.due:
                clock = resumed(paused(clock, since, Ball.CUSTOMER), until, calendar)
                seen["pauses"] += 1
        assert clock.due == expected, (span, started, pauses, calendar)
        seen[unit.value] += 1
        seen["in another zone"] += span.zone not in ("", calendar.zone)
        seen["rolls by itself"] += span.rolls not in (None, calendar.rolls)
    checked = sum(seen[unit.value] for unit in Unit)
    assert checked >= 0.9 * SCHEDULES / BATCHES, seen
    assert all(seen[unit.value] for unit in Unit)
    assert seen["pauses"] > 100
    assert min(seen["in another zone"], seen["rolls by itself"]) > 10, seen


def test_the_second_opinion_covers_two_thousand_schedules() -> None:
    """Nine of ten of the schedules above stay within the minutes that are counted."""
    assert SCHEDULES * 0.9 >= 2000
