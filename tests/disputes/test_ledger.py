"""The ledger and the guard: never more out than came in, never more in than was the price."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.effects import EffectOrder, Remedy
from recourse.disputes.ledger import PAYOUTS, ledger_of, objection, one_currency
from recourse.disputes.records import ChargebackStatus, Record, Refund, RefundStatus
from tests.disputes.building import (
    NOW,
    PRICE,
    a_chargeback,
    a_record,
    a_refund,
    a_sale,
    an_order,
    cny,
    jpy,
)
from tests.disputes.strategies import orders, records

POSTED, PENDING = RefundStatus.POSTED, RefundStatus.PENDING
ABNORMAL = RefundStatus.ABNORMAL
ALIVE = (POSTED, PENDING, RefundStatus.NEEDS_ACTION)


def taken(record: Record, order: EffectOrder, status: RefundStatus) -> Record:
    """The books once the acquirer has the order."""
    if order.remedy is Remedy.REVERSAL:
        undone = record.sale.model_copy(update={"status": "reversed", "captured": cny(0)})
        return record.model_copy(update={"sale": undone})
    refund = Refund(
        reference="new",
        sale=order.sale,
        amount=order.amount,
        at=record.sale.at,
        status=status,
        direction="credit" if order.remedy in PAYOUTS else "debit",
        card_last4=order.card_last4 or record.sale.card_last4,
    )
    return record.model_copy(update={"refunds": (*record.refunds, refund)})


def total(record: Record, direction: str, *statuses: RefundStatus) -> int:
    return sum(
        r.amount.minor for r in record.refunds if r.direction == direction and r.status in statuses
    )


def given_out(record: Record) -> int:
    """Credits that are posted or on their way and what issuers have or may have again, less
    debits that have arrived."""
    issuers = sum(
        c.amount.minor for c in record.chargebacks if c.status is not ChargebackStatus.WON
    )
    return issuers + total(record, "credit", *ALIVE) - total(record, "debit", POSTED)


def brought_in(record: Record) -> int:
    """What cardholders have paid for the sale, all debits on their way counted."""
    captured = ledger_of(record).captured.minor
    back = total(record, "credit", *ALIVE)
    return captured - back + total(record, "debit", *ALIVE)


@given(records, st.lists(orders, max_size=5), st.sampled_from((POSTED, PENDING)))
def test_never_more_out_than_came_in(
    record: Record, asked: list[EffectOrder], status: RefundStatus
) -> None:
    """However a sale's books stand, no order that passes the guard, nor any row of them,
    gives out more than was captured; also when every debit on its way fails in the end."""
    record = record.model_copy(
        update={"refunds": tuple(r.model_copy(update={"effect_id": ""}) for r in record.refunds)}
    )
    for order in asked:
        if order.remedy not in PAYOUTS or objection(order, record):
            continue
        captured = ledger_of(record).captured.minor
        assert given_out(record) + order.amount.minor <= captured
        record = taken(record, order, status)


@given(records, st.lists(orders, max_size=5), st.sampled_from((POSTED, PENDING)))
def test_never_more_in_than_the_price(
    record: Record, asked: list[EffectOrder], status: RefundStatus
) -> None:
    """No debit that passes the guard makes cardholders pay more than the sale's price."""
    record = record.model_copy(
        update={"refunds": tuple(r.model_copy(update={"effect_id": ""}) for r in record.refunds)}
    )
    for order in asked:
        if order.remedy is not Remedy.DEBIT_ADJUSTMENT or objection(order, record):
            continue
        price = ledger_of(record).price.minor
        assert brought_in(record) + order.amount.minor <= price
        record = taken(record, order, status)


@given(records, orders)
def test_an_effect_that_is_there_meets_no_objection(record: Record, order: EffectOrder) -> None:
    """An order whose effect is in the books already changes nothing: it is let through."""
    there = a_refund(1, effect_id=order.effect_id)
    again = record.model_copy(update={"refunds": (*record.refunds, there)})
    assert objection(order, again) == ""


CB = ChargebackStatus


def charged(minor: int, status: CB = CB.OPEN, *refunds: Refund) -> Record:
    chargebacks = (a_chargeback(minor, status),)
    return a_record(*refunds).model_copy(update={"chargebacks": chargebacks})


