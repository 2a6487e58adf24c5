"""What is done when a clock's moment comes: remind, or record the time-out and its default."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import events as ev
    from recourse.disputes.clocks import Clock, ClockKind
    from recourse.disputes.notices import Role, Template
    from recourse.disputes.vocabulary import Outcome, Stage

from workflows.process import CLOCK, Process
from workflows.telling import tell


async def attend(p: Process, clock: Clock) -> None:
    """Attend to one clock whose next moment has come."""
    if clock.due > p.now:
        await _remind(p, clock)
    elif clock.kind is ClockKind.NOT_BEFORE:
        p.record(ev.ClockMet(clock=clock.name), by=CLOCK)  # the wait is over
    else:
        p.record(ev.TimedOut(clock=clock.name, owner=clock.owner, default=clock.default), by=CLOCK)
        await _default(p, clock)


async def _remind(p: Process, clock: Clock) -> None:
    number = clock.reminded + 1
    p.record(ev.Reminded(clock=clock.name, number=number), by=CLOCK)
    if clock.party is None:
        return
    await tell(
        p,
        Template.REMINDER,
        clock.party,
        asks=clock.asks,
        reminder=number,
        due=clock.due,
        due_rule=clock.rule,
    )


async def _default(p: Process, clock: Clock) -> None:
    """What a time-out brings about by itself. A stage reads its own clocks; here are those
    of the whole case and the promises."""
    if clock.kind is ClockKind.PROMISE:
        p.record(ev.PromiseBroken(clock=clock.name), by=CLOCK)
        who = clock.party.value if clock.party else ""
        await tell(p, Template.PROMISE_BROKEN, Role.SUPERVISOR, detail=clock.rule, who=who)
    elif clock.visit or p.case.money_in_flight or p.case.outcome is not None:
        return
    elif clock.default == "escalate" and p.case.stage in (Stage.CONTACT, Stage.VERIFICATION):
        p.record(ev.StageEntered(stage=Stage.ESCALATION, why=f"{clock.name} has run out"), by=CLOCK)
    elif clock.default == "lose":
        p.record(ev.OutcomeReached(outcome=Outcome.REJECTED, reason="time_barred"), by=CLOCK)
