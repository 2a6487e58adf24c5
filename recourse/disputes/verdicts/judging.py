"""What the acquirer's books and people's words say happened, and what would put it right."""

from recourse.disputes.claims import Claim, Kind, SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import Ledger, ledger_of, one_currency
from recourse.disputes.money import Money, zero
from recourse.disputes.records import Record, Refund, RefundStatus, TerminalEventKind
from recourse.disputes.verdicts.codes import UNIONPAY_REVERSALS, kind_of
from recourse.disputes.verdicts.models import Confidence, Correction, Verdict, Words
from recourse.disputes.verdicts.sources import hear
from recourse.disputes.verdicts.table import weigh
from recourse.disputes.vocabulary import Cause

_ALIVE = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION, RefundStatus.POSTED)


def judge(claim: Claim, record: Record, words: Words, *, store_decides: bool) -> Verdict:
    """Name the cause and the remedy from claim, acquirer's record and what was said, and say
    how the till's journal and the clearing files stand to it.

    Never proposes to give out more than can be refunded, and never anything while the sale
    itself is in doubt. Where the acquirer lists no refunds nothing is sure, and no claim is
    contradicted by a refund that does not stand there: what was given at the till is not seen.
    """
    verdict = _judged(claim, record, words, store_decides=store_decides)
    if record.refunds_listed or verdict.in_doubt or not record.sale.captured.minor:
        return verdict
    return verdict.model_copy(
        update={
            "confidence": Confidence.UNCLEAR,
            "upheld": True,
            "reason": "",
            "missing": tuple(dict.fromkeys((*verdict.missing, "refund_record"))),
        }
    )


def _judged(claim: Claim, record: Record, words: Words, *, store_decides: bool) -> Verdict:
    if not _comparable(claim, record):
        # A foreign card's holder tells the amount of his statement, not of the sale.
        return _by_hand("currencies_differ", "settlement_line")
    if record.sale.status == "in_doubt":
        return _doubt()
    ledger = ledger_of(record)
    verdict = _by_books(claim, record, ledger, words, store_decides=store_decides)
    return weigh(claim.kind, verdict, hear(claim, record, ledger))


def _by_books(
    claim: Claim, record: Record, ledger: Ledger, words: Words, *, store_decides: bool
) -> Verdict:
    match claim.kind:
        case Kind.WRONG_REFUND:
            return _nothing_taken(record, ledger) or _wrong_refund(claim, record, ledger, words)
        case Kind.REFUND_NOT_RECEIVED:
            return _nothing_taken(record, ledger) or _not_received(claim, record, ledger, words)
        case Kind.PAYMENT_REVERSED:
            return _reversed(claim, record, ledger, words)
        case Kind.RECEIPT_NOT_PRINTED:
            return _nothing_taken(record, ledger) or _not_printed(claim, record, ledger, words)
        case Kind.RECEIPT_LOST:
            return _nothing_taken(record, ledger) or _lost(
                claim, ledger, words, store_decides=store_decides
            )


def _comparable(claim: Claim, record: Record) -> bool:
    told = (claim.refund.requested, claim.refund.reported)
    currency = record.sale.amount.currency
    return one_currency(record) and all(m is None or m.currency == currency for m in told)


def _by_hand(finding: str, *missing: str) -> Verdict:
    return Verdict(
        cause=Cause.UNKNOWN_PENDING,
        finding=finding,
        confidence=Confidence.UNCLEAR,
        missing=missing,
    )


def _rejected(reason: str, cause: Cause = Cause.NO_FAULT_FOUND, *, sure: bool = True) -> Verdict:
    return Verdict(
        cause=cause,
        finding=reason,
        confidence=Confidence.SURE if sure else Confidence.LIKELY,
        upheld=False,
        reason=reason,
    )


def _doubt() -> Verdict:
    return Verdict(
        cause=Cause.REVERSAL_PENDING,
        finding="sale_in_doubt",
        form=SubKind.SALE_IN_DOUBT,
        confidence=Confidence.UNCLEAR,
        in_doubt=True,
        missing=("transaction_state",),
    )


def _nothing_taken(record: Record, ledger: Ledger) -> Verdict | None:
    """A sale that failed or was reversed, and of which nobody holds any money."""
    if ledger.captured or ledger.credited or ledger.held or ledger.recovered or ledger.recovering:
        return None
    return _undone(record)


def _undone(record: Record) -> Verdict:
    lost = any(e.kind is TerminalEventKind.NETWORK_LOSS for e in record.terminal_events)
    by_itself = record.sale.status == "reversed"
    return Verdict(
        cause=Cause.NETWORK_DELAY if lost else Cause.SYSTEM_FAULT,
        finding="reversed_by_itself" if by_itself else "nothing_was_taken",
        form=SubKind.SALE_FAILED,
        confidence=Confidence.SURE,
    )