TABLE = [
    ("all of it", Remedy.REFUND, PRICE, a_record(), ""),
    ("a cent too much", Remedy.REFUND, PRICE + 1, a_record(), "over_captured"),
    ("credit, a part gone", Remedy.CREDIT_ADJUSTMENT, 8912, a_record(a_refund(5000)), ""),
    ("a cent over the rest", Remedy.REFUND, 8913, a_record(a_refund(5000)), "over_captured"),
    ("a part on its way", Remedy.REFUND, 8913, a_record(a_refund(5000, PENDING)), "over_captured"),
    ("a part failed", Remedy.REFUND, PRICE, a_record(a_refund(5000, RefundStatus.FAILED)), ""),
    ("a part came back", Remedy.REFUND, PRICE, a_record(a_refund(50, RefundStatus.RETURNED)), ""),
    ("a part is held", Remedy.REFUND, PRICE, a_record(a_refund(50, ABNORMAL)), "over_captured"),
    (
        "given, and taken back",
        Remedy.REFUND,
        PRICE,
        a_record(a_refund(PRICE), a_refund(PRICE, number=2, direction="debit")),
        "",
    ),
    (
        "given, and being taken back: that may fail",
        Remedy.REFUND,
        1,
        a_record(a_refund(PRICE), a_refund(PRICE, PENDING, 2, direction="debit")),
        "over_captured",
    ),
    ("reversal", Remedy.REVERSAL, PRICE, a_record(), ""),
    ("reversal of the rest", Remedy.REVERSAL, PRICE, a_record(a_refund(1)), "over_captured"),
    (
        "reversed before",
        Remedy.REFUND,
        1,
        a_record(sale=a_sale("reversed", PRICE)),
        "over_captured",
    ),
    ("failed", Remedy.REFUND, 1, a_record(sale=a_sale("failed")), "over_captured"),
    ("failed, yet taken", Remedy.REVERSAL, PRICE, a_record(sale=a_sale("failed", PRICE)), ""),
    ("in doubt", Remedy.REFUND, 1, a_record(sale=a_sale("in_doubt", PRICE)), "sale_in_doubt"),
    (
        "debit in doubt",
        Remedy.DEBIT_ADJUSTMENT,
        1,
        a_record(sale=a_sale("in_doubt", PRICE)),
        "sale_in_doubt",
    ),
    ("nothing", Remedy.REFUND, 0, a_record(), "not_an_amount"),
    ("less than nothing", Remedy.DEBIT_ADJUSTMENT, -1, a_record(), "not_an_amount"),
    ("a good sale twice", Remedy.DEBIT_ADJUSTMENT, 1, a_record(), "over_recovered"),
    ("too much given", Remedy.DEBIT_ADJUSTMENT, 90000, a_record(a_refund(90000)), ""),
    (
        "more than was given",
        Remedy.DEBIT_ADJUSTMENT,
        5001,
        a_record(a_refund(5000)),
        "over_recovered",
    ),
    (
        "being taken back already",
        Remedy.DEBIT_ADJUSTMENT,
        1,
        a_record(a_refund(5000), a_refund(5000, PENDING, 2, direction="debit")),
        "over_recovered",
    ),
    ("collected again", Remedy.DEBIT_ADJUSTMENT, PRICE, a_record(sale=a_sale("reversed")), ""),
    (
        "more than the price",
        Remedy.DEBIT_ADJUSTMENT,
        PRICE + 1,
        a_record(sale=a_sale("reversed")),
        "over_recovered",
    ),
    (
        "a sale that failed",
        Remedy.DEBIT_ADJUSTMENT,
        1,
        a_record(sale=a_sale("failed")),
        "over_recovered",
    ),
    (
        "captured less than agreed",
        Remedy.DEBIT_ADJUSTMENT,
        3912,
        a_record(sale=a_sale("captured", 10000)),
        "",
    ),
    ("charged back", Remedy.REFUND, 1, charged(PRICE), "over_captured"),
    ("a part charged back", Remedy.REFUND, PRICE - 5000, charged(5000), ""),
    ("beside a part charged back", Remedy.REFUND, PRICE - 4999, charged(5000), "over_captured"),
    ("charged back and lost", Remedy.REFUND, 1, charged(PRICE, CB.LOST), "over_captured"),
    ("charged back and won", Remedy.REFUND, PRICE, charged(PRICE, CB.WON), ""),
    (
        "reversed, and may come again",
        Remedy.CREDIT_ADJUSTMENT,
        1,
        charged(PRICE, CB.REVERSED),
        "over_captured",
    ),
    ("reversal beside a chargeback", Remedy.REVERSAL, PRICE, charged(1), "over_captured"),
    (
        "given by both, and taken back",
        Remedy.DEBIT_ADJUSTMENT,
        5000,
        charged(PRICE, CB.LOST, a_refund(5000)),
        "",
    ),
    (
        "a chargeback is not taken back by debit",
        Remedy.DEBIT_ADJUSTMENT,
        1,
        charged(PRICE, CB.LOST),
        "over_recovered",
    ),
    ("a copy of anything", Remedy.REPRINT, PRICE, a_record(a_refund(PRICE)), ""),
]


