"""What a person gave by hand and the acquirer paid as well: found, and fetched back once."""

from datetime import datetime, timedelta

import pytest

from recourse.disputes import events as ev
from recourse.disputes.approval import decided_by_playbook
from recourse.disputes.case import Case
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind, Remedy
from recourse.disputes.ledger import ledger_of
from recourse.disputes.reckoning import as_known
from recourse.disputes.records import Record, Refund, RefundStatus
from recourse.disputes.recovery import owed_by_receiver
from recourse.disputes.twice import given_twice
from recourse.disputes.verdicts import Confidence, Verdict, Words, judge
from tests.disputes.building import (
    NOW,
    SOLD,
    a_case,
    a_claim,
    a_record,
    a_refund,
    a_sale,
    an_answer,
    an_order,
    cny,
)

POSTED = ev.CorrectionAnswered(
    effect_id="e1", answer=an_answer(AnswerKind.SUCCEEDED, status="posted", reference="R9")
)
BY_HAND = ev.CorrectionByHand(effect_id="e1", reference="BANK-1")
OURS = a_refund(9000, number=9, effect_id="e1")
EARLIER = a_refund(1000)
GIVEN = (ev.CorrectionRequested(order=an_order("e1", minor=9000), part=0), BY_HAND)


def told(kind: Kind = Kind.WRONG_REFUND, *more: ev.Event) -> Case:
    """A refund of 90.00 that was given by hand, and posted."""
    claim = a_claim(kind, refund={"requested": cny(10000), "reported": cny(1000)})
    return a_case(*GIVEN, POSTED, *more, claim=claim)


def judged(case: Case, record: Record) -> Verdict:
    books = as_known(case, record)
    return given_twice(case, judge(case.claim, books, Words(), store_decides=False), books)


@pytest.mark.parametrize("kind", [Kind.WRONG_REFUND, Kind.REFUND_NOT_RECEIVED, Kind.RECEIPT_LOST])
def test_found_whatever_the_claim_was(kind: Kind) -> None:
    """The receiver has it twice and owes it once, and a person decides."""
    case = told(kind)
    verdict = judged(case, a_record(EARLIER, OURS))
    assert (verdict.finding, verdict.confidence) == ("refunded_twice", Confidence.LIKELY)
    (debit,) = verdict.corrections
    assert (debit.remedy, debit.amount) == (Remedy.DEBIT_ADJUSTMENT, cny(9000))
    assert owed_by_receiver(verdict) == cny(9000)
    assert not decided_by_playbook(case.model_copy(update={"verdict": verdict}))


@pytest.mark.parametrize(
    "back",
    [
        (ev.RecoveryRecorded(amount=cny(9000), reference="CASH-3"),),
        (
            ev.CorrectionRequested(
                order=an_order("e2", minor=9000, remedy=Remedy.DEBIT_ADJUSTMENT), part=0
            ),
            ev.CorrectionAnswered(
                effect_id="e2", answer=an_answer(AnswerKind.SUCCEEDED, status="posted")
            ),
        ),
    ],
    ids=["paid back", "debited"],
)
def test_fetched_back_once(back: tuple[ev.Event, ...]) -> None:
    """What has come back is not owed again; what is left is the claim's own matter."""
    case = told(Kind.WRONG_REFUND, *back)
    debited = a_refund(9000, number=3, direction="debit", effect_id="e2")
    books = a_record(EARLIER, OURS, *([debited] if len(back) > 1 else []))
    assert judged(case, books).finding == "refund_correct"


def test_what_came_back_before_is_not_of_it() -> None:
    """Another debt that was paid back earlier leaves what is had twice since as it is."""
    order = ev.CorrectionRequested(order=an_order("e1", minor=3000), part=0)
    before = ev.RecoveryRecorded(amount=cny(4000), reference="CASH-5")
    claim = a_claim(Kind.RECEIPT_LOST, refund={"requested": cny(5000)})
    case = a_case(before, order, BY_HAND, POSTED, claim=claim)
    books = a_record(a_refund(9000), a_refund(3000, number=9, effect_id="e1"))
    assert owed_by_receiver(judged(case, books)) == cny(3000)


def test_a_part_that_came_back() -> None:
    """Only the rest is owed."""
    case = told(Kind.WRONG_REFUND, ev.RecoveryRecorded(amount=cny(4000), reference="CASH-4"))
    assert owed_by_receiver(judged(case, a_record(EARLIER, OURS))) == cny(5000)


def test_sent_back_again_is_not_twice() -> None:
    """What was posted beside and came back is not had twice: the books alone speak."""
    returned = an_answer(AnswerKind.FAILED, status=RefundStatus.RETURNED)
    case = told(Kind.WRONG_REFUND, ev.CorrectionAnswered(effect_id="e1", answer=returned))
    books = a_record(EARLIER, OURS.model_copy(update={"status": RefundStatus.RETURNED}))
    assert judged(case, books).finding != "refunded_twice"


