"""Finding the sale without its slip: how sure, why, and what to ask next."""

from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching import Grade, match, query_for
from recourse.disputes.records import Sale, SaleQuery
from tests.disputes.building import PRICE, SOLD, a_sale, cny

AMOUNT = {"amount": cny(PRICE)}
DAY = {"at": SOLD + timedelta(days=2)}
CARD = {"card_last4": "4242"}
KEYS = {"auth_code": "887464", "terminal": "T0000001"}


def known(**fields: Any) -> ClaimedSale:
    return ClaimedSale.model_validate(fields)


@pytest.mark.parametrize(
    ("told", "store", "grade", "question"),
    [
        ({"reference": "536365"}, "", Grade.EXACT, ""),
        ({"rrn": "632404123456"} | DAY, "", Grade.EXACT, ""),
        ({"rrn": "632404123456"}, "", Grade.WEAK, "sale_amount"),
        (KEYS | AMOUNT | DAY, "", Grade.EXACT, ""),
        (KEYS | AMOUNT, "", Grade.WEAK, "sale_date"),
        (AMOUNT | DAY | CARD, "S01", Grade.STRONG, ""),
        (AMOUNT | DAY | CARD | {"terminal": "T0000001"}, "", Grade.STRONG, ""),
        (AMOUNT | DAY | CARD, "", Grade.WEAK, "statement_line"),
        (AMOUNT | DAY | CARD, "S02", Grade.WEAK, "statement_line"),
        (AMOUNT | DAY, "S01", Grade.WEAK, "card_last4"),
        (AMOUNT | DAY, "", Grade.WEAK, "card_last4"),
        (AMOUNT | {"at": SOLD + timedelta(days=9)} | CARD, "S01", Grade.WEAK, "statement_line"),
        (AMOUNT | DAY | {"card_last4": "1111"}, "S01", Grade.WEAK, "statement_line"),
        ({}, "S01", Grade.WEAK, "sale_amount"),
    ],
)
def test_one_candidate_is_graded_by_what_agrees(
    told: dict[str, Any], store: str, grade: Grade, question: str
) -> None:
    """One candidate is taken for the sale only when enough agrees; amount and day alone are
    weak, and ask on."""
    found = match(known(**told), store, (a_sale(),))
    assert (found.grade, found.question) == (grade, question)
    if grade is Grade.WEAK:
        assert found.sale is None
        assert found.candidates == (a_sale(),)
    else:
        assert found.sale == a_sale()


def test_the_reasons_are_what_agrees() -> None:
    """The reasons of a match name every field that agrees and no other."""
    told = known(**AMOUNT, **DAY, card_last4="1111", terminal="T0000001")
    assert set(match(told, "S01", (a_sale(),)).reasons) == {
        "terminal",
        "store",
        "sale_amount",
        "sale_date",
    }


def test_nothing_told_agrees_with_nothing() -> None:
    """Fields that nobody told do not agree because both are empty."""
    bare = a_sale(terminal="", store="", rrn="", auth_code="", card_last4="")
    assert match(known(), "", (bare,)).reasons == ()


@pytest.mark.parametrize(
    ("told", "question"),
    [
        ({}, "sale_amount"),
        (AMOUNT, "sale_date"),
        (AMOUNT | DAY, "card_last4"),
        (AMOUNT | DAY | CARD, "statement_line"),
    ],
)
def test_no_candidate_asks_for_what_is_missing(told: dict[str, Any], question: str) -> None:
    """Nothing found: the most telling thing nobody has told is asked for."""
    found = match(known(**told), "S01", ())
    assert (found.grade, found.sale, found.question) == (Grade.NONE, None, question)


def two(**second: Any) -> tuple[Sale, ...]:
    return (a_sale(), a_sale(reference="536366", **second))


@pytest.mark.parametrize(
    ("told", "sales", "question"),
    [
        ({}, two(card_last4="1111"), "card_last4"),
        (CARD, two(card_last4="1111"), "statement_line"),
        ({}, two(at=SOLD + timedelta(days=1)), "sale_date"),
        (DAY, two(at=SOLD + timedelta(days=1)), "statement_line"),
        ({}, two(amount=cny(5), captured=5), "sale_amount"),
        (AMOUNT, two(amount=cny(5), captured=5), "statement_line"),
        ({}, two(), "statement_line"),
        (DAY, two(at=SOLD + timedelta(days=1), card_last4="1111"), "card_last4"),
        (
            {},
            (
                a_sale(),
                a_sale(reference="2", card_last4="1111"),
                a_sale(reference="3", card_last4="2222", at=SOLD + timedelta(days=1)),
            ),
            "card_last4",
        ),
    ],
)
def test_several_candidates_ask_what_splits_them_best(
    told: dict[str, Any], sales: tuple[Sale, ...], question: str
) -> None:
    """Of several sales the question is the one nobody answered yet that tells most apart."""
    found = match(known(**told), "S01", sales)
    assert (found.grade, found.question) == (Grade.AMBIGUOUS, question)


several = st.lists(
    st.builds(
        lambda number, card, days: a_sale(
            reference=f"S{number}", card_last4=card, at=SOLD + timedelta(days=days)
        ),
        st.integers(0, 99),
        st.sampled_from(("4242", "1111", "")),
        st.integers(0, 5),
    ),
    min_size=2,
    max_size=30,
).map(tuple)
some_fields = st.fixed_dictionaries(
    {},
    optional={
        "reference": st.just("S1"),
        "rrn": st.just("632404123456"),
        "auth_code": st.just("887464"),
        "terminal": st.just("T0000001"),
        "amount": st.just(cny(PRICE)),
        "at": st.just(SOLD),
        "card_last4": st.sampled_from(("4242", "1111")),
    },
)


@given(some_fields, several)
def test_none_of_several_is_chosen(told: dict[str, Any], sales: tuple[Sale, ...]) -> None:
    """However well one of several fits, a person chooses: an agent never has it done."""
    found = match(known(**told), "S01", sales)
    assert found.sale is None
    assert found.grade is Grade.AMBIGUOUS
    assert found.question
    assert set(found.candidates) <= set(sales)
    assert len(found.candidates) <= 20


@given(some_fields, st.integers(0, 60))
def test_a_reference_is_looked_up_alone(told: dict[str, Any], days: int) -> None:
    """A reference stands alone: what people misremember must not hide the sale it names.
    Without one everything that is known narrows the search."""
    query = query_for(known(**told), "S01", days)
    if "reference" in told:
        assert query == SaleQuery(reference="S1")
        return
    assert query.store == "S01"
    for name in ("rrn", "auth_code", "terminal", "amount", "card_last4"):
        assert getattr(query, name) == told.get(name, getattr(SaleQuery(), name))
    if "at" in told:
        span = timedelta(days=days)
        assert query.since == SOLD.astimezone(UTC) - span
        assert query.until == SOLD.astimezone(UTC) + span
    else:
        assert (query.since, query.until) == (None, None)
