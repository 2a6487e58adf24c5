"""Settlement days: 23:00 to 23:00 Beijing time, named by the day they end on."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.claims import Kind
from recourse.disputes.rules import Facts
from recourse.disputes.settlement import UNIONPAY, SettlementDay
from recourse.policies.loading import Policies, calendar_named

MOMENTS = st.integers(0, 10 * 365 * 86400).map(
    lambda seconds: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def test_what_is_captured_after_eleven_settles_with_the_next_day() -> None:
    """Ten past eleven at night is tomorrow's books, a minute to eleven today's."""
    assert UNIONPAY.day_of(datetime(2026, 11, 20, 15, 10, tzinfo=UTC)) == date(2026, 11, 21)
    assert UNIONPAY.day_of(datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert UNIONPAY.day_of(datetime(2026, 12, 31, 15, tzinfo=UTC)) == date(2027, 1, 1)
    begin, end = UNIONPAY.bounds(date(2026, 11, 21))
    assert begin == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert end - begin == timedelta(days=1)


def test_a_sale_late_at_night_is_counted_from_the_day_it_settles_with() -> None:
    """UnionPay's window of a sale at ten past eleven at night ends a day later than that of a
    sale at a minute to eleven."""
    calendar = calendar_named("CN")
    rules = Policies.shipped().rules_for(Kind.RECEIPT_LOST, "CN", date(2026, 11, 20))
    (window,) = [
        rule for rule in rules if (rule.name, rule.regime) == ("scheme_window", "unionpay")
    ]

    def due(sold: datetime) -> datetime:
        facts = Facts(
            kind="receipt_lost",
            claimant="customer",
            jurisdiction="CN",
            brand="unionpay",
            opened=sold + timedelta(days=3),
            sale=sold,
        )
        clock = window.clock(facts, facts.opened, calendar)
        assert clock is not None
        return clock.due

    early = due(datetime(2026, 11, 20, 14, 59, tzinfo=UTC))
    late = due(datetime(2026, 11, 20, 15, 10, tzinfo=UTC))
    assert late - early == timedelta(days=1)


@given(MOMENTS)
def test_what_settles_is_never_counted_from_before(moment: datetime) -> None:
    """What is counted from lies on the settlement day, not before the moment."""
    counted = UNIONPAY.settled(moment)
    assert counted >= moment
    assert counted.astimezone(ZoneInfo("Asia/Shanghai")).date() == UNIONPAY.day_of(moment)


@given(MOMENTS)
def test_every_moment_settles_on_one_day(moment: datetime) -> None:
    """The day of a moment is the one whose bounds hold it."""
    begin, end = UNIONPAY.bounds(UNIONPAY.day_of(moment))
    assert begin <= moment < end


@given(MOMENTS)
def test_a_cut_at_midnight_is_the_calendar_day(moment: datetime) -> None:
    """A network that settles by calendar days has days without a shift."""
    plain = SettlementDay(network="x", zone="Asia/Shanghai", cut=time())
    assert plain.day_of(moment) == (moment + timedelta(hours=8)).date()
    begin, end = plain.bounds(plain.day_of(moment))
    assert begin <= moment < end
