"""Getting back what was given too much: what is still owed, and which step comes next.

A scheme knows no dispute of the merchant's against the receiver of too much (facts/domain
§3.1): it is asked for, debited by consent, adjusted where the scheme has an adjustment, or
claimed under civil law.
"""

from recourse.disputes.case import Case, Decision
from recourse.disputes.chargebacks import BOTH
from recourse.disputes.effects import Remedy
from recourse.disputes.money import Money, zero
from recourse.disputes.plans import RecoveryStep, Way
from recourse.disputes.playbooks import up_to
from recourse.disputes.verdicts import Correction, Verdict
from recourse.disputes.vocabulary import DecisionKind

_OVERPAID = ("refunded_too_much", "refunded_twice", BOTH)
_DEBITS = (Way.AGREED_DEBIT, Way.ADJUSTMENT)


def owed_by_receiver(verdict: Verdict) -> Money | None:
    """What the receiver of a refund has too much, as a verdict finds it."""
    if verdict.finding not in _OVERPAID:
        return None
    debits = [c.amount for c in verdict.corrections if c.remedy is Remedy.DEBIT_ADJUSTMENT]
    return sum(debits[1:], debits[0]) if debits else None


def less(owed: Money | None, paid: Money | None) -> Money | None:
    """What is still owed after a part has come back."""
    if owed is None or paid is None or paid.currency != owed.currency:
        return owed
    return max(zero(owed.currency), owed - paid)


def more(owed: Money | None, lost: Money) -> Money | None:
    """What is owed again after a part has not come back after all."""
    if owed is None or lost.currency != owed.currency:
        return owed
    return owed + lost


def decided_less(decision: Decision, paid: Money) -> Decision:
    """A decision to debit, less what has come back by itself meanwhile."""
    left: list[Correction] = []
    for correction in decision.corrections:
        if correction.remedy is Remedy.DEBIT_ADJUSTMENT and paid.currency == (
            correction.amount.currency
        ):
            back = min(paid, correction.amount)
            paid = paid - back
            if back == correction.amount:
                continue
            correction = correction.model_copy(update={"amount": correction.amount - back})
        left.append(correction)
    return decision.model_copy(update={"corrections": tuple(left)})


def recovers(case: Case) -> bool:
    """Whether the decision is to fetch back what the receiver of a refund has too much."""
    decision, verdict = case.decision, case.verdict
    if decision is None or verdict is None or case.playbook.recovery is None:
        return False
    taking = bool(decision.corrections) and all(
        c.remedy is Remedy.DEBIT_ADJUSTMENT and not c.card_last4 for c in decision.corrections
    )
    return (
        taking
        and decision.kind in (DecisionKind.FULL, DecisionKind.PARTIAL)
        and bool(owed_by_receiver(verdict))
    )


def step_of(case: Case, way: Way) -> RecoveryStep | None:
    plan = case.playbook.recovery
    return plan.step(way, _network(case)) if plan is not None else None


def next_way(case: Case) -> Way:
    """The step that follows: by consent when there is consent, else without it where the
    scheme allows that, each once; then civil."""
    for way in _DEBITS:
        if way in case.ways_taken or step_of(case, way) is None:
            continue
        if way is Way.ADJUSTMENT or case.consent:
            return way
    return Way.CIVIL


def scheme_code(case: Case) -> str:
    """The scheme's code of the step that is under way, as network/code; empty for none."""
    way = next((w for w in reversed(case.ways_taken) if w in _DEBITS), None)
    step = step_of(case, way) if way is not None and recovers(case) else None
    code = step.codes.get(_network(case), "") if step is not None else ""
    return f"{_network(case)}/{code}" if code else ""


def is_used_up(case: Case) -> bool:
    """Whether every debit that could be tried has failed, and the receiver still owes."""
    debits = [i for i in case.intents if i.order.remedy is Remedy.DEBIT_ADJUSTMENT]
    failed = bool(debits) and debits[-1].failed
    tried = any(way in case.ways_taken for way in _DEBITS)
    return failed and tried and bool(case.owed_back) and next_way(case) is Way.CIVIL


def may_be_written_off(case: Case, amount: Money) -> bool:
    """Whether the playbook thinks an amount too small to be pursued."""
    plan = case.playbook.recovery
    return plan is not None and up_to(plan.write_off_up_to, amount)


def still_given_up(decision: Decision | None, owed: Money | None) -> Decision | None:
    """A decision that gives a debt up, once the debt has become smaller."""
    if decision is None or decision.given_up is None or owed is None:
        return decision
    if owed.currency != decision.given_up.currency or owed >= decision.given_up:
        return decision
    return decision.model_copy(update={"given_up": owed})


def demanded(case: Case) -> Money | None:
    """What a demand is for: what the receiver still owes, be it nothing any more, or what was
    claimed."""
    return case.owed_back if case.owed_back is not None else case.claim.claimed


def _network(case: Case) -> str:
    return case.sale.card_brand if case.sale is not None else ""
