"""What is said of a sale that may be the one has words."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching import Grade, compare
from recourse.disputes.matching.asking import ASKED, LAST
from recourse.disputes.playbooks import QUESTIONS
from recourse.disputes.records import Sale
from templates.words import LANGUAGES, Words, words
from tests.disputes.building import PRICE, SOLD, a_sale, cny

NUMBERS = {
    "reference": ("536365", "1"),
    "rrn": ("632404123456", "000000000000"),
    "auth_code": ("887464", "000000"),
    "stan": ("000042", "000043"),
    "batch": ("000007", "000008"),
    "terminal": ("T0000001", "T9"),
    "card_last4": ("4242", "1111"),
    "card_brand": ("visa", "jcb"),
}
told = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(values) for name, values in NUMBERS.items()},
        "amount": st.sampled_from([PRICE, PRICE - 1, PRICE * 4 // 5, PRICE // 2, 1]).map(cny),
        "at": st.timedeltas(-timedelta(days=5), timedelta(days=5)).map(lambda off: SOLD + off),
    },
).map(ClaimedSale.model_validate)
sales = st.builds(
    lambda wallet, taken: a_sale(
        stan="000042", batch="000007", card_brand="VISA", wallet=wallet, captured=taken
    ),
    st.booleans(),
    st.sampled_from([PRICE, PRICE // 2, PRICE * 6 // 5]),
)


def say(chosen: Words, section: str, code: str) -> str:
    assert chosen.has(section, code), f"{section}.{code}"
    return chosen.say(section, code)


@settings(deadline=None)
@given(told, st.sampled_from(["", "S01", "S02"]), sales)
def test_every_finding_has_words(known: ClaimedSale, store: str, sale: Sale) -> None:
    """Whatever speaks for or against a sale is said in words, in every language."""
    for finding in compare(known, store, sale):
        assert all(say(words(language), "matching", finding.code) for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_grade_and_question_has_words(language: str) -> None:
    """How sure it is, and what is asked, are said in words, in every language."""
    for grade in Grade:
        assert say(words(language), "grades", grade.value)
    for code in (*ASKED, LAST):
        assert code in QUESTIONS
        assert say(words(language), "asks", code)
