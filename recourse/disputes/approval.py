"""When a decision is carried out alone, and when a second person must agree."""

from collections.abc import Iterable

from recourse.disputes.case import Case
from recourse.disputes.effects import Remedy, RequestKind
from recourse.disputes.ledger import MOVING
from recourse.disputes.money import Money
from recourse.disputes.playbooks import up_to
from recourse.disputes.verdicts import Confidence, Correction, amount_of
from recourse.disputes.vocabulary import Result


def needs_approval(case: Case, corrections: tuple[Correction, ...]) -> bool:
    """Whether a second person must agree: above the threshold, always when money goes
    elsewhere than to the card of the sale, never for a mere copy of a slip. What the case has
    moved before the same way, and what has not failed, counts: else a sum could be divided
    until each part stays under the threshold."""
    moving = [c for c in corrections if c.remedy not in (Remedy.REPRINT, Remedy.NONE)]
    if not moving:
        return False
    if any(c.card_last4 for c in moving):
        return True
    ways = {_takes(correction.remedy) for correction in moving}
    earlier = [
        Correction(remedy=intent.order.remedy, amount=intent.order.amount)
        for intent in case.intents
        if intent.order.remedy in MOVING
        and not intent.failed
        and _takes(intent.order.remedy) in ways
    ]
    total = _in_all([*earlier, *moving])
    return total is None or not up_to(case.playbook.verification.approve_above, total)


def goodwill_with(case: Case, amount: Money) -> Money | None:
    """What the case gives that is not owed, once ``amount`` is given too; none when it cannot
    be added up, being in two currencies."""
    earlier = [
        Correction(remedy=intent.order.remedy, amount=intent.order.amount)
        for intent in case.intents
        if intent.goodwill and not intent.failed
    ]
    return _in_all([*earlier, Correction(remedy=Remedy.CREDIT_ADJUSTMENT, amount=amount)])


def _takes(remedy: Remedy) -> bool:
    return remedy is Remedy.DEBIT_ADJUSTMENT


def _in_all(corrections: Iterable[Correction]) -> Money | None:
    together = tuple(corrections)
    if len({correction.amount.currency for correction in together}) != 1:
        return None
    return amount_of(together)


def decided_by_playbook(case: Case) -> bool:
    """Whether the verdict is carried out without a person: it is sure, and it either moves
    no money or gives no more than the playbook lets go alone. Money is never taken from a
    cardholder without a person's decision. A correction that failed is not tried again, unless
    it failed late and the playbook says how often (``reissue_alone``), and to one that was made
    nothing is added, without a person; nor after a scheme has ruled,
    whose ruling moves money by itself."""
    verdict = case.verdict
    if verdict is None or verdict.in_doubt or verdict.confidence is not Confidence.SURE:
        return False
    if not verdict.upheld:
        return False
    if verdict.corrections and (_tried_before(case) or _ruled_by_scheme(case)):
        return False
    for correction in verdict.corrections:
        if correction.remedy is Remedy.DEBIT_ADJUSTMENT or correction.card_last4:
            return False
    total = amount_of(c for c in verdict.corrections if c.remedy is not Remedy.REPRINT)
    return total is None or up_to(case.playbook.verification.decide_alone_up_to, total)


def _tried_before(case: Case) -> bool:
    tried = [intent for intent in case.intents if intent.order.remedy is not Remedy.REPRINT]
    again = len(tried) <= case.playbook.verification.reissue_alone
    return bool(tried) and not (again and all(intent.failed_late for intent in tried))


def _ruled_by_scheme(case: Case) -> bool:
    filed = [rung.name for rung in case.playbook.escalation if rung.request is RequestKind.DISPUTE]
    return case.rung in filed and case.rung_result is Result.UPHELD
