"""What verdicts are made of: one movement, a rejection, a question for a person, money that
waits at the acquirer."""

from recourse.disputes.claims import SubKind
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


def held() -> Verdict:
    """A refund waits at the acquirer, because the card takes no money: giving it again would
    fail again, or be given twice. The acquirer must be told another card, by a person who has
    asked the customer."""
    return Verdict(
        cause=Cause.REFUND_FAILED_AT_ISSUER,
        finding="refund_held_at_acquirer",
        form=SubKind.FAILED_ON_THE_WAY,
        confidence=Confidence.UNCLEAR,
        missing=("card_last4", "arn_trace"),
    )


def one(remedy: Remedy, amount: Money) -> tuple[Correction, ...]:
    return (Correction(remedy=remedy, amount=amount),) if amount else ()
