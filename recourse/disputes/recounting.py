"""Clocks of rules, looked at again when more is known.

A clock begins with what is known then. When the acquirer's books tell another day, or a card
whose scheme has a rule of its own, it is counted anew: by the rule that applies now, from the
moment that is known now, whether it runs or has run out. So a window that was only thought to
be over opens again, and one that was stopped because its rule was thought not to hold runs on
when it holds after all. What people granted, steps of a rule that were taken and time that stood
still are kept; nothing is counted anew for anything but facts.
"""

from collections.abc import Iterator
from datetime import datetime

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.case_facts import facts_of
from recourse.disputes.clocks import HOUSE, Clock, ClockKind, Effect
from recourse.disputes.rules import A_WEEK, Anchor, Facts, Longer, Rule, applying
from recourse.disputes.timeouts import moves

_FIXED = ("", Anchor.OPENED)
"""What no later fact moves: the opening of a case. A clock that does not say what it counts
from is left alone too."""


def recounted(case: Case, now: datetime) -> tuple[ev.ClockRestarted, ...]:
    """The clocks that what is known now counts otherwise than they are counted."""
    facts = facts_of(case)
    rules = applying(case.playbook.clocks, facts)
    changed: list[ev.ClockRestarted] = []
    for clock in case.clocks.values():
        if clock.visit or clock.span is None or _settled(clock):
            continue
        own = rule_of(case, clock, rules)
        rule = own if own in rules else next((r for r in rules if r.name == clock.name), None)
        if clock.state == "stopped":
            # Also when its own rule was left for others: one of its name sets it again.
            anew = rule and _by_another_rule(case, clock, own or rule, rule, facts, now)
        elif own is None:
            continue
        elif rule is own:
            anew = _from_another_moment(case, clock, own, facts, now)
        elif rule is not None:
            anew = _by_another_rule(case, clock, own, rule, facts, now)
        elif own.excludes(facts) and (clock.pending or clock.state == "expired"):
            stopped = _stopped(case, clock, now)
            changed.append(ev.ClockRestarted(clock=stopped, why="does_not_apply"))
            continue
        else:
            continue
        if anew is not None:
            changed.append(ev.ClockRestarted(clock=anew, why="recounted"))
    return tuple(changed)


def _settled(clock: Clock) -> bool:
    """Whether a clock has come to an end that no fact undoes: what it asked for was done, its
    time-out has taken the case elsewhere, or it was stopped with its case."""
    if clock.state == "met":
        return clock.kind is not ClockKind.NOT_BEFORE
    return clock.halted or clock.effect_came


def _stopped(case: Case, clock: Clock, now: datetime) -> Clock:
    """A clock whose rule turns out not to hold; it stands still for nobody any longer."""
    going = ck.resumed(clock, now, case.calendar)
    over = {"state": "stopped", "ended": now, "ran_out": clock.state == "expired"}
    stopped = going.model_copy(update=_AT_REST | over)
    return ck.aside(stopped, case.ball, now)


def in_time(case: Case, now: datetime) -> tuple[ev.ClockRestarted, ...]:
    """Waiting times that would outlast what they wait for: a wait is over some days before a
    window closes that bars the rung behind it (Mastercard 4853 lets go early then). It waits
    in full again when the window turns out to be open for longer, also when it was let go."""
    rules = applying(case.playbook.clocks, facts_of(case))
    changed = []
    for clock in case.clocks.values():
        rule = rule_of(case, clock, rules)
        if rule is None or clock.kind is not ClockKind.NOT_BEFORE:
            continue
        if clock.state != "running" and not (clock.state == "met" and rule in rules):
            continue
        whole = ck.recounted(clock, clock.span or rule.within, now, case.calendar)
        # What a wait was over in time for may have closed since: that shuts no door again.
        at = clock.due if clock.ended else now
        closes = min(_windows_behind(case, clock, at), default=None)
        due = whole.due
        if closes is not None:
            due = min(due, (rule.leaves or A_WEEK).before(closes, case.calendar))
        if due != clock.due and (clock.ended is None or due > now):
            waits = {"due": due, "state": "running", "ended": None}
            sooner = ck.aimed(whole.model_copy(update=waits), now, case.calendar)
            changed.append(ev.ClockRestarted(clock=sooner, why="in_time"))
    return tuple(changed)


def _windows_behind(case: Case, wait: Clock, at: datetime) -> Iterator[datetime]:
    """When the windows close that are open at a moment and would bar a rung which waits for
    this clock."""
    waiting = {rung.name for rung in case.playbook.escalation if rung.after == wait.name}
    for clock in case.clocks.values():
        is_open = clock.due > at and (clock.pending or clock.state == "expired")
        if is_open and clock.default == Effect.BAR and waiting & {*clock.rungs}:
            yield clock.due


_AT_REST: dict[str, object] = {"warn_at": None, "remind_at": None}


def rule_of(case: Case, clock: Clock, rules: tuple[Rule, ...]) -> Rule | None:
    """The rule by which a clock is counted, as the case has it pinned; of several that could
    be it, the one that applies. None for a clock of a visit, or of rules that were left."""
    if clock.visit or clock.span is None:
        return None
    named = [
        rule
        for rule in case.playbook.clocks
        if (rule.name, rule.regime) == (clock.name, clock.regime)
    ]
    if len(named) > 1:
        named = [rule for rule in named if clock.span in rule.spans()]
    return next((rule for rule in named if rule in rules), named[0] if named else None)


