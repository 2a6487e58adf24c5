"""Money on another card than the sale's: sent there by two people, or astray."""

from datetime import timedelta

import pytest

from recourse.disputes import events as ev
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind, Remedy
from recourse.disputes.reckoning import as_known
from recourse.disputes.records import Record, RefundStatus
from recourse.disputes.verdicts import Correction, judge
from tests.disputes.building import (
    NOW,
    a_case,
    a_claim,
    a_record,
    a_refund,
    an_answer,
    an_order,
    cny,
)
from tests.disputes.verdict_rows import STORE_YES

POSTED = ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.SUCCEEDED))
REFUSED = ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.FAILED))
BY_HAND = ev.CorrectionByHand(effect_id="e1", reference="BANK-1")
RETURNED = a_refund(10000, RefundStatus.RETURNED)
"""The card of the sale takes nothing any more."""
SENT = a_refund(10000, number=2, effect_id="e1", card_last4="1881", at=NOW + timedelta(hours=2))
LISTED, UNLISTED = a_record(RETURNED, SENT), a_record().model_copy(update={"refunds_listed": False})
IN_ITS_SYSTEM = a_record(RETURNED, SENT.model_copy(update={"effect_id": ""}))


def found(
    books: Record, *events: ev.Event, kind: Kind, asked: int
) -> tuple[str, tuple[Correction, ...]]:
    case = a_case(*events, claim=a_claim(kind, refund={"requested": cny(asked)}))
    verdict = judge(case.claim, as_known(case, books), STORE_YES, store_decides=False)
    return verdict.finding, verdict.corrections


@pytest.mark.parametrize(
    ("heard", "books"),
    [
        ((POSTED,), LISTED),
        ((POSTED,), UNLISTED),
        ((REFUSED, BY_HAND), a_record(RETURNED)),
        ((REFUSED, BY_HAND), IN_ITS_SYSTEM),
    ],
    ids=["listed", "unlisted", "by hand", "by hand, in the acquirer's own system"],
)
@pytest.mark.parametrize(
    ("kind", "finding"),
    [
        (Kind.WRONG_REFUND, "refund_correct"),
        (Kind.REFUND_NOT_RECEIVED, "refund_posted_trace_by_arn"),
    ],
)
def test_what_was_sent_to_another_card_is_not_astray(
    kind: Kind, finding: str, heard: tuple[ev.Event, ...], books: Record
) -> None:
    """Two people have chosen the card: the money is where it belongs, and is not fetched back."""
    order = an_order("e1", minor=10000, card_last4="1881")
    asked = ev.CorrectionRequested(order=order, part=0)
    assert found(books, asked, *heard, kind=kind, asked=10000) == (finding, ())


def test_what_went_elsewhere_than_it_was_sent_is_astray() -> None:
    """An acquirer that gives to a third card has not done what it was asked."""
    order = an_order("e1", minor=10000, card_last4="1999")
    asked = ev.CorrectionRequested(order=order, part=0)
    finding, (debit, _) = found(LISTED, asked, POSTED, kind=Kind.WRONG_REFUND, asked=10000)
    assert (finding, debit.card_last4) == ("refunded_to_wrong_card", "1881")


@pytest.mark.parametrize("listed", [True, False])
def test_what_was_fetched_from_a_wrong_card_is_not_fetched_again(listed: bool) -> None:
    """What a person got back from there by hand, or a debit at an acquirer that lists none, came
    from that card; the rest on it is not the cardholder's own refund."""
    order = an_order("e1", minor=10000, remedy=Remedy.DEBIT_ADJUSTMENT, card_last4="1111")
    asked = ev.CorrectionRequested(order=order, part=0)
    books = a_record(a_refund(10000, card_last4="1111"), a_refund(3000, number=2))
    told = BY_HAND if listed else POSTED
    finding, corrections = found(
        books.model_copy(update={"refunds_listed": listed}),
        asked,
        told,
        kind=Kind.WRONG_REFUND,
        asked=12000,
    )
    assert finding == "refunded_to_wrong_card"
    assert [(c.remedy, c.amount) for c in corrections] == [(Remedy.CREDIT_ADJUSTMENT, cny(9000))]
