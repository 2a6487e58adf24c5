"""What verdicts are made of: one movement, a rejection, a question for a person."""

from recourse.disputes.effects import Remedy
from recourse.disputes.money import Money
from recourse.disputes.verdicts.models import Confidence, Correction, Verdict
from recourse.disputes.vocabulary import Cause


def by_hand(finding: str, *missing: str) -> Verdict:
    return Verdict(
        cause=Cause.UNKNOWN_PENDING,
        finding=finding,
        confidence=Confidence.UNCLEAR,
        missing=missing,
    )


def rejected(reason: str, cause: Cause = Cause.NO_FAULT_FOUND, *, sure: bool = True) -> Verdict:
    return Verdict(
        cause=cause,
        finding=reason,
        confidence=Confidence.SURE if sure else Confidence.LIKELY,
        upheld=False,
        reason=reason,
    )


def one(remedy: Remedy, amount: Money) -> tuple[Correction, ...]:
    return (Correction(remedy=remedy, amount=amount),) if amount else ()
