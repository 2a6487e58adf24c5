"""Days are counted by our rules, whatever calendar they fall in."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.calendars import Calendar

# The days round the National Day of 2026 and the Spring Festival make-up days, as published.
CN = Calendar(
    name="CN",
    version="2026",
    zone="Asia/Shanghai",
    holidays=tuple(date(2026, 10, day) for day in range(1, 8)),
    workdays=(date(2026, 9, 20), date(2026, 10, 10)),
    confirmed_until=date(2026, 12, 31),
    rolls=True,
)
UK = Calendar(
    name="UK",
    version="2026",
    zone="Europe/London",
    holidays=(date(2026, 12, 25), date(2026, 12, 28)),
    confirmed_until=date(2027, 12, 31),
)
US = UK.model_copy(update={"name": "US", "zone": "America/New_York", "holidays": ()})

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: BEGIN + timedelta(minutes=n))
calendars = st.sampled_from([CN, UK, US])


def last_day(calendar: Calendar, due: datetime) -> date:
    return calendar.local_date(due - timedelta(seconds=1))


def shanghai(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


@given(calendars, st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_a_day_works_or_rests_by_the_lists(calendar: Calendar, day: date) -> None:
    """A make-up day works before all else, a holiday rests, and a weekend rests."""
    expected = day in calendar.workdays or (
        day not in calendar.holidays and day.weekday() not in (5, 6)
    )
    assert calendar.is_working_day(day) is expected


@given(calendars, moments, st.integers(1, 60))
def test_business_days_count_working_days(calendar: Calendar, start: datetime, count: int) -> None:
    """Between the day of the event, not counted, and the last day lie exactly n working days."""
    due = calendar.after_business_days(start, count)
    first, last = calendar.local_date(start), last_day(calendar, due)
    span = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(map(calendar.is_working_day, span)) == count
    assert calendar.is_working_day(last)


@given(calendars, moments, st.integers(0, 40), st.integers(0, 40))
def test_more_days_are_never_less(calendar: Calendar, start: datetime, few: int, more: int) -> None:
    """A longer span ends later or together, and a later start never ends earlier."""
    low, high = sorted((few, more))
    later = start + timedelta(hours=more)
    for after in (calendar.after_days, calendar.after_business_days, calendar.after_months):
        assert after(start, low) <= after(start, high)
        assert after(start, low) <= after(later, low)


@given(calendars, moments, st.integers(0, 300))
def test_a_span_ends_at_midnight_where_it_counts(
    calendar: Calendar, start: datetime, count: int
) -> None:
    """A span of days ends at 24:00 local time, on days of 23 and 25 hours too."""
    due = calendar.after_days(start, count).astimezone(ZoneInfo(calendar.zone))
    assert (due.hour, due.minute, due.second) == (0, 0, 0)
    last = last_day(calendar, due)
    if calendar.rolls:
        assert calendar.is_working_day(last)
    else:
        assert last == calendar.local_date(start) + timedelta(days=count)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (shanghai(9, 28), 3, date(2026, 10, 8)),  # 1 October rests until the 7th
        (shanghai(10, 7), 3, date(2026, 10, 10)),  # a Saturday that works
        (shanghai(11, 20), 1, date(2026, 11, 23)),  # a Saturday that does not
        (shanghai(11, 20), 3, date(2026, 11, 23)),
        (shanghai(11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_a_last_day_that_rests_rolls(start: datetime, days: int, last: date) -> None:
    """A last calendar day that is no working day rolls to the next (Civil Code Art. 203)."""
    assert last_day(CN, CN.after_days(start, days)) == last


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (shanghai(9, 18), 1, date(2026, 9, 20)),  # Friday, and the Sunday is made up
        (shanghai(9, 30), 1, date(2026, 10, 8)),
        (shanghai(10, 3), 3, date(2026, 10, 10)),  # begun on a holiday: the 8th is day one
        (shanghai(10, 9), 2, date(2026, 10, 12)),
        (shanghai(11, 23, 23), 1, date(2026, 11, 24)),
    ],
)
def test_make_up_days_count(start: datetime, days: int, last: date) -> None:
    """A weekend day made up for a holiday (调休) is a business day like any other."""
    assert last_day(CN, CN.after_business_days(start, days)) == last


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (datetime(2027, 1, 31, 12, tzinfo=UTC), 1, date(2027, 2, 28)),
        (datetime(2028, 1, 31, 12, tzinfo=UTC), 1, date(2028, 2, 29)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), 12, date(2029, 2, 28)),
        (datetime(2026, 10, 31, 12, tzinfo=UTC), 1, date(2026, 11, 30)),
        (datetime(2026, 11, 30, 12, tzinfo=UTC), 1, date(2026, 12, 30)),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), 2, date(2027, 2, 28)),
        (datetime(2026, 5, 15, 12, tzinfo=UTC), 36, date(2029, 5, 15)),
        (datetime(2026, 5, 15, 12, tzinfo=UTC), 0, date(2026, 5, 15)),
    ],
)
def test_months_end_on_the_day_or_the_last(start: datetime, months: int, last: date) -> None:
    """Months end on the same day of the month, or its last when it has none (Art. 202)."""
    assert last_day(UK, UK.after_months(start, months)) == last


def test_days_of_23_and_25_hours() -> None:
    """A calendar day is a local day: it lasts 23 or 25 hours when the clocks change."""
    lengths = {}
    for calendar, month, day in ((UK, 3, 29), (UK, 10, 25), (US, 3, 8), (US, 11, 1)):
        the_day = date(2026, month, day)
        begin = calendar.end_of(the_day - timedelta(days=1))
        lengths[calendar.name, month] = (calendar.end_of(the_day) - begin) / timedelta(hours=1)
    assert lengths == {("UK", 3): 23, ("UK", 10): 25, ("US", 3): 23, ("US", 11): 25}


def test_the_day_is_the_local_day() -> None:
    """Half past eleven at night in Shanghai is still that day, though UTC counts otherwise."""
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert CN.local_date(late) == date(2026, 11, 24)
    assert UK.local_date(late) == date(2026, 11, 23)


@given(moments)
def test_days_follow_each_other_without_gap(start: datetime) -> None:
    """Every moment lies in exactly one day: the ends of days are a partition of time."""
    day = CN.local_date(start)
    ends = [UK.end_of(day + timedelta(days=n)) for n in range(-1, 3)]
    assert all(earlier < later for earlier, later in pairwise(ends))
    assert CN.end_of(day - timedelta(days=1)) <= start < CN.end_of(day)


def test_a_window_answers_as_the_whole() -> None:
    """A pinned part of a calendar gives the same answers for the days it covers."""
    part = CN.window(date(2026, 9, 25), date(2026, 10, 31))
    assert part.workdays == (date(2026, 10, 10),)
    for day in range(1, 31):
        assert part.is_working_day(date(2026, 10, day)) == CN.is_working_day(date(2026, 10, day))
