"""Clocks begin, stand still, run out. A promise is the clock of somebody's word."""

from typing import Literal

from pydantic import AwareDatetime

from recourse.disputes.balls import Ball
from recourse.disputes.calendars import Calendar
from recourse.disputes.clocks import Clock
from recourse.disputes.models import Value
from recourse.disputes.notices import Role
from recourse.disputes.playbooks import Playbook


class ClockStarted(Value):
    type: Literal["clock_started"] = "clock_started"
    clock: Clock


class ClockMet(Value):
    type: Literal["clock_met"] = "clock_met"
    clock: str


class ClockStopped(Value):
    """The case has moved on and the clock has lost its object."""

    type: Literal["clock_stopped"] = "clock_stopped"
    clock: str


class ClockExtended(Value):
    """A clock was given more time: by the days granted, or by the next step of its own rule."""

    type: Literal["clock_extended"] = "clock_extended"
    clock: str
    due: AwareDatetime
    reason: str
    now: Clock | None = None
    """The clock as it runs from here on."""
    needs: str = ""
    """What its rule asks for the longer time, when the rule itself allows it."""


class ClockPaused(Value):
    """A clock stands still while somebody else has the ball."""

    type: Literal["clock_paused"] = "clock_paused"
    clock: str
    ball: Ball


class ClockResumed(Value):
    """A clock ticks on; it is due when the time it had left has been used up."""

    type: Literal["clock_resumed"] = "clock_resumed"
    clock: str
    ball: Ball
    """Who had the ball meanwhile."""
    due: AwareDatetime
    now: Clock


class ClockRestarted(Value):
    """A clock is counted anew."""

    type: Literal["clock_restarted"] = "clock_restarted"
    clock: Clock
    why: str
    """demand_proven: a proven demand restarts limitation; recounted: other facts are known, by
    which another rule holds or another moment counts; in_time: a wait ends before a window
    closes; does_not_apply: its rule turns out not to hold, and it stops."""


class ClockWarned(Value):
    """Our people were told that a clock of theirs comes near, or that it has run out and
    still nothing has come (``overdue`` counts how often)."""

    type: Literal["clock_warned"] = "clock_warned"
    clock: str
    overdue: int = 0
    next: AwareDatetime | None = None


class PolicyAdopted(Value):
    """The case moved to other rules or another calendar, by an act and not by itself. What
    its clocks had counted stays counted."""

    type: Literal["policy_adopted"] = "policy_adopted"
    playbook: Playbook
    calendar: Calendar
    reason: str
    clocks: tuple[Clock, ...]
    """The running clocks that the change touches, as they run from here on."""
    stopped: tuple[str, ...] = ()
    """Clocks that no rule sets any more."""


class Reminded(Value):
    type: Literal["reminded"] = "reminded"
    clock: str
    number: int
    next: AwareDatetime | None = None
    """When the owner will be reminded again."""


class TimedOut(Value):
    """A time-out is an event like a person's act: it has an owner and a default result."""

    type: Literal["timed_out"] = "timed_out"
    clock: str
    owner: Ball
    default: str
    overdue_at: AwareDatetime | None = None
    """When our people are told again that still nothing has come."""


class PromiseMade(Value):
    type: Literal["promise_made"] = "promise_made"
    clock: str
    party: Role
    who: str
    what: str
    due: AwareDatetime


class PromiseKept(Value):
    type: Literal["promise_kept"] = "promise_kept"
    clock: str


class PromiseBroken(Value):
    type: Literal["promise_broken"] = "promise_broken"
    clock: str


ClockEvent = (
    ClockStarted
    | ClockMet
    | ClockStopped
    | ClockExtended
    | ClockPaused
    | ClockResumed
    | ClockRestarted
    | ClockWarned
    | PolicyAdopted
    | Reminded
    | TimedOut
    | PromiseMade
    | PromiseKept
    | PromiseBroken
)
