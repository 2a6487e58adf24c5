"""What if other rules had held: the clocks of a life that was lived, run under another pack.

The life itself is not changed: people answered when they answered and the ball went where it
went. Only the clocks of the whole case are set anew, by other rules and another calendar, and
let run through the same events.
"""

from datetime import datetime
from functools import reduce

from pydantic import AwareDatetime

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.calendars import Calendar
from recourse.disputes.case import Case
from recourse.disputes.clocks import Clock, Effect
from recourse.disputes.consequences import all_consequences, hours_for
from recourse.disputes.events import Event
from recourse.disputes.fold import apply, opened
from recourse.disputes.models import Value
from recourse.disputes.rules import Rule
from recourse.disputes.timeline import Entry, entry_after
from recourse.disputes.timeouts import time_out


class Foreseen(Value):
    """What became of one clock of the whole case under some rules."""

    clock: str
    regime: str
    state: str
    due: AwareDatetime
    ran_out: AwareDatetime | None
    effect: str
    warnings: int
    """How often our people were warned of it, or told that it had run out."""

    @property
    def breached(self) -> bool:
        return self.state == "expired"

    @property
    def escalates(self) -> bool:
        return self.breached and self.effect == Effect.ESCALATE


class Difference(Value):
    """One clock, as it was and as it would have been; none where there was or would be none."""

    clock: str
    before: Foreseen | None
    after: Foreseen | None

    @property
    def breaches(self) -> int:
        """How many more run out: 1, 0 or -1."""
        return _has(self.after, breached=True) - _has(self.before, breached=True)

    @property
    def escalations(self) -> int:
        return _has(self.after) - _has(self.before)

    @property
    def work(self) -> int:
        """How many more notices our people would have had of it."""
        after = self.after.warnings if self.after else 0
        return after - (self.before.warnings if self.before else 0)


def _has(clock: Foreseen | None, *, breached: bool = False) -> int:
    """1 when the clock is there and escalates, or at least is breached; else 0."""
    if clock is None:
        return 0
    return int(clock.breached if breached else clock.escalates)


def foreseen(
    entries: tuple[Entry, ...], rules: tuple[Rule, ...], calendar: Calendar, now: datetime
) -> dict[str, Foreseen]:
    """The clocks of the whole case, by name, as they would be now under these rules."""
    life = _Life(entries[0], rules, calendar)
    for entry in entries[1:]:
        life.until(entry.at)
        life.take(entry)
    if not life.case.finished:
        life.until(max(now, entries[-1].at))
    names = {rule.name for rule in rules}
    return {
        name: Foreseen(
            clock=name,
            regime=clock.regime,
            state=clock.state,
            due=clock.due,
            ran_out=clock.ended if clock.state == "expired" else None,
            effect=clock.default,
            warnings=life.warnings.get(name, 0),
        )
        for name, clock in life.case.clocks.items()
        if name in names and not clock.visit
    }


def compare(
    entries: tuple[Entry, ...], rules: tuple[Rule, ...], calendar: Calendar, now: datetime
) -> tuple[Difference, ...]:
    """What would differ if a case had lived under other rules than it was pinned to. Its own
    rules give no difference."""
    case = reduce(apply, entries[1:], opened(entries[0]))
    before = foreseen(entries, case.playbook.clocks, case.calendar, now)
    after = foreseen(entries, rules, calendar, now)
    return tuple(
        Difference(clock=name, before=before.get(name), after=after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


class _Life:
    """A case that is led through a timeline with other rules than it was written under."""

    def __init__(self, first: Entry, rules: tuple[Rule, ...], calendar: Calendar) -> None:
        case = opened(first)
        ruled = case.playbook.model_copy(update={"clocks": rules})
        self.case: Case = case.model_copy(update={"playbook": ruled, "calendar": calendar})
        self.warnings: dict[str, int] = {}
        self._names = {rule.name for rule in (*rules, *case.playbook.clocks)}
        self._last = first

    def take(self, entry: Entry) -> None:
        """Take an event over from the life that was lived, unless the old rules made it."""
        event = entry.event
        match event:
            case ev.ClockStarted(clock=clock) | ev.ClockRestarted(clock=clock) if (
                clock.name in self._names
            ):
                return
            case (
                ev.ClockPaused(clock=name)
                | ev.ClockResumed(clock=name)
                | ev.ClockWarned(clock=name)
                | ev.TimedOut(clock=name)
            ) if name in self._names:
                return
            case ev.ClockExtended(clock=name) if name in self._names:
                self._extend(event, entry.at)
            case ev.PolicyAdopted():
                return
            case _:
                self._record(event, entry.at)

    def until(self, moment: datetime) -> None:
        """Let the clocks of the rules come to their moments."""
        while True:
            ours = {n: c for n, c in self.case.clocks.items() if n in self._names}
            first = ck.earliest(ours)
            # What falls together with the next event was recorded before it or by it.
            if first is None or first[0] > moment:
                return
            self._attend(first[1], first[0])

    def _attend(self, clock: Clock, at: datetime) -> None:
        name = clock.name
        if clock.state == "expired":
            left = clock.model_copy(update={"overdue_left": clock.overdue_left - 1})
            following = ck.next_overdue(left, at, self.case.calendar)
            self._warn(ev.ClockWarned(clock=name, overdue=clock.overdue + 1, next=following), at)
        elif clock.due <= at:
            for ended in time_out(self.case, clock, at):
                self._record(ended, at)
        else:
            self._warn(ev.ClockWarned(clock=name), at)

    def _warn(self, event: ev.ClockWarned, at: datetime) -> None:
        self.warnings[event.clock] = self.warnings.get(event.clock, 0) + 1
        self._record(event, at)

    def _extend(self, event: ev.ClockExtended, at: datetime) -> None:
        """Time that people granted is granted here too, as far as the clock is there."""
        clock = self.case.clocks.get(event.clock)
        if clock is None or not clock.pending or event.now is None:
            return
        hours = hours_for(self.case, clock.party)
        if event.needs and event.now.span is not None:
            longer = ck.recounted(clock, event.now.span, at, self.case.calendar, hours)
        elif event.now.extensions:
            longer = ck.extended(clock, event.now.extensions[-1], at, self.case.calendar, hours)
        else:
            return
        changed = event.model_copy(update={"now": longer, "due": longer.due})
        self._record(changed, at)

    def _record(self, event: Event, at: datetime) -> None:
        self._append(event, at)
        for more in all_consequences(lambda: self.case, event, at):
            self._append(more, at)

    def _append(self, event: Event, at: datetime) -> None:
        self._last = entry_after(self._last, at, "what-if", event)
        self.case = apply(self.case, self._last)
