"""What a chargeback on the sale makes of a verdict: the issuer and we must not both pay.

A chargeback pays the cardholder without us. What it has paid is not owed any more, and what
we had refunded besides was given twice (facts/peers 54f).
"""

from recourse.disputes.claims import Claim, SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import PAYOUTS, Ledger, ledger_of, one_currency
from recourse.disputes.money import Money, zero
from recourse.disputes.records import ChargebackStatus, Record
from recourse.disputes.verdicts import Confidence, Correction, Verdict
from recourse.disputes.vocabulary import Cause

BOTH = "refunded_and_charged_back"


def beside_chargebacks(claim: Claim, verdict: Verdict, record: Record) -> Verdict:
    """The verdict, with the chargebacks of the sale reckoned in. Never sure enough to be
    carried out without a person: a chargeback is under way outside our sight."""
    if verdict.in_doubt or not record.chargebacks or not one_currency(record):
        return verdict
    ledger = ledger_of(record)
    if not ledger.charged_back and not ledger.contested:
        return verdict
    # A refund that went astray was not had by whoever charged the payment back.
    astray = verdict.form is SubKind.WRONG_CARD
    excess = zero(ledger.paid.currency) if astray else _given_twice(claim, ledger)
    if excess:
        return Verdict(
            cause=Cause.DUPLICATE_REFUND,
            finding=BOTH,
            corrections=_debit(min(excess, ledger.collectable)),
            confidence=Confidence.LIKELY,
            missing=("arn_trace",),
        )
    return _what_is_left(verdict, record, ledger)


def _given_twice(claim: Claim, ledger: Ledger) -> Money:
    """What the cardholder has had twice, by a refund and by a chargeback."""
    nothing = zero(ledger.captured.currency)
    if not ledger.refunded or not ledger.charged_back:
        return nothing
    asked = claim.refund.requested
    comparable = asked is not None and asked.currency == ledger.paid.currency
    entitled = min(asked, ledger.paid) if asked is not None and comparable else ledger.paid
    has = ledger.refunded + ledger.charged_back
    return max(nothing, min(has - entitled, ledger.refunded))


def _debit(amount: Money) -> tuple[Correction, ...]:
    return (Correction(remedy=Remedy.DEBIT_ADJUSTMENT, amount=amount),) if amount else ()


def _what_is_left(verdict: Verdict, record: Record, ledger: Ledger) -> Verdict:
    fetched = [c.amount for c in verdict.corrections if c.remedy is Remedy.DEBIT_ADJUSTMENT]
    room = ledger.room - ledger.held + sum(fetched, zero(ledger.captured.currency))
    left: list[Correction] = []
    for correction in verdict.corrections:
        if correction.remedy not in PAYOUTS:
            left.append(correction)
            continue
        given = min(correction.amount, room)
        if given.minor <= 0:
            continue
        room = room - given
        whole = given == correction.amount
        # A reversal is for the whole sale or refused: what is left of a part is credited.
        remedy = correction.remedy if whole else Remedy.CREDIT_ADJUSTMENT
        left.append(correction.model_copy(update={"remedy": remedy, "amount": given}))
    pays = any(c.remedy in PAYOUTS for c in verdict.corrections)
    unowed = verdict.reason == "already_refunded" or _short(verdict)
    if unowed or (pays and not left):
        return _elsewhere(record)
    if not pays:
        return verdict
    cut = tuple(left) != verdict.corrections
    unsure = cut or verdict.confidence is Confidence.UNCLEAR
    return verdict.model_copy(
        update={
            "corrections": tuple(left),
            "confidence": Confidence.UNCLEAR if unsure else Confidence.LIKELY,
        }
    )


def _short(verdict: Verdict) -> bool:
    return verdict.finding == "refunded_too_little" and not verdict.corrections


def _elsewhere(record: Record) -> Verdict:
    """Nothing is left to give: the issuer has given it, or is about to."""
    lost = all(
        c.status in (ChargebackStatus.LOST, ChargebackStatus.WON) for c in record.chargebacks
    )
    reason = "charged_back" if lost else "claimed_elsewhere"
    return Verdict(
        cause=Cause.ISSUER_OR_ACQUIRER_PROCESS,
        finding=reason,
        confidence=Confidence.LIKELY,
        upheld=False,
        reason=reason,
    )