@pytest.mark.parametrize(
    ("remedy", "minor", "record", "reason"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_the_guard(remedy: Remedy, minor: int, record: Record, reason: str) -> None:
    """The guard names why an order must not be sent, and lets every other pass."""
    assert objection(an_order(remedy=remedy, minor=minor), record) == reason


def test_what_is_held_may_go_to_another_card() -> None:
    """Money that waits at the acquirer because its card is void may go to another card, and
    to no other end."""
    record = a_record(a_refund(PRICE, ABNORMAL))
    assert objection(an_order(minor=PRICE, card_last4="1111"), record) == ""
    assert objection(an_order(minor=PRICE + 1, card_last4="1111"), record) == "over_captured"
    assert objection(an_order(minor=1, card_last4="4242"), record) == "over_captured"


def test_a_refund_that_waits_for_somebody_is_on_its_way() -> None:
    """What needs action has been taken by the acquirer: it is not given a second time."""
    record = a_record(a_refund(100, status=RefundStatus.NEEDS_ACTION))
    assert ledger_of(record).credited == cny(100)
    assert ledger_of(record).refundable == cny(PRICE - 100)


def test_currencies_are_never_reckoned_together() -> None:
    """An order or a row in another currency than the sale's stops at the guard."""
    assert objection(an_order(amount=jpy(1)), a_record()) == "other_currency"
    foreign = a_chargeback(1).model_copy(update={"amount": jpy(1)})
    assert not one_currency(a_record().model_copy(update={"chargebacks": (foreign,)}))
    mixed = a_record(a_refund(1, amount=jpy(1)))
    assert not one_currency(mixed)
    assert objection(an_order(), mixed) == "other_currency"


def test_the_figures_of_a_sale() -> None:
    """Posted, on its way, held and taken back are four things."""
    ledger = ledger_of(
        a_record(
            a_refund(1000),
            a_refund(2000, PENDING, 2),
            a_refund(400, ABNORMAL, 3),
            a_refund(9999, RefundStatus.FAILED, 4),
            a_refund(300, number=5, direction="debit"),
            a_refund(50, PENDING, 6, direction="debit"),
        )
    )
    figures = (ledger.credited, ledger.posted, ledger.held, ledger.recovered, ledger.recovering)
    assert figures == (cny(3000), cny(1000), cny(400), cny(300), cny(50))
    assert ledger.refunded == cny(2650)
    assert ledger.refundable == cny(PRICE - 3000 - 400 + 300)
    assert ledger.refundable_elsewhere == cny(PRICE - 3000 + 300)
    assert ledger.collectable == cny(2650)


def test_rows_count_by_their_time_and_not_by_their_place() -> None:
    """A debit takes back what was given before it, wherever each is written down; only what goes
    beyond that was collected again."""
    refund, debit = a_refund(9000), a_refund(9000, number=2, direction="debit", at=NOW)
    beside = a_record(debit).model_copy(update={"elsewhere": (refund,)})
    for books in (a_record(debit, refund), beside):
        ledger = ledger_of(books)
        assert (ledger.refunded, ledger.collected, ledger.paid) == (cny(0), cny(0), cny(PRICE))
    ledger = ledger_of(a_record(refund.model_copy(update={"at": NOW + timedelta(days=1)}), debit))
    assert (ledger.refunded, ledger.collected) == (cny(9000), cny(9000))


def test_the_chargebacks_of_a_sale() -> None:
    """Open and lost have been paid; reversed is contested; won is over. What refunds and
    chargebacks have given beyond what came in is overpaid, until it is taken back."""
    chargebacks = (
        a_chargeback(1000),
        a_chargeback(2000, CB.LOST, 2),
        a_chargeback(400, CB.REVERSED, 3),
        a_chargeback(9999, CB.WON, 4),
    )
    record = a_record(a_refund(500)).model_copy(update={"chargebacks": chargebacks})
    ledger = ledger_of(record)
    assert (ledger.charged_back, ledger.contested) == (cny(3000), cny(400))
    assert ledger.refundable == cny(PRICE - 3000 - 400 - 500)
    assert ledger.overpaid == cny(0)
    both = ledger_of(charged(PRICE, CB.LOST, a_refund(PRICE)))
    assert (both.overpaid, both.refundable, both.collectable) == (cny(PRICE), cny(0), cny(PRICE))
    debit = a_refund(PRICE, PENDING, 2, direction="debit")
    assert ledger_of(charged(PRICE, CB.LOST, a_refund(PRICE), debit)).overpaid == cny(0)


def test_a_pending_refund_is_on_its_way() -> None:
    """What is given and has not arrived is pending."""
    ledger = ledger_of(a_record(a_refund(1000), a_refund(2000, PENDING, 2)))
    assert ledger.pending == cny(2000)
