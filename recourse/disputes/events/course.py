"""Where a case is, and how it ends."""

from typing import Literal

from recourse.disputes.balls import Ball
from recourse.disputes.models import Value
from recourse.disputes.vocabulary import Cause, Outcome, Stage, Step


class StageEntered(Value):
    type: Literal["stage_entered"] = "stage_entered"
    stage: Stage
    why: str
    rung: str = ""
    """The rung a person asked for; empty: the next one."""


class StepTaken(Value):
    type: Literal["step_taken"] = "step_taken"
    step: Step
    ball: Ball


class Withdrawn(Value):
    type: Literal["withdrawn"] = "withdrawn"
    reason: str


class OutcomeReached(Value):
    """The case is decided; it closes when everybody has been told."""

    type: Literal["outcome_reached"] = "outcome_reached"
    outcome: Outcome
    reason: str = ""
    cause: Cause | None = None
    lesson: str = ""


class Closed(Value):
    type: Literal["closed"] = "closed"
    outcome: Outcome
    reason: str = ""
    cause: Cause | None = None
    lesson: str = ""


class Reopened(Value):
    type: Literal["reopened"] = "reopened"
    reason: str


class WatchEnded(Value):
    type: Literal["watch_ended"] = "watch_ended"


CourseEvent = StageEntered | StepTaken | Withdrawn | OutcomeReached | Closed | Reopened | WatchEnded
