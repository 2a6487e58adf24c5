"""The verdict: what happened to the money, and what puts it right.

A verdict is a proposal. It says how sure it is, and a person decides whenever it is not.
"""

from enum import StrEnum

from recourse.disputes.claims import Claim, Kind, SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import Ledger, ledger_of
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.records import Record, Refund, RefundStatus, TerminalEventKind
from recourse.disputes.vocabulary import Cause, Result


class Confidence(StrEnum):
    SURE = "sure"
    """The acquirer's books alone prove it."""
    LIKELY = "likely"
    UNCLEAR = "unclear"


class Correction(Value):
    """One movement of money, or a reprint, that is part of a remedy."""

    remedy: Remedy
    amount: Money
    card_last4: str = ""
    """Only when the money must go elsewhere than to the card of the sale."""


class Verdict(Value):
    cause: Cause
    finding: str
    """The finding in a code that templates and people read, e.g. ``refunded_too_little``."""
    form: SubKind | None = None
    corrections: tuple[Correction, ...] = ()
    confidence: Confidence
    in_doubt: bool = False
    """The truth is not in yet: hold, query, pay nothing, and do not pay again."""
    upheld: bool = True
    """False: the books contradict the claim; ``reason`` says why."""
    reason: str = ""
    missing: tuple[str, ...] = ()
    """Codes of what would make it sure."""

    @property
    def amount(self) -> Money | None:
        """The sum of the corrections: what a decision is about."""
        total: Money | None = None
        for correction in self.corrections:
            total = correction.amount if total is None else total + correction.amount
        return total


class Words(Value):
    """What the parties and the acquirer's people said, as far as it bears on the verdict."""

    store: Result | None = None
    acquirer: Result | None = None
    """The finding of an answered inquiry, retrieval or dispute."""
    higher_service: Result | None = None
    customer: Result | None = None

    @property
    def settled(self) -> bool:
        """Whether somebody has said what happened."""
        said = (self.store, self.acquirer, self.higher_service, self.customer)
        return any(word not in (None, Result.UNKNOWN) for word in said)

    @property
    def confirmed(self) -> bool:
        return Result.CONFIRMS in (self.store, self.higher_service) or (
            Result.UPHELD in (self.acquirer, self.higher_service)
        )

    @property
    def denied(self) -> bool:
        return not self.confirmed and Result.DENIES in (self.store, self.higher_service)


def judge(claim: Claim, record: Record, words: Words, *, store_decides: bool) -> Verdict:
    """Name the cause and the remedy from claim, acquirer's record and what was said."""
    ledger = ledger_of(record)
    match claim.kind:
        case Kind.WRONG_REFUND:
            return _wrong_refund(claim, record, ledger, words)
        case Kind.REFUND_NOT_RECEIVED:
            return _not_received(claim, record, ledger, words)
        case Kind.PAYMENT_REVERSED:
            return _reversed(claim, record, words)
        case Kind.RECEIPT_NOT_PRINTED:
            return _not_printed(record, ledger)
        case Kind.RECEIPT_LOST:
            return _lost(claim, ledger, words, store_decides=store_decides)


def _rejected(reason: str, cause: Cause = Cause.NO_FAULT_FOUND, *, sure: bool = True) -> Verdict:
    return Verdict(
        cause=cause,
        finding=reason,
        confidence=Confidence.SURE if sure else Confidence.LIKELY,
        upheld=False,
        reason=reason,
    )


def _wrong_refund(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    alive = ledger.alive
    asked = claim.refund.requested
    if claim.form is SubKind.WRONG_CARD or _wrong_card(record, alive):
        return _wrong_card_verdict(record, alive)
    if asked is None or claim.form is SubKind.WRONG_SALE:
        return Verdict(
            cause=Cause.OPERATOR_ERROR,
            finding="refund_to_compare_by_hand",
            confidence=Confidence.UNCLEAR,
            missing=("refund_application", "refund_record"),
        )
    net = ledger.refunded
    confidence = Confidence.LIKELY if words.denied else Confidence.SURE
    if net > asked:
        twice = len({(r.amount.minor, r.card_last4) for r in alive}) < len(alive)
        excess = net - asked
        return Verdict(
            cause=Cause.DUPLICATE_REFUND if twice else _operator_or_system(words),
            finding="refunded_twice" if twice else "refunded_too_much",
            form=SubKind.TWICE if twice else SubKind.TOO_MUCH,
            corrections=(Correction(remedy=Remedy.DEBIT_ADJUSTMENT, amount=excess),),
            confidence=confidence,
        )
    if net < asked:
        gap = asked - net
        return Verdict(
            cause=_operator_or_system(words),
            finding="refunded_too_little",
            form=SubKind.TOO_LITTLE,
            corrections=(Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=gap),),
            confidence=confidence if ledger.refundable >= gap else Confidence.UNCLEAR,
        )
    return _rejected("refund_correct")


def _operator_or_system(words: Words) -> Cause:
    return Cause.OPERATOR_ERROR if words.confirmed else Cause.SYSTEM_FAULT


def _wrong_card(record: Record, alive: tuple[Refund, ...]) -> bool:
    card = record.sale.card_last4
    return bool(card) and any(r.card_last4 and r.card_last4 != card for r in alive)


