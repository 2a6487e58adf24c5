"""What a receiver has too much is given up by two, through whichever door.

One proposes it: with ``decide``, as a write-off or as any decision that does not fetch all of
it back. A second person then agrees, or ends the case in another way. An ending that does not
leave anything unpaid, and one that comes by itself, is nobody's gift and asks for nobody.
"""

from recourse.disputes import events as ev
from recourse.disputes.actions.base import Refusal, Situation, second_person
from recourse.disputes.case import Case, Decision
from recourse.disputes.effects import Remedy
from recourse.disputes.events import Event
from recourse.disputes.money import Money
from recourse.disputes.notices import Role
from recourse.disputes.parties import AUTHORITIES
from recourse.disputes.recovery import less, may_be_written_off
from recourse.disputes.verdicts import Correction
from recourse.disputes.vocabulary import Result, Stage

_UNPAID_IN_LEGAL = (Result.WRITTEN_OFF, Result.REJECTED, Result.AGREED, Result.CONFIRMS)
"""Results that end the last stage without the debt being paid, or ruled to be paid."""


def left_unpaid(case: Case, corrections: tuple[Correction, ...]) -> Money | None:
    """What a receiver owes and these corrections do not fetch back; none when nothing is."""
    left = case.owed_back
    for correction in corrections:
        if correction.remedy is Remedy.DEBIT_ADJUSTMENT:
            left = less(left, correction.amount)
    return left or None


def proposal(case: Case) -> Decision | None:
    """The decision that gives up all that is owed, whether it waits or two have agreed."""
    decision, owed = case.decision, case.owed_back
    if decision is None or decision.given_up is None or not owed:
        return None
    covered = decision.given_up.currency == owed.currency and decision.given_up >= owed
    return decision if covered else None


def waits(case: Case) -> bool:
    """Whether a proposal to give up what is owed waits for a second person."""
    found = proposal(case)
    return found is not None and not found.final


def unproposed(case: Case) -> Refusal | None:
    """Nobody ends a case with a debt before somebody has proposed to give the debt up."""
    if not case.owed_back or proposal(case) is not None:
        return None
    return Refusal(
        code="second_person",
        words=f"{case.owed_back} is owed back, and two give it up: decide write_off, then a second "
        "person approves that or ends the case; what was paid goes to record_recovery",
    )


def alone(at: Situation) -> Refusal | None:
    """Why this actor may not end the case: it leaves a debt unpaid, which takes a second person."""
    refused = unproposed(at.case)
    if refused is not None:
        return refused
    return second_person(at) if waits(at.case) else None


def agreed(at: Situation) -> tuple[Event, ...]:
    """Whoever ends a case in which a proposal waits has agreed to it."""
    found = proposal(at.case)
    if found is None or found.final:
        return ()
    by, person = str(at.actor), at.actor.person
    return (ev.DecisionApproved(by=by, person=person, amount=found.to_read_back),)


def above_limit(at: Situation, given_up: Money | None) -> Refusal | None:
    """More than the playbook writes off is proposed by a supervisor; in the legal stage, where
    everything else has been tried, by anybody."""
    if given_up is None or at.case.stage is Stage.LEGAL or at.actor.role is Role.SUPERVISOR:
        return None
    if may_be_written_off(at.case, given_up):
        return None
    return Refusal(
        code="too_much",
        words=f"{given_up} would stay unpaid, and the playbook writes off less; go on fetching it "
        "back, or have a supervisor propose it",
    )


def ends_unpaid(case: Case, result: Result) -> bool:
    """Whether a result that a person records ends the case while a receiver still owes. A
    judgment for us does not give it up, and an authority's word for us goes to verification."""
    if not case.owed_back:
        return False
    if case.stage is Stage.LEGAL:
        return result in _UNPAID_IN_LEGAL
    if case.stage is not Stage.ESCALATION:
        return False
    rung = case.playbook.rung(case.rung, case.claim.claimant)
    authority = rung is not None and rung.party in AUTHORITIES
    no = (Result.REJECTED, Result.DENIES)
    return result is Result.AGREED or (authority and result in no)