def test_taken_twice_goes_to_a_person() -> None:
    """A debit that was paid at the till and then posted as well is owed to the cardholder."""
    debit = an_order("e1", minor=9000, remedy=Remedy.DEBIT_ADJUSTMENT)
    claim = a_claim(refund={"requested": cny(1000), "reported": cny(10000)})
    case = a_case(ev.CorrectionRequested(order=debit, part=0), BY_HAND, POSTED, claim=claim)
    taken = a_refund(9000, number=9, direction="debit", effect_id="e1")
    verdict = judged(case, a_record(a_refund(10000), taken))
    (credit,) = verdict.corrections
    assert (credit.remedy, credit.amount) == (Remedy.CREDIT_ADJUSTMENT, cny(9000))
    assert verdict.confidence is Confidence.LIKELY


def test_two_of_one_amount_are_two() -> None:
    """A row of the books stands for one movement by hand, and first for the one that names it."""
    again = ev.CorrectionRequested(order=an_order("e2", minor=9000), part=0)
    hand = ev.CorrectionByHand(effect_id="e2", reference="BANK-2")
    case = a_case(*GIVEN, again, hand)
    till = a_refund(9000, number=4, reference="BANK-2", at=NOW + timedelta(days=1))
    for books in (a_record(till), a_record(till.model_copy(update={"reference": "R4"}))):
        assert [refund.amount for refund in as_known(case, books).moves] == [cny(9000)] * 2
    assert [refund.reference for refund in as_known(case, a_record(till)).elsewhere] == ["BANK-1"]


def test_what_was_paid_back_is_no_debit_by_hand() -> None:
    """One half of what he owed was taken by hand, the other came by transfer: both came back."""
    order = an_order("e1", minor=9000, remedy=Remedy.DEBIT_ADJUSTMENT)
    claim = a_claim(refund={"requested": cny(1000), "reported": cny(19000)})
    back = ev.RecoveryRecorded(amount=cny(9000), reference="TRANSFER-1")
    case = a_case(ev.CorrectionRequested(order=order, part=0), BY_HAND, back, claim=claim)
    books = a_record(a_refund(19000), sale=a_sale(captured=20000))
    assert judged(case, books).finding == "refund_correct"
    assert as_known(case, books).refunds == books.refunds


@pytest.mark.parametrize("at", [SOLD, NOW])
def test_what_was_given_by_hand_makes_good_what_failed(at: datetime) -> None:
    """A refund that failed proves what it was for, until that has been given in its place; it is
    never taken for what was given."""
    claim = a_claim(Kind.REFUND_NOT_RECEIVED, refund={"requested": cny(10000)})
    failed = a_record(a_refund(5000, RefundStatus.FAILED, at=at))
    order = an_order("e1", minor=5000)
    case = a_case(ev.CorrectionRequested(order=order, part=0), BY_HAND, claim=claim)
    verdict = judged(case, failed)
    assert [c.amount for c in verdict.corrections] == [cny(5000)]
    assert verdict.confidence is Confidence.UNCLEAR


def test_the_same_row_is_counted_once() -> None:
    """Where the books list what was given by hand, under the reference it was told by, it is
    not put beside itself."""
    case = told()
    till = a_refund(9000, number=4, reference="BANK-1")
    books = as_known(case, a_record(EARLIER, OURS, till))
    assert [refund.reference for refund in books.refunds] == ["R1", "R9", "BANK-1"]


def test_a_name_that_only_the_books_know_is_the_acquirers_own() -> None:
    """The answer bore no reference, and the books tell the one that the person has named: that
    is one payment."""
    case = told()
    assert case.intents[0].paid_twice
    row = OURS.model_copy(update={"arn": "bank-1"})
    after = told(Kind.WRONG_REFUND, ev.RecordRead(record=a_record(EARLIER, row)))
    assert (after.intents[0].paid_twice, after.intents[0].state.value) == (False, "posted")


@pytest.mark.parametrize("status", [RefundStatus.FAILED, RefundStatus.RETURNED])
def test_what_a_person_named_and_the_acquirer_lost_is_owed_again(status: RefundStatus) -> None:
    """The acquirer's own reference, told by hand, is no payment beside its own books: once they
    say that it came to nothing, the money is owed."""
    order = an_order("e1", minor=9000)
    lost = an_answer(AnswerKind.FAILED, status=status)
    case = a_case(
        ev.CorrectionRequested(order=order, part=0),
        ev.CorrectionAnswered(
            effect_id="e1", answer=an_answer(AnswerKind.ACCEPTED, reference="R9")
        ),
        BY_HAND.model_copy(update={"reference": "r9"}),
        ev.CorrectionAnswered(effect_id="e1", answer=lost),
        claim=a_claim(refund={"requested": cny(10000), "reported": cny(1000)}),
    )
    verdict = judged(case, a_record(EARLIER, OURS.model_copy(update={"status": status})))
    assert [(c.remedy, c.amount) for c in verdict.corrections] == [
        (Remedy.CREDIT_ADJUSTMENT, cny(9000))
    ]


