"""What is done when a clock's moment comes: warn, remind, or record the time-out and its effect."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import clocks as ck
    from recourse.disputes import events as ev
    from recourse.disputes.clocks import Clock, ClockKind, Effect
    from recourse.disputes.consequences import hours_for
    from recourse.disputes.notices import Role, Template
    from recourse.disputes.vocabulary import Outcome, Stage

from workflows.process import CLOCK, Process
from workflows.telling import tell


async def attend(p: Process, clock: Clock) -> None:
    """Attend to one clock whose next moment has come. What is recorded here moves the clock
    on before anything else is waited for."""
    if clock.state == "expired":
        await _insist(p, clock)
    elif clock.due <= p.now:
        await _run_out(p, clock)
    elif clock.warn_at is not None and clock.warn_at <= p.now:
        p.record(ev.ClockWarned(clock=clock.name), by=CLOCK)
        await _tell_supervisor(p, clock, Template.DEADLINE_NEAR)
    else:
        await _remind(p, clock)


async def _remind(p: Process, clock: Clock) -> None:
    number = clock.reminded + 1
    left = clock.model_copy(update={"reminders_left": clock.reminders_left - 1})
    hours = hours_for(p.case, clock.party)
    last = clock.remind_at or p.now
    following = ck.next_reminder(left, last, p.case.calendar, hours)
    if following is not None and following <= p.now:
        following = ck.next_reminder(left, p.now, p.case.calendar, hours)
    p.record(ev.Reminded(clock=clock.name, number=number, next=following), by=CLOCK)
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


async def _run_out(p: Process, clock: Clock) -> None:
    """The time-out is an event like a person's act, and its effect comes with it, at once.
    Who is told of it is told when people read: that is the first step of its ladder."""
    if clock.kind is ClockKind.NOT_BEFORE:
        p.record(ev.ClockMet(clock=clock.name), by=CLOCK)  # the wait is over
        return
    told = clock.kind is ClockKind.PROMISE or clock.default in (Effect.WARN, Effect.BAR)
    p.record(
        ev.TimedOut(
            clock=clock.name,
            owner=clock.owner,
            default=clock.default,
            overdue_at=p.case.calendar.opening(p.now) if told else None,
        ),
        by=CLOCK,
    )
    if clock.kind is ClockKind.PROMISE:
        p.record(ev.PromiseBroken(clock=clock.name), by=CLOCK)
    elif not clock.visit and p.case.outcome is None and not p.case.money_in_flight:
        _effect(p, clock)


def _effect(p: Process, clock: Clock) -> None:
    """What the end of a clock of the whole case brings about by itself. A stage reads its own
    clocks, and which rungs are barred. Money under way is never overtaken by a time-out."""
    match clock.default:
        case Effect.ESCALATE if p.case.stage in (Stage.CONTACT, Stage.VERIFICATION):
            why = f"{clock.name} has run out"
            p.record(ev.StageEntered(stage=Stage.ESCALATION, why=why), by=CLOCK)
        case Effect.LOSE:
            p.record(ev.OutcomeReached(outcome=Outcome.REJECTED, reason="time_barred"), by=CLOCK)
        case Effect.WIN if p.case.stage is not Stage.VERIFICATION:
            why = f"silence on {clock.name} is taken for consent"
            p.record(ev.StageEntered(stage=Stage.VERIFICATION, why=why), by=CLOCK)
        case _:
            return


async def _insist(p: Process, clock: Clock) -> None:
    """What should have come has not: our people are told, and told again as often as the
    playbook says, each time with the number of the step."""
    number = clock.overdue + 1
    left = clock.model_copy(update={"overdue_left": clock.overdue_left - 1})
    following = ck.next_overdue(left, p.now, p.case.calendar)
    p.record(ev.ClockWarned(clock=clock.name, overdue=number, next=following), by=CLOCK)
    if clock.kind is ClockKind.PROMISE:
        who = clock.party.value if clock.party else ""
        await tell(
            p,
            Template.PROMISE_BROKEN,
            Role.SUPERVISOR,
            detail=clock.rule,
            who=who,
            reminder=number,
            due=clock.due,
        )
    else:
        await _tell_supervisor(p, clock, Template.DEADLINE_MISSED, number)


async def _tell_supervisor(p: Process, clock: Clock, template: Template, number: int = 0) -> None:
    await tell(
        p,
        template,
        Role.SUPERVISOR,
        detail=clock.name,
        reminder=number,
        due=clock.due,
        due_rule=clock.rule,
        reason=clock.default,
    )
