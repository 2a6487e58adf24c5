"""What is taken without a person is the sale that is meant."""

from bench.matching import (
    LEAST_PRECISION,
    ambiguous_by_amount_and_day,
    ledger,
    regulars,
    scored,
)
from recourse.disputes.matching import AUTO_ACCEPTED, Grade

TELLINGS = 3_000


def test_what_is_taken_without_a_person_is_right() -> None:
    """On real sales, told as people tell them, at least 99.5 % of those that are taken without a
    person are the ones that are meant, at each grade; and enough are taken for that to mean
    something."""
    score = scored(ledger(), TELLINGS, seed="test")
    assert score.taken > TELLINGS / 4
    for grade in AUTO_ACCEPTED:
        assert score.right[grade] > 400
        assert score.precision(grade) >= LEAST_PRECISION, score.mistaken[:3]


def test_a_customer_who_comes_again_is_not_mistaken() -> None:
    """Of customers who come back to the store and pay as much again, by card or by telephone, no
    visit is taken for another: at least 99.5 % of what is taken is what is meant."""
    sales = ledger()
    score = scored(sales, 2 * TELLINGS, seed="test", visits=regulars(sales))
    for grade in AUTO_ACCEPTED:
        assert score.right[grade] > 100
        assert score.precision(grade) >= LEAST_PRECISION, score.mistaken[:3]
    assert score.shown > 0.9


def test_what_is_meant_is_seldom_missed() -> None:
    """Of all tellings, however little or wrongly they tell, at least nine in ten lead to the sale
    that is meant, taken or among those shown."""
    assert scored(ledger(), TELLINGS, seed="test").shown > 0.9


def test_taking_weak_matches_would_not_be_right() -> None:
    """The threshold can be missed: the weak ones, taken too, would miss it."""
    score = scored(ledger(), TELLINGS, seed="test")
    assert score.precision(Grade.WEAK) < LEAST_PRECISION


def test_amount_and_day_are_not_enough() -> None:
    """In the real ledger sales share amount and day: amount and day alone never take one."""
    shared, every = ambiguous_by_amount_and_day(ledger())
    assert every == 18_528
    assert shared > 100