def _from_another_moment(
    case: Case, clock: Clock, rule: Rule, facts: Facts, now: datetime
) -> Clock | None:
    """The clock as its own rule counts it now; None when it comes out the same."""
    if clock.anchor in _FIXED or clock.span is None:
        return None
    if clock.anchor == Anchor.DEMAND and not rule.restarts:
        return None
    begins = counted_by(clock, rule).counts_from(facts, case.calendar, clock)
    if begins is None:
        return None
    counts = {"counted_from": begins.since, "renewals": begins.renewals}
    moved = clock.model_copy(update={"anchor": begins.anchor.value} | counts)
    moved = ck.recounted(moved, clock.span, now, case.calendar)
    # A minute's difference that leaves the last day as it was is none.
    if moved.due == ck.recounted(clock, clock.span, now, case.calendar).due:
        return None
    return _as_it_stands(case, clock, moved, rule, now)


def facts_for(case: Case, rule: Rule, facts: Facts) -> Facts:
    """The facts as a rule counts them: our own goals begin afresh when a case is reopened. Law
    and schemes know no reopening, and who waits has waited since the opening."""
    afresh = rule.regime in HOUSE and rule.owner is Ball.US
    if case.reopened_at is None or not afresh or rule.kind is ClockKind.NOT_BEFORE:
        return facts
    return facts.model_copy(update={"opened": case.reopened_at})


def counted_by(clock: Clock, rule: Rule) -> Rule:
    """The rule of a clock, counting from what the clock counts from, which it keeps when it is
    moved to rules that count from elsewhere: from what it counted before a demand began it
    anew, for whether it ran by then is found out from there."""
    anchor = clock.renewals[0].anchor if clock.renewals else clock.anchor
    return rule.model_copy(update={"anchor": Anchor(anchor)}) if anchor else rule


def _by_another_rule(
    case: Case, clock: Clock, own: Rule, rule: Rule, facts: Facts, now: datetime
) -> Clock | None:
    """The clock as the rule counts it that applies instead of its own, or sets it again."""
    step = _same_step(clock, own, rule)
    span = step.within if step else rule.within
    # What demands found of its own rule is nothing to another.
    of_others = {} if rule is own else {"renewals": ()}
    of_others |= {} if rule.regime in HOUSE else {"extensions": ()}
    had = clock.model_copy(update={"span": span} | of_others)
    facts = facts_for(case, rule, facts)
    begins = rule.counts_from(facts, case.calendar, had)
    fresh = rule.clock(facts, now, case.calendar, had)
    if begins is None or fresh is None:
        return None
    if begins.anchor is Anchor.OPENED and clock.started < facts.opened:
        return fresh  # a goal that begins afresh: what was before the reopening is past
    kept: dict[str, object] = {"started": clock.started}
    kept |= {"default": ((step and step.effect) or rule.effect).value}
    if rule.regime in HOUSE:
        # Days that people granted are ours to grant: law and schemes know none.
        kept |= {"extensions": clock.extensions}
    kept |= {"counted_from": begins.since}
    if rule.pauses_while == own.pauses_while:
        pauses = (*clock.pauses, *clock.missed)
        stands = bool(pauses) and pauses[-1].until is None
        kept |= {"pauses": pauses} | ({"state": "paused"} if stands else {})
    moved = ck.recounted(fresh.model_copy(update=kept), span, now, case.calendar)
    if moved.state == "paused" and moved.due <= moved.pauses[-1].since:
        # It had run out by then, and does not stand still instead.
        moved = moved.model_copy(update={"state": "running", "pauses": moved.pauses[:-1]})
    return _as_it_stands(case, clock, moved, rule, now)


def _same_step(clock: Clock, own: Rule, rule: Rule) -> Longer | None:
    """The longer time of another rule that is had for what was done for that of its own."""
    taken = own.step(clock.span)
    return next((step for step in rule.longer if taken and step.needs == taken.needs), None)


def _as_it_stands(
    case: Case, clock: Clock, moved: Clock, rule: Rule, now: datetime
) -> Clock | None:
    """A clock that was moved, in the state that it has on account of that. What had come to
    its end runs again while its time is not up; what has run out all the same stays so, nobody
    is alarmed a second time, and what its end does waits as before. None: it has nothing to
    say."""
    runs = moved.due > now or moved.state == "paused"
    if clock.pending or (clock.state == "stopped" and (runs or not clock.ran_out)):
        return moved
    if runs:
        again = {"state": "running", "ended": None, "overdue": 0}
        left = rule.overdue_times if rule.overdue_every else 0
        rest = {"overdue_at": None, "overdue_left": left, "effect_owed": False}
        return moved.model_copy(update=again | rest)
    if clock.state not in ("expired", "stopped"):
        return None
    ladder = {name: getattr(clock, name) for name in ("overdue", "overdue_at", "overdue_left")}
    # What was only a warning by its own rule has brought nothing about that this one would.
    owed = clock.effect_owed or clock.default in (Effect.WARN, Effect.BAR)
    ladder |= {"effect_owed": owed and moves(moved, case.stage)}
    return moved.model_copy(update=_AT_REST | ladder | {"state": "expired", "ended": moved.due})