def _wrong_refund(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    asked = claim.refund.requested
    if claim.form is SubKind.WRONG_CARD or _astray(record, ledger.alive):
        return _wrong_card(claim, record, ledger)
    if asked is None or claim.form is SubKind.WRONG_SALE:
        return _by_hand("refund_to_compare_by_hand", "refund_application", "refund_record")
    net = ledger.refunded
    right = min(asked, ledger.paid)
    confidence = Confidence.LIKELY if words.denied else Confidence.SURE
    if net > right:
        twice = len({(r.amount.minor, r.card_last4) for r in ledger.alive}) < len(ledger.alive)
        return Verdict(
            cause=Cause.DUPLICATE_REFUND if twice else _operator_or_system(words),
            finding="refunded_twice" if twice else "refunded_too_much",
            form=SubKind.TWICE if twice else SubKind.TOO_MUCH,
            corrections=_correction(Remedy.DEBIT_ADJUSTMENT, min(net - right, ledger.collectable)),
            confidence=confidence,
        )
    if net < right:
        gap = min(asked - net, ledger.refundable)
        whole = gap == asked - net
        return Verdict(
            cause=_operator_or_system(words),
            finding="refunded_too_little",
            form=SubKind.TOO_LITTLE,
            corrections=_correction(Remedy.CREDIT_ADJUSTMENT, gap),
            confidence=confidence if whole else Confidence.UNCLEAR,
            missing=() if whole else ("refund_record",),
        )
    return _rejected("refund_correct")


def _correction(remedy: Remedy, amount: Money) -> tuple[Correction, ...]:
    return (Correction(remedy=remedy, amount=amount),) if amount else ()


def _operator_or_system(words: Words) -> Cause:
    return Cause.OPERATOR_ERROR if words.confirmed else Cause.SYSTEM_FAULT


def _astray(record: Record, alive: tuple[Refund, ...]) -> tuple[Refund, ...]:
    """Refunds that went to another card than the one of the sale."""
    card = record.sale.card_last4
    return tuple(r for r in alive if card and r.card_last4 and r.card_last4 != card)


def _wrong_card(claim: Claim, record: Record, ledger: Ledger) -> Verdict:
    """Fetch back from each wrong card what it still has, then give the right one its own."""
    nothing = zero(record.sale.amount.currency)
    astray = _astray(record, ledger.alive)
    debits = [r for r in record.refunds if r.direction == "debit" and r.status in _ALIVE]
    corrections: list[Correction] = []
    fetched = nothing
    for card in dict.fromkeys(r.card_last4 for r in astray):
        has = sum((r.amount for r in astray if r.card_last4 == card), nothing)
        taken = sum((r.amount for r in debits if r.card_last4 == card), nothing)
        fetch = min(has - taken, ledger.collectable - fetched)
        if fetch.minor > 0:
            fetched = fetched + fetch
            corrections.append(
                Correction(remedy=Remedy.DEBIT_ADJUSTMENT, amount=fetch, card_last4=card)
            )
    wrong = sum((r.amount for r in astray), nothing)
    arrived = sum((r.amount for r in ledger.alive if r not in astray), nothing)
    lacking = max(nothing, (claim.refund.requested or wrong) - arrived)
    room = ledger.captured - ledger.credited - ledger.held + ledger.recovered + fetched
    given = min(lacking, wrong, room)
    if given.minor > 0:
        corrections.append(Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=given))
    if astray and not corrections:
        return _rejected("refund_correct")
    return Verdict(
        cause=Cause.WRONG_CARD_DATA,
        finding="refunded_to_wrong_card",
        form=SubKind.WRONG_CARD,
        corrections=tuple(corrections),
        confidence=Confidence.LIKELY if astray else Confidence.UNCLEAR,
        missing=() if astray else ("refund_record",),
    )


