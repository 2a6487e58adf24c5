"""Legal: hold everything, assemble the file, demand, wait, hand over, take the result."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.documents import DocumentDoor
    from activities.errors import FINAL
    from recourse.disputes import events as ev
    from recourse.disputes.balls import Ball
    from recourse.disputes.notices import Role, StoredDocument, Template
    from recourse.disputes.recovery import demanded
    from recourse.disputes.stage_clocks import StageClock
    from recourse.disputes.vocabulary import Outcome, Result, Stage, Step
    from workflows import queues
    from workflows.legal_file import debtor_of, legal_file

from workflows.following import until_watched
from workflows.process import Process, StepFailed
from workflows.telling import Draft, facts, tell, tell_all

DOCUMENT_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    maximum_interval=timedelta(seconds=30),
    non_retryable_error_types=list(FINAL),
)
"""Rendering gives the same bytes every time; only a full disk fails, and stays so a while."""


async def legal(p: Process) -> None:
    leave_when_collected(p)
    place_hold(p)
    await demand(p)
    await until_watched(p, lambda case: case.over("demand_answer") or _result(p) is not None)
    conclude(p)
    await hand_over(p)
    await until_watched(p, lambda case: case.over("court_result") or _result(p) is not None)
    conclude(p)
    await review(p)


def leave_when_collected(p: Process) -> None:
    """Who has given all back by now is sent no demand: what happened is judged anew."""
    amount = demanded(p.case)
    if amount is not None and not amount:
        p.enter(Stage.VERIFICATION, "nothing is owed any more")


def place_hold(p: Process) -> None:
    """From here on nothing of the case may be deleted."""
    if p.case.playbook.legal.hold and not p.case.on_hold:
        p.record(ev.HoldPlaced(reason="legal_stage"))
    p.step(Step.LEGAL_HOLD, Ball.US)


async def demand(p: Process) -> None:
    """Send the demand letter, with the answer window it states, then tell the claimant. Each once,
    also when legal is entered a second time: the window is the first one, with what was granted
    of it."""
    plan = p.case.playbook.legal
    debtor = debtor_of(p.case)
    owner = Ball.CUSTOMER if debtor is Role.CUSTOMER else Ball.MERCHANT
    if not p.case.demand_made:
        await _send_letter(p, debtor)
    if p.case.clock("demand_answer") is None:
        p.start_clock(
            StageClock.DEMAND_ANSWER,
            plan.demand_answer_within,
            owner=owner,
            default=f"prepare_{plan.route}",
            party=debtor,
            since=next(reversed(p.case.demands), None),
            remind_every=plan.remind_every,
            reminders=plan.reminders,
            carries_on=True,
        )
    p.step(Step.DEMAND_SENT, owner)
    if not p.case.demand_told:
        # The demand is made, whatever becomes of this notice.
        due = p.case.clocks["demand_answer"].due
        await tell(
            p, Template.ESCALATED_CLAIMANT, p.case.claim.claimant_role, **_demand_facts(p, due)
        )


async def _send_letter(p: Process, debtor: Role) -> None:
    """Nobody else is told along with it: the demand is dated by this one letter, and is on record
    as soon as that has an end, also when the case has moved on by then."""
    plan = p.case.playbook.legal
    await p.daytime(debtor)
    due = plan.demand_answer_within.end(p.now, p.case.calendar)
    documents = await _assemble(p, plan.demand_answer_within.amount, with_letter=True)
    letter = next((d for d in documents if d.name.startswith("demand")), None)
    amount = demanded(p.case)
    draft = Draft(
        template=Template.DEMAND_LETTER,
        to=debtor,
        about=facts(p.case, **_demand_facts(p, due)),
        attachment=letter.digest if letter else "",
    )
    await tell_all(
        p,
        [draft],
        means=lambda delivery: ev.DemandSent(
            to=debtor, document=letter, delivery=delivery, amount=amount
        ),
    )


def _demand_facts(p: Process, due: datetime) -> dict[str, object]:
    return {
        "amount": demanded(p.case),
        "due": due,
        "due_rule": p.case.playbook.legal.demand_answer_within.source,
        "rung": "legal",
    }


async def hand_over(p: Process) -> None:
    """The window has passed: the finished file goes to counsel, for the playbook's route."""
    plan = p.case.playbook.legal
    if p.case.clock("court_result") is None:
        await p.daytime()
        await _assemble(p, plan.demand_answer_within.amount, with_letter=False)
        file = next((d for d in reversed(p.case.documents) if d.name.startswith("legal")), None)
        await tell_all(
            p,
            [
                Draft(
                    template=Template.COUNSEL_HANDOVER,
                    to=Role.COUNSEL,
                    about=facts(p.case, amount=demanded(p.case), detail=plan.route),
                    attachment=file.digest if file else "",
                )
            ],
        )
        p.start_clock(
            StageClock.COURT_RESULT,
            plan.result_within,
            owner=Ball.COUNSEL,
            default="look_again",
            party=Role.COUNSEL,
        )
    p.step(Step.AWAITING_RESULT, Ball.COUNSEL)


async def review(p: Process) -> None:
    """No result in the time such a route takes: a person says how it goes on."""
    p.step(Step.AWAITING_RESULT, Ball.US)
    await until_watched(p, lambda case: _result(p) is not None)
    conclude(p)


def conclude(p: Process) -> None:
    """What a result means; without one the procedure goes on."""
    match _result(p):
        case Result.PAID | Result.AGREED | Result.CONFIRMS:
            p.reach(Outcome.SETTLED, "after_demand")
        case Result.JUDGMENT | Result.UPHELD:
            p.reach(Outcome.JUDGMENT, p.case.playbook.legal.route)
        case Result.REJECTED:
            p.reach(Outcome.REJECTED, "judgment")
        case Result.WRITTEN_OFF:
            p.reach(Outcome.WRITTEN_OFF, "not_worth_pursuing")
        case _:
            return


def _result(p: Process) -> Result | None:
    return p.case.legal_result


async def _assemble(p: Process, due_days: int, *, with_letter: bool) -> tuple[StoredDocument, ...]:
    file = legal_file(p.case, tuple(p.timeline), p.now, due_days).model_copy(
        update={"with_letter": with_letter}
    )
    try:
        assembled = await p.attempt(
            "assemble the legal file",
            lambda: workflow.start_activity_method(
                DocumentDoor.assemble_file,
                file,
                task_queue=queues.DOCUMENTS,
                start_to_close_timeout=timedelta(seconds=4 * p.limits.call_seconds),
                schedule_to_close_timeout=timedelta(seconds=p.limits.give_up_seconds),
                retry_policy=DOCUMENT_RETRY,
                summary="demand letter and legal file" if with_letter else "legal file",
            ),
        )
    except StepFailed:
        return ()
    p.record(ev.FileAssembled(documents=assembled.documents))
    return assembled.documents
