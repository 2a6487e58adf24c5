"""What the acquirer's books prove of a refund: a wrong one, or one that did not arrive."""

from recourse.disputes import codes
from recourse.disputes.claims import Claim, SubKind
from recourse.disputes.codes import Meaning
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import Ledger
from recourse.disputes.money import Money, zero
from recourse.disputes.records import Record, Refund, RefundStatus
from recourse.disputes.verdicts.messages import Deed, why_refused
from recourse.disputes.verdicts.models import Confidence, Correction, Verdict, Words
from recourse.disputes.verdicts.proposals import by_hand, held, one, rejected
from recourse.disputes.vocabulary import Cause

_ALIVE = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION, RefundStatus.POSTED)


def wrong_refund(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    """What was refunded against what was asked: too much, too little, twice, or astray. What was
    asked the claimant says: that it is more than the books show needs another voice to be sure."""
    asked = claim.refund.requested
    if claim.form is SubKind.WRONG_CARD or _astray(record, ledger.alive):
        return _wrong_card(claim, record, ledger)
    if asked is None or claim.form is SubKind.WRONG_SALE:
        return by_hand("refund_to_compare_by_hand", "refund_application", "refund_record")
    net = ledger.refunded
    right = min(asked, ledger.paid)
    if net > right:
        twice = len({(r.amount.minor, r.card_last4) for r in ledger.alive}) < len(ledger.alive)
        return Verdict(
            cause=Cause.DUPLICATE_REFUND if twice else _operator_or_system(words),
            finding="refunded_twice" if twice else "refunded_too_much",
            form=SubKind.TWICE if twice else SubKind.TOO_MUCH,
            corrections=one(Remedy.DEBIT_ADJUSTMENT, min(net - right, ledger.collectable)),
            confidence=Confidence.LIKELY if words.denied else Confidence.SURE,
        )
    if ledger.held:
        return held()
    if net == right:
        return rejected("refund_correct")
    if not ledger.alive:
        return _not_given(asked, record, ledger, words)
    gap = asked - net
    given = min(gap, ledger.refundable)
    backed = words.confirmed or gap <= _proved(record, ledger)
    missing = () if backed else ("refund_application",)
    if given < gap:
        missing = (*missing, "refund_record")
    return Verdict(
        cause=_operator_or_system(words),
        finding="refunded_too_little",
        form=SubKind.TOO_LITTLE,
        corrections=one(Remedy.CREDIT_ADJUSTMENT, given),
        confidence=Confidence.UNCLEAR if missing else Confidence.SURE,
        missing=missing,
    )


def _operator_or_system(words: Words) -> Cause:
    return Cause.OPERATOR_ERROR if words.confirmed else Cause.SYSTEM_FAULT


def _astray(record: Record, alive: tuple[Refund, ...]) -> tuple[Refund, ...]:
    """Refunds that went to another card than the one of the sale, and were not sent there."""
    card = record.sale.card_last4
    elsewhere = (r for r in alive if card and r.card_last4 and r.card_last4 != card)
    return tuple(refund for refund in elsewhere if refund not in record.redirected)


def _wrong_card(claim: Claim, record: Record, ledger: Ledger) -> Verdict:
    """Fetch back from each wrong card what it still has, then give the right one its own."""
    nothing = zero(record.sale.amount.currency)
    astray = _astray(record, ledger.alive)
    debits = [r for r in record.moves if r.direction == "debit" and r.status in _ALIVE]
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
    lacking = max(nothing, (claim.refund.requested or wrong) - arrived - ledger.held)
    room = ledger.room - ledger.held + fetched
    given = min(lacking, wrong, room)
    if given.minor > 0:
        corrections.append(Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=given))
    if ledger.held and not corrections:
        return held()
    if astray and not corrections:
        return rejected("refund_correct")
    return Verdict(
        cause=Cause.WRONG_CARD_DATA,
        finding="refunded_to_wrong_card",
        form=SubKind.WRONG_CARD,
        corrections=tuple(corrections),
        confidence=Confidence.LIKELY if astray else Confidence.UNCLEAR,
        missing=() if astray else ("refund_record",),
    )


def not_received(claim: Claim, record: Record, ledger: Ledger, words: Words) -> Verdict:
    """A refund was promised or made, and the customer does not see it. A code that it was
    refused with names the cause."""
    if _astray(record, ledger.alive):
        return _wrong_card(claim, record, ledger)
    posted = [r for r in ledger.alive if r.status is RefundStatus.POSTED]
    pending = [r for r in ledger.alive if r.status is not RefundStatus.POSTED]
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
        return held()
    return _not_given(wanted, record, ledger, words)


def _not_given(wanted: Money | None, record: Record, ledger: Ledger, words: Words) -> Verdict:
    """What is wanted and nobody has: it failed, or was never submitted. A refund that failed
    proves its own amount; what is said to be owed beyond it, the store must confirm, and may
    deny."""
    lost = _lost(record, ledger)
    owed = (wanted or (lost[-1].amount if lost else ledger.refundable)) - ledger.refunded
    if min(owed, ledger.refundable).minor <= 0:
        return rejected("already_refunded")
    proved = min(owed, _proved(record, ledger))
    entitled = words.confirmed or proved == owed
    disputed = words.denied and not entitled
    if disputed and not proved:
        return rejected("not_entitled", Cause.GOODS_DISPUTE, sure=False)
    given = min(proved if disputed else owed, ledger.refundable)
    told = _refused(record, lost)
    usual = Cause.REFUND_FAILED_AT_ISSUER if lost else Cause.REFUND_NEVER_SUBMITTED
    unsure = Confidence.LIKELY if disputed else Confidence.UNCLEAR
    asked = ("refund_application",) if lost else ("refund_promise", "refund_record")
    return Verdict(
        cause=told.cause if told else usual,
        finding="refund_failed" if lost else "no_refund_on_record",
        form=SubKind.FAILED_ON_THE_WAY if lost else SubKind.NEVER_SUBMITTED,
        corrections=one(Remedy.CREDIT_ADJUSTMENT, given),
        confidence=Confidence.SURE if entitled and given == owed else unsure,
        missing=() if entitled else asked,
    )


def _lost(record: Record, ledger: Ledger) -> list[Refund]:
    """Refunds that were made and did not stay with the cardholder, oldest first."""
    claimed = (r for r in record.refunds if r not in record.goodwill)
    return [r for r in claimed if r.direction == "credit" and r not in ledger.alive]


def _proved(record: Record, ledger: Ledger) -> Money:
    """What refunds that failed show to have been meant for the cardholder, and what nothing
    given since can have made good. One amount that failed twice is one debt, tried again."""
    nothing = zero(record.sale.amount.currency)
    failed: set[Money] = set()
    since = nothing
    lost = _lost(record, ledger)
    for refund in record.moves:
        if refund in ledger.alive:
            since = since + refund.amount if failed else since
        elif refund in lost:
            failed.add(refund.amount)
    return max(nothing, sum(failed, nothing) - since)


def _refused(record: Record, lost: list[Refund]) -> Meaning | None:
    """What the acquirer, or the terminal's journal, answered to the refund."""
    if lost:
        return codes.response(codes.network_of(record.sale.card_brand), lost[-1].reason)
    return why_refused(record, Deed.REFUND)
