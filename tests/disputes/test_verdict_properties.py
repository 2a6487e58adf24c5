"""Whatever the sources say: no verdict pays too much, and no contradiction makes one surer."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recourse.disputes.claims import Claim, Kind
from recourse.disputes.ledger import PAYOUTS, ledger_of
from recourse.disputes.money import zero
from recourse.disputes.records import Record, RefundStatus, TerminalEvent, TerminalEventKind
from recourse.disputes.verdicts import Confidence, Words, judge
from tests.disputes.building import SOLD, a_claim, a_record, a_refund, cny
from tests.disputes.strategies import amounts, claims, records, said
from tests.disputes.witnesses import ARN, REFUND, a_line, an_event, files, judged

RANK = [Confidence.UNCLEAR, Confidence.LIKELY, Confidence.SURE]

messages = st.builds(
    TerminalEvent,
    terminal=st.just("T0000001"),
    at=st.integers(0, 60).map(lambda minutes: SOLD + timedelta(minutes=minutes)),
    kind=st.sampled_from(list(TerminalEventKind)),
    sale=st.sampled_from(("", "536365", "536366")),
    amount=st.none() | amounts,
    response=st.sampled_from(("", "00", "A2", "98", "25", "4021")),
    mti=st.sampled_from(("", "0200", "0220", "0420")),
    processing_code=st.sampled_from(("", "000000", "200000")),
)
lines = st.builds(
    lambda way, reference, amount, arn: a_line(way, amount.minor, reference=reference, arn=arn),
    st.sampled_from(("charge", "credit")),
    st.sampled_from(("", "536365", "R1", "R2", "R9")),
    amounts,
    st.sampled_from(("", ARN)),
)
clearings = st.none() | st.lists(lines, max_size=3).map(lambda found: files(*found))


@given(claims, records, said, st.lists(messages, max_size=3), clearings)
def test_no_source_pays_more_than_is_refundable(
    claim: Claim, record: Record, heard: Words, told: list[TerminalEvent], cleared: Any
) -> None:
    """Whatever the sources say, payouts stay within what can be refunded, with what the same
    verdict fetches back; and in doubt nothing moves."""
    full = record.model_copy(update={"terminal_events": tuple(told), "settlement": cleared})
    verdict = judged(claim, full, heard)
    if verdict.in_doubt:
        assert not verdict.corrections
        assert verdict.confidence is Confidence.UNCLEAR
        assert verdict.missing
    nothing = zero("CNY")
    paid = sum((c.amount for c in verdict.corrections if c.remedy in PAYOUTS), nothing)
    fetched = sum(
        (
            c.amount
            for c in verdict.corrections
            if c.remedy not in PAYOUTS and c.card_last4  # from a wrong card, to the right one
        ),
        nothing,
    )
    ledger = ledger_of(full)
    assert paid.minor <= max(0, (ledger.refundable + fetched).minor)


debts = st.sampled_from((3000, 5000, 8000, 20000))
refunded = st.lists(
    st.builds(a_refund, st.sampled_from((2000, 3000, 5000)), st.sampled_from(RefundStatus)),
    max_size=3,
).map(lambda made: a_record(*made))
of_refunds = (Kind.WRONG_REFUND, Kind.REFUND_NOT_RECEIVED, Kind.RECEIPT_LOST)


@given(st.sampled_from(of_refunds), debts, refunded, said)
def test_a_claimants_word_alone_pays_nothing(
    kind: Kind, asked: int, record: Record, heard: Words
) -> None:
    """What nobody but the claimant says is never sure: a refund that failed proves its own
    amount and no more, and what waits at the acquirer or stands already is not given again."""
    claim = a_claim(kind, refund={"requested": cny(asked)})
    verdict = judge(claim, record, heard, store_decides=True)
    paid = sum((c.amount for c in verdict.corrections if c.remedy in PAYOUTS), zero("CNY"))
    if not paid or verdict.confidence is not Confidence.SURE:
        return
    ledger = ledger_of(record)
    gone = (RefundStatus.FAILED, RefundStatus.RETURNED)
    lost = sum((r.amount for r in record.refunds if r.status in gone), zero("CNY"))
    assert not ledger.held
    assert heard.confirmed or paid <= lost
    assert kind is not Kind.RECEIPT_LOST or not ledger.refunded
    assert ledger.refunded + paid <= cny(asked)


def against_the_books(record: Record, kind: Kind) -> list[Record]:
    """The record, with each way in which another source can contradict the books."""
    sale = record.sale
    taken = sale.status == "captured" and bool(sale.captured)
    denies = an_event("declined", sale=sale.reference) if taken else None
    undoes = an_event("reversal_sent", sale=sale.reference) if taken else None
    approves = an_event("approved", sale=sale.reference) if not taken else None
    refunds = [an_event("refund", sale=sale.reference, amount=cny(77777), **REFUND)]
    on_refunds = kind in (Kind.WRONG_REFUND, Kind.REFUND_NOT_RECEIVED)
    events = refunds if on_refunds else [e for e in (denies, undoes, approves) if e is not None]
    stands = a_line("charge", sale.amount.minor)
    undone = a_line("credit", sale.amount.minor)
    stranger = a_line("credit", 77777, reference="R9")
    cleared = files(stranger) if on_refunds else files(stands, undone) if taken else files(stands)
    return [
        *(record.model_copy(update={"terminal_events": (event,)}) for event in events),
        record.model_copy(update={"settlement": cleared}),
    ]


@given(claims, records, said)
def test_a_contradiction_never_makes_surer(claim: Claim, record: Record, heard: Words) -> None:
    """A source that was silent and now contradicts the books leaves the verdict as sure as
    it was or less."""
    silent = record.model_copy(update={"terminal_events": ()})
    before = judged(claim, silent, heard)
    for contradicted in against_the_books(silent, claim.kind):
        after = judged(claim, contradicted, heard)
        assert RANK.index(after.confidence) <= RANK.index(before.confidence)