def _wrong_card_verdict(record: Record, alive: tuple[Refund, ...]) -> Verdict:
    card = record.sale.card_last4
    astray = [r for r in alive if r.card_last4 and r.card_last4 != card]
    corrections: list[Correction] = []
    for refund in astray:
        corrections += [
            Correction(
                remedy=Remedy.DEBIT_ADJUSTMENT, amount=refund.amount, card_last4=refund.card_last4
            ),
            Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=refund.amount),
        ]
    return Verdict(
        cause=Cause.WRONG_CARD_DATA,
        finding="refunded_to_wrong_card",
        form=SubKind.WRONG_CARD,
        corrections=tuple(corrections),
        confidence=Confidence.LIKELY if astray else Confidence.UNCLEAR,
        missing=() if astray else ("refund_record",),
    )


def _not_received(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    posted = [r for r in ledger.alive if r.status is RefundStatus.POSTED]
    pending = [r for r in ledger.alive if r.status is RefundStatus.PENDING]
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
    amount = wanted or (lost[-1].amount if lost else ledger.refundable)
    owed = amount - ledger.refunded if amount > ledger.refunded else amount
    failed = bool(lost)
    entitled = failed or words.confirmed
    if words.denied and not failed:
        return _rejected("not_entitled", Cause.GOODS_DISPUTE, sure=False)
    return Verdict(
        cause=Cause.REFUND_FAILED_AT_ISSUER if failed else Cause.REFUND_NEVER_SUBMITTED,
        finding="refund_failed" if failed else "no_refund_on_record",
        form=SubKind.FAILED_ON_THE_WAY if failed else SubKind.NEVER_SUBMITTED,
        corrections=(Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=owed),),
        confidence=Confidence.SURE
        if entitled and ledger.refundable >= owed
        else Confidence.UNCLEAR,
        missing=() if entitled else ("refund_promise", "refund_record"),
    )


def _reversed(claim: Claim, record: Record, words: Words) -> Verdict:
    sale = record.sale
    if sale.status == "in_doubt":
        return _doubt()
    if sale.status != "reversed":
        return _rejected("not_reversed")
    by_terminal = any(
        e.kind in (TerminalEventKind.REVERSAL_SENT, TerminalEventKind.NETWORK_LOSS)
        for e in record.terminal_events
    )
    cause = Cause.REVERSED_BY_TIMEOUT if by_terminal else Cause.REVERSED_IN_ERROR
    form = SubKind.REVERSED_BY_TIMEOUT if by_terminal else SubKind.REVERSED_IN_ERROR
    if claim.claimant == "customer" and claim.wants != "pay_again":
        return Verdict(
            cause=cause, finding="payment_was_returned", form=form, confidence=Confidence.SURE
        )
    return Verdict(
        cause=cause,
        finding="payment_returned_goods_kept",
        form=form,
        corrections=(Correction(remedy=Remedy.DEBIT_ADJUSTMENT, amount=sale.amount),),
        confidence=Confidence.SURE if words.confirmed else Confidence.LIKELY,
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


def _not_printed(record: Record, ledger: Ledger) -> Verdict:
    sale = record.sale
    kinds = [event.kind for event in record.terminal_events]
    if sale.status == "in_doubt":
        return _doubt()
    if sale.status == "reversed" or (sale.status == "failed" and not ledger.captured):
        return Verdict(
            cause=Cause.NETWORK_DELAY
            if TerminalEventKind.NETWORK_LOSS in kinds
            else Cause.SYSTEM_FAULT,
            finding="nothing_was_taken" if sale.status == "failed" else "reversed_by_itself",
            form=SubKind.SALE_FAILED,
            confidence=Confidence.SURE,
        )
    if sale.status == "failed":
        return Verdict(
            cause=Cause.SYSTEM_FAULT,
            finding="taken_but_not_completed",
            form=SubKind.SALE_FAILED,
            corrections=(Correction(remedy=Remedy.REVERSAL, amount=ledger.refundable),),
            confidence=Confidence.SURE,
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
        corrections=(Correction(remedy=Remedy.REPRINT, amount=sale.amount),),
        confidence=Confidence.SURE,
    )


def _lost(claim: Claim, ledger: Ledger, words: Words, *, store_decides: bool) -> Verdict:
    cause = Cause.DEVICE_DAMAGE if claim.form is SubKind.DAMAGED else Cause.CUSTOMER_LOST_SLIP
    wanted = claim.refund.requested or ledger.refundable
    if not ledger.refundable:
        return _rejected("already_refunded", cause)
    if words.denied:
        return _rejected("outside_conditions", cause, sure=False)
    if claim.wants == "receipt" and claim.refund.requested is None:
        return Verdict(
            cause=cause,
            finding="copy_wanted",
            corrections=(Correction(remedy=Remedy.REPRINT, amount=ledger.captured),),
            confidence=Confidence.SURE,
        )
    fits = wanted <= ledger.refundable
    allowed = words.confirmed or not store_decides
    return Verdict(
        cause=cause,
        finding="sale_found_without_slip",
        corrections=(
            Correction(remedy=Remedy.REFUND, amount=wanted if fits else ledger.refundable),
        ),
        confidence=Confidence.SURE if fits and allowed else Confidence.UNCLEAR,
        missing=() if allowed else ("goods_returned",),
    )
