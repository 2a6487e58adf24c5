"""Amounts, moments and cards as they stand in cells."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.money import Money, MoneyError
from recourse.disputes.pan import contains_card_data
from recourse.statements.amounts import read_amount
from recourse.statements.cards import cut, last4
from recourse.statements.moments import Order, read_clock, read_moment
from recourse.statements.reading import read_statement
from tests.statements.files import only, table, workbook

VISA = "4242424242424242"
"""A public test number."""


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("139.12", "CNY", "139.12 CNY"),
        ("¥139.12", "CNY", "139.12 CNY"),
        ("￥1,139.12 ", "CNY", "1139.12 CNY"),
        ("１３９．１２元", "CNY", "139.12 CNY"),
        ("-2,600.00", "CNY", "-2600.00 CNY"),
        ("−15.48", "CNY", "-15.48 CNY"),
        ("(15.48)", "USD", "-15.48 USD"),
        ("15.48-", "EUR", "-15.48 EUR"),
        ("15.48 DR", "GBP", "-15.48 GBP"),
        ("+15.48", "CNY", "15.48 CNY"),
        ("1.139,12 €", "CNY", "1139.12 EUR"),
        ("1 139,12", "EUR", "1139.12 EUR"),
        ("1'139.12", "CHF", "1139.12 CHF"),
        ("139,12", "EUR", "139.12 EUR"),
        ("1,139", "JPY", "1139 JPY"),
        ("12.5", "CNY", "12.50 CNY"),
        ("1.234", "KWD", "1.234 KWD"),
        ("22.200000000000003", "CNY", "22.20 CNY"),
        ("HK$ 88.00", "CNY", "88.00 HKD"),
        ("USD 88.00", "CNY", "88.00 USD"),
        ("人民币 88", "USD", "88.00 CNY"),
    ],
)
def test_amounts(text: str, currency: str, said: str) -> None:
    """Signs, separators, currency names and full-width figures, each read exactly."""
    figure = read_amount(text, currency)
    assert figure is not None
    assert str(figure.money) == said


@pytest.mark.parametrize("text", ["", "-", "/", " -- "])
def test_no_amount(text: str) -> None:
    """A dash is no zero: there is no amount."""
    assert read_amount(text, "CNY") is None


@pytest.mark.parametrize(
    "text", ["12.345", "1,2,3", "1.2.3", "12 or 13", "abc", "1,23.4,5", "9" * 40, "NaN", "1e5"]
)
def test_bad_amounts(text: str) -> None:
    """What is not exactly one amount is refused and never guessed."""
    with pytest.raises(MoneyError):
        read_amount(text, "CNY")


@given(st.integers(-(10**12), 10**12), st.booleans(), st.sampled_from(["¥", "￥", "", "CNY "]))
def test_amounts_come_back(minor: int, grouped: bool, sign: str) -> None:
    """An amount that is written with any sign and grouping is read as what it was."""
    money = Money(minor=minor, currency="CNY")
    whole, _, cents = money.text.lstrip("-").partition(".")
    text = f"{int(whole):,}" if grouped else whole
    figure = read_amount(f"{'-' if minor < 0 else ''}{sign}{text}.{cents}", "CNY")
    assert figure is not None
    assert figure.money == money


@pytest.mark.parametrize(
    ("text", "refunded"),
    [
        ("131.77(已退款89.84)", "89.84 CNY"),
        ("131.77（已退款￥89.84）", "89.84 CNY"),
        ("468.32(已全额退款)", "468.32 CNY"),
        ("131.77 (refunded 89.84)", "89.84 CNY"),
    ],
)
def test_refunds_noted_in_the_amount(text: str, refunded: str) -> None:
    """A note beside the amount is what was refunded, and not part of the amount."""
    figure = read_amount(text, "CNY")
    assert figure is not None
    assert str(figure.refunded) == refunded
    assert figure.money.text in text


@pytest.mark.parametrize(
    ("status", "refunded"),
    [
        ("已全额退款", "139.12 CNY"),
        ("已退款(￥39.12)", "39.12 CNY"),
        ("已退款￥39.12", "39.12 CNY"),
        ("支付成功", "None"),
    ],
)
def test_refunds_noted_in_the_status(status: str, refunded: str) -> None:
    """WeChat says in the status of a sale what was refunded of it."""
    read = table(
        "交易时间,交易类型,交易对方,收/支,金额(元),当前状态",
        f"2026-11-13 12:31:05,商户消费,某店,支出,¥139.12,{status}",
    )
    assert str(only(read).refunded) == refunded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-20 12:31:05", "2026-11-20 12:31:05"),
        ("2026/11/20", "2026-11-20 None"),
        ("2026/1/2 9:05", "2026-01-02 09:05:00"),
        ("20261120", "2026-11-20 None"),
        ("20261120123105", "2026-11-20 12:31:05"),
        ("20261120 12:31", "2026-11-20 12:31:00"),
        ("2026年11月20日 12:31", "2026-11-20 12:31:00"),
        ("2026年11月20日 下午2时31分05秒", "2026-11-20 14:31:05"),
        ("２０２６－１１－２０", "2026-11-20 None"),
        ("2026-11-20T12:31:05.123+08:00", "2026-11-20 12:31:05"),
        ("2026.11.20", "2026-11-20 None"),
        ("20/11/2026", "2026-11-20 None"),
        ("20 Nov 2026 2:31 pm", "2026-11-20 14:31:00"),
        ("Nov 20, 2026", "2026-11-20 None"),
        ("46346", "2026-11-20 None"),
        ("46346.5", "2026-11-20 12:00:00"),
    ],
)
def test_moments(text: str, said: str) -> None:
    """Dates in every form that statements have, with their time or without."""
    moment = read_moment(text)
    assert moment is not None
    assert f"{moment.day} {moment.clock}" == said


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-13-01", "20261320", "139.12", "1234567890", "31/02/2026", "9999-01-01"],
)
def test_no_moments(text: str) -> None:
    """What is no date of our time is none."""
    assert read_moment(text) is None


def test_month_first_when_told() -> None:
    """With the month first the same figures are another day."""
    moment = read_moment("11/12/2026", Order.MONTH_FIRST)
    assert moment is not None
    assert f"{moment.day}" == "2026-11-12"


@pytest.mark.parametrize(
    ("text", "said"),
    [("12:31", "12:31:00"), ("123105", "12:31:05"), ("0.5", "12:00:00"), ("12:05 AM", "00:05:00")],
)
def test_clocks(text: str, said: str) -> None:
    """A time of day in a column of its own."""
    assert str(read_clock(text)) == said


@pytest.mark.parametrize(
    ("text", "kept", "count"),
    [
        (f"卡{VISA}消费", "卡****4242消费", 1),
        ("4242 4242 4242 4242", "****4242", 1),
        ("4242-4242-4242-4242 / 5555555555554444", "****4242 / ****4444", 2),
        ("\uff14\uff12" * 8, "****4242", 1),
        (f"{VISA} 12.00", "****4242 12.00", 1),
        ("4242 4242 4242 4242 12.00", "****", 1),
        ("cvv 123", "****", 1),
        ("2023021222001100010312345678", "2023021222001100010312345678", 0),
        ("6226******5669", "6226******5669", 0),
        ("ab\u202ecd\x1b[31m", "ab cd [31m", 0),
    ],
)
def test_no_card_number_passes(text: str, kept: str, count: int) -> None:
    """A full card number is cut to its last four digits, and what steers a terminal is gone."""
    assert cut(text) == (kept, count)


@given(st.text(alphabet=f"{VISA[:2]}0135 -cv安全码:\u00a0x", max_size=60))
def test_nothing_that_is_cut_holds_card_data(text: str) -> None:
    """Whatever a cell holds, what is kept of it holds no card data."""
    kept, _ = cut(text + VISA)
    assert not contains_card_data(kept)


def test_a_statement_with_card_numbers_is_read_without_them() -> None:
    """A file that holds full card numbers is read; the numbers are cut wherever they stand, and
    counted, and an id that looks like one names nothing any more."""
    read = table(
        f"账号 {VISA}",
        "交易时间,卡号,交易对方,金额,订单号,余额",
        f"2026-11-13,{VISA},向{VISA}付款,-139.12,{VISA},10.00",
    )
    line = only(read)
    assert (line.card_last4, line.counterparty, line.order) == ("4242", "向****4242付款", "")
    assert (read.cards_cut, read.account_last4) == (3, "4242")
    assert not re.search(r"\d{13}", read.model_dump_json())


def test_nor_does_the_name_of_a_sheet_pass() -> None:
    """A workbook whose sheet is named by the card is shown without its number."""
    book = workbook([["日期", "商户", "支出"], ["2026-11-13", "店", "5"]], name=f"{VISA} ")
    assert read_statement(book).layout.sheet == "****4242 1"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("交通银行信用卡(7449)", "7449"),
        ("6226******5669", "5669"),
        ("尾号4242的储蓄卡", "4242"),
        ("Visa ending in 4242", "4242"),
        ("零钱", ""),
        ("2088******010N", ""),
    ],
)
def test_last_four(text: str, found: str) -> None:
    """The last four digits of a card stand in brackets, after stars, or by their name."""
    assert last4(text) == found


@pytest.mark.parametrize(
    "cell", ["5678", "５６７８", " ５６７８ ", "６２２２＊＊＊＊５６７８", "尾号５６７８"]
)
def test_a_card_column_in_full_width_figures(cell: str) -> None:
    """Four digits are four digits, however wide they are written: a claim names them in ASCII."""
    read = table(
        "交易日期,摘要,交易对方,金额,卡号末四位", f"2026-11-01,消费,茶馆,-１００.００,{cell}"
    )
    assert (only(read).card_last4, read.account_last4) == ("5678", "5678")
