"""The names of the clocks that the stages of a case start by themselves.

A case knows its clocks by name. A rule that took one of these names would stand in the place of
the stage's own clock: the stage would find it there, and never start its own.
"""

from enum import StrEnum
from typing import Literal, NewType


class StageClock(StrEnum):
    """A clock of a stage. Each is started at one place of the procedure; no rule has its name."""

    ACKNOWLEDGE = "acknowledge"
    POST = "post"
    """Until a refund that was accepted is posted."""
    DOUBT = "doubt"
    """How long a sale may stay in doubt."""
    CORRECTION_DOUBT = "correction_doubt"
    DECIDE = "decide"
    APPROVE = "approve"
    RECOVERY = "recovery"
    CONFIRM = "confirm"
    """For the customer to say whether the money came."""
    DEMAND_ANSWER = "demand_answer"
    COURT_RESULT = "court_result"
    WATCH = "watch"


RESERVED = frozenset(clock.value for clock in StageClock)

OwnedClock = NewType("OwnedClock", str)
"""The name of a clock of one party, rung or promise. It has a colon, as no rule's name has."""


def owned(kind: Literal["answer", "clarify", "promise", "rung"], whose: str) -> OwnedClock:
    return OwnedClock(f"{kind}:{whose}")
