"""Clocks stand for themselves: each with its own due time, reminders and owner."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.clocks import (
    Clock,
    ClockKind,
    Ladder,
    earliest,
    next_due,
    next_reminder,
    start,
)
from recourse.disputes.spans import Span, Unit

CALENDAR = Calendar(
    name="CN",
    version="2026",
    zone="Asia/Shanghai",
    confirmed_until=date(2026, 12, 31),
    rolls=True,
)
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


def span(amount: int, unit: Unit = Unit.HOURS, source: str = "house") -> Span:
    return Span(amount=amount, unit=unit, source=source)


def clock(name: str, within: Span, remind_every: Span | None = None, reminders: int = 0) -> Clock:
    return start(
        name,
        kind=ClockKind.MUST_BY,
        regime="house",
        owner=Ball.MERCHANT,
        span=within,
        now=NOW,
        calendar=CALENDAR,
        default="escalate",
        reminders=Ladder(every=remind_every, times=reminders),
    )


def reminders_of(made: Clock) -> list[datetime]:
    """Every moment at which the owner of a clock is reminded, as the process gives them."""
    found = []
    while made.remind_at is not None:
        found.append(made.remind_at)
        left = made.model_copy(update={"reminders_left": made.reminders_left - 1})
        following = next_reminder(left, found[-1], CALENDAR)
        made = left.model_copy(update={"remind_at": following})
    return found


@given(st.integers(1, 200), st.sampled_from(Unit), st.integers(1, 100), st.integers(0, 10))
def test_reminders_come_before_the_end(amount: int, unit: Unit, every: int, reminders: int) -> None:
    """Reminders follow each other between the start and the due time, at most as many as said."""
    made = clock("answer", span(amount, unit), span(every), reminders)
    moments = reminders_of(made)
    assert len(moments) <= reminders
    assert moments == sorted(set(moments))
    assert all(NOW < moment < made.due for moment in moments)
    if moments:
        assert moments[0] == CALENDAR.opening(NOW + timedelta(hours=every))


def test_reminders_keep_their_distance() -> None:
    """Every 24 hours means at 24, 48 and 72 hours, and nothing at the due time itself."""
    made = clock("answer", span(72), span(24), 5)
    assert reminders_of(made) == [NOW + timedelta(hours=24), NOW + timedelta(hours=48)]
    assert reminders_of(clock("answer", span(72), None, 5)) == []


@pytest.mark.parametrize(
    ("within", "due"),
    [
        (span(48), NOW + timedelta(hours=48)),
        (span(7, Unit.DAYS), datetime(2026, 11, 30, 16, tzinfo=UTC)),
        (span(5, Unit.DAYS), datetime(2026, 11, 30, 16, tzinfo=UTC)),
        (span(5, Unit.BUSINESS_DAYS), datetime(2026, 11, 30, 16, tzinfo=UTC)),
        (span(1, Unit.MONTHS), datetime(2026, 12, 23, 16, tzinfo=UTC)),
    ],
)
def test_each_unit_counts_in_its_own_way(within: Span, due: datetime) -> None:
    """Hours run on, calendar days roll to a working day, business days and months end at 24:00."""
    assert clock("answer", within).due == due


def test_the_earliest_moment_of_all_is_picked() -> None:
    """A reminder of a long clock can come before the end of a short one."""
    clocks = {
        "law": clock("law", span(15, Unit.DAYS), span(2), 1),
        "store": clock("store", span(3)),
        "customer": clock("customer", span(5)),
    }
    assert earliest(clocks) == (NOW + timedelta(hours=2), clocks["law"])
    assert next_due(clocks.values()) == NOW + timedelta(hours=3)
    clocks["law"] = clocks["law"].model_copy(update={"remind_at": None})
    assert earliest(clocks) == (NOW + timedelta(hours=3), clocks["store"])


def test_stopped_clocks_ask_for_nothing() -> None:
    """Only running clocks are waited for; with none running there is nothing to wait for."""
    stopped = clock("store", span(3)).model_copy(update={"state": "met", "ended": NOW})
    running = clock("law", span(9))
    assert earliest({"store": stopped, "law": running}) == (running.due, running)
    assert next_due([stopped, running]) == running.due
    assert earliest({"store": stopped}) is None
    assert next_due([]) is None


def test_together_means_by_name() -> None:
    """Two clocks due at one moment come in the order of their names, on every replay."""
    later, sooner = clock("b", span(3)), clock("a", span(3))
    assert earliest({"b": later, "a": sooner}) == (sooner.due, sooner)


def test_a_deadline_past_the_published_days_is_provisional() -> None:
    """Due within the published days is firm; a day or more beyond them may still move."""
    assert not clock("answer", span(30, Unit.DAYS)).provisional(CALENDAR)
    assert clock("law", span(60, Unit.DAYS)).provisional(CALENDAR)
    assert not clock("call", span(2000, Unit.HOURS)).provisional(CALENDAR)
    fixed = CALENDAR.model_validate(CALENDAR.model_dump() | {"rolls": False})
    assert not clock("law", span(60, Unit.DAYS)).provisional(fixed)
    assert clock("law", span(60, Unit.BUSINESS_DAYS)).provisional(fixed)


def test_elapsed_stops_with_the_clock() -> None:
    """What has elapsed grows while the clock runs and stays once it has ended."""
    running = clock("answer", span(48))
    later = NOW + timedelta(hours=10)
    assert running.elapsed(later, CALENDAR) == timedelta(hours=10)
    met = running.model_copy(update={"state": "met", "ended": NOW + timedelta(hours=2)})
    assert met.elapsed(later, CALENDAR) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("within", "words"),
    [
        (span(1), "1 hour, house"),
        (span(15, Unit.DAYS, "CBIRC Order 2020-3"), "15 days, CBIRC Order 2020-3"),
        (span(1, Unit.BUSINESS_DAYS, ""), "1 business day"),
    ],
)
def test_a_clock_says_its_rule(within: Span, words: str) -> None:
    """A clock names its span and where the number comes from."""
    assert clock("answer", within).rule == words
