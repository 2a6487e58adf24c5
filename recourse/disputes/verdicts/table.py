"""The decision table: how till, acquirer and clearing files together weigh on a verdict.

Three letters name a cell: the till's journal, the acquirer's books, the clearing files, each P
(bears the transaction in question out), A (is silent) or C (contradicts). For every kind of
claim all twenty-seven are written down, and what each asks for:

* ``carry``  what the books say is carried out, no surer than the word after it;
* ``ask``    a person decides; the words after it are what would settle it;
* ``hold``   pay nothing and take nothing: it is looked up until it is known, and the customer
             is told not to pay again.

A word that is the name of a cause names it where the books alone cannot. Nothing in a cell makes
a verdict surer than the books made it.
"""

from enum import StrEnum
from functools import cache
from itertools import product

from recourse.disputes.claims import Kind, SubKind
from recourse.disputes.models import Value
from recourse.disputes.verdicts.models import Confidence, Verdict
from recourse.disputes.verdicts.sources import Heard
from recourse.disputes.vocabulary import Cause

CELLS = tuple("".join(letters) for letters in product("PAC", repeat=3))


class Weight(StrEnum):
    CARRY = "carry"
    ASK = "ask"
    HOLD = "hold"


class Ruling(Value):
    """What a cell asks for."""

    weight: Weight
    at_most: Confidence = Confidence.SURE
    missing: tuple[str, ...] = ()
    cause: Cause | None = None


_SALE = """
PPP carry sure
PPA carry sure
PPC ask settlement_line
PAP hold transaction_state settlement_line
PAA hold transaction_state
PAC carry likely
PCP ask settlement_line
PCA carry likely
PCC carry likely
APP carry sure
APA carry sure
APC ask settlement_line
AAP hold transaction_state settlement_line
AAA carry sure
AAC carry sure
ACP ask settlement_line
ACA carry sure
ACC carry sure
CPP ask journal_line what_happened
CPA hold transaction_state journal_line
CPC hold transaction_state settlement_line
CAP hold transaction_state settlement_line
CAA carry sure
CAC carry sure
CCP ask settlement_line
CCA carry sure
CCC carry sure
"""
"""The sale: was it paid? What the till took for approved and the acquirer does not have is held,
because the card may be debited; so is what the till gave up and the acquirer still has, because
a reversal may wait for the till's next sale. What is cleared cannot be undone by a reversal."""

TABLE: dict[Kind, str] = {
    Kind.RECEIPT_NOT_PRINTED: _SALE,
    Kind.RECEIPT_LOST: _SALE,
    # The return of the money: did it happen? To collect again what was paid would charge twice.
    Kind.PAYMENT_REVERSED: """
PPP carry sure
PPA carry sure
PPC ask settlement_line
PAP carry likely
PAA carry likely
PAC ask settlement_line transaction_state
PCP hold transaction_state
PCA hold transaction_state
PCC carry likely
APP carry sure
APA carry sure
APC ask settlement_line
AAP carry sure
AAA carry sure
AAC ask settlement_line transaction_state
ACP ask settlement_line
ACA carry sure
ACC carry sure
CPP carry likely reversed_in_error
CPA carry likely reversed_in_error
CPC ask settlement_line
CAP ask transaction_state journal_line
CAA ask transaction_state journal_line
CAC ask transaction_state settlement_line
CCP ask settlement_line
CCA carry sure
CCC carry sure
""",
    # The refund that was wrong: P in the books means that it differs from what was asked.
    Kind.WRONG_REFUND: """
PPP carry sure
PPA carry sure
PPC ask settlement_line
PAP ask settlement_line refund_record
PAA carry likely refund_never_submitted
PAC carry sure refund_never_submitted
PCP carry sure
PCA carry likely
PCC ask settlement_line journal_line
APP carry sure
APA carry sure
APC ask settlement_line
AAP ask settlement_line refund_record
AAA carry sure
AAC carry sure
ACP carry sure
ACA carry sure
ACC ask settlement_line
CPP carry likely system_fault
CPA ask journal_line refund_record
CPC ask settlement_line journal_line
CAP ask settlement_line refund_record
CAA carry likely refund_never_submitted
CAC carry sure refund_never_submitted
CCP carry sure
CCA carry sure
CCC ask settlement_line
""",
    # The refund that did not come: P in the books means that it is posted or on its way, C that
    # it failed there. What is cleared has left the acquirer, whatever the books say: to give it
    # again would pay twice.
    Kind.REFUND_NOT_RECEIVED: """
PPP carry sure
PPA carry sure
PPC ask settlement_line arn_trace
PAP ask settlement_line arn_trace
PAA carry likely refund_never_submitted
PAC carry sure refund_never_submitted
PCP ask settlement_line arn_trace
PCA carry sure
PCC carry sure
APP carry sure
APA carry sure
APC ask settlement_line arn_trace
AAP ask settlement_line arn_trace
AAA carry sure
AAC carry sure
ACP ask settlement_line arn_trace
ACA carry sure
ACC carry sure
CPP carry sure
CPA carry likely
CPC ask settlement_line arn_trace
CAP ask settlement_line arn_trace
CAA carry likely
CAC carry sure
CCP ask settlement_line arn_trace
CCA carry sure
CCC carry sure
""",
}

