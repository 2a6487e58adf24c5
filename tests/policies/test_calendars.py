"""The shipped calendars: right days, reproducible, and honest about what is not published."""

import builtins
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import holidays
import pytest

from recourse.disputes.balls import Ball
from recourse.disputes.clocks import Clock, ClockKind, start
from recourse.disputes.spans import Span, Unit
from recourse.policies import generate_calendars
from recourse.policies.errors import PolicyError
from recourse.policies.loading import calendar_named, calendar_names, calendar_of

SHIPPED = Path(generate_calendars.__file__).parent / "calendars"
CN = calendar_named("CN")


def test_china_day_by_day() -> None:
    """China's working days are those of the State Council for every day of 2019 to 2026."""
    calendar = calendar_named("CN")
    days = [
        date(2019, 1, 1) + timedelta(days=n)
        for n in range((date(2027, 1, 1) - date(2019, 1, 1)).days)
    ]
    assert len(days) == 2922
    wrong = [d for d in days if calendar.is_working_day(d) != chinese_calendar.is_workday(d)]
    assert wrong == []
    official = holidays.country_holidays("CN", years=range(2019, 2027))
    assert [d for d in days if calendar.is_working_day(d) != official.is_working_day(d)] == []


def test_counting_from_a_day_that_is_not_worked() -> None:
    """Day one is the first working day after the event. The packages differ when the event
    falls on a free day: ``holidays`` counts as we do, ``chinesecalendar`` walks to a working
    day first and begins to count after it."""
    saturday, ours = date(2025, 9, 27), CN.nth_working_day
    official = holidays.country_holidays("CN", years=(2025, 2026))
    assert ours(saturday, 3) == official.get_nth_working_day(saturday, 3) == date(2025, 9, 30)
    assert chinese_calendar.find_workday(3, saturday) == date(2025, 10, 9)
    friday = date(2026, 11, 27)
    assert ours(friday, 3) == official.get_nth_working_day(friday, 3)
    assert ours(friday, 3) == chinese_calendar.find_workday(3, friday) == date(2026, 12, 2)


def test_every_office_has_hours_and_lunch_in_china() -> None:
    """Every shipped calendar says when its office is open; in China not at noon."""
    for name in calendar_names():
        assert calendar_named(name).hours
    noon = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    assert CN.opening(noon) == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "day", "working"),
    [
        ("CN", date(2026, 2, 14), True),  # a Saturday made up for Spring Festival
        ("CN", date(2026, 10, 1), False),
        ("UK", date(2022, 9, 19), False),  # one-off: the Queen's funeral
        ("UK", date(2026, 12, 28), False),  # Boxing Day, observed
        ("UK", date(2024, 12, 2), True),  # St Andrew's, Scotland alone
        ("US", date(2026, 7, 3), False),  # Independence Day, observed
        ("US", date(2026, 11, 27), True),  # the day after Thanksgiving is no federal holiday
        ("EU", date(2026, 4, 6), False),
        ("EU", date(2026, 12, 26), False),
        ("EU", date(2026, 7, 14), True),  # a national holiday does not close TARGET
    ],
)
def test_known_days(name: str, day: date, working: bool) -> None:
    """Days that calendars like to get wrong are right."""
    assert calendar_named(name).is_working_day(day) is working


def test_regenerating_gives_the_same_bytes(tmp_path: Path) -> None:
    """The committed calendars are what the generator writes, byte for byte."""
    for written in generate_calendars.write(tmp_path):
        assert written.read_bytes() == (SHIPPED / written.name).read_bytes()
    assert sorted(p.stem for p in tmp_path.iterdir()) == list(calendar_names())


def test_without_the_holidays_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package that knows the days the generator says which one to install."""
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "holidays":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(RuntimeError, match="'holidays' package"):
        generate_calendars.calendar_text("CN")


def clock_from(moment: datetime) -> Clock:
    return start(
        "answer",
        kind=ClockKind.MUST_BY,
        regime="house",
        owner=Ball.US,
        span=Span(amount=15, unit=Unit.DAYS, source="house"),
        now=moment,
        calendar=calendar_named("CN"),
        default="escalate",
    )


def test_beyond_what_is_published() -> None:
    """A deadline in China in 2027 is provisional, because its make-up days are not published."""
    assert clock_from(datetime(2026, 12, 20, tzinfo=UTC)).provisional(CN)
    assert not clock_from(datetime(2026, 12, 1, tzinfo=UTC)).provisional(CN)


def test_chinas_last_day_rolls_and_others_do_not() -> None:
    """Only China's calendar rolls a last calendar day on to the next working day."""
    assert {name: calendar_named(name).rolls for name in calendar_names()} == {
        "CN": True,
        "EU": False,
        "UK": False,
        "US": False,
    }
    sunday_due = datetime(2026, 9, 19, 2, tzinfo=UTC)  # 15 days on lies inside National Day week
    assert clock_from(sunday_due).due == calendar_named("CN").end_of(date(2026, 10, 8))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rolls", "roll", "UK.toml: roll: there is no such field"),
        ("Europe/London", "Europe/Londres", "UK.toml: zone"),
        ("confirmed_until = 2027-12-31", "confirmed_until = 2027", "UK.toml: confirmed_until"),
        ("holidays = [", "holidays = ", "UK.toml: "),
    ],
)
def test_a_faulty_calendar_is_refused(old: str, new: str, message: str) -> None:
    """A fault in a calendar is told by file and field, unknown fields included."""
    text = (SHIPPED / "UK.toml").read_text("utf-8")
    with pytest.raises(PolicyError, match=message):
        calendar_of("UK.toml", text.replace(old, new, 1))


def test_an_unknown_calendar_names_the_known() -> None:
    """An unknown calendar is refused with the names of the known ones."""
    with pytest.raises(PolicyError, match="no calendar 'DE'; known: CN, EU, UK, US"):
        calendar_named("DE")
