"""Judging: listen to the sources, look the cell up, let the books speak as far as it allows."""

from recourse.disputes.claims import Claim, Kind, SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import Ledger, ledger_of, one_currency
from recourse.disputes.records import Record
from recourse.disputes.verdicts.charges import (
    not_printed,
    nothing_taken,
    payment_reversed,
    receipt_lost,
)
from recourse.disputes.verdicts.models import Confidence, Correction, Verdict, Words
from recourse.disputes.verdicts.proposals import by_hand, one
from recourse.disputes.verdicts.refunds import not_received, wrong_refund
from recourse.disputes.verdicts.sources import ABOUT_REFUNDS, Says, hear, impossible
from recourse.disputes.verdicts.table import RULINGS, Ruling, Take, ruling
from recourse.disputes.verdicts.voices import voices
from recourse.disputes.vocabulary import Cause, Result

_RANK = {Confidence.UNCLEAR: 0, Confidence.LIKELY: 1, Confidence.SURE: 2}


def judge(claim: Claim, record: Record, words: Words, *, store_decides: bool) -> Verdict:
    """Name the cause and the remedy from claim, journal, books, clearing files and what was
    said.

    Never proposes to give out more than can be refunded, and never anything while the sale
    itself, or where its money is, is in doubt. Where the acquirer lists no refunds nothing is
    sure, and no claim is contradicted by a refund that does not stand there: what was given
    at the till is not seen.
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
        return by_hand("currencies_differ", "settlement_line")
    heard = hear(claim, record)
    rule = ruling(heard)
    ledger = ledger_of(record)
    if rule.hold and (heard.acquirer is Says.OPEN or not _answered(words)):
        verdict = _held(rule)
    elif rule.take is Take.NOTHING and not rule.hold:
        verdict = _asked(rule)
    else:
        # Once the acquirer's people have answered, asking its systems again brings nothing:
        # the books speak, and a person decides with the conflict before their eyes.
        proved = _by_the_books(claim, record, ledger, words, store_decides=store_decides)
        verdict = _given_back(rule, record, ledger) or _ruled(rule, proved)
    if claim.kind not in ABOUT_REFUNDS and not verdict.in_doubt and impossible(record):
        verdict, rule = _ruled(_IMPOSSIBLE, verdict), _IMPOSSIBLE
    said = voices(claim, record) if rule.conflict else ()
    return verdict.model_copy(update={"cell": heard.cell, "said": said})


_IMPOSSIBLE = RULINGS["trace"].model_copy(update={"at_most": Confidence.UNCLEAR})
"""Of a charge: refunds that cannot be what the books call them leave the rest unclear too."""


def _comparable(claim: Claim, record: Record) -> bool:
    told = (claim.refund.requested, claim.refund.reported)
    currency = record.sale.amount.currency
    return one_currency(record) and all(m is None or m.currency == currency for m in told)


def _answered(words: Words) -> bool:
    return words.acquirer not in (None, Result.UNKNOWN)


def _by_the_books(
    claim: Claim, record: Record, ledger: Ledger, words: Words, *, store_decides: bool
) -> Verdict:
    if claim.kind is Kind.PAYMENT_REVERSED:
        return payment_reversed(claim, record, ledger, words)
    untaken = nothing_taken(record, ledger)
    if untaken is not None:
        return untaken
    match claim.kind:
        case Kind.WRONG_REFUND:
            return wrong_refund(claim, record, ledger, words)
        case Kind.REFUND_NOT_RECEIVED:
            return not_received(claim, record, ledger, words)
        case Kind.RECEIPT_NOT_PRINTED:
            return not_printed(claim, record, ledger, words)
        case Kind.RECEIPT_LOST:
            return receipt_lost(claim, ledger, words, store_decides=store_decides)


def _held(rule: Ruling) -> Verdict:
    return Verdict(
        cause=rule.cause or Cause.REVERSAL_PENDING,
        finding=rule.finding,
        form=SubKind.SALE_IN_DOUBT,
        confidence=Confidence.UNCLEAR,
        in_doubt=True,
        missing=(rule.missing,),
    )


def _asked(rule: Ruling) -> Verdict:
    verdict = by_hand(rule.finding, rule.missing)
    return verdict.model_copy(update={"cause": rule.cause or verdict.cause})


def _given_back(rule: Ruling, record: Record, ledger: Ledger) -> Verdict | None:
    """A reversal is for the whole sale or refused: what is left of a part is credited."""
    if rule.take is not Take.GIVE_BACK:
        return None
    untouched = ledger.refundable == record.sale.captured
    remedy = Remedy.REVERSAL if untouched else Remedy.CREDIT_ADJUSTMENT
    corrections: tuple[Correction, ...] = one(remedy, ledger.refundable)
    return Verdict(
        cause=rule.cause or Cause.SYSTEM_FAULT,
        finding=rule.finding,
        form=SubKind.SALE_FAILED,
        corrections=corrections,
        confidence=rule.at_most,
        missing=(rule.missing,),
    )


def _ruled(rule: Ruling, proved: Verdict) -> Verdict:
    """What the books prove, no surer than the cell allows."""
    confidence = min(proved.confidence, rule.at_most, key=_RANK.__getitem__)
    missing = proved.missing
    if rule.missing and rule.missing not in missing:
        missing = (*missing, rule.missing)
    return proved.model_copy(update={"confidence": confidence, "missing": missing})
