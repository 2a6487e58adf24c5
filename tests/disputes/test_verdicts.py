"""Verdicts: what every one of them keeps to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.claims import Claim
from recourse.disputes.effects import EffectOrder, Remedy
from recourse.disputes.ledger import PAYOUTS, ledger_of, objection
from recourse.disputes.records import Record, Refund, RefundStatus
from recourse.disputes.verdicts import Confidence, Correction, Words, amount_of, judge
from recourse.disputes.vocabulary import Result
from tests.disputes.building import SOLD, cny
from tests.disputes.strategies import claims, records, said
from tests.disputes.verdict_rows import credit, debit


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
    if not moving or verdict.confidence is not Confidence.SURE:
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
