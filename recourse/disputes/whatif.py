"""What if other rules had held: the clocks of a life that was lived, run under another pack.

The life itself is not changed: people answered when they answered and the ball went where it
went. Only the clocks of the whole case are set anew, by other rules and another calendar, and
let run through the same events.
"""

from datetime import datetime

from pydantic import AwareDatetime

from recourse.disputes import clocks as ck
from recourse.disputes import events as ev
from recourse.disputes.calendars import Calendar
from recourse.disputes.case import Case
from recourse.disputes.clocks import Clock, ClockKind, Effect
from recourse.disputes.consequences import all_consequences, hours_for
from recourse.disputes.events import Event
from recourse.disputes.fold import apply, fold, opened
from recourse.disputes.models import Value
from recourse.disputes.rules import Rule
from recourse.disputes.timeline import Entry, entry_after
from recourse.disputes.timeouts import taking_effect, time_out


class Foreseen(Value):
    """What became of one clock of the whole case under some rules."""

    clock: str
    regime: str
    state: str
    due: AwareDatetime
    ran_out: AwareDatetime | None
    """When somebody was late. Not the end of a wait: it opens a door, also when the case was
    closed meanwhile."""
    effect: str
    escalates: bool
    """Whether its end took the case to escalation: not where that waited for money until the
    answer was given, nor where the case was there already."""
    warnings: int
    """How often our people were warned of it, or told that it had run out."""

    @property
    def breached(self) -> bool:
        return self.ran_out is not None


class Difference(Value):
    """One clock, as it was lived and as it would have been; none where there was or would be
    none."""

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
    """The clocks of the whole case, by name, as they would be now had these rules and this
    calendar held from its opening on, whatever it was moved to meanwhile."""
    case = opened(entries[0])
    ruled = case.playbook.model_copy(update={"clocks": rules})
    case = case.model_copy(update={"playbook": ruled, "calendar": calendar})
    names = {rule.name for rule in rules}
    return _led(_Life(case, entries, names | _ruled(entries), adopts=False), names, now)


def lived(entries: tuple[Entry, ...], now: datetime) -> dict[str, Foreseen]:
    """The same clocks as they are now by what really held: the rules and the calendar that the
    case was opened with and, from when it was moved to others, those. What ran out before has
    run out. It is run anew as well, so that a timer that was late makes no difference."""
    names = _ruled(entries)
    return _led(_Life(opened(entries[0]), entries, names, adopts=True), names, now)


def compare(
    entries: tuple[Entry, ...], rules: tuple[Rule, ...], calendar: Calendar, now: datetime
) -> tuple[Difference, ...]:
    """What would differ from the life that was lived, had other rules held from its opening on.

    The rules that a case has now give no difference, also when it lived under others before:
    it has moved to them already, and what it lost or won by the others is past. That is so
    clock by clock: one for which the tried rules bring about what those of now would have is
    left out.
    """
    before, after = lived(entries, now), foreseen(entries, rules, calendar, now)
    present = before
    if any(isinstance(entry.event, ev.PolicyAdopted) for entry in entries):
        case = fold(entries)
        present = foreseen(entries, case.playbook.clocks, case.calendar, now)
    return tuple(
        Difference(clock=name, before=before.get(name), after=after.get(name))
        for name in sorted({*before, *after})
        if after.get(name) not in (before.get(name), present.get(name))
    )


def _ruled(entries: tuple[Entry, ...]) -> set[str]:
    """The names of all clocks that rules of a case ever could set."""
    return {
        rule.name
        for entry in entries
        if isinstance(entry.event, ev.CaseOpened | ev.PolicyAdopted)
        for rule in entry.event.playbook.clocks
    }


def _led(life: "_Life", names: set[str], now: datetime) -> dict[str, Foreseen]:
    """What has become of the clocks of these names at the end of a life, or by now."""
    life.live(now)
    return {
        name: Foreseen(
            clock=name,
            regime=clock.regime,
            state=clock.state,
            due=clock.due,
            ran_out=clock.ended if _late(clock) else None,
            effect=clock.default,
            escalates=name in life.escalated,
            warnings=life.warnings.get(name, 0),
        )
        for name, clock in life.case.clocks.items()
        if name in names and not clock.visit
    }


def _late(clock: Clock) -> bool:
    return clock.state == "expired" and clock.kind is not ClockKind.NOT_BEFORE


class _Life:
    """A case that is led through a timeline, its clocks set anew by the rules that it has."""

    def __init__(
        self, case: Case, entries: tuple[Entry, ...], names: set[str], *, adopts: bool
    ) -> None:
        self.case = case
        self.warnings: dict[str, int] = {}
        self.escalated: set[str] = set()
        """The clocks whose end took the case to escalation."""
        self._entries = entries
        self._names = names
        """Of the clocks that rules set; those of stages and promises are taken as they came."""
        self._adopts = adopts
        """Whether it moves to other rules where it really did."""
        self._last = entries[0]

    def live(self, now: datetime) -> None:
        """Through all that happened, and on to now when it is not at its end."""
        for entry in self._entries[1:]:
            self.until(entry.at)
            self.take(entry)
        if not self.case.finished:
            self.until(max(now, self._last.at))

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
                | ev.ClockMet(clock=name)
                | ev.ClockWarned(clock=name)
                | ev.TimedOut(clock=name)
            ) if name in self._names:
                return
            case ev.ClockExtended(clock=name) if name in self._names:
                self._extend(event, entry.at)
            case ev.PolicyAdopted() if not self._adopts:
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
            # What was over when it began, or was moved, ends then: no event lies in the past.
            self._attend(first[1], max(first[0], self._last.at))

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
            longer = longer.model_copy(update={"default": event.now.default})
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
        self._take_effect()

    def _take_effect(self) -> None:
        """What has run out has its effect: it is counted, and the life goes on as it did. A
        claim that is lost by time comes to nothing else."""
        while (clock := taking_effect(self.case)) and clock.default != Effect.LOSE:
            if clock.default == Effect.ESCALATE:
                self.escalated.add(clock.name)
            came = {"effect_owed": False, "effect_came": True}
            clocks = {
                name: each.model_copy(update=came)
                if each.effect_waits and each.default == clock.default
                else each
                for name, each in self.case.clocks.items()
            }
            self.case = self.case.model_copy(update={"clocks": clocks})

    def _append(self, event: Event, at: datetime) -> None:
        self._last = entry_after(self._last, at, "what-if", event)
        self.case = apply(self.case, self._last)
