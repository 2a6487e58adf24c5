"""Search attributes: how cases are found in Temporal. Codes and times only, nothing personal."""

from datetime import datetime
from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from recourse.disputes.case import Case
from recourse.disputes.clocks import next_due

KIND = SearchAttributeKey.for_keyword("RecourseKind")
STAGE = SearchAttributeKey.for_keyword("RecourseStage")
STEP = SearchAttributeKey.for_keyword("RecourseStep")
BALL = SearchAttributeKey.for_keyword("RecourseBall")
ACQUIRER = SearchAttributeKey.for_keyword("RecourseAcquirer")
OUTCOME = SearchAttributeKey.for_keyword("RecourseOutcome")
NEXT_DUE = SearchAttributeKey.for_datetime("RecourseNextDue")
FAILURES = SearchAttributeKey.for_int("RecourseFailures")

ALL: list[SearchAttributeKey] = [  # type: ignore[type-arg]
    KIND,
    STAGE,
    STEP,
    BALL,
    ACQUIRER,
    OUTCOME,
    NEXT_DUE,
    FAILURES,
]
"""Every attribute a server must know before a worker starts."""

OPEN = "open"
"""The outcome of a case that has none yet: visibility finds values, not their absence."""


_State = tuple[str, str, str, str, datetime | None, int]


class Shown:
    """What was last written, so that only what changed is written again."""

    def __init__(self) -> None:
        self._last: _State | None = None

    def stale(self, case: Case) -> bool:
        """Whether the case is shown otherwise than it is."""
        return _state(case) != self._last

    def changes(self, case: Case) -> list[SearchAttributeUpdate[Any]]:
        """The updates since the last call; empty when nothing that is shown has changed."""
        now = _state(case)
        if now == self._last:
            return []
        self._last = now
        stage, step, ball, outcome, due, failures = now
        return [
            STAGE.value_set(stage),
            STEP.value_set(step),
            BALL.value_set(ball),
            OUTCOME.value_set(outcome),
            NEXT_DUE.value_set(due) if due else NEXT_DUE.value_unset(),
            FAILURES.value_set(failures),
        ]


def _state(case: Case) -> _State:
    return (
        case.stage.value,
        case.step.value,
        case.ball.value,
        case.outcome.value if case.outcome else OPEN,
        None if case.closed_at else next_due(case.clocks.values()),
        len(case.open_work),
    )


def at_start(kind: str, acquirer: str) -> TypedSearchAttributes:
    """What is known when a case is started; it costs no event of its own."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(KIND, kind),
            SearchAttributePair(ACQUIRER, acquirer),
            SearchAttributePair(STAGE, "contact"),
            SearchAttributePair(OUTCOME, OPEN),
        ]
    )