def _not_received(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    if _astray(record, ledger.alive):
        return _wrong_card(claim, record, ledger)
    posted = [r for r in ledger.alive if r.status is RefundStatus.POSTED]
    pending = [r for r in ledger.alive if r.status is not RefundStatus.POSTED]
    lost = [r for r in record.refunds if r.direction == "credit" and r not in ledger.alive]
    wanted = claim.refund.requested or claim.refund.reported
    if pending:
        return Verdict(
            cause=Cause.ISSUER_OR_ACQUIRER_PROCESS,
            finding="refund_on_its_way",
            form=SubKind.NOT_YET_POSTED,
            confidence=Confidence.SURE,
        )
    if posted and not (wanted and ledger.refunded < wanted):
        return Verdict(
            cause=Cause.ISSUER_OR_ACQUIRER_PROCESS,
            finding="refund_posted_trace_by_arn",
            confidence=Confidence.SURE,
        )
    if ledger.held:
        # The card takes no money: giving it again would fail again. The acquirer must be
        # told another card, by a person who has asked the customer.
        return Verdict(
            cause=Cause.REFUND_FAILED_AT_ISSUER,
            finding="refund_held_at_acquirer",
            form=SubKind.FAILED_ON_THE_WAY,
            confidence=Confidence.UNCLEAR,
            missing=("card_last4", "arn_trace"),
        )
    owed = (wanted or (lost[-1].amount if lost else ledger.refundable)) - ledger.refunded
    given = min(owed, ledger.refundable)
    if given.minor <= 0:
        return _rejected("already_refunded")
    failed = bool(lost)
    entitled = failed or words.confirmed
    if words.denied and not failed:
        return _rejected("not_entitled", Cause.GOODS_DISPUTE, sure=False)
    return Verdict(
        cause=Cause.REFUND_FAILED_AT_ISSUER if failed else Cause.REFUND_NEVER_SUBMITTED,
        finding="refund_failed" if failed else "no_refund_on_record",
        form=SubKind.FAILED_ON_THE_WAY if failed else SubKind.NEVER_SUBMITTED,
        corrections=_correction(Remedy.CREDIT_ADJUSTMENT, given),
        confidence=Confidence.SURE if entitled and given == owed else Confidence.UNCLEAR,
        missing=() if entitled else ("refund_promise", "refund_record"),
    )


def _reversed(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    sale = record.sale
    if sale.status != "reversed":
        return _rejected("not_reversed")
    kinds = {kind_of(event) for event in record.terminal_events}
    by_terminal = not kinds.isdisjoint(
        (TerminalEventKind.REVERSAL_SENT, TerminalEventKind.NETWORK_LOSS)
    )
    reasons = [UNIONPAY_REVERSALS.get(event.detail) for event in record.terminal_events]
    named = next((reason for reason in reasons if reason is not None), None)
    if named is not None:
        cause, form = named, SubKind.REVERSED_BY_TIMEOUT
    elif TerminalEventKind.OPERATOR_VOID in kinds:
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
        corrections=_correction(Remedy.DEBIT_ADJUSTMENT, ledger.unpaid),
        confidence=confidence,
        missing=("refund_record",) if ledger.refunded else (),
    )


def _not_printed(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    sale = record.sale
    kinds = [event.kind for event in record.terminal_events]
    if sale.status == "reversed":
        return _undone(record)
    if sale.status == "failed":
        # A reversal is for the whole sale or refused: what is left of a part is credited.
        untouched = ledger.refundable == sale.captured
        remedy = Remedy.REVERSAL if untouched else Remedy.CREDIT_ADJUSTMENT
        return Verdict(
            cause=Cause.SYSTEM_FAULT,
            finding="taken_but_not_completed",
            form=SubKind.SALE_FAILED,
            corrections=_correction(remedy, ledger.refundable),
            confidence=Confidence.SURE,
        )
    if claim.form is SubKind.PAID_TWICE and ledger.refundable:
        return Verdict(
            cause=Cause.NETWORK_DELAY
            if TerminalEventKind.NETWORK_LOSS in kinds
            else Cause.UNKNOWN_PENDING,
            finding="paid_twice",
            form=SubKind.PAID_TWICE,
            corrections=_correction(Remedy.REFUND, ledger.refundable),
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
        corrections=_correction(Remedy.REPRINT, sale.amount),
        confidence=Confidence.SURE,
    )


def _lost(claim: Claim, ledger: Ledger, words: Words, *, store_decides: bool) -> Verdict:
    cause = Cause.DEVICE_DAMAGE if claim.form is SubKind.DAMAGED else Cause.CUSTOMER_LOST_SLIP
    if claim.wants == "receipt" and claim.refund.requested is None:
        # Whoever paid may have a copy, also of a sale that was refunded long ago.
        return Verdict(
            cause=cause,
            finding="copy_wanted",
            corrections=_correction(Remedy.REPRINT, ledger.price),
            confidence=Confidence.SURE,
        )
    if not ledger.refundable:
        return _rejected("already_refunded", cause)
    if words.denied:
        return _rejected("outside_conditions", cause, sure=False)
    wanted = claim.refund.requested or ledger.refundable
    given = min(wanted, ledger.refundable)
    allowed = words.confirmed or not store_decides
    return Verdict(
        cause=cause,
        finding="sale_found_without_slip",
        corrections=_correction(Remedy.REFUND, given),
        confidence=Confidence.SURE if given == wanted and allowed else Confidence.UNCLEAR,
        missing=() if allowed else ("goods_returned",),
    )
