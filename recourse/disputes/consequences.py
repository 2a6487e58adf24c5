"""What the clocks of a case do by themselves when something happens to it.

Asked after every event. A rule that has come to apply begins to count, and one whose facts
have become known otherwise is counted anew; a clock that only counts our own time stands still
while somebody else has the ball; our answer to the claimant meets what asks for it; a proven
demand begins limitation anew; a case that is reopened gets fresh goals. Each consequence is an
event of its own, with the due time in it, so that the timeline says what was done and not only
why.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.case import Case
from recourse.disputes.case_facts import facts_of
from recourse.disputes.clocks import Clock, ClockKind
from recourse.disputes.events import Event
from recourse.disputes.hours import Hours
from recourse.disputes.notices import Role
from recourse.disputes.recounting import counted_by, facts_for, in_time, recounted, rule_of
from recourse.disputes.rules import Anchor, Longer, Rule, applying
from recourse.disputes.stage_clocks import StageClock


def consequences(case: Case, event: Event, now: datetime) -> tuple[Event, ...]:
    """What follows at once from the last event. Nothing when it has all been done already."""
    if case.outcome is not None or case.finished:
        return ()
    # One after the other: each looks at the clocks as those before have left them.
    return (
        (
            *_answered(case),
            *_restarted(case, now),
            *_refreshed(case, event, now),
            *_begun(case, now),
        )
        or recounted(case, now)
        or _paused_or_resumed(case, now)
        or in_time(case, now)
    )


def all_consequences(case: Callable[[], Case], event: Event, now: datetime) -> Iterator[Event]:
    """What follows from an event, then what follows from that, until nothing does. Each must
    be applied to the case before the next is asked for: ``case`` is asked anew."""
    last = event
    while following := consequences(case(), last, now):
        for last in following:
            yield last


def hours_for(case: Case, party: Role | None) -> tuple[Hours, ...] | None:
    """The hours in which a party is written to: a person by day, a business (``None``) when
    its office is open."""
    return case.playbook.notices.daytime if party is Role.CUSTOMER else None


def rule_named(case: Case, name: str) -> Rule | None:
    """The rule that set the clock of a name: of several of one name, the one that applies."""
    named = [rule for rule in case.playbook.clocks if rule.name == name]
    return next(iter(applying(named, facts_of(case))), None)


def _answered(case: Case) -> tuple[Event, ...]:
    """Our answer has been given from when the claimant is asked whether it is so: it meets what
    rules say that it meets, also what turns out to hold only afterwards. What had run out by
    then is first written down as late. What the claimant says to it has its own time."""
    given = case.clocks.get(StageClock.CONFIRM)
    if given is None or (case.reopened_at is not None and given.started < case.reopened_at):
        return ()
    return tuple(
        ev.ClockMet(clock=clock.name)
        for clock in case.clocks.values()
        if clock.met_by == "answer" and not clock.visit and clock.awaited
        if clock.state != "running" or clock.due > given.started
    )


def _begun(case: Case, now: datetime) -> tuple[Event, ...]:
    """Rules that apply and have not begun. One that counts from the past may already have run
    out: then its end comes at once, and nobody thinks it never was."""
    begun = []
    facts = facts_of(case)
    for rule in applying(case.playbook.clocks, facts):
        if rule.name not in case.clocks:
            clock = rule.clock(facts_for(case, rule, facts), now, case.calendar)
            if clock is not None:
                begun.append(ev.ClockStarted(clock=clock))
    return tuple(begun)


def _paused_or_resumed(case: Case, now: datetime) -> tuple[Event, ...]:
    """A clock stands still while its rule says so; one that has run out can do so no more."""
    changed: list[Event] = []
    for clock in case.clocks.values():
        stands = case.ball in clock.pauses_while
        if clock.state == "running" and stands and clock.due > now:
            changed.append(ev.ClockPaused(clock=clock.name, ball=case.ball))
        elif clock.state == "paused" and not (stands and clock.pauses[-1].ball is case.ball):
            # Also when it stands on for another: each of them answers for his own time.
            going = ck.resumed(clock, now, case.calendar, hours_for(case, clock.party))
            was = clock.pauses[-1].ball
            changed.append(ev.ClockResumed(clock=clock.name, ball=was, due=going.due, now=going))
    return tuple(changed)


def _restarted(case: Case, now: datetime) -> tuple[Event, ...]:
    """A demand whose delivery is proven restarts what the rules say it restarts, while that
    runs: a demand that comes after the end revives nothing (Civil Code Art. 195). All its time
    begins anew, with what was given on top of it."""
    facts = facts_of(case)
    rules = applying(case.playbook.clocks, facts) if facts.demands else ()
    restarted: list[Event] = []
    for rule in rules:
        old = case.clocks.get(rule.name) if rule.restarts else None
        # One that another rule is about to take over is counted by that, demands and all.
        if old is None or not old.pending or rule_of(case, old, rules) is not rule:
            continue
        clock = counted_by(old, rule).clock(facts, now, case.calendar, old)
        if clock is not None and clock.anchor == Anchor.DEMAND and _begins_later(clock, old):
            kept = {"extensions": old.extensions, "default": old.default}
            longer = clock.model_copy(update=kept)
            whole = ck.recounted(longer, old.span or rule.within, now, case.calendar)
            restarted.append(ev.ClockRestarted(clock=whole, why="demand_proven"))
    return tuple(restarted)


def _begins_later(clock: Clock, old: Clock) -> bool:
    return (clock.counted_from or clock.started) > (old.counted_from or old.started)


def _refreshed(case: Case, event: Event, now: datetime) -> tuple[Event, ...]:
    """Reopened, a case has its goals anew, from now; what law and schemes count has gone on
    (the fold lets it), as have waiting times, and what ran out while the case was closed alarms
    nobody."""
    if not isinstance(event, ev.Reopened):
        return ()
    facts = facts_of(case)
    refreshed: list[Event] = []
    for rule in applying(case.playbook.clocks, facts):
        old = case.clocks.get(rule.name)
        if old is None or old.pending or rule.kind is ClockKind.NOT_BEFORE:
            continue
        if old.house and old.owner is Ball.US:
            clock = rule.clock(facts_for(case, rule, facts), now, case.calendar)
            if clock is not None:
                refreshed.append(ev.ClockStarted(clock=clock))
    return tuple(refreshed)


def adopted(
    case: Case, rules: tuple[Rule, ...], calendar: Calendar, now: datetime
) -> tuple[tuple[Clock, ...], tuple[str, ...]]:
    """The pending clocks as they run under other rules or another calendar, and the names of
    those that no rule sets any more. Elapsed time, pauses and extensions are kept."""
    apply = {rule.name: rule for rule in applying(rules, facts_of(case))}
    known = {rule.name for rule in case.playbook.clocks}
    changed: list[Clock] = []
    stopped: list[str] = []
    for clock in case.clocks.values():
        if not clock.pending or clock.span is None:
            continue
        rule = apply.get(clock.name)
        if clock.name in known and not clock.visit and rule is None:
            stopped.append(clock.name)
            continue
        span = clock.span
        step = _step_taken(case, clock)
        if rule is not None and not clock.visit and step is None:
            span = rule.within
        ruled = clock
        if rule is not None and not clock.visit:
            ruled = clock.model_copy(
                update={
                    "default": ((step and step.effect) or rule.effect).value,
                    "regime": rule.regime,
                    "kind": rule.kind,
                    "owner": rule.owner,
                    "rungs": rule.rungs,
                    "met_by": rule.met_by,
                    "pauses_while": rule.pauses_while,
                    "warn_before": rule.warn_before,
                    "overdue_every": rule.overdue_every,
                    "overdue_left": rule.overdue_times if rule.overdue_every else 0,
                }
            )
        moved = ck.recounted(ruled, span, now, calendar, hours_for(case, clock.party))
        if moved != clock:
            changed.append(moved)
    return tuple(changed), tuple(stopped)


def _step_taken(case: Case, clock: Clock) -> Longer | None:
    """The longer time that its own rule has already given it, which it keeps."""
    rule = rule_named(case, clock.name)
    return rule.step(clock.span) if rule is not None else None
