"""The money of a case: the acquirer's books and what was heard since, told once."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.claims import Kind
from recourse.disputes.effects import AnswerKind, Remedy
from recourse.disputes.events import Event
from recourse.disputes.reckoning import Reckoning, as_known, reckon
from recourse.disputes.records import Record, RefundStatus
from recourse.disputes.verdicts import Confidence, Correction, Verdict
from recourse.disputes.vocabulary import Cause, DecisionKind, MoneyState, Stage
from tests.disputes.building import (
    NOW,
    PRICE,
    a_case,
    a_claim,
    a_record,
    a_refund,
    a_sale,
    an_answer,
    an_order,
    cny,
    jpy,
)
from tests.disputes.strategies import cases

VERIFYING = ev.StageEntered(stage=Stage.VERIFICATION, why="x")
ABNORMAL = RefundStatus.ABNORMAL
RETURNED = RefundStatus.RETURNED
PENDING = RefundStatus.PENDING
STATES = MoneyState
DEBIT = Remedy.DEBIT_ADJUSTMENT
LATER = NOW + timedelta(days=3)


def asked(remedy: Remedy = Remedy.CREDIT_ADJUSTMENT, minor: int = 9000) -> ev.CorrectionRequested:
    return ev.CorrectionRequested(order=an_order(remedy=remedy, minor=minor), part=0)


def heard(kind: AnswerKind, **given: Any) -> ev.CorrectionAnswered:
    return ev.CorrectionAnswered(effect_id="e1", answer=an_answer(kind, **given))


def read(record: Record) -> ev.RecordRead:
    return ev.RecordRead(record=record)


def figures(case: Case) -> tuple[int | None, ...]:
    """Refundable, refunded, posted, recovered; and the state."""
    money = reckon(case)
    amounts = (money.refundable, money.refunded, money.posted, money.recovered)
    return tuple(None if amount is None else amount.minor for amount in amounts)


BOOKS = read(a_record(a_refund(1000)))
OURS_PENDING = read(a_record(a_refund(1000), a_refund(9000, PENDING, 2, effect_id="e1")))
OURS_POSTED = read(a_record(a_refund(1000), a_refund(9000, number=2, effect_id="e1")))
OURS_RETURNED = read(a_record(a_refund(1000), a_refund(9000, RETURNED, 2, effect_id="e1")))
BY_HAND = ev.CorrectionByHand(effect_id="e1", reference="bank 7")
ACCEPTED, SUCCEEDED = heard(AnswerKind.ACCEPTED), heard(AnswerKind.SUCCEEDED)
FAILED = heard(AnswerKind.FAILED)
TAKEN = heard(AnswerKind.ACCEPTED, reference="R2")
NAMED = ev.CorrectionByHand(effect_id="e1", reference="R2")

TABLE: list[tuple[str, list[Event], tuple[int | None, ...], MoneyState]] = [
    ("no sale", [], (None, None, None, None), STATES.OUT_OF_POCKET),
    ("the books alone", [BOOKS], (12912, 1000, 1000, 0), STATES.OUT_OF_POCKET),
    ("asked, no answer yet", [BOOKS, asked()], (12912, 1000, 1000, 0), STATES.IN_DOUBT),
    (
        "the answer was lost: it may be out",
        [BOOKS, asked(), heard(AnswerKind.UNKNOWN)],
        (3912, 10000, 1000, 0),
        STATES.IN_DOUBT,
    ),
    (
        "the acquirer never saw it",
        [BOOKS, asked(), heard(AnswerKind.ABSENT)],
        (12912, 1000, 1000, 0),
        STATES.IN_DOUBT,
    ),
    ("accepted", [BOOKS, asked(), ACCEPTED], (3912, 10000, 1000, 0), STATES.PENDING),
    ("posted", [BOOKS, asked(), SUCCEEDED], (3912, 10000, 10000, 0), STATES.POSTED),
    ("by hand", [BOOKS, asked(), BY_HAND], (3912, 10000, 10000, 0), STATES.POSTED),
    (
        "by hand, and posted all the same",
        [BOOKS, asked(), ACCEPTED, BY_HAND, SUCCEEDED],
        (0, 19000, 19000, 0),
        STATES.POSTED,
    ),
    (
        "by hand, and posted all the same, as the books show",
        [OURS_POSTED, asked(), ACCEPTED, BY_HAND, SUCCEEDED],
        (0, 19000, 19000, 0),
        STATES.POSTED,
    ),
    (
        "by hand under the acquirer's own reference: it is still on its way",
        [BOOKS, asked(), TAKEN, NAMED],
        (3912, 10000, 1000, 0),
        STATES.PENDING,
    ),
    (
        "by hand under the acquirer's own reference, and sent back",
        [OURS_RETURNED, asked(), TAKEN, NAMED, heard(AnswerKind.FAILED, status=RETURNED)],
        (12912, 1000, 1000, 0),
        STATES.OUT_OF_POCKET,
    ),
    (
        "by hand, and the books have it posted before we heard",
        [asked(), ACCEPTED, BY_HAND, OURS_POSTED],
        (0, 19000, 19000, 0),
        STATES.POSTED,
    ),
    (
        "by hand under the acquirer's own reference",
        [asked(), ACCEPTED, ev.CorrectionByHand(effect_id="e1", reference=" r2"), OURS_POSTED],
        (3912, 10000, 10000, 0),
        STATES.POSTED,
    ),
    (
        "by hand in the acquirer's own system",
        [asked(), FAILED, BY_HAND, read(a_record(a_refund(1000), a_refund(9000, at=LATER)))],
        (3912, 10000, 10000, 0),
        STATES.POSTED,
    ),
    ("refused", [BOOKS, asked(), FAILED], (12912, 1000, 1000, 0), STATES.OUT_OF_POCKET),
    (
        "refused, then by hand",
        [BOOKS, asked(), FAILED, BY_HAND],
        (3912, 10000, 10000, 0),
        STATES.POSTED,
    ),
    (
        "the card is void",
        [BOOKS, asked(), heard(AnswerKind.FAILED, status=ABNORMAL)],
        (3912, 1000, 1000, 0),
        STATES.OUT_OF_POCKET,
    ),
    (
        "accepted, and the books show it",
        [asked(), ACCEPTED, OURS_PENDING],
        (3912, 10000, 1000, 0),
        STATES.PENDING,
    ),
    (
        "posted since the books were read",
        [asked(), ACCEPTED, OURS_PENDING, SUCCEEDED],
        (3912, 10000, 10000, 0),
        STATES.POSTED,
    ),
    (
        "failed since the books were read",
        [asked(), ACCEPTED, OURS_PENDING, FAILED],
        (12912, 1000, 1000, 0),
        STATES.OUT_OF_POCKET,
    ),
    (
        "posted, and the books show it once",
        [asked(), SUCCEEDED, OURS_POSTED],
        (3912, 10000, 10000, 0),
        STATES.POSTED,
    ),
    (
        "posted, then returned",
        [asked(), SUCCEEDED, OURS_RETURNED],
        (12912, 1000, 1000, 0),
        STATES.OUT_OF_POCKET,
    ),
    (
        "taken back, not there yet",
        [read(a_record(a_refund(10000))), asked(DEBIT, 9000), ACCEPTED],
        (3912, 1000, 10000, 0),
        STATES.PENDING,
    ),
    (
        "taken back",
        [read(a_record(a_refund(10000))), asked(DEBIT, 9000), SUCCEEDED],
        (12912, 1000, 10000, 9000),
        STATES.POSTED,
    ),
    (
        "taken back by hand",
        [read(a_record(a_refund(10000))), asked(DEBIT, 9000), BY_HAND],
        (12912, 1000, 10000, 9000),
        STATES.POSTED,
    ),
    (
        "given by hand, and taken back since",
        [
            asked(),
            FAILED,
            BY_HAND,
            read(a_record(a_refund(1000), a_refund(9000, number=2, direction="debit", at=LATER))),
        ],
        (12912, 1000, 10000, 9000),
        STATES.POSTED,
    ),
    (
        "given at the till while the case is open, and taken back",
        [read(a_record(a_refund(10000, at=NOW + timedelta(minutes=5)))), asked(DEBIT), SUCCEEDED],
        (12912, 1000, 10000, 9000),
        STATES.POSTED,
    ),
    (
        "refunded far too much",
        [read(a_record(a_refund(100000)))],
        (0, 100000, 100000, 0),
        STATES.OUT_OF_POCKET,
    ),
    (
        "the whole sale undone",
        [read(a_record()), asked(Remedy.REVERSAL, PRICE), SUCCEEDED],
        (0, PRICE, PRICE, 0),
        STATES.REVERSED_BACK,
    ),
    (
        "a payment collected again",
        [read(a_record(sale=a_sale("reversed"))), asked(DEBIT, PRICE), SUCCEEDED],
        (PRICE, 0, 0, PRICE),
        STATES.POSTED,
    ),
    (
        "a copy of the slip is no money",
        [read(a_record()), asked(Remedy.REPRINT, PRICE), SUCCEEDED],
        (PRICE, 0, 0, 0),
        STATES.OUT_OF_POCKET,
    ),
    (
        "a refund made at the till is on its way",
        [read(a_record(a_refund(1000, PENDING)))],
        (12912, 1000, 0, 0),
        STATES.PENDING,
    ),
    (
        "books in two currencies are not added up",
        [read(a_record(a_refund(1, amount=jpy(5))))],
        (None, None, None, None),
        STATES.OUT_OF_POCKET,
    ),
]


@pytest.mark.parametrize(
    ("events", "amounts", "state"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_figures(
    events: list[Event], amounts: tuple[int | None, ...], state: MoneyState
) -> None:
    """What was given, what has arrived, what came back and what may still be given; each
    movement counts once, whether the books or an answer told of it."""
    case = a_case(*events)
    assert figures(case) == amounts
    assert reckon(case).state is state


@pytest.mark.parametrize(
    ("decision", "corrections", "state"),
    [
        (DecisionKind.REJECT, (), STATES.NOT_OWED),
        (DecisionKind.NO_CORRECTION, (), STATES.NOT_OWED),
        (DecisionKind.FULL, (Correction(remedy=Remedy.REPRINT, amount=cny(1)),), STATES.NOT_OWED),
        (
            DecisionKind.FULL,
            (Correction(remedy=Remedy.REFUND, amount=cny(1)),),
            STATES.OUT_OF_POCKET,
        ),
    ],
)
def test_a_decision_that_moves_nothing_owes_nothing(
    decision: DecisionKind, corrections: tuple[Correction, ...], state: MoneyState
) -> None:
    """Rejected, nothing to correct, or a mere copy: no money is owed."""
    proposed = ev.DecisionProposed(decision=decision, corrections=corrections, by="agent:mei")
    assert reckon(a_case(VERIFYING, BOOKS, proposed)).state is state


def test_where_no_refunds_are_listed_a_case_counts_its_own() -> None:
    """What a case has given is in the books that it is judged by, also at an acquirer that lists
    none: what was posted, what may come, and what a person gave by hand; never what failed."""
    blind = a_record().model_copy(update={"refunds_listed": False})
    posted, failed, unsure = (an_order(f"e{n}", minor=100 * n) for n in (1, 2, 3))
    happened = [
        event
        for order, kind in (
            (posted, AnswerKind.SUCCEEDED),
            (failed, AnswerKind.FAILED),
            (unsure, AnswerKind.UNKNOWN),
        )
        for event in (
            ev.CorrectionRequested(order=order, part=0),
            ev.CorrectionAnswered(effect_id=order.effect_id, answer=an_answer(kind)),
        )
    ]
    case = a_case(ev.RecordRead(record=blind), *happened)
    known = {(r.effect_id, r.status) for r in as_known(case, blind).refunds}
    assert known == {
        ("e1", RefundStatus.POSTED),
        ("e2", RefundStatus.FAILED),
        ("e3", RefundStatus.PENDING),
    }
    assert as_known(case, a_record()).refunds == ()


def test_a_sale_in_doubt_is_money_in_doubt() -> None:
    """While the verdict is in doubt, so is the money."""
    doubt = Verdict(
        cause=Cause.REVERSAL_PENDING,
        finding="sale_in_doubt",
        confidence=Confidence.UNCLEAR,
        in_doubt=True,
    )
    case = a_case(VERIFYING, BOOKS, ev.VerdictReached(verdict=doubt))
    assert reckon(case).state is STATES.IN_DOUBT


@pytest.mark.parametrize(
    ("claim", "events", "claimed"),
    [
        (a_claim(refund={"requested": cny(10000), "reported": cny(1000)}), [], cny(9000)),
        (a_claim(refund={"requested": cny(1000), "reported": cny(10000)}), [], cny(9000)),
        (a_claim(), [], cny(PRICE)),
        (a_claim(Kind.RECEIPT_LOST, sale={}), [], None),
        (a_claim(Kind.RECEIPT_LOST, sale={}), [BOOKS], cny(PRICE)),
    ],
)
def test_what_is_claimed(claim: Any, events: list[Event], claimed: Any) -> None:
    """Claimed is the difference, the amount asked, or the sale once it is found."""
    assert reckon(a_case(*events, claim=claim)).claimed == claimed


@given(cases)
def test_the_figures_hold_together(case: Case) -> None:
    """Whatever happened: no figure is negative, all are in the sale's currency, and money in
    doubt is never shown as settled."""
    money: Reckoning = reckon(case)
    amounts = (money.refundable, money.refunded, money.posted, money.recovered)
    if case.books is None:
        assert amounts == (None,) * 4
    for amount in amounts:
        if amount is not None and case.books is not None:
            assert amount.minor >= 0
            assert amount.currency == case.books.sale.amount.currency
    moving = [i for i in case.intents if i.order.remedy not in (Remedy.REPRINT, Remedy.NONE)]
    if any(intent.in_doubt for intent in moving):
        assert money.state is MoneyState.IN_DOUBT
