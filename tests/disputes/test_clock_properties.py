"""What holds for every clock, whatever its calendar and however it was paused."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.clocks import (
    Clock,
    ClockKind,
    Extension,
    Ladder,
    extended,
    next_reminder,
    paused,
    recounted,
    resumed,
    start,
)
from recourse.disputes.hours import Hours
from recourse.disputes.spans import Span, Unit, tick_on, ticked
from recourse.policies.loading import calendar_named

CALENDARS = [calendar_named(name) for name in ("CN", "EU", "UK", "US")]
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
PLENTY = settings(max_examples=150, deadline=None)

calendars = st.sampled_from(CALENDARS)
units = st.sampled_from(Unit)
moments = st.integers(0, 1000 * 86400).map(lambda s: BEGIN + timedelta(seconds=s))
gaps = st.integers(0, 12 * 86400).map(lambda s: timedelta(seconds=s))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    unit = draw(units)
    most = {Unit.HOURS: 300, Unit.WORKING_HOURS: 100, Unit.MONTHS: 6}.get(unit, 40)
    return Span(amount=draw(st.integers(1, most)), unit=unit, source="house")


def a_clock(span: Span, now: datetime, calendar: Calendar, ladder: Ladder | None = None) -> Clock:
    return start(
        "c",
        kind=ClockKind.MUST_BY,
        regime="house",
        owner=Ball.US,
        span=span,
        now=now,
        calendar=calendar,
        default="warn",
        reminders=ladder,
        warn_before=Span(amount=2, unit=Unit.WORKING_HOURS, source="house"),
    )


def pause(clock: Clock, since: datetime, until: datetime, calendar: Calendar) -> Clock:
    return resumed(paused(clock, since, Ball.CUSTOMER), until, calendar)


@given(calendars, spans(), moments, gaps, gaps, gaps)
@PLENTY
def test_pausing_commutes_with_splitting(
    calendar: Calendar, span: Span, now: datetime, one: timedelta, two: timedelta, three: timedelta
) -> None:
    """To stand still from a to b and from b to c is to stand still from a to c, and to stop
    and go on at once changes nothing."""
    clock = a_clock(span, now, calendar)
    a, b, c = now + one, now + one + two, now + one + two + three
    if a >= clock.due:
        return
    split = pause(pause(clock, a, b, calendar), b, c, calendar)
    assert split.due == pause(clock, a, c, calendar).due
    assert pause(clock, a, a, calendar).due == clock.due
    if not ticked(span.unit, a, b, calendar):
        assert pause(clock, a, b, calendar).due == clock.due


@given(calendars, spans(), moments, gaps, gaps)
@PLENTY
def test_standing_still_gives_the_ticking_back(
    calendar: Calendar, span: Span, now: datetime, one: timedelta, two: timedelta
) -> None:
    """A pause never makes a clock due earlier; what has elapsed and what is left make up the
    whole at every moment; and while it stands neither grows."""
    clock = a_clock(span, now, calendar)
    whole = ticked(span.unit, now, clock.due, calendar)
    a, b = now + one, now + one + two
    if a >= clock.due:
        return
    still = paused(clock, a, Ball.CUSTOMER)
    assert still.next_moment is None
    assert still.left(b, calendar) == still.left(a, calendar)
    assert still.elapsed(b, calendar) == still.elapsed(a, calendar)
    assert still.elapsed(b, calendar) + still.left(b, calendar) == whole
    going = resumed(still, b, calendar)
    assert going.due >= clock.due
    assert going.elapsed(b, calendar) + going.left(b, calendar) == whole
    assert going.elapsed(going.due, calendar) == whole
    assert going.left(going.due, calendar) == timedelta()


@given(calendars, spans(), moments, gaps, st.integers(1, 20))
@PLENTY
def test_due_is_monotonic(
    calendar: Calendar, span: Span, now: datetime, gap: timedelta, more: int
) -> None:
    """Who begins later is not due earlier, and a longer span is not due earlier."""
    assert span.end(now, calendar) <= span.end(now + gap, calendar)
    longer = span.model_copy(update={"amount": span.amount + more})
    assert span.end(now, calendar) <= longer.end(now, calendar)


@given(calendars, units, moments, gaps, gaps)
@PLENTY
def test_ticking_is_additive_and_can_be_undone(
    calendar: Calendar, unit: Unit, now: datetime, one: timedelta, two: timedelta
) -> None:
    """What ticks from a to b and from b to c ticks from a to c; and the moment at which so
    much has ticked is the first such moment."""
    a, b, c = now, now + one, now + one + two
    total = ticked(unit, a, c, calendar)
    assert ticked(unit, a, b, calendar) + ticked(unit, b, c, calendar) == total
    reached = tick_on(unit, a, total, calendar)
    assert reached <= c
    assert ticked(unit, a, reached, calendar) == total


@given(calendars, spans(), moments, gaps, st.integers(1, 30), units)
@PLENTY
def test_more_time_is_more(
    calendar: Calendar, span: Span, now: datetime, gap: timedelta, amount: int, unit: Unit
) -> None:
    """An extension makes a clock due later, and its reminder with it."""
    clock = a_clock(span, now, calendar)
    by = Span(amount=amount, unit=unit, source="house")
    more = extended(clock, by, now, calendar)
    assert more.due > clock.due
    assert more.extensions == (Extension(**dict(by), at=now),)
    assert more.remind_at is None or more.remind_at < more.due


turns = st.lists(
    st.tuples(gaps, gaps | st.builds(Span, amount=st.integers(1, 9), unit=units)), max_size=5
)


@given(calendars, spans(), moments, turns, gaps)
@PLENTY
def test_the_same_rule_counted_anew_changes_nothing(
    calendar: Calendar,
    span: Span,
    now: datetime,
    stops: list[tuple[timedelta, timedelta | Span]],
    later: timedelta,
) -> None:
    """Moving a clock to the rule that it has changes nothing about it, in whatever order it was
    given more time and stood still, and whenever that is done. A longer rule never ends earlier
    (where nothing ticks between two ends, as between Friday evening and Saturday, it may end
    with the shorter)."""
    clock, at = a_clock(span, now, calendar), now
    for run, what in stops:
        if at + run >= clock.due:
            break
        at = at + run
        if isinstance(what, Span):
            clock = extended(clock, what, at, calendar)
        else:
            clock, at = pause(clock, at, at + what, calendar), at + what
    assert recounted(clock, span, at, calendar) == clock
    assert recounted(clock, span, at + later, calendar).due == clock.due
    twice = span.model_copy(update={"amount": span.amount * 2})
    assert recounted(clock, twice, at, calendar).pauses == clock.pauses
    assert recounted(clock, twice, at, calendar).due >= clock.due


@given(calendars, spans(), moments, gaps, gaps, st.integers(1, 300))
@PLENTY
def test_a_pause_after_its_end_moves_no_clock(
    calendar: Calendar, span: Span, now: datetime, one: timedelta, two: timedelta, amount: int
) -> None:
    """Counted anew by a rule under which it had run out before it stood still, a clock was due
    then, and not when it went on."""
    clock = a_clock(span, now, calendar)
    a, b = now + one, now + one + two
    shorter = Span(amount=amount, unit=Unit.HOURS, source="house")
    if a >= clock.due or shorter.end(now, calendar) > a:
        return
    stood = pause(clock, a, b, calendar)
    assert recounted(stood, shorter, b, calendar).due == shorter.end(now, calendar)


@given(calendars, spans(), moments, st.integers(1, 60), st.integers(0, 8), st.booleans())
@PLENTY
def test_people_are_reminded_when_they_read(
    calendar: Calendar, span: Span, now: datetime, every: int, times: int, person: bool
) -> None:
    """Reminders follow each other before the due time, never at night, at most so many; the
    warning comes before the end."""
    hours = (Hours.model_validate("08:00-21:00"),) if person else None
    ladder = Ladder(every=Span(amount=every, unit=Unit.HOURS), times=times, hours=hours)
    clock = a_clock(span, now, calendar, ladder)
    if clock.warn_at is not None:
        assert now < clock.warn_at < clock.due
        assert calendar.opening(clock.warn_at) == clock.warn_at
    last, given_ = now, 0
    while clock.remind_at is not None:
        assert last < clock.remind_at < clock.due
        assert calendar.opening(clock.remind_at, hours) == clock.remind_at
        last, given_ = clock.remind_at, given_ + 1
        left = clock.model_copy(update={"reminders_left": clock.reminders_left - 1})
        clock = left.model_copy(update={"remind_at": next_reminder(left, last, calendar, hours)})
    assert given_ <= times


def test_a_leap_day_and_the_ends_of_months() -> None:
    """A year from the leap day ends on the last of February; a month from the 31st on the
    30th; a day from the 28th on the 29th when there is one."""
    uk = calendar_named("UK")

    def last(span: Span, day: date) -> date:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        return uk.local_date(span.end(noon, uk) - timedelta(microseconds=1))

    year = Span(amount=12, unit=Unit.MONTHS)
    month = Span(amount=1, unit=Unit.MONTHS)
    day = Span(amount=1, unit=Unit.DAYS)
    assert last(year, date(2024, 2, 29)) == date(2025, 2, 28)
    assert last(month, date(2026, 8, 31)) == date(2026, 9, 30)
    assert last(month, date(2026, 1, 31)) == date(2026, 2, 28)
    assert last(day, date(2028, 2, 28)) == date(2028, 2, 29)


def test_holiday_bridges() -> None:
    """Three working days lead over National Day week with its make-up Saturday, and over
    Easter in the UK."""
    cn, uk = calendar_named("CN"), calendar_named("UK")
    three = Span(amount=3, unit=Unit.BUSINESS_DAYS)
    begin = datetime(2026, 9, 30, 4, tzinfo=UTC)
    assert three.end(begin, cn) == cn.end_of(date(2026, 10, 10))
    maundy = datetime(2026, 4, 2, 10, tzinfo=UTC)
    assert three.end(maundy, uk) == uk.end_of(date(2026, 4, 9))
