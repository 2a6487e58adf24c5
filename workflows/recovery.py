"""Recovery: fetch back what a receiver has too much, in the steps of the playbook."""

from collections.abc import Awaitable, Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import events as ev
    from recourse.disputes.balls import Ball
    from recourse.disputes.case import Case
    from recourse.disputes.notices import Role, Template
    from recourse.disputes.plans import RecoveryStep, Way
    from recourse.disputes.recovery import is_used_up, next_way, recovers, step_of
    from recourse.disputes.spans import Span
    from recourse.disputes.stage_clocks import StageClock
    from recourse.disputes.vocabulary import DecisionKind, Stage, Step

from workflows.process import Process
from workflows.telling import tell

CLOCK = StageClock.RECOVERY


async def ask_back(p: Process, approve: Callable[[Process], Awaitable[None]]) -> None:
    """Before money is taken from a receiver of too much, he is asked; what follows hangs on
    what he says. Whoever proposes meanwhile to give the rest up is heard first: after each wait
    the decision is looked at again."""
    if not recovers(p.case) or p.case.intents_of_visit():
        return
    step = step_of(p.case, Way.ASK)
    if p.case.consent is None and step is not None:
        await _ask(p, step)
    await approve(p)
    way = next_way(p.case)
    if way is Way.ADJUSTMENT:
        await p.daytime(Role.CUSTOMER, unless=_given_up)
        await approve(p)
        amount = p.case.decision.amount if p.case.decision else None
        await tell(p, Template.RECOVERY_GOES_ON, Role.CUSTOMER, amount=amount, reason=_why(p.case))
        await approve(p)
        way = next_way(p.case)  # he may have agreed meanwhile
    if way is Way.CIVIL:
        go_civil(p)
    p.stay()
    p.record(ev.RecoveryWayTaken(way=way))


def when_used_up(p: Process) -> None:
    """Every debit that could be tried has failed: the receiver is claimed against."""
    if is_used_up(p.case) and p.case.decision is None:
        go_civil(p)


def go_civil(p: Process) -> None:
    """The merchant claims back what it gave too much. A customer who has reported it himself
    is not sued: the acquirer's people look for a way."""
    p.stay()
    if p.case.claim.claimant == "customer":
        p.enter(Stage.ESCALATION, "what was given too much cannot be debited", "acquirer_inquiry")
    p.record(ev.RecoveryWayTaken(way=Way.CIVIL))
    p.enter(Stage.LEGAL, "the receiver has not paid back what he has too much")


async def _ask(p: Process, step: RecoveryStep) -> None:
    """Ask once, and wait for as long as he was told, whatever the case does meanwhile. Who did not
    answer before it ended, and is past that time now, is asked anew: nobody expected it of him."""
    if step.within is None:
        return
    before = p.case.clocks.get(CLOCK)
    if Way.ASK not in p.case.ways_taken or (before and before.halted and before.due <= p.now):
        await p.daytime(Role.CUSTOMER, unless=_answered)
        due = step.within.end(p.now, p.case.calendar)
        delivery = await tell(
            p,
            Template.ASK_RECOVERY,
            Role.CUSTOMER,
            amount=p.case.owed_back,
            reason=_why(p.case),
            asks=("accept_recovery",),
            due=due,
        )
        p.record(ev.RecoveryWayTaken(way=Way.ASK))
        if delivery.state in ("refused", "unaddressed"):
            return  # nobody was asked, so nobody's silence is waited for
        _begin_his_time(p, step, step.within)
    elif before and before.state == "stopped" and before.due > p.now:
        _begin_his_time(p, step, step.within, carries_on=True)
    if p.case.clock(CLOCK) is None:
        return
    p.step(Step.OVER_REFUND_RECOVERY, Ball.CUSTOMER)
    # That somebody proposes to give it up takes none of his time: it may be refused.
    await p.until(lambda case: _answered(case) or case.over(CLOCK))


def _begin_his_time(
    p: Process, step: RecoveryStep, within: Span, *, carries_on: bool = False
) -> None:
    p.start_clock(
        CLOCK,
        within,
        owner=Ball.CUSTOMER,
        default="go_on",
        party=Role.CUSTOMER,
        asks=("accept_recovery",),
        remind_every=step.remind_every,
        reminders=step.reminders,
        carries_on=carries_on,
    )


def _answered(case: Case) -> bool:
    return case.consent is not None or _given_up(case)


def _given_up(case: Case) -> bool:
    """Whether somebody proposes not to fetch it back, or has taken the decision back."""
    return case.decision is None or case.decision.kind is DecisionKind.WRITE_OFF


def _why(case: Case) -> str:
    return case.verdict.finding if case.verdict else ""
