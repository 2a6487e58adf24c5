"""What a case gave that was not owed is a gift: no claim is answered by it, and no part of it is
claimed back."""

from datetime import timedelta
from typing import Any

import pytest

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.chargebacks import beside_chargebacks
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind, Remedy
from recourse.disputes.ledger import ledger_of
from recourse.disputes.reckoning import as_known, reckon
from recourse.disputes.records import ChargebackStatus, Record, RefundStatus
from recourse.disputes.twice import given_twice
from recourse.disputes.verdicts import Verdict, judge
from tests.disputes.building import (
    NOW,
    PRICE,
    a_case,
    a_chargeback,
    a_claim,
    a_record,
    a_refund,
    an_answer,
    an_order,
    cny,
)
from tests.disputes.verdict_rows import STORE_NO, STORE_YES

FAILED = RefundStatus.FAILED
GIFT = an_order("e1", minor=2000, reason="goodwill")
ASKED = ev.CorrectionRequested(order=GIFT, part=0)
POSTED = ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.SUCCEEDED))
REFUSED = ev.CorrectionAnswered(effect_id="e1", answer=an_answer(AnswerKind.FAILED))
BY_HAND = ev.CorrectionByHand(effect_id="e1", reference="BANK-1")
ROW = a_refund(2000, number=9, effect_id="e1", at=NOW + timedelta(hours=2))
AT_THE_ACQUIRER = a_refund(2000, number=9, at=NOW + timedelta(hours=2))
"""Made by hand in the acquirer's own system, where it has no id of ours."""

GIVEN: dict[str, tuple[tuple[ev.Event, ...], Record]] = {
    "by the acquirer": ((ASKED, POSTED), a_record(ROW)),
    "by an acquirer that lists nothing": (
        (ASKED, POSTED),
        a_record().model_copy(update={"refunds_listed": False}),
    ),
    "by hand": ((ASKED, REFUSED, BY_HAND), a_record(ROW.model_copy(update={"status": FAILED}))),
    "by hand, in the acquirer's own system": ((ASKED, BY_HAND), a_record(AT_THE_ACQUIRER)),
}
WAYS = pytest.mark.parametrize(("events", "books"), GIVEN.values(), ids=GIVEN)


def case_of(
    events: tuple[ev.Event, ...], kind: Kind = Kind.WRONG_REFUND, asked: int = 1000
) -> Case:
    return a_case(*events, claim=a_claim(kind, refund={"requested": cny(asked)}))


def with_refunds(books: Record, *minors: int, **given: Any) -> Record:
    made = tuple(a_refund(minor, number=n, **given) for n, minor in enumerate(minors, 1))
    return books.model_copy(update={"refunds": (*made, *books.refunds)})


def judged(case: Case, books: Record) -> Verdict:
    known = as_known(case, books)
    verdict = judge(case.claim, known, STORE_YES, store_decides=False)
    return beside_chargebacks(case.claim, verdict, known)


@WAYS
def test_a_gift_is_not_claimed_back(events: tuple[ev.Event, ...], books: Record) -> None:
    """What was asked has been refunded, and the gift beside it stays with the cardholder."""
    verdict = judged(case_of(events), with_refunds(books, 1000))
    assert (verdict.finding, verdict.corrections) == ("refund_correct", ())


@WAYS
@pytest.mark.parametrize(
    ("kind", "refunded", "owed"),
    [
        (Kind.WRONG_REFUND, (1000,), 4000),
        (Kind.WRONG_REFUND, (), 5000),
        (Kind.REFUND_NOT_RECEIVED, (), 5000),
        (Kind.RECEIPT_LOST, (), 5000),
    ],
)
def test_a_gift_pays_no_debt(
    events: tuple[ev.Event, ...],
    books: Record,
    kind: Kind,
    refunded: tuple[int, ...],
    owed: int,
) -> None:
    """What is owed is owed whole, whatever was given besides."""
    verdict = judged(case_of(events, kind, asked=5000), with_refunds(books, *refunded))
    (correction,) = verdict.corrections
    assert correction.remedy in (Remedy.CREDIT_ADJUSTMENT, Remedy.REFUND)
    assert correction.amount == cny(owed)


@WAYS
def test_a_gift_is_gone_all_the_same(events: tuple[ev.Event, ...], books: Record) -> None:
    """No more of the sale is given than is left of it, and the cardholder is known to have it."""
    case = case_of(events, asked=PRICE)
    (correction,) = judged(case, books).corrections
    assert correction.amount == cny(PRICE - 2000)
    assert ledger_of(as_known(case, books)).credited == cny(2000)
    money = reckon(case.model_copy(update={"books": books}))
    assert (money.refunded, money.refundable) == (cny(2000), cny(PRICE - 2000))


def test_a_gift_that_failed_proves_no_debt() -> None:
    """That a gift did not arrive is no word for what the store has denied."""
    books = a_record(ROW.model_copy(update={"status": FAILED}))
    case = case_of((ASKED, REFUSED), Kind.REFUND_NOT_RECEIVED, asked=2000)
    known = as_known(case, books)
    verdict = judge(case.claim, known, STORE_NO, store_decides=False)
    assert (verdict.reason, verdict.corrections) == ("not_entitled", ())


def test_a_gift_is_not_claimed_back_beside_a_chargeback() -> None:
    """The issuer has paid what was claimed; what was given besides was never claimed."""
    lost = (a_chargeback(1000, ChargebackStatus.LOST),)
    books = a_record(ROW).model_copy(update={"chargebacks": lost})
    verdict = judged(case_of((ASKED, POSTED)), books)
    assert not any(c.remedy is Remedy.DEBIT_ADJUSTMENT for c in verdict.corrections)


def test_a_gift_is_no_part_of_what_was_taken_twice() -> None:
    """A debit was paid by hand and posted as well: goodwill since has given none of it back."""
    debit = an_order("e2", minor=9000, remedy=Remedy.DEBIT_ADJUSTMENT)
    twice = (
        ev.CorrectionRequested(order=debit, part=0),
        ev.CorrectionByHand(effect_id="e2", reference="BANK-2"),
        ev.CorrectionAnswered(effect_id="e2", answer=an_answer(AnswerKind.SUCCEEDED)),
    )
    case = case_of((*twice, ASKED, POSTED))
    taken = a_refund(9000, number=8, direction="debit", effect_id="e2", at=NOW)
    known = as_known(case, a_record(a_refund(10000), taken, ROW))
    (credit,) = given_twice(case, judged(case, known), known).corrections
    assert (credit.remedy, credit.amount) == (Remedy.CREDIT_ADJUSTMENT, cny(9000))


def test_what_takes_a_gift_back_collects_nothing_anew() -> None:
    """A debit that goes beyond the refunds takes the gift, and no payment is collected by it."""
    case = case_of((ASKED, POSTED))
    back = a_refund(3000, number=8, direction="debit", at=NOW + timedelta(days=1))
    ledger = ledger_of(as_known(case, a_record(a_refund(1000), ROW, back)))
    assert (ledger.refunded, ledger.collected) == (cny(0), cny(0))
