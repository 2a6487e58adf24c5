"""The conflict report: who says what, how much and when, in codes that have words."""

from collections.abc import Iterator

from recourse.disputes.claims import Claim
from recourse.disputes.records import Record
from recourse.disputes.verdicts.messages import Deed, End, doubtful, is_void, messages
from recourse.disputes.verdicts.model import Source, Voice
from recourse.disputes.verdicts.sources import ABOUT_REFUNDS, impossible, posted

DEEDS = {
    (Deed.SALE, End.DONE): "till_approved",
    (Deed.SALE, End.REFUSED): "till_declined",
    (Deed.SALE, End.OPEN): "till_unanswered",
    (Deed.VOID, End.DONE): "till_voided",
    (Deed.VOID, End.REFUSED): "till_void_refused",
    (Deed.VOID, End.OPEN): "till_unanswered",
    (Deed.REFUND, End.DONE): "till_refunded",
    (Deed.REFUND, End.REFUSED): "till_refund_refused",
    (Deed.REFUND, End.OPEN): "till_refund_unanswered",
    (Deed.REVERSAL, End.DONE): "till_reversal_sent",
    (Deed.REVERSAL, End.REFUSED): "till_reversal_refused",
    (Deed.REVERSAL, End.OPEN): "till_reversal_queued",
    (Deed.REVERSAL, End.QUEUED): "till_reversal_queued",
}


def voices(claim: Claim, record: Record) -> tuple[Voice, ...]:
    """Claim, terminal, acquirer, settlement, in this order, each from old to new. A source
    that was asked and has nothing says so; one that was not asked says that."""
    return (
        Voice(
            source=Source.CLAIM,
            says=f"claim_{claim.kind.value}",
            amount=claim.claimed,
            at=claim.refund.at or claim.sale.at,
        ),
        *(list(_terminal(record)) or [Voice(source=Source.TERMINAL, says="till_silent")]),
        *_acquirer(record),
        *_settlement(claim, record),
    )


def _terminal(record: Record) -> Iterator[Voice]:
    for message in messages(record):
        event = message.event
        end = DEEDS[message.deed, message.end]
        if message.meaning is not None and message.meaning.defective:
            end = "till_defective_success"
        yield Voice(
            source=Source.TERMINAL, says=end, amount=event.amount, at=event.at, code=event.response
        )


def _acquirer(record: Record) -> Iterator[Voice]:
    sale = record.sale
    said = f"sale_{sale.status}"
    if sale.status == "captured" and doubtful(sale):
        said = "sale_unconfirmed"
    taken = sale.captured if sale.status in ("captured", "failed") else sale.amount
    code = sale.reversal_reason or sale.response
    yield Voice(source=Source.ACQUIRER, says=said, amount=taken, at=sale.at, code=code)
    wrong = impossible(record)
    for refund in record.refunds:
        debit = refund.direction == "debit"
        if refund in wrong:
            said = "void_impossible" if is_void(refund) else "refund_with_arn_of_sale"
        elif is_void(refund):
            said = f"void_{refund.status.value}"
        else:
            said = f"{'debit' if debit else 'refund'}_{refund.status.value}"
        yield Voice(
            source=Source.ACQUIRER,
            says=said,
            amount=refund.amount,
            at=refund.posted_at or refund.at,
            code=refund.arn or refund.reference,
        )


def _settlement(claim: Claim, record: Record) -> Iterator[Voice]:
    files = record.settlement
    if files is None:
        yield Voice(source=Source.SETTLEMENT, says="settlement_not_asked")
        return
    for line in sorted(files.lines, key=lambda line: (line.day, line.at)):
        yield Voice(
            source=Source.SETTLEMENT,
            says=f"line_{line.kind.value}",
            amount=line.amount,
            day=line.day,
            at=line.at,
            code=line.arn or line.reference,
        )
    there = {line.reference for line in files.lines}
    awaited = [(r, at) for r in record.refunds if (at := posted(r)) is not None]
    lacking = [(r, at) for r, at in awaited if r.reference not in there and files.covers(at)]
    for refund, at in lacking:
        yield Voice(
            source=Source.SETTLEMENT,
            says="no_line",
            amount=refund.amount,
            day=files.calendar.day_of(at),
            code=refund.reference,
        )
    if not files.lines and not lacking:
        told = claim.refund.at if claim.kind in ABOUT_REFUNDS else None
        day = files.calendar.day_of(told or record.sale.at)
        yield Voice(source=Source.SETTLEMENT, says="no_line", day=day)
