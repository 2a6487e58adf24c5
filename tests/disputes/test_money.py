"""Money: exact text in, exact text out, and no float on the way."""

import csv
import math
import operator
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from recourse.disputes.money import (
    EXPONENTS,
    LARGEST_MINOR,
    Money,
    MoneyError,
    parse,
    parse_export,
    zero,
)

LEDGER = Path(__file__).parents[2] / "examples/ledger/uk-retail-invoices.csv"

currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(-(10**12), 10**12)


@given(minors, currencies)
def test_text_reads_back(minor: int, currency: str) -> None:
    """What money writes, money reads, in every currency."""
    money = Money(minor=minor, currency=currency)
    assert parse(money.text, currency) == money
    assert Money.model_validate({"amount": money.text, "currency": currency}) == money
    assert Money.model_validate_json(money.model_dump_json()) == money


@given(minors, currencies)
def test_text_has_the_digits_of_the_currency(minor: int, currency: str) -> None:
    """The text shows exactly as many digits after the point as ISO 4217 gives the currency."""
    _, _, after = Money(minor=minor, currency=currency).text.partition(".")
    assert len(after) == EXPONENTS[currency]


@given(minors, minors, minors)
def test_sums_are_the_sums_of_integers(a: int, b: int, c: int) -> None:
    """Adding is associative and commutative, zero changes nothing, subtracting undoes it."""
    x, y, z = (Money(minor=m, currency="CNY") for m in (a, b, c))
    assert (x + y) + z == x + (y + z)
    assert x + y == y + x
    assert x + zero("CNY") == x
    assert (x + y) - y == x
    assert (x < y) == (a < b)
    assert bool(x) == (a != 0)


@pytest.mark.parametrize(
    "reckon", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge]
)
def test_currencies_are_never_mixed(reckon: Callable[[Money, Money], object]) -> None:
    """Two currencies cannot be reckoned together."""
    with pytest.raises(MoneyError, match="cannot be reckoned"):
        reckon(Money(minor=1, currency="CNY"), Money(minor=1, currency="JPY"))


@pytest.mark.parametrize(
    ("currency", "exponent"),
    [("JPY", 0), ("CNY", 2), ("KWD", 3), ("CLF", 4), ("ISK", 0), ("XCG", 2), ("ANG", 2)],
)
def test_exponents_are_those_of_iso_4217(currency: str, exponent: int) -> None:
    """A currency has the minor unit ISO 4217 gives it, not two digits by habit."""
    assert EXPONENTS[currency] == exponent


@pytest.mark.parametrize(
    "amount",
    [
        "139.123",
        "1,000.00",
        "¥5",
        "",
        "NaN",
        "Infinity",
        "1e999999",
        "1e-999999",
        "1." + "0" * 31 + "1",
        139.12,
        True,
        None,
        str(LARGEST_MINOR),
    ],
)
def test_what_is_no_amount_is_refused(amount: object) -> None:
    """More digits than the currency has, floats, signs, and powers of ten are errors; nothing
    is rounded and nothing but MoneyError comes out."""
    with pytest.raises(MoneyError):
        parse(amount, "CNY")


@pytest.mark.parametrize("currency", ["RMB", "cny", "", None, 156, ["CNY"]])
def test_a_currency_must_exist(currency: object) -> None:
    """Only ISO 4217 codes in capitals are currencies."""
    with pytest.raises(MoneyError, match="does not exist"):
        parse("1.00", currency)


def test_minor_units_are_integers() -> None:
    """Minor units are never taken from text, a float or a truth value."""
    for minor in ("100", 100.0, True):
        with pytest.raises(ValidationError):
            Money.model_validate({"minor": minor, "currency": "CNY"})


def test_amount_and_minor_must_agree() -> None:
    """Written both ways, an amount must be the same amount."""
    with pytest.raises(ValidationError, match="disagree"):
        Money.model_validate({"amount": "1.00", "minor": 101, "currency": "CNY"})


@given(st.integers(1, 10**9), st.integers(-2, 2))
def test_an_export_reads_through_float_noise(cents: int, ulps: int) -> None:
    """A printed double within two units in the last place of an amount is that amount."""
    exact = cents / 100
    noisy = exact
    for _ in range(abs(ulps)):
        noisy = math.nextafter(noisy, math.copysign(math.inf, ulps))
    rounded = Decimal(repr(noisy)).quantize(Decimal("0.01"))
    assert parse_export(repr(noisy), "CNY") == parse(str(rounded), "CNY")
    assert parse_export(repr(noisy), "CNY").minor == cents


@given(st.integers(0, 10**9), st.integers(-1, 1))
def test_an_export_never_rounds_half_a_cent(cents: int, ulps: int) -> None:
    """Half a cent is no noise: the row is refused, whichever way it would round."""
    half = float(Decimal(cents * 10 + 5) / 1000)
    noisy = math.nextafter(half, ulps * math.inf) if ulps else half
    with pytest.raises(MoneyError, match="more digits"):
        parse_export(repr(noisy), "CNY")


def test_the_retail_export_has_four_rows_that_are_no_money() -> None:
    """Of 18,532 real rows exactly the four with a third digit are refused."""
    refused = []
    with LEDGER.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            try:
                parse_export(row["TotalPrice"], "CNY")
            except MoneyError:
                refused.append(row["InvoiceNo"])
    assert refused == ["550193", "561226", "568200", "568375"]
