"""Verdicts: from claim, books and words to cause and remedy."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.claims import Claim, Kind, SubKind
from recourse.disputes.effects import EffectOrder, Remedy
from recourse.disputes.ledger import PAYOUTS, ledger_of, objection
from recourse.disputes.records import Record, Refund, RefundStatus
from recourse.disputes.verdicts import Confidence, Correction, Verdict, Words, amount_of, judge
from recourse.disputes.vocabulary import Cause, Result
from tests.disputes.building import PRICE, SOLD, a_claim, a_record, a_refund, a_sale, cny, jpy
from tests.disputes.strategies import claims, records, said

REPRINT = (Remedy.REPRINT, PRICE)
NOBODY = Words()
STORE_YES = Words(store=Result.CONFIRMS)
STORE_NO = Words(store=Result.DENIES)
UPHELD = Words(acquirer=Result.UPHELD)
REVERSED = a_record(sale=a_sale("reversed"))
FAILED = RefundStatus.FAILED
PENDING = RefundStatus.PENDING


@dataclass(frozen=True)
class Found:
    """What a verdict should say."""

    finding: str
    cause: Cause
    corrections: tuple[tuple[Any, ...], ...] = ()
    confidence: Confidence = Confidence.SURE
    form: SubKind | None = None
    missing: tuple[str, ...] = ()
    upheld: bool = True
    in_doubt: bool = False


@dataclass(frozen=True)
class Row:
    """A claim of a kind, the books, what was said, and what follows."""

    name: str
    kind: Kind
    record: Record
    found: Found
    claim: dict[str, Any] = field(default_factory=dict)
    words: Words = NOBODY
    store_decides: bool = False


def asked(minor: int) -> dict[str, Any]:
    return {"refund": {"requested": cny(minor)}}


def debit(minor: int, card: str = "") -> tuple[Any, ...]:
    return (Remedy.DEBIT_ADJUSTMENT, minor, card) if card else (Remedy.DEBIT_ADJUSTMENT, minor)


def credit(minor: int) -> tuple[Any, ...]:
    return (Remedy.CREDIT_ADJUSTMENT, minor)


def sale_failed(captured: int) -> Record:
    return a_record(sale=a_sale("failed", captured))


WRONG = Kind.WRONG_REFUND
MISSING = Kind.REFUND_NOT_RECEIVED
RETURNED = Kind.PAYMENT_REVERSED
NO_SLIP = Kind.RECEIPT_NOT_PRINTED
LOST = Kind.RECEIPT_LOST
PROCESS = Cause.ISSUER_OR_ACQUIRER_PROCESS
FAULT = Cause.SYSTEM_FAULT
LIKELY = Confidence.LIKELY
UNCLEAR = Confidence.UNCLEAR

WRONG_REFUNDS = [
    Row(
        "one zero too many",
        WRONG,
        a_record(a_refund(100000)),
        Found("refunded_too_much", FAULT, (debit(90000),), form=SubKind.TOO_MUCH),
        asked(10000),
    ),
    Row(
        "too much, the store admits it",
        WRONG,
        a_record(a_refund(12000)),
        Found("refunded_too_much", Cause.OPERATOR_ERROR, (debit(2000),), form=SubKind.TOO_MUCH),
        asked(10000),
        STORE_YES,
    ),
    Row(
        "too much, the store denies it",
        WRONG,
        a_record(a_refund(12000)),
        Found("refunded_too_much", FAULT, (debit(2000),), LIKELY, SubKind.TOO_MUCH),
        asked(10000),
        STORE_NO,
    ),
    Row(
        "too much, taken back already",
        WRONG,
        a_record(a_refund(12000), a_refund(2000, direction="debit", number=2)),
        Found("refund_correct", Cause.NO_FAULT_FOUND, upheld=False),
        asked(10000),
    ),
    Row(
        "twice",
        WRONG,
        a_record(a_refund(5000), a_refund(5000, number=2)),
        Found("refunded_twice", Cause.DUPLICATE_REFUND, (debit(5000),), form=SubKind.TWICE),
        asked(5000),
    ),
    Row(
        "twice, the second on its way",
        WRONG,
        a_record(a_refund(5000), a_refund(5000, PENDING, 2)),
        Found("refunded_twice", Cause.DUPLICATE_REFUND, (debit(5000),), form=SubKind.TWICE),
        asked(5000),
    ),
    Row(
        "twice, the second failed",
        WRONG,
        a_record(a_refund(5000), a_refund(5000, FAILED, 2)),
        Found("refund_correct", Cause.NO_FAULT_FOUND, upheld=False),
        asked(5000),
    ),
    Row(
        "too little",
        WRONG,
        a_record(a_refund(1000)),
        Found("refunded_too_little", FAULT, (credit(9000),), form=SubKind.TOO_LITTLE),
        asked(10000),
    ),
    Row(
        "too little, and more asked than was paid",
        WRONG,
        a_record(a_refund(1000)),
        Found(
            "refunded_too_little",
            FAULT,
            (credit(PRICE - 1000),),
            UNCLEAR,
            SubKind.TOO_LITTLE,
            ("refund_record",),
        ),
        asked(20000),
    ),
    Row(
        "all of it refunded, and more asked than was paid",
        WRONG,
        a_record(a_refund(PRICE)),
        Found("refund_correct", Cause.NO_FAULT_FOUND, upheld=False),
        asked(20000),
    ),
    Row(
        "right",
        WRONG,
        a_record(a_refund(10000)),
        Found("refund_correct", Cause.NO_FAULT_FOUND, upheld=False),
        asked(10000),
    ),
    Row(
        "right in two parts",
        WRONG,
        a_record(a_refund(4000), a_refund(6000, number=2)),
        Found("refund_correct", Cause.NO_FAULT_FOUND, upheld=False),
        asked(10000),
    ),
    Row(
        "nothing told to compare with",
        WRONG,
        a_record(a_refund(10000)),
        Found(
            "refund_to_compare_by_hand",
            Cause.UNKNOWN_PENDING,
            (),
            UNCLEAR,
            missing=("refund_application", "refund_record"),
        ),
    ),
    Row(
        "for the wrong sale",
        WRONG,
        a_record(a_refund(10000)),
        Found(
            "refund_to_compare_by_hand",
            Cause.UNKNOWN_PENDING,
            (),
            UNCLEAR,
            missing=("refund_application", "refund_record"),
        ),
        asked(10000) | {"form": SubKind.WRONG_SALE},
    ),
    Row(
        "to the wrong card",
        WRONG,
        a_record(a_refund(10000, card_last4="1111")),
        Found(
            "refunded_to_wrong_card",
            Cause.WRONG_CARD_DATA,
            (debit(10000, "1111"), credit(10000)),
            LIKELY,
            SubKind.WRONG_CARD,
        ),
        asked(10000),
    ),
    Row(
        "to the wrong card, all of it, fetched back already",
        WRONG,
        a_record(
            a_refund(PRICE, card_last4="1111"),
            a_refund(PRICE, number=2, card_last4="1111", direction="debit"),
        ),
        Found(
            "refunded_to_wrong_card",
            Cause.WRONG_CARD_DATA,
            (credit(PRICE),),
            LIKELY,
            SubKind.WRONG_CARD,
        ),
        asked(PRICE),
    ),
    Row(
        "to the wrong card, put right already",
        WRONG,
        a_record(
            a_refund(PRICE, card_last4="1111"),
            a_refund(PRICE, number=2, card_last4="1111", direction="debit"),
            a_refund(PRICE, number=3),
        ),
        Found("refund_correct", Cause.NO_FAULT_FOUND, upheld=False),
        asked(PRICE),
    ),
    Row(
        "said to be on the wrong card, and the books do not show it",
        WRONG,
        a_record(a_refund(10000)),
        Found(
            "refunded_to_wrong_card",
            Cause.WRONG_CARD_DATA,
            (),
            UNCLEAR,
            SubKind.WRONG_CARD,
            ("refund_record",),
        ),
        asked(10000) | {"form": SubKind.WRONG_CARD},
    ),
    Row(
        "reversed and refunded: given twice",
        WRONG,
        a_record(a_refund(PRICE), sale=a_sale("reversed")),
        Found("refunded_too_much", FAULT, (debit(PRICE),), form=SubKind.TOO_MUCH),
        asked(PRICE),
    ),
    Row(
        "reversed, collected again, refunded as asked",
        WRONG,
        a_record(
            a_refund(PRICE, direction="debit"), a_refund(5000, number=2), sale=a_sale("reversed")
        ),
        Found("refund_correct", Cause.NO_FAULT_FOUND, upheld=False),
        asked(5000),
    ),
    Row(
        "told in another currency",
        WRONG,
        a_record(a_refund(10000)),
        Found(
            "currencies_differ",
            Cause.UNKNOWN_PENDING,
            (),
            UNCLEAR,
            missing=("settlement_line",),
        ),
        {"sale": {"reference": "536365"}, "refund": {"requested": jpy(2000)}},
    ),
    Row(
        "books in two currencies",
        WRONG,
        a_record(a_refund(10000, amount=jpy(2000))),
        Found(
            "currencies_differ",
            Cause.UNKNOWN_PENDING,
            (),
            UNCLEAR,
            missing=("settlement_line",),
        ),
        asked(10000),
    ),
]

NOT_RECEIVED = [
    Row(
        "on its way",
        MISSING,
        a_record(a_refund(10000, PENDING)),
        Found("refund_on_its_way", PROCESS, form=SubKind.NOT_YET_POSTED),
        asked(10000),
    ),
    Row(
        "posted",
        MISSING,
        a_record(a_refund(10000)),
        Found("refund_posted_trace_by_arn", PROCESS),
        asked(10000),
    ),
    Row(
        "posted, to another card",
        MISSING,
        a_record(a_refund(10000, card_last4="1111")),
        Found(
            "refunded_to_wrong_card",
            Cause.WRONG_CARD_DATA,
            (debit(10000, "1111"), credit(10000)),
            LIKELY,
            SubKind.WRONG_CARD,
        ),
        asked(10000),
    ),
    Row(
        "never submitted, promised by nobody",
        MISSING,
        a_record(),
        Found(
            "no_refund_on_record",
            Cause.REFUND_NEVER_SUBMITTED,
            (credit(10000),),
            UNCLEAR,
            SubKind.NEVER_SUBMITTED,
            ("refund_promise", "refund_record"),
        ),
        asked(10000),
    ),
    Row(
        "never submitted, the store admits it",
        MISSING,
        a_record(),
        Found(
            "no_refund_on_record",
            Cause.REFUND_NEVER_SUBMITTED,
            (credit(10000),),
            form=SubKind.NEVER_SUBMITTED,
        ),
        asked(10000),
        STORE_YES,
    ),
    Row(
        "never submitted, the acquirer confirms it",
        MISSING,
        a_record(),
        Found(
            "no_refund_on_record",
            Cause.REFUND_NEVER_SUBMITTED,
            (credit(10000),),
            form=SubKind.NEVER_SUBMITTED,
        ),
        asked(10000),
        Words(acquirer=Result.CONFIRMS),
    ),
    Row(
        "never submitted, the store owes nothing",
        MISSING,
        a_record(),
        Found("not_entitled", Cause.GOODS_DISPUTE, (), LIKELY, upheld=False),
        asked(10000),
        STORE_NO,
    ),
    Row(
        "never submitted, the store owes nothing, the acquirer upholds",
        MISSING,
        a_record(),
        Found(
            "no_refund_on_record",
            Cause.REFUND_NEVER_SUBMITTED,
            (credit(10000),),
            form=SubKind.NEVER_SUBMITTED,
        ),
        asked(10000),
        Words(store=Result.DENIES, acquirer=Result.UPHELD),
    ),
    Row(
        "failed",
        MISSING,
        a_record(a_refund(10000, FAILED)),
        Found(
            "refund_failed",
            Cause.REFUND_FAILED_AT_ISSUER,
            (credit(10000),),
            form=SubKind.FAILED_ON_THE_WAY,
        ),
    ),
    Row(
        "returned after it was posted",
        MISSING,
        a_record(a_refund(10000, RefundStatus.RETURNED)),
        Found(
            "refund_failed",
            Cause.REFUND_FAILED_AT_ISSUER,
            (credit(10000),),
            form=SubKind.FAILED_ON_THE_WAY,
        ),
        asked(10000),
        STORE_NO,
    ),
    Row(
        "waits at the acquirer: the card is void",
        MISSING,
        a_record(a_refund(10000, RefundStatus.ABNORMAL)),
        Found(
            "refund_held_at_acquirer",
            Cause.REFUND_FAILED_AT_ISSUER,
            (),
            UNCLEAR,
            SubKind.FAILED_ON_THE_WAY,
            ("card_last4", "arn_trace"),
        ),
        asked(10000),
        STORE_YES,
    ),
    Row(
        "a part posted, the rest failed",
        MISSING,
        a_record(a_refund(4000), a_refund(6000, FAILED, 2)),
        Found(
            "refund_failed",
            Cause.REFUND_FAILED_AT_ISSUER,
            (credit(6000),),
            form=SubKind.FAILED_ON_THE_WAY,
        ),
        asked(10000),
    ),
    Row(
        "all of the sale posted, and more wanted",
        MISSING,
        a_record(a_refund(PRICE)),
        Found("already_refunded", Cause.NO_FAULT_FOUND, upheld=False),
        asked(PRICE + 5000),
        STORE_YES,
    ),
    Row(
        "more wanted than was paid",
        MISSING,
        a_record(),
        Found(
            "no_refund_on_record",
            Cause.REFUND_NEVER_SUBMITTED,
            (credit(PRICE),),
            UNCLEAR,
            SubKind.NEVER_SUBMITTED,
        ),
        asked(PRICE + 5000),
        STORE_YES,
    ),
    Row(
        "the sale was reversed",
        MISSING,
        REVERSED,
        Found("reversed_by_itself", FAULT, form=SubKind.SALE_FAILED),
        asked(10000),
    ),
    Row(
        "told in another currency",
        MISSING,
        a_record(),
        Found(
            "currencies_differ",
            Cause.UNKNOWN_PENDING,
            (),
            UNCLEAR,
            missing=("settlement_line",),
        ),
        {"sale": {"reference": "536365"}, "refund": {"reported": jpy(2000)}},
    ),
]

BY_TERMINAL = a_record(sale=a_sale("reversed"), events=("network_loss", "reversal_sent"))
BY_OPERATOR = a_record(sale=a_sale("reversed"), events=("operator_void",))
MERCHANT = {"claimant": "merchant"}

PAYMENTS_REVERSED = [
    Row(
        "by the terminal's time-out",
        RETURNED,
        BY_TERMINAL,
        Found(
            "payment_returned_goods_kept",
            Cause.REVERSED_BY_TIMEOUT,
            (debit(PRICE),),
            LIKELY,
            SubKind.REVERSED_BY_TIMEOUT,
        ),
        MERCHANT,
    ),
    Row(
        "by the terminal's time-out, confirmed",
        RETURNED,
        BY_TERMINAL,
        Found(
            "payment_returned_goods_kept",
            Cause.REVERSED_BY_TIMEOUT,
            (debit(PRICE),),
            form=SubKind.REVERSED_BY_TIMEOUT,
        ),
        MERCHANT,
        UPHELD,
    ),
    Row(
        "in error",
        RETURNED,
        REVERSED,
        Found(
            "payment_returned_goods_kept",
            Cause.REVERSED_IN_ERROR,
            (debit(PRICE),),
            LIKELY,
            SubKind.REVERSED_IN_ERROR,
        ),
        MERCHANT,
    ),
    Row(
        "by the operator",
        RETURNED,
        BY_OPERATOR,
        Found(
            "payment_returned_goods_kept",
            Cause.OPERATOR_ERROR,
            (debit(PRICE),),
            LIKELY,
            SubKind.REVERSED_IN_ERROR,
        ),
        MERCHANT,
    ),
    Row(
        "the customer only asks what happened",
        RETURNED,
        REVERSED,
        Found("payment_was_returned", Cause.REVERSED_IN_ERROR, form=SubKind.REVERSED_IN_ERROR),
    ),
    Row(
        "the customer wants to pay again",
        RETURNED,
        REVERSED,
        Found(
            "payment_returned_goods_kept",
            Cause.REVERSED_IN_ERROR,
            (debit(PRICE),),
            LIKELY,
            SubKind.REVERSED_IN_ERROR,
        ),
        {"wants": "pay_again"},
    ),
    Row(
        "collected again already",
        RETURNED,
        a_record(a_refund(PRICE, direction="debit"), sale=a_sale("reversed")),
        Found("payment_collected_again", Cause.REVERSED_IN_ERROR, form=SubKind.REVERSED_IN_ERROR),
        MERCHANT,
    ),
    Row(
        "a part collected again, on its way",
        RETURNED,
        a_record(a_refund(5000, PENDING, direction="debit"), sale=a_sale("reversed")),
        Found(
            "payment_returned_goods_kept",
            Cause.REVERSED_IN_ERROR,
            (debit(PRICE - 5000),),
            LIKELY,
            SubKind.REVERSED_IN_ERROR,
        ),
        MERCHANT,
    ),
    Row(
        "returned, and refunded as well",
        RETURNED,
        a_record(a_refund(PRICE), sale=a_sale("reversed")),
        Found(
            "payment_returned_goods_kept",
            Cause.REVERSED_IN_ERROR,
            (debit(PRICE),),
            UNCLEAR,
            SubKind.REVERSED_IN_ERROR,
            ("refund_record",),
        ),
        MERCHANT,
        UPHELD,
    ),
    Row(
        "not reversed at all",
        RETURNED,
        a_record(),
        Found("not_reversed", Cause.NO_FAULT_FOUND, upheld=False),
        MERCHANT,
    ),
]


def good(cause: Cause) -> Found:
    return Found("sale_good_slip_missing", cause, (REPRINT,), form=SubKind.SALE_GOOD)


NOT_PRINTED = [
    Row("no paper", NO_SLIP, a_record(events=("paper_out",)), good(Cause.PAPER_OUT)),
    Row("printer", NO_SLIP, a_record(events=("printer_fault",)), good(Cause.PRINTER_FAULT)),
    Row("network", NO_SLIP, a_record(events=("network_loss",)), good(Cause.NETWORK_DELAY)),
    Row("nothing known", NO_SLIP, a_record(), good(Cause.NO_FAULT_FOUND)),
    Row(
        "the sale failed and nothing was taken",
        NO_SLIP,
        sale_failed(0),
        Found("nothing_was_taken", FAULT, form=SubKind.SALE_FAILED),
    ),
    Row(
        "reversed by itself",
        NO_SLIP,
        a_record(sale=a_sale("reversed"), events=("network_loss",)),
        Found("reversed_by_itself", Cause.NETWORK_DELAY, form=SubKind.SALE_FAILED),
    ),
    Row(
        "taken but not completed",
        NO_SLIP,
        sale_failed(PRICE),
        Found(
            "taken_but_not_completed",
            FAULT,
            ((Remedy.REVERSAL, PRICE),),
            form=SubKind.SALE_FAILED,
        ),
    ),
    Row(
        "taken, and a part given back: the rest is credited, a reversal would be refused",
        NO_SLIP,
        a_record(a_refund(5000), sale=a_sale("failed", PRICE)),
        Found("taken_but_not_completed", FAULT, (credit(PRICE - 5000),), form=SubKind.SALE_FAILED),
    ),
    Row(
        "taken, and all given back",
        NO_SLIP,
        a_record(a_refund(PRICE), sale=a_sale("failed", PRICE)),
        Found("taken_but_not_completed", FAULT, form=SubKind.SALE_FAILED),
    ),
    Row(
        "paid twice, says the customer",
        NO_SLIP,
        a_record(),
        Found(
            "paid_twice",
            Cause.UNKNOWN_PENDING,
            ((Remedy.REFUND, PRICE),),
            UNCLEAR,
            SubKind.PAID_TWICE,
            ("paid_again",),
        ),
        {"form": SubKind.PAID_TWICE},
    ),
    Row(
        "paid twice, the store confirms",
        NO_SLIP,
        a_record(events=("network_loss",)),
        Found(
            "paid_twice",
            Cause.NETWORK_DELAY,
            ((Remedy.REFUND, PRICE),),
            LIKELY,
            SubKind.PAID_TWICE,
        ),
        {"form": SubKind.PAID_TWICE},
        STORE_YES,
    ),
]

RECEIPTS_LOST = [
    Row(
        "the store confirms",
        LOST,
        a_record(),
        Found("sale_found_without_slip", Cause.CUSTOMER_LOST_SLIP, ((Remedy.REFUND, PRICE),)),
        words=STORE_YES,
        store_decides=True,
    ),
    Row(
        "the store says nothing",
        LOST,
        a_record(),
        Found(
            "sale_found_without_slip",
            Cause.CUSTOMER_LOST_SLIP,
            ((Remedy.REFUND, PRICE),),
            UNCLEAR,
            missing=("goods_returned",),
        ),
        store_decides=True,
    ),
    Row(
        "the store need not be asked",
        LOST,
        a_record(),
        Found("sale_found_without_slip", Cause.CUSTOMER_LOST_SLIP, ((Remedy.REFUND, 5000),)),
        asked(5000),
    ),
    Row(
        "a part refunded already, the rest wanted",
        LOST,
        a_record(a_refund(5000)),
        Found(
            "sale_found_without_slip",
            Cause.CUSTOMER_LOST_SLIP,
            ((Remedy.REFUND, PRICE - 5000),),
        ),
    ),
    Row(
        "more wanted than is left",
        LOST,
        a_record(a_refund(5000)),
        Found(
            "sale_found_without_slip",
            Cause.CUSTOMER_LOST_SLIP,
            ((Remedy.REFUND, PRICE - 5000),),
            UNCLEAR,
        ),
        asked(PRICE),
    ),
    Row(
        "refunded already",
        LOST,
        a_record(a_refund(PRICE, PENDING)),
        Found("already_refunded", Cause.CUSTOMER_LOST_SLIP, upheld=False),
        asked(PRICE),
    ),
    Row(
        "the store refuses",
        LOST,
        a_record(),
        Found("outside_conditions", Cause.CUSTOMER_LOST_SLIP, (), LIKELY, upheld=False),
        words=STORE_NO,
    ),
    Row(
        "a copy is wanted",
        LOST,
        a_record(),
        Found("copy_wanted", Cause.DEVICE_DAMAGE, (REPRINT,)),
        {"wants": "receipt", "form": SubKind.DAMAGED},
        STORE_NO,
        store_decides=True,
    ),
    Row(
        "a copy of a sale that was refunded",
        LOST,
        a_record(a_refund(PRICE)),
        Found("copy_wanted", Cause.CUSTOMER_LOST_SLIP, (REPRINT,)),
        {"wants": "receipt"},
    ),
    Row(
        "the sale failed",
        LOST,
        sale_failed(0),
        Found("nothing_was_taken", FAULT, form=SubKind.SALE_FAILED),
    ),
]

IN_DOUBT = [
    Row(
        f"in doubt: {kind.value}",
        kind,
        a_record(a_refund(1000, PENDING), sale=a_sale("in_doubt", PRICE)),
        Found(
            "sale_in_doubt",
            Cause.REVERSAL_PENDING,
            (),
            UNCLEAR,
            SubKind.SALE_IN_DOUBT,
            ("transaction_state",),
            in_doubt=True,
        ),
        asked(10000),
        STORE_YES,
    )
    for kind in Kind
]

ROWS = [
    *WRONG_REFUNDS,
    *NOT_RECEIVED,
    *PAYMENTS_REVERSED,
    *NOT_PRINTED,
    *RECEIPTS_LOST,
    *IN_DOUBT,
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind.value}: {row.name}")
def test_the_books_tell(row: Row) -> None:
    """Claim, books and words give one cause, one remedy, and how sure it is."""
    claim = a_claim(row.kind, **row.claim)
    verdict = judge(claim, row.record, row.words, store_decides=row.store_decides)
    found = row.found
    assert verdict == Verdict(
        cause=found.cause,
        finding=found.finding,
        form=found.form,
        corrections=tuple(
            Correction(
                remedy=part[0], amount=cny(part[1]), card_last4=part[2] if len(part) > 2 else ""
            )
            for part in found.corrections
        ),
        confidence=found.confidence,
        in_doubt=found.in_doubt,
        upheld=found.upheld,
        reason="" if found.upheld else found.finding,
        missing=found.missing,
    )


def carried_out(record: Record, order: EffectOrder) -> Record:
    """The books after an order was posted."""
    if order.remedy is Remedy.REVERSAL:
        reversed_sale = record.sale.model_copy(update={"status": "reversed"})
        return record.model_copy(update={"sale": reversed_sale})
    refund = Refund(
        reference=order.effect_id,
        sale=order.sale,
        amount=order.amount,
        at=SOLD,
        status=RefundStatus.POSTED,
        direction="credit" if order.remedy in PAYOUTS else "debit",
        effect_id=order.effect_id,
        card_last4=order.card_last4 or record.sale.card_last4,
    )
    return record.model_copy(update={"refunds": (*record.refunds, refund)})


def order_for(correction: Correction, ordinal: int, record: Record) -> EffectOrder:
    return EffectOrder(
        effect_id=f"RC-1:{ordinal}",
        remedy=correction.remedy,
        sale=record.sale.reference,
        amount=correction.amount,
        card_last4=correction.card_last4,
    )


@given(claims, records, said, st.booleans())
def test_what_is_proposed_may_be_done(
    claim: Claim, record: Record, words: Words, store_decides: bool
) -> None:
    """No verdict proposes what the guard would refuse: never more out than can be refunded,
    never anything while the sale is in doubt; every amount is above zero and in the sale's
    currency."""
    verdict = judge(claim, record, words, store_decides=store_decides)
    if verdict.in_doubt or record.sale.status == "in_doubt":
        assert verdict.in_doubt
        assert not verdict.corrections
        assert verdict.confidence is Confidence.UNCLEAR
    if not verdict.upheld:
        assert not verdict.corrections
        assert verdict.reason
    for ordinal, correction in enumerate(verdict.corrections):
        assert correction.amount.minor > 0
        assert correction.amount.currency == record.sale.amount.currency
        order = order_for(correction, ordinal, record)
        assert objection(order, record) == ""
        record = carried_out(record, order)


@given(claims, records, said, st.booleans())
def test_what_was_put_right_is_not_put_right_again(
    claim: Claim, record: Record, words: Words, store_decides: bool
) -> None:
    """Once a sure verdict's money has moved, the next verdict on the new books moves none."""
    ledger = ledger_of(record)
    debited = ledger.recovered + ledger.recovering
    if ledger.captured + debited > ledger.price + ledger.credited:
        return  # cardholders were made to pay more than the price: no books of this world
    verdict = judge(claim, record, words, store_decides=store_decides)
    moving = [c for c in verdict.corrections if c.remedy is not Remedy.REPRINT]
    if not moving or claim.kind is Kind.RECEIPT_LOST or verdict.confidence is not Confidence.SURE:
        return
    for ordinal, correction in enumerate(moving):
        record = carried_out(record, order_for(correction, ordinal, record))
    again = judge(claim, record, words, store_decides=store_decides)
    assert [c for c in again.corrections if c.remedy is not Remedy.REPRINT] == []


