"""What is taken without a person is the sale that is meant."""

from bench.matching import LEAST_PRECISION, ambiguous_by_amount_and_day, ledger, scored
from recourse.disputes.matching import Grade

TELLINGS = 3_000


def test_what_is_taken_without_a_person_is_right() -> None:
    """On real sales, told as people tell them, at least 99.5 % of those that are taken without a
    person are the ones that are meant; and enough are taken for that to mean something."""
    score = scored(ledger(), TELLINGS, seed="test")
    assert score.taken > TELLINGS / 4
    assert score.precision >= LEAST_PRECISION, score.mistaken[:3]


def test_taking_weak_matches_would_not_be_right() -> None:
    """The threshold can be missed: with the weak ones taken too, it would be."""
    score = scored(ledger(), TELLINGS, seed="test")
    shown = score.right[Grade.WEAK] + score.wrong[Grade.WEAK]
    right = sum(score.right[g] for g in (Grade.EXACT, Grade.STRONG, Grade.WEAK))
    assert right / (score.taken + shown) < LEAST_PRECISION


def test_amount_and_day_are_not_enough() -> None:
    """In the real ledger sales share amount and day: amount and day alone never take one."""
    shared, every = ambiguous_by_amount_and_day(ledger())
    assert every == 18_528
    assert shared > 100
