"""A row of a table of verdicts: a claim, the books and what was said, and what follows."""

from dataclasses import dataclass, field
from typing import Any

from recourse.disputes.claims import Kind, SubKind
from recourse.disputes.effects import Remedy
from recourse.disputes.records import Record, RefundStatus
from recourse.disputes.verdicts import Confidence, Correction, Verdict, Words, judge
from recourse.disputes.vocabulary import Cause, Result
from tests.disputes.building import PRICE, a_claim, a_record, a_sale, cny

REPRINT = (Remedy.REPRINT, PRICE)
NOBODY = Words()
STORE_YES = Words(store=Result.CONFIRMS)
STORE_NO = Words(store=Result.DENIES)
UPHELD = Words(acquirer=Result.UPHELD)
REVERSED = a_record(sale=a_sale("reversed"))
ABNORMAL = RefundStatus.ABNORMAL
FAILED = RefundStatus.FAILED
PENDING = RefundStatus.PENDING


@dataclass(frozen=True)
class Found:
    """What a verdict should say."""

    finding: str
    cause: Cause
    corrections: tuple[tuple[Any, ...], ...] = ()
    confidence: Confidence = Confidence.SURE
    form: SubKind | None = None
    missing: tuple[str, ...] = ()
    upheld: bool = True
    in_doubt: bool = False


@dataclass(frozen=True)
class Row:
    """A claim of a kind, the books, what was said, and what follows."""

    name: str
    kind: Kind
    record: Record
    found: Found
    claim: dict[str, Any] = field(default_factory=dict)
    words: Words = NOBODY
    store_decides: bool = False


def asked(minor: int) -> dict[str, Any]:
    return {"refund": {"requested": cny(minor)}}


def debit(minor: int, card: str = "") -> tuple[Any, ...]:
    return (Remedy.DEBIT_ADJUSTMENT, minor, card) if card else (Remedy.DEBIT_ADJUSTMENT, minor)


def credit(minor: int) -> tuple[Any, ...]:
    return (Remedy.CREDIT_ADJUSTMENT, minor)


def sale_failed(captured: int) -> Record:
    return a_record(sale=a_sale("failed", captured))


WRONG = Kind.WRONG_REFUND
MISSING = Kind.REFUND_NOT_RECEIVED
RETURNED = Kind.PAYMENT_REVERSED
NO_SLIP = Kind.RECEIPT_NOT_PRINTED
LOST = Kind.RECEIPT_LOST
PROCESS = Cause.ISSUER_OR_ACQUIRER_PROCESS
FAULT = Cause.SYSTEM_FAULT
LIKELY = Confidence.LIKELY
UNCLEAR = Confidence.UNCLEAR
HELD = Found(
    "refund_held_at_acquirer",
    Cause.REFUND_FAILED_AT_ISSUER,
    (),
    UNCLEAR,
    SubKind.FAILED_ON_THE_WAY,
    ("card_last4", "arn_trace"),
)
"""Nothing is given: it waits at the acquirer for another card."""


def check(row: Row) -> None:
    """Judge a row and compare everything the verdict says."""
    claim = a_claim(row.kind, **row.claim)
    verdict = judge(claim, row.record, row.words, store_decides=row.store_decides)
    found = row.found
    told = verdict.model_copy(update={"cell": "", "said": ()})
    assert told == Verdict(
        cause=found.cause,
        finding=found.finding,
        form=found.form,
        corrections=tuple(
            Correction(
                remedy=part[0], amount=cny(part[1]), card_last4=part[2] if len(part) > 2 else ""
            )
            for part in found.corrections
        ),
        confidence=found.confidence,
        in_doubt=found.in_doubt,
        upheld=found.upheld,
        reason="" if found.upheld else found.finding,
        missing=found.missing,
    )
