"""What journal, books and clearing files say of the transaction that a claim is about.

The transaction in question is the sale where the slip is missing, the refund where a refund is
missing or wrong, and the return of the money where a payment came back. Each source bears it
out, is silent, or contradicts it.
"""

from datetime import date
from enum import StrEnum

from recourse.disputes.claims import Claim, Kind
from recourse.disputes.ledger import Ledger
from recourse.disputes.models import Value
from recourse.disputes.money import Money, zero
from recourse.disputes.records import (
    Record,
    Refund,
    RefundStatus,
    Settlement,
    TerminalEvent,
    TerminalEventKind,
)
from recourse.disputes.settlement import UNIONPAY
from recourse.disputes.verdicts.codes import in_doubt, kind_of
from recourse.disputes.verdicts.models import Said, Source

K = TerminalEventKind
_WENT_THROUGH = (K.APPROVED, K.PRINTED, K.PAPER_OUT, K.PRINTER_FAULT)
"""A till prints, or tries to, what was approved."""
_CAME_TO_NOTHING = (K.DECLINED, K.NO_RESPONSE, K.OPERATOR_VOID, K.REVERSAL_QUEUED, K.REVERSAL_SENT)
_RETURNS = (K.OPERATOR_VOID, K.REVERSAL_QUEUED, K.REVERSAL_SENT, K.NETWORK_LOSS)


class Standing(StrEnum):
    """How a source stands to the transaction in question."""

    PRESENT = "P"
    ABSENT = "A"
    """It says nothing: it was not asked, or its day is not complete."""
    CONTRADICTING = "C"


class Heard(Value):
    """The three sources, and what they say in codes."""

    pos: Standing
    acquirer: Standing
    settlement: Standing
    said: tuple[Said, ...]

    @property
    def cell(self) -> str:
        return f"{self.pos}{self.acquirer}{self.settlement}"

    def tells(self, code: str) -> bool:
        return any(said.says == code for said in self.said)


def hear(claim: Claim, record: Record, ledger: Ledger) -> Heard:
    """Where every source stands. The record is in one currency."""
    listen = {
        Kind.WRONG_REFUND: _wrong_refund,
        Kind.REFUND_NOT_RECEIVED: _refund,
        Kind.PAYMENT_REVERSED: _return,
        Kind.RECEIPT_NOT_PRINTED: _sale,
        Kind.RECEIPT_LOST: _sale,
    }[claim.kind]
    pos, acquirer, settlement = listen(claim, record, ledger)
    return Heard(
        pos=pos,
        acquirer=acquirer,
        settlement=settlement,
        said=(*_journal(record), *_books(record), *_files(record)),
    )


Three = tuple[Standing, Standing, Standing]


def _sale(_: Claim, record: Record, ledger: Ledger) -> Three:
    kinds = _kinds(record.terminal_events)
    doubtful = any(in_doubt(event.response) for event in record.terminal_events)
    if doubtful or kinds & {*_CAME_TO_NOTHING}:
        pos = Standing.CONTRADICTING
    else:
        pos = Standing.PRESENT if kinds & {*_WENT_THROUGH} else Standing.ABSENT
    sale = record.sale
    if sale.status == "captured":
        books = Standing.PRESENT
    elif sale.status == "failed" and not sale.captured:
        books = Standing.ABSENT
    else:
        books = Standing.CONTRADICTING
    return pos, books, _sale_in_files(record)


def _return(_: Claim, record: Record, __: Ledger) -> Three:
    kinds = _kinds(record.terminal_events)
    if kinds & {*_RETURNS}:
        pos = Standing.PRESENT
    else:
        pos = Standing.CONTRADICTING if kinds & {*_WENT_THROUGH} else Standing.ABSENT
    books = {
        "reversed": Standing.PRESENT,
        "failed": Standing.ABSENT,
    }.get(record.sale.status, Standing.CONTRADICTING)
    paid = _sale_in_files(record)
    files = {
        Standing.PRESENT: Standing.CONTRADICTING,  # the merchant has the money
        Standing.CONTRADICTING: Standing.PRESENT,
        Standing.ABSENT: Standing.ABSENT,
    }[paid]
    return pos, books, files


def _wrong_refund(claim: Claim, record: Record, ledger: Ledger) -> Three:
    right = claim.refund.requested
    given = _refunds_at_till(record)
    if right is None or not given:
        pos = Standing.ABSENT
    else:
        total = sum(given, zero(right.currency))
        pos = Standing.CONTRADICTING if total == right else Standing.PRESENT
    if not ledger.alive:
        books = Standing.ABSENT
    else:
        astray = any(_astray(refund, record) for refund in ledger.alive)
        as_asked = right is not None and ledger.refunded == right and not astray
        books = Standing.CONTRADICTING if as_asked else Standing.PRESENT
    return pos, books, _refunds_in_files(claim, record, ledger)


