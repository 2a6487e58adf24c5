"""When a decision is carried out alone, and when a second person must agree."""

from recourse.disputes.case import Case
from recourse.disputes.effects import Remedy
from recourse.disputes.playbooks import up_to
from recourse.disputes.verdicts import Confidence, Correction


def needs_approval(case: Case, corrections: tuple[Correction, ...]) -> bool:
    """Whether a second person must agree: above the threshold, always when money goes
    elsewhere than to the card of the sale, never for a mere copy of a slip."""
    moving = [c for c in corrections if c.remedy not in (Remedy.REPRINT, Remedy.NONE)]
    if not moving:
        return False
    if any(c.card_last4 for c in moving):
        return True
    total = moving[0].amount
    for correction in moving[1:]:
        total = total + correction.amount
    return not up_to(case.playbook.verification.approve_above, total)


def decided_by_playbook(case: Case) -> bool:
    """Whether the verdict is carried out without a person: it is sure, and it either moves
    no money or gives no more than the playbook lets go alone. Money is never taken from a
    cardholder without a person's decision, and a correction that failed is not tried again
    without one."""
    verdict = case.verdict
    if verdict is None or verdict.in_doubt or verdict.confidence is not Confidence.SURE:
        return False
    if not verdict.upheld or any(intent.failed for intent in case.intents):
        return False
    for correction in verdict.corrections:
        if correction.remedy is Remedy.DEBIT_ADJUSTMENT or correction.card_last4:
            return False
    moved = [c.amount for c in verdict.corrections if c.remedy is not Remedy.REPRINT]
    if not moved:
        return True
    total = moved[0]
    for amount in moved[1:]:
        total = total + amount
    return up_to(case.playbook.verification.decide_alone_up_to, total)
