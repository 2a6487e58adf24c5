"""The conflict report: who says what, how much and when, in codes that have words."""

from collections.abc import Iterator

from recourse.disputes.claims import Claim
from recourse.disputes.records import Record, RefundStatus, SettlementLine
from recourse.disputes.settlement import UNIONPAY
from recourse.disputes.verdicts.messages import Deed, End, doubtful, is_void, messages
from recourse.disputes.verdicts.models import Said, Source
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


def voices(claim: Claim, record: Record) -> tuple[Said, ...]:
    """Claim, terminal, acquirer, settlement, in this order, each from old to new. A source
    that was asked and has nothing says so; one that was not asked says that."""
    return (
        Said(
            source=Source.CLAIM,
            says=f"claim_{claim.kind.value}",
            amount=claim.claimed,
            at=claim.refund.at or claim.sale.at,
        ),
        *(list(_terminal(record)) or [Said(source=Source.POS, says="till_silent")]),
        *_acquirer(record),
        *_settlement(claim, record),
    )


def _terminal(record: Record) -> Iterator[Said]:
    for message in messages(record):
        event = message.event
        end = DEEDS[message.deed, message.end]
        if message.meaning is not None and message.meaning.defective:
            end = "till_defective_success"
        yield Said(
            source=Source.POS, says=end, amount=event.amount, at=event.at, code=event.response
        )


def _acquirer(record: Record) -> Iterator[Said]:
    sale = record.sale
    said = f"sale_{sale.status}"
    if sale.status == "captured" and doubtful(sale):
        said = "sale_unconfirmed"
    taken = sale.captured if sale.status in ("captured", "failed") else sale.amount
    code = sale.reversal_reason or sale.response
    yield Said(source=Source.ACQUIRER, says=said, amount=taken, at=sale.at, code=code)
    wrong = impossible(record)
    for refund in record.refunds:
        debit = refund.direction == "debit"
        if refund in wrong:
            said = "void_impossible" if is_void(refund) else "refund_with_arn_of_sale"
        elif is_void(refund):
            said = f"void_{refund.status.value}"
        else:
            said = f"{'debit' if debit else 'refund'}_{refund.status.value}"
        yield Said(
            source=Source.ACQUIRER,
            says=said,
            amount=refund.amount,
            at=refund.posted_at or refund.at,
            code=refund.arn or refund.reference,
        )


def _settlement(claim: Claim, record: Record) -> Iterator[Said]:
    files = record.settlement
    if files is None:
        yield Said(source=Source.SETTLEMENT, says="settlement_not_asked")
        return
    debits = {refund.reference for refund in record.refunds if refund.direction == "debit"}
    for line in sorted(files.lines, key=lambda line: line.day):
        yield Said(
            source=Source.SETTLEMENT,
            says=_line(line, record.sale.reference, debits),
            amount=line.amount,
            day=line.day,
            code=line.arn or line.reference,
        )
    there = {line.reference for line in files.lines}
    lacking = [
        refund
        for refund in record.refunds
        if refund.status is RefundStatus.POSTED
        and refund.reference not in there
        and files.covers(posted(refund))
    ]
    for refund in lacking:
        yield Said(
            source=Source.SETTLEMENT,
            says="no_line",
            amount=refund.amount,
            day=UNIONPAY.day_of(posted(refund)),
            code=refund.reference,
        )
    about_refunds = claim.kind in ABOUT_REFUNDS
    if not lacking and not any(line.reference or not about_refunds for line in files.lines):
        asked = claim.refund.at if about_refunds else record.sale.at
        there_by = asked is None or files.covers(asked)
        yield Said(
            source=Source.SETTLEMENT,
            says="no_line" if there_by else "no_file_yet",
            day=None if asked is None else UNIONPAY.day_of(asked),
        )


def _line(line: SettlementLine, sale: str, debits: set[str]) -> str:
    charge = line.direction == "charge"
    if line.reference in ("", sale):
        return "line_sale" if charge else "line_reversal"
    if line.reference in debits:
        return "line_debit" if charge else "line_debit_returned"
    return "line_return" if charge else "line_refund"
