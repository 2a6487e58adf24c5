"""Renminbi in capital characters."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.money import LARGEST_MINOR, Money, parse
from recourse.documents.capitals import NotRenminbi, capital_amount

DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def whole(text: str) -> int:
    """Read capital characters back, by a way of its own: right of 亿, then 万, then digits."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in text:
            high, _, low = text.rpartition(unit)
            return whole(high) * size + whole(low)
    total, digit = 0, 0
    for character in text:
        if character in UNITS:
            total += digit * UNITS[character]
            digit = 0
        else:
            digit = DIGITS[character]
    return total + digit


def fen(text: str) -> int:
    found = re.fullmatch(r"人民币(?:(.+)元)?零?(?:(.)角)?零?(?:(.)分)?整?", text)
    assert found, text
    yuan, jiao, fen = found.groups()
    return whole(yuan or "") * 100 + DIGITS[jiao or "零"] * 10 + DIGITS[fen or "零"]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("0.53", "人民币伍角叁分"),
        ("10", "人民币壹拾元整"),
        ("139.12", "人民币壹佰叁拾玖元壹角贰分"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "人民币壹拾万零柒仟元零伍角叁分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("100000", "人民币壹拾万元整"),
        ("100010", "人民币壹拾万零壹拾元整"),
        ("1000000000000", "人民币壹万亿元整"),
        ("200050003", "人民币贰亿零伍万零叁元整"),
    ],
)
def test_examples(amount: str, words: str) -> None:
    """Amounts are written as the rules for bills write them (annex 1, article 5 among them)."""
    assert capital_amount(parse(amount, "CNY")) == words


@given(st.integers(0, LARGEST_MINOR) | st.integers(0, 10**7))
def test_written_and_read_back(minor: int) -> None:
    """What is written reads back as the same amount, to the fen."""
    assert fen(capital_amount(Money(minor=minor, currency="CNY"))) == minor


@given(st.integers(0, LARGEST_MINOR))
def test_form(minor: int) -> None:
    """No doubled zero, no zero before a unit, 整 exactly where there are no fen."""
    words = capital_amount(Money(minor=minor, currency="CNY"))
    assert "零零" not in words
    assert not re.search(r"零[拾佰仟万亿]", words)
    assert words.endswith("整") == (minor % 10 == 0)


@pytest.mark.parametrize("money", [Money(minor=-1, currency="CNY"), parse("1", "USD")])
def test_only_renminbi_of_zero_or_more(money: Money) -> None:
    """Debts and other currencies are not written this way."""
    with pytest.raises(NotRenminbi):
        capital_amount(money)
