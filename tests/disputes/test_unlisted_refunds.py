"""Verdicts where the acquirer lists no refunds: nothing is concluded from none."""

import pytest

from recourse.disputes.claims import Kind
from recourse.disputes.verdicts import Confidence, Verdict, Words, judge
from recourse.disputes.vocabulary import Result
from tests.disputes.building import a_claim, a_record, a_sale
from tests.disputes.verdict_rows import REVERSED, STORE_NO, STORE_YES, asked, sale_failed

UNLISTED = {"refunds_listed": False}
WORDS = [Words(), STORE_YES, STORE_NO, Words(acquirer=Result.UPHELD)]


def judged(kind: Kind, words: Words, **record: object) -> Verdict:
    books = a_record().model_copy(update={**UNLISTED, **record})
    return judge(a_claim(kind, **asked(5000)), books, words, store_decides=True)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_is_sure_without_a_list(kind: Kind, words: Words) -> None:
    """Half of the sale may have been given back at the till already, unseen: so no kind of
    claim, whatever was said, leads to money or to a rejection without a person."""
    verdict = judged(kind, words)
    assert (verdict.confidence, verdict.upheld, verdict.reason) == (Confidence.UNCLEAR, True, "")
    assert verdict.missing.count("refund_record") == 1


def test_what_would_be_paid_by_itself_with_a_list_is_not_without_one() -> None:
    """The same books and words are sure where refunds are listed."""
    claim, books = a_claim(Kind.REFUND_NOT_RECEIVED, **asked(5000)), a_record()
    listed = judge(claim, books, STORE_YES, store_decides=False)
    unlisted = judged(Kind.REFUND_NOT_RECEIVED, STORE_YES)
    assert listed.confidence is Confidence.SURE
    assert unlisted.corrections == listed.corrections
    assert unlisted.confidence is Confidence.UNCLEAR


def test_what_does_not_hang_on_refunds_stays() -> None:
    """A sale in doubt stays in doubt, and one that took nothing needs no list."""
    claim = a_claim(Kind.REFUND_NOT_RECEIVED, **asked(5000))
    for books in (a_record(sale=a_sale("in_doubt", 0)), sale_failed(0), REVERSED):
        unlisted = books.model_copy(update=UNLISTED)
        words = Words()
        assert judge(claim, unlisted, words, store_decides=False) == judge(
            claim, books, words, store_decides=False
        )
