"""Amounts and moments as people read them."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.money import EXPONENTS, LARGEST_MINOR, Money, parse
from templates.figures import day_text, moment_text, money_text, rule_text
from templates.words import LANGUAGES

AT = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "spoken", "shown"),
    [
        ("1234.5", "CNY", "zh-CN", "¥1,234.50"),
        ("1234.5", "CNY", "en", "¥1,234.50 CNY"),
        ("500", "JPY", "en", "¥500 JPY"),
        ("500", "JPY", "zh-CN", "¥500 JPY"),
        ("9.9", "USD", "en", "$9.90 USD"),
        ("9.9", "HKD", "zh-CN", "$9.90 HKD"),
        ("10", "GBP", "en", "£10.00"),
        ("10", "EUR", "zh-CN", "€10.00"),
        ("-3", "EUR", "en", "-€3.00"),
        ("1.234", "IQD", "en", "IQD 1.234"),
        ("12", "CHF", "en", "CHF 12.00"),
    ],
)
def test_amounts(amount: str, currency: str, spoken: str, shown: str) -> None:
    """An amount shows its sign, and its code wherever the sign could mean another currency."""
    assert money_text(parse(amount, currency), spoken) == shown


@given(
    st.integers(-LARGEST_MINOR, LARGEST_MINOR),
    st.sampled_from(sorted(EXPONENTS)),
    st.sampled_from(LANGUAGES),
)
def test_no_digit_is_ever_lost(minor: int, currency: str, spoken: str) -> None:
    """Every digit of every amount in every currency is shown, none rounded."""
    money = Money(minor=minor, currency=currency)
    shown = re.sub(r"[^0-9.-]", "", money_text(money, spoken))
    assert shown == money.text


def test_moment_names_its_zone() -> None:
    """A moment is shown in the case's zone, summer time and all, and the zone is named."""
    assert moment_text(AT, "Asia/Shanghai", "zh-CN") == "2026年7月2日 07:30（北京时间）"
    assert moment_text(AT, "Europe/London", "en") == "2 July 2026, 00:30 (British Summer Time)"
    assert day_text(AT, "Asia/Shanghai", "en") == "2 July 2026"


def test_unknown_zone_is_shown_as_utc() -> None:
    """A zone nobody knows falls back to UTC and says so."""
    assert moment_text(AT, "Mars/Olympus", "en").startswith("1 July 2026, 23:30 (Coordinated")


def test_midnight_is_the_end_of_the_day_before() -> None:
    """What is due at midnight is due at 24:00 of the day that people count to."""
    midnight = datetime(2026, 12, 11, 16, 0, tzinfo=UTC)
    assert moment_text(midnight, "Asia/Shanghai", "zh-CN") == "2026年12月11日 24:00（北京时间）"
    assert moment_text(midnight, "Asia/Shanghai", "en").startswith("11 December 2026, 24:00")


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (
            "3 business days, house",
            "3 个工作日（本服务自定的时限）",
            "3 business days (our own time limit)",
        ),
        (
            "15 days, house, as CBIRC Order 2020-3 sets banks for simple facts [C1]",
            "15 天（本服务自定的时限）",
            "15 days (our own time limit)",
        ),
        (
            "60 days, SAMR Order 121 Art. 23(1)(5) [C4]",
            "60 天（SAMR Order 121 Art. 23(1)(5)）",
            "60 days (SAMR Order 121 Art. 23(1)(5))",
        ),
        ("1 month, DISP 1.6.2 [K3]", "1 个月（DISP 1.6.2）", "1 month (DISP 1.6.2)"),
        ("查收银日志并回复", "查收银日志并回复", "查收银日志并回复"),
    ],
)
def test_rules_are_told_without_our_own_keys(rule: str, zh: str, en: str) -> None:
    """A reader is told the span and the law, or that the limit is ours, and no source key."""
    assert rule_text(rule, "zh-CN") == zh
    assert rule_text(rule, "en") == en
