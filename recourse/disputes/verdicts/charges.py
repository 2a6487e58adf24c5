"""What the acquirer's books prove of a charge: returned, without a slip, or its slip lost."""

from recourse.disputes.claims import Claim, SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import Ledger
from recourse.disputes.records import Record, TerminalEventKind
from recourse.disputes.verdicts.messages import Deed, End, messages, why_refused, why_reversed
from recourse.disputes.verdicts.models import Confidence, Verdict, Words
from recourse.disputes.verdicts.proposals import held, one, rejected
from recourse.disputes.vocabulary import Cause


def nothing_taken(record: Record, ledger: Ledger) -> Verdict | None:
    """A sale that failed or was reversed, and of which nobody holds any money."""
    if ledger.captured or ledger.credited or ledger.held or ledger.recovered or ledger.recovering:
        return None
    return undone(record)


def undone(record: Record) -> Verdict:
    """The payment did not go through, or was undone; a code names the cause before the state
    of the network does."""
    lost = any(e.kind is TerminalEventKind.NETWORK_LOSS for e in record.terminal_events)
    by_itself = record.sale.status == "reversed"
    told = why_reversed(record) if by_itself else why_refused(record, Deed.SALE)
    return Verdict(
        cause=told.cause if told else Cause.NETWORK_DELAY if lost else Cause.SYSTEM_FAULT,
        finding="reversed_by_itself" if by_itself else "nothing_was_taken",
        form=SubKind.SALE_FAILED,
        confidence=Confidence.SURE,
    )


def _voided(record: Record) -> bool:
    return any(m.deed is Deed.VOID and m.end is End.DONE for m in messages(record))


def payment_reversed(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    """A payment succeeded and was returned. The reason that the reversal gives for itself
    names the cause, before what the journal shows."""
    sale = record.sale
    if sale.status != "reversed":
        return rejected("not_reversed")
    kinds = {event.kind for event in record.terminal_events}
    by_terminal = not kinds.isdisjoint(
        (TerminalEventKind.REVERSAL_SENT, TerminalEventKind.NETWORK_LOSS)
    )
    told = why_reversed(record)
    if told is not None:
        cause = told.cause
        timed_out = cause in (Cause.REVERSED_BY_TIMEOUT, Cause.NETWORK_DELAY)
        form = SubKind.REVERSED_BY_TIMEOUT if timed_out else SubKind.REVERSED_IN_ERROR
    elif TerminalEventKind.OPERATOR_VOID in kinds or _voided(record):
        cause, form = Cause.OPERATOR_ERROR, SubKind.REVERSED_IN_ERROR
    elif by_terminal:
        cause, form = Cause.REVERSED_BY_TIMEOUT, SubKind.REVERSED_BY_TIMEOUT
    else:
        cause, form = Cause.REVERSED_IN_ERROR, SubKind.REVERSED_IN_ERROR
    if claim.claimant == "customer" and claim.wants != "pay_again":
        return Verdict(
            cause=cause, finding="payment_was_returned", form=form, confidence=Confidence.SURE
        )
    if not ledger.unpaid:
        return Verdict(
            cause=cause, finding="payment_collected_again", form=form, confidence=Confidence.SURE
        )
    confidence = Confidence.SURE if words.confirmed else Confidence.LIKELY
    if ledger.refunded:
        confidence = Confidence.UNCLEAR  # returned and refunded: perhaps the goods came back
    return Verdict(
        cause=cause,
        finding="payment_returned_goods_kept",
        form=form,
        corrections=one(Remedy.DEBIT_ADJUSTMENT, ledger.unpaid),
        confidence=confidence,
        missing=("refund_record",) if ledger.refunded else (),
    )


def not_printed(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    """Charged, and no slip: a good sale is copied, one that did not complete is undone."""
    sale = record.sale
    kinds = [event.kind for event in record.terminal_events]
    if sale.status == "reversed":
        return undone(record)
    if sale.status == "failed":
        # A reversal is for the whole sale or refused: what is left of a part is credited.
        untouched = ledger.refundable == sale.captured
        remedy = Remedy.REVERSAL if untouched else Remedy.CREDIT_ADJUSTMENT
        return Verdict(
            cause=Cause.SYSTEM_FAULT,
            finding="taken_but_not_completed",
            form=SubKind.SALE_FAILED,
            corrections=one(remedy, ledger.refundable),
            confidence=Confidence.SURE,
        )
    if claim.form is SubKind.PAID_TWICE and ledger.refundable:
        return Verdict(
            cause=Cause.NETWORK_DELAY
            if TerminalEventKind.NETWORK_LOSS in kinds
            else Cause.UNKNOWN_PENDING,
            finding="paid_twice",
            form=SubKind.PAID_TWICE,
            corrections=one(Remedy.REFUND, ledger.refundable),
            confidence=Confidence.LIKELY if words.confirmed else Confidence.UNCLEAR,
            missing=() if words.confirmed else ("paid_again",),
        )
    if TerminalEventKind.PAPER_OUT in kinds:
        cause = Cause.PAPER_OUT
    elif TerminalEventKind.PRINTER_FAULT in kinds:
        cause = Cause.PRINTER_FAULT
    elif TerminalEventKind.NETWORK_LOSS in kinds:
        cause = Cause.NETWORK_DELAY
    else:
        cause = Cause.NO_FAULT_FOUND
    return Verdict(
        cause=cause,
        finding="sale_good_slip_missing",
        form=SubKind.SALE_GOOD,
        corrections=one(Remedy.REPRINT, sale.amount),
        confidence=Confidence.SURE,
    )


def receipt_lost(claim: Claim, ledger: Ledger, words: Words, *, store_decides: bool) -> Verdict:
    """The slip is gone: find the sale's conditions, refund to the card it came from. A refund
    that stands may be for the same goods: it counts against what is wanted."""
    cause = Cause.DEVICE_DAMAGE if claim.form is SubKind.DAMAGED else Cause.CUSTOMER_LOST_SLIP
    if claim.wants == "receipt" and claim.refund.requested is None:
        # Whoever paid may have a copy, also of a sale that was refunded long ago.
        return Verdict(
            cause=cause,
            finding="copy_wanted",
            corrections=one(Remedy.REPRINT, ledger.price),
            confidence=Confidence.SURE,
        )
    if ledger.held:
        return held()
    if not ledger.refundable:
        return rejected("already_refunded", cause)
    if words.denied:
        return rejected("outside_conditions", cause, sure=False)
    asked = claim.refund.requested
    wanted = ledger.refundable if asked is None else asked - ledger.refunded
    if wanted.minor <= 0:
        return rejected("already_refunded", cause, sure=False)
    given = min(wanted, ledger.refundable)
    allowed = words.confirmed or not store_decides
    missing = () if allowed else ("goods_returned",)
    if ledger.refunded:
        missing = (*missing, "refund_record")
    return Verdict(
        cause=cause,
        finding="sale_found_without_slip",
        corrections=one(Remedy.REFUND, given),
        confidence=Confidence.UNCLEAR if missing or given < wanted else Confidence.SURE,
        missing=missing,
    )
