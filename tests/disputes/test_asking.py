"""The one question is put in the customer's days: what parts the sales for him, and not for UTC."""

from datetime import UTC, datetime

from recourse.disputes.matching import Grade, match
from recourse.policies.loading import calendar_named
from tests.disputes.building import a_sale
from tests.disputes.test_matching import known

HERE = calendar_named("CN").local_date


def asked(first: datetime, second: datetime) -> str:
    """What is asked of two sales that differ in their moment alone."""
    sales = (a_sale(at=first), a_sale(reference="536366", at=second))
    found = match(known(), "S01", sales, day_of=HERE)
    assert found.grade is Grade.AMBIGUOUS
    return found.question


def test_two_sales_of_one_day_are_not_told_apart_by_it() -> None:
    """07:30 and 09:00 of one day in Beijing are two days in UTC. Whoever is asked for the day
    names one day, and is not asked for it."""
    early = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert asked(early, datetime(2026, 11, 20, 1, 0, tzinfo=UTC)) == "statement_line"


def test_two_days_are_told_apart_though_they_are_one_in_utc() -> None:
    """23:30 and half past midnight are two days to whoever was there."""
    late = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    assert asked(late, datetime(2026, 11, 20, 16, 30, tzinfo=UTC)) == "sale_date"
