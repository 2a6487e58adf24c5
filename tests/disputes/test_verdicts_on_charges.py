"""Verdicts on charges and slips, and on sales in doubt."""

import pytest

from recourse.disputes.claims import Kind, SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.vocabulary import Cause
from tests.disputes.building import PRICE, a_record, a_refund, a_sale
from tests.disputes.verdict_rows import (
    ABNORMAL,
    FAULT,
    HELD,
    LIKELY,
    LOST,
    NO_SLIP,
    PENDING,
    REPRINT,
    RETURNED,
    REVERSED,
    STORE_NO,
    STORE_YES,
    UNCLEAR,
    UPHELD,
    Found,
    Row,
    asked,
    check,
    credit,
    debit,
    sale_failed,
)

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
            UNCLEAR,
            missing=("refund_record",),
        ),
    ),
    Row(
        "more wanted than was refunded already: perhaps a part of one debt",
        LOST,
        a_record(a_refund(5000)),
        Found(
            "sale_found_without_slip",
            Cause.CUSTOMER_LOST_SLIP,
            ((Remedy.REFUND, 2000),),
            UNCLEAR,
            missing=("refund_record",),
        ),
        asked(7000),
        STORE_YES,
        store_decides=True,
    ),
    Row(
        "as much wanted as was refunded already",
        LOST,
        a_record(a_refund(5000)),
        Found("already_refunded", Cause.CUSTOMER_LOST_SLIP, (), LIKELY, upheld=False),
        asked(5000),
        STORE_YES,
        store_decides=True,
    ),
    Row(
        "what was refunded was taken back again",
        LOST,
        a_record(a_refund(5000), a_refund(5000, number=2, direction="debit")),
        Found("sale_found_without_slip", Cause.CUSTOMER_LOST_SLIP, ((Remedy.REFUND, 5000),)),
        asked(5000),
        STORE_YES,
        store_decides=True,
    ),
    Row(
        "waits at the acquirer",
        LOST,
        a_record(a_refund(5000, ABNORMAL)),
        HELD,
        asked(5000),
        STORE_YES,
        store_decides=True,
    ),
    Row(
        "all of it waits at the acquirer",
        LOST,
        a_record(a_refund(PRICE, ABNORMAL)),
        HELD,
        asked(PRICE),
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
            missing=("refund_record",),
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


@pytest.mark.parametrize(
    "row", [*PAYMENTS_REVERSED, *NOT_PRINTED, *RECEIPTS_LOST, *IN_DOUBT], ids=lambda row: row.name
)
def test_the_books_tell(row: Row) -> None:
    """Claim, books and words give one cause, one remedy, and how sure it is."""
    check(row)