@pytest.mark.parametrize(
    ("words", "confirmed", "denied", "settled"),
    [
        (Words(), False, False, False),
        (Words(store=Result.UNKNOWN), False, False, False),
        (Words(store=Result.CONFIRMS), True, False, True),
        (Words(store=Result.DENIES), False, True, True),
        (Words(store=Result.DENIES, higher_service=Result.CONFIRMS), True, False, True),
        (Words(store=Result.DENIES, acquirer=Result.UPHELD), True, False, True),
        (Words(acquirer=Result.CONFIRMS), True, False, True),
        (Words(acquirer=Result.NO_RECORD), False, False, True),
        (Words(higher_service=Result.DENIES), False, True, True),
        (Words(customer=Result.CONFIRMS), False, False, True),
    ],
)
def test_words_weigh(words: Words, confirmed: bool, denied: bool, settled: bool) -> None:
    """Whoever stands above the store outweighs its denial; the claimant's own word confirms
    nothing."""
    assert (words.confirmed, words.denied, words.settled) == (confirmed, denied, settled)


@pytest.mark.parametrize(
    ("corrections", "amount"),
    [
        ((), None),
        ((credit(100),), 100),
        ((debit(100),), 100),
        ((debit(100, "1111"), credit(100)), 100),
        ((debit(100, "1111"), debit(50, "2222"), credit(120)), 150),
    ],
)
def test_money_that_changes_cards_is_one_amount(
    corrections: tuple[tuple[Any, ...], ...], amount: int | None
) -> None:
    """A hundred fetched from one card and given to another is a decision about a hundred."""
    parts = [Correction(remedy=part[0], amount=cny(part[1])) for part in corrections]
    assert amount_of(parts) == (cny(amount) if amount is not None else None)