SALES_ARN = "refund_with_the_sales_arn"
"""A refund has an acquirer reference number of its own. One that shows the sale's traces the
wrong transaction: the bank will answer that it is there."""

_SURER = {Confidence.UNCLEAR: 0, Confidence.LIKELY: 1, Confidence.SURE: 2}


@cache
def rulings(kind: Kind) -> dict[str, Ruling]:
    """The twenty-seven cells of a kind."""
    return {line.split()[0]: _read(line.split()[1:]) for line in TABLE[kind].strip().splitlines()}


def _read(words: list[str]) -> Ruling:
    weight, *rest = words
    if weight != Weight.CARRY:
        return Ruling(weight=Weight(weight), missing=tuple(rest))
    sure, *cause = rest
    return Ruling(
        weight=Weight.CARRY,
        at_most=Confidence(sure),
        cause=Cause(cause[0]) if cause else None,
    )


def weigh(kind: Kind, verdict: Verdict, heard: Heard) -> Verdict:
    """The verdict of the books as journal and clearing files leave it."""
    ruling = rulings(kind)[heard.cell]
    if kind is Kind.REFUND_NOT_RECEIVED and heard.tells(SALES_ARN):
        ruling = ruling.model_copy(update={"weight": Weight.ASK, "missing": ("arn_trace",)})
    said = heard.said if _disagree(heard, ruling) else ()
    if ruling.weight is Weight.HOLD:
        return _held(heard.cell, ruling.missing).model_copy(update={"said": heard.said})
    sure = min(verdict.confidence, ruling.at_most, key=_SURER.__getitem__)
    missing = verdict.missing
    if ruling.weight is Weight.ASK:
        sure = Confidence.UNCLEAR
        missing = tuple(dict.fromkeys((*verdict.missing, *ruling.missing)))
    cause = ruling.cause if ruling.cause and verdict.corrections else verdict.cause
    changed = {
        "confidence": sure,
        "missing": missing,
        "cause": cause,
        "cell": heard.cell,
        "said": said,
    }
    return verdict.model_copy(update=changed)


def _disagree(heard: Heard, ruling: Ruling) -> bool:
    """Whether it is worth telling who says what: two sources contradict each other, or a cell
    cannot be carried out."""
    told = {letter for letter in heard.cell if letter != "A"}
    return len(told) > 1 or ruling.weight is not Weight.CARRY


def _held(cell: str, missing: tuple[str, ...]) -> Verdict:
    return Verdict(
        cause=Cause.REVERSAL_PENDING,
        finding="sale_in_doubt",
        form=SubKind.SALE_IN_DOUBT,
        confidence=Confidence.UNCLEAR,
        in_doubt=True,
        missing=missing,
        cell=cell,
    )
