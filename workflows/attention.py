"""What is done when a moment of a clock comes before or after its end: warn, remind, insist.

That it has run out the process writes down itself, before anything else.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import clocks as ck
    from recourse.disputes import events as ev
    from recourse.disputes.clocks import Clock, ClockKind
    from recourse.disputes.consequences import hours_for
    from recourse.disputes.notices import Role, Template

from workflows.process import CLOCK, Process
from workflows.telling import tell


async def attend(p: Process, clock: Clock) -> None:
    """Attend to one clock whose next moment has come. What is recorded here moves the clock
    on before anything else is waited for."""
    if clock.state == "expired":
        await _insist(p, clock)
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