def _refund(claim: Claim, record: Record, ledger: Ledger) -> Three:
    kinds = _kinds(record.terminal_events)
    refused = any(
        kind_of(event) is K.DECLINED and event.processing_code.startswith("20")
        for event in record.terminal_events
    )
    if refused:
        pos = Standing.CONTRADICTING
    else:
        pos = Standing.PRESENT if kinds & {K.REFUND, K.OPERATOR_VOID} else Standing.ABSENT
    credits_ = [refund for refund in record.refunds if refund.direction == "credit"]
    if ledger.alive:
        books = Standing.PRESENT
    else:
        books = Standing.CONTRADICTING if credits_ else Standing.ABSENT
    return pos, books, _refunds_in_files(claim, record, ledger)


def _astray(refund: Refund, record: Record) -> bool:
    card = record.sale.card_last4
    return bool(card and refund.card_last4) and refund.card_last4 != card


def _kinds(events: tuple[TerminalEvent, ...]) -> set[TerminalEventKind]:
    return {kind_of(event) for event in events}


def _refunds_at_till(record: Record) -> list[Money]:
    currency = record.sale.amount.currency
    return [
        event.amount
        for event in record.terminal_events
        if kind_of(event) is K.REFUND and event.amount and event.amount.currency == currency
    ]


def _sale_in_files(record: Record) -> Standing:
    """Whether the sale was cleared as the books have it; silence is a word when its day's file
    is complete."""
    settlement = record.settlement
    if settlement is None:
        return Standing.ABSENT
    charges = [
        line.amount
        for line in settlement.lines
        if line.direction == "charge" and not line.reference
    ]
    if charges:
        taken = record.sale.captured if record.sale.captured else record.sale.amount
        good = len(charges) == 1 and charges[0] == taken
        return Standing.PRESENT if good else Standing.CONTRADICTING
    due = UNIONPAY.day_of(record.sale.at)
    return Standing.CONTRADICTING if due <= settlement.through else Standing.ABSENT


def _refunds_in_files(claim: Claim, record: Record, ledger: Ledger) -> Standing:
    """Whether what the books hold as posted was cleared, no more and no less. Where they hold
    nothing, a credit in the files says that money left all the same, and a complete file
    without one that it did not."""
    settlement = record.settlement
    if settlement is None:
        return Standing.ABSENT
    credited = _credited(settlement)
    alive = {refund.reference: refund.amount for refund in ledger.alive}
    due = [refund.reference for refund in ledger.alive if _was_due(refund, settlement.through)]
    if ledger.alive:
        missing = any(reference not in credited for reference in due)
        other = any(alive.get(reference) != amount for reference, amount in credited.items())
        if missing or other:
            return Standing.CONTRADICTING
        return Standing.PRESENT if credited else Standing.ABSENT
    if credited:
        return Standing.PRESENT
    asked = claim.refund.at
    over = asked is not None and UNIONPAY.day_of(asked) <= settlement.through
    return Standing.CONTRADICTING if over else Standing.ABSENT


def _credited(settlement: Settlement) -> dict[str, Money]:
    """What each refund gave in the end: one that was sent back gave nothing."""
    net: dict[str, int] = {}
    currency: dict[str, str] = {}
    for line in settlement.lines:
        if line.reference:
            sign = 1 if line.direction == "credit" else -1
            net[line.reference] = net.get(line.reference, 0) + sign * line.amount.minor
            currency[line.reference] = line.amount.currency
    return {
        reference: Money(minor=minor, currency=currency[reference])
        for reference, minor in net.items()
        if minor > 0
    }


def _was_due(refund: Refund, through: date) -> bool:
    return (
        refund.status is RefundStatus.POSTED
        and refund.posted_at is not None
        and UNIONPAY.day_of(refund.posted_at) <= through
    )


def _journal(record: Record) -> tuple[Said, ...]:
    return tuple(
        Said(source=Source.POS, says=kind_of(event).value, amount=event.amount, at=event.at)
        for event in record.terminal_events
    )


def _books(record: Record) -> tuple[Said, ...]:
    sale = record.sale
    said = [Said(source=Source.ACQUIRER, says=f"sale_{sale.status}", amount=sale.captured)]
    for refund in record.refunds:
        kind = "refund" if refund.direction == "credit" else "debit"
        says = f"{kind}_{refund.status.value}"
        if refund.arn and refund.arn == sale.arn:
            says = "refund_with_the_sales_arn"
        said.append(Said(source=Source.ACQUIRER, says=says, amount=refund.amount, at=refund.at))
    return tuple(said)


def _files(record: Record) -> tuple[Said, ...]:
    settlement = record.settlement
    if settlement is None:
        return ()
    lines = tuple(
        Said(
            source=Source.SETTLEMENT,
            says="sale_cleared" if line.direction == "charge" else "refund_cleared",
            amount=line.amount,
            at=UNIONPAY.bounds(line.day)[0],
        )
        for line in settlement.lines
    )
    if lines or UNIONPAY.day_of(record.sale.at) > settlement.through:
        return lines
    return (Said(source=Source.SETTLEMENT, says="not_cleared"),)
