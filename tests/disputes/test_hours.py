"""Hours of a day: several windows, midnight, half days, and days on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from recourse.disputes.calendars import Calendar
from recourse.disputes.hours import Hours, Weekday

MONDAY = date(2026, 11, 23)


def hours(*windows: str) -> tuple[Hours, ...]:
    return tuple(Hours.model_validate(window) for window in windows)


def calendar(zone: str = "Asia/Shanghai", **given: object) -> Calendar:
    told: dict[str, object] = {
        "name": "X",
        "version": "1",
        "zone": zone,
        "confirmed_until": date(2030, 1, 1),
        "hours": hours("09:00-12:00", "13:30-18:00"),
    }
    return Calendar.model_validate(told | given)


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_lunch_break_does_not_count() -> None:
    """Four working hours from ten o'clock end at half past three: lunch is nobody's time."""
    begin = at("2026-11-23T10:00")
    assert calendar().after_working_hours(begin, timedelta(hours=4)) == at("2026-11-23T15:30")
    noon = at("2026-11-23T12:30")
    assert calendar().after_working_hours(noon, timedelta(hours=1)) == at("2026-11-23T14:30")


def test_working_time_is_added_and_not_time_on_the_wall() -> None:
    """Nine hours from a Friday afternoon lead past the weekend, and a holiday adds its day."""
    friday = at("2026-11-27T16:00")
    nine = timedelta(hours=9)
    assert calendar().after_working_hours(friday, nine) == at("2026-11-30T17:30")
    free = calendar(holidays=(date(2026, 11, 30),))
    assert free.after_working_hours(friday, nine) == at("2026-12-01T17:30")
    assert free.before_working_hours(at("2026-12-01T17:30"), nine) == friday


def test_open_day_and_night_has_no_gap_at_midnight() -> None:
    """A day ends at 24:00 and the next begins then: not a minute is closed between them."""
    whole = calendar(weekday_hours={day: hours("00:00-24:00") for day in Weekday})
    begin = at("2026-11-23T23:59")
    assert whole.after_working_hours(begin, timedelta(minutes=2)) == at("2026-11-24T00:01")
    assert whole.working_hours_between(begin, begin + timedelta(days=7)) == timedelta(days=7)
    assert whole.opening(at("2026-11-24T00:00")) == at("2026-11-24T00:00")


def test_single_dates_differ() -> None:
    """A half day, a closure, and duty on a holiday each hold for their date alone."""
    special = calendar(
        holidays=(date(2026, 11, 25),),
        special_hours={
            MONDAY: hours("09:00-12:00"),
            date(2026, 11, 24): (),
            date(2026, 11, 25): hours("10:00-11:00"),
        },
    )
    begin = at("2026-11-23T11:00")
    assert special.after_working_hours(begin, timedelta(hours=1)) == at("2026-11-23T12:00")
    assert special.after_working_hours(begin, timedelta(hours=2)) == at("2026-11-25T11:00")
    # By law the closed day is a working day, and the day of duty is none.
    assert special.is_working_day(date(2026, 11, 24))
    assert not special.is_working_day(date(2026, 11, 25))


def test_a_make_up_saturday_is_worked_like_a_weekday() -> None:
    """A weekend day made up for a holiday has the hours of a working day, and another Saturday
    only those that the office gives Saturdays."""
    made_up = calendar(
        workdays=(date(2026, 11, 28),), weekday_hours={Weekday.SAT: hours("10:00-12:00")}
    )
    assert made_up.hours_on(date(2026, 11, 28)) == hours("09:00-12:00", "13:30-18:00")
    assert made_up.hours_on(date(2026, 12, 5)) == hours("10:00-12:00")
    assert made_up.hours_on(date(2026, 12, 6)) == ()


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        (["9-12"], "'9-12' is no window"),
        (["12:00-09:00"], "12:00-09:00 does not end after it begins"),
        (["12:00-24:30"], "12:00-24:30 does not end after it begins"),
        (["09:00-12:00", "11:00-18:00"], "11:00-18:00 begins before 09:00-12:00 ends"),
    ],
)
def test_windows_that_make_no_sense_are_refused(windows: list[str], said: str) -> None:
    """A window that does not read, or two that overlap, are told by their own words."""
    with pytest.raises(ValidationError, match=said):
        calendar(hours=windows)


def test_a_calendar_that_never_opens_stops_no_case() -> None:
    """Where no hour is ever open real time counts, and whoever is to be written to is."""
    never = calendar(weekday_hours=dict.fromkeys(Weekday, ()), hours=hours("09:00-10:00"))
    begin = at("2026-11-23T10:00")
    assert never.after_working_hours(begin, timedelta(hours=5)) == begin + timedelta(hours=5)
    assert never.before_working_hours(begin, timedelta(hours=5)) == begin - timedelta(hours=5)
    assert never.opening(begin) == begin
    assert not calendar(hours=()).hours_on(date(2026, 11, 28))
    assert calendar(hours=()).hours_on(MONDAY) == (Hours.whole_day(),)


@pytest.mark.parametrize(
    ("zone", "day", "window", "begin", "length"),
    [
        # Clocks go back from 2 to 1: an opening in the hour that comes twice is the first one,
        ("America/New_York", date(2026, 11, 1), "01:30-05:00", "2026-11-01T05:30+00:00", 4.5),
        # and a closing the second.
        ("America/New_York", date(2026, 11, 1), "00:00-01:30", "2026-11-01T04:00+00:00", 2.5),
        # Clocks go forward from 2 to 3: what would begin in the hour that is not begins with 3,
        ("America/New_York", date(2026, 3, 8), "02:30-05:00", "2026-03-08T07:00+00:00", 2.0),
        # and what would end in it ends there.
        ("America/New_York", date(2026, 3, 8), "01:00-02:30", "2026-03-08T06:00+00:00", 1.0),
        ("Europe/London", date(2026, 3, 29), "00:00-24:00", "2026-03-29T00:00+00:00", 23.0),
        ("Europe/London", date(2026, 10, 25), "00:00-24:00", "2026-10-24T23:00+00:00", 25.0),
        # In Havana the day itself begins an hour late.
        ("America/Havana", date(2026, 3, 8), "00:00-09:00", "2026-03-08T05:00+00:00", 8.0),
        # On Lord Howe the change is half an hour.
        ("Australia/Lord_Howe", date(2026, 4, 5), "01:45-03:00", "2026-04-04T14:45+00:00", 1.75),
    ],
)
def test_windows_on_days_on_which_clocks_change(
    zone: str, day: date, window: str, begin: str, length: float
) -> None:
    """A window is open from when the clock first shows its beginning until it last shows less
    than its end."""
    (found,) = calendar(zone).moments_of(day, hours(window))
    assert found[0] == datetime.fromisoformat(begin)
    assert found[1] - found[0] == timedelta(hours=length)


def test_a_window_in_an_hour_that_is_not_is_never_open() -> None:
    """Who opens at a quarter past two and closes at half past does not open on the day on which
    two o'clock is three."""
    spring = calendar("America/New_York").moments_of(date(2026, 3, 8), hours("02:15-02:30"))
    assert spring == ()


def test_hours_are_written_as_they_are_read() -> None:
    """A window survives being stored, with 24:00 as the end of the day."""
    stored = calendar(hours=hours("00:00-24:00")).model_dump(mode="json")
    assert stored["hours"] == ["00:00-24:00"]
    assert Calendar.model_validate(stored).hours == hours("00:00-24:00")