def test_a_row_that_a_person_named_is_in_the_books_whoever_asked_for_it() -> None:
    """What was named by hand is not put beside the row of that name: of another order of ours, in
    capitals or not, by its ARN."""
    asked = ev.CorrectionRequested(order=an_order("e1", minor=9000), part=0)
    theirs = a_refund(9000, number=9, effect_id="e0", arn="Arn-9", status=RefundStatus.FAILED)
    for name in ("R9", " r9", "ARN-9"):
        case = a_case(asked, ev.CorrectionByHand(effect_id="e1", reference=name))
        assert beside(case, theirs) == []
    assert beside(a_case(asked, BY_HAND), theirs) == ["BANK-1"]


AT_TILL = a_refund(9000, number=4, at=NOW + timedelta(hours=1))
"""Made while the case was open, under a name that nobody told."""


def beside(case: Case, *rows: Refund) -> list[str]:
    """What counts beside the books, by reference."""
    return [row.reference for row in as_known(case, a_record(EARLIER, *rows)).elsewhere]


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        (RefundStatus.PENDING, []),
        (RefundStatus.POSTED, []),
        (RefundStatus.FAILED, ["BANK-1"]),
        (RefundStatus.RETURNED, ["BANK-1"]),
        (RefundStatus.ABNORMAL, ["BANK-1"]),
    ],
)
def test_what_came_to_nothing_is_no_payment_by_hand(
    status: RefundStatus, counted: list[str]
) -> None:
    """A row of the same amount is taken for what was given by hand only while it is money."""
    asked = ev.CorrectionRequested(order=an_order("e1", minor=9000), part=0)
    case = a_case(asked, BY_HAND)
    assert beside(case, AT_TILL.model_copy(update={"status": status})) == counted


def test_a_row_is_one_payment_by_hand() -> None:
    """Two payments of one amount want two rows, and a row that is named for one of them is not
    taken for the other."""
    two = [
        event
        for number in (1, 2)
        for event in (
            ev.CorrectionRequested(order=an_order(f"e{number}", minor=9000), part=number - 1),
            ev.CorrectionByHand(effect_id=f"e{number}", reference=f"BANK-{number}"),
        )
    ]
    case = a_case(*two)
    another = AT_TILL.model_copy(update={"reference": "R5"})
    assert beside(case, AT_TILL) == ["BANK-2"]
    assert beside(case, AT_TILL, another) == []
    assert beside(case, AT_TILL.model_copy(update={"reference": "BANK-2"})) == ["BANK-1"]
    assert beside(case, AT_TILL, AT_TILL) == []


def test_what_came_back_at_the_till_is_not_what_was_debited_by_hand() -> None:
    """A part that was paid back in cash and a part of the same size that was debited in the
    acquirer's own system are two payments."""
    debit = an_order("e1", minor=4500, remedy=Remedy.DEBIT_ADJUSTMENT)
    case = a_case(
        ev.CorrectionRequested(order=debit, part=0),
        BY_HAND,
        ev.RecoveryRecorded(amount=cny(4500), reference="CASH-3"),
    )
    books = as_known(case, a_record(a_refund(10000)))
    assert ledger_of(books).recovered == cny(9000)


@pytest.mark.parametrize(
    ("booked", "named"),
    [("D-4", "D-4"), ("D-4", "the till"), ("d-4 ", "D-4"), ("R1", "R1")],
    ids=["named", "of the amount", "as typed", "named by the refund that was paid back"],
)
def test_what_was_paid_back_at_the_till_is_counted_once(booked: str, named: str) -> None:
    """The books have it, whatever a person calls it: it is not set beside itself, and leaves no
    room for more than was sold."""
    till = a_refund(9000, number=4, direction="debit", reference=booked, at=AT_TILL.at)
    case = a_case(ev.RecoveryRecorded(amount=cny(9000), reference=named))
    books = as_known(case, a_record(a_refund(10000), till))
    assert (books.elsewhere, ledger_of(books).recovered) == ((), cny(9000))


def test_what_came_back_by_another_way_is_beside_the_books() -> None:
    """The name of the refund that was paid back is none of how it was."""
    case = a_case(ev.RecoveryRecorded(amount=cny(9000), reference="R1"))
    books = as_known(case, a_record(a_refund(10000)))
    assert ledger_of(books).recovered == cny(9000)
