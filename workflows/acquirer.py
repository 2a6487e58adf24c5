"""Calling an acquirer: what all calls have in common, whether they look or move something."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.errors import FINAL
    from workflows import queues

from workflows.process import Process

A = TypeVar("A")
R = TypeVar("R")
Door = Callable[[Any, A], Awaitable[R]]
"""An activity of a class that holds the adapters."""

READ_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=list(FINAL),
)
"""Reading changes nothing: try often, then leave it to a person."""

EFFECT_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=2),
    non_retryable_error_types=list(FINAL),
)
"""Only what certainly was not sent is retried; every further attempt queries first, under the
same id."""

CALLS_OF_AN_EFFECT = 4
"""Two to see that it is not there yet, one to ask, and one more."""


def look(p: Process, door: Door[A, R], about: A, summary: str, *, calls: int) -> ActivityHandle[R]:
    """Ask the case's acquirer something, in at most so many calls."""
    return _start(p, door, about, summary, calls, READ_RETRY, ActivityCancellationType.TRY_CANCEL)


def move(p: Process, door: Door[A, R], what: A, summary: str) -> ActivityHandle[R]:
    """Ask the case's acquirer for an effect. Cancelled, it is waited for: it may have been sent."""
    waited_for = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
    return _start(p, door, what, summary, CALLS_OF_AN_EFFECT, EFFECT_RETRY, waited_for)


def _start(
    p: Process,
    door: Door[A, R],
    argument: A,
    summary: str,
    calls: int,
    retry: RetryPolicy,
    cancelled: ActivityCancellationType,
) -> ActivityHandle[R]:
    return workflow.start_activity_method(
        door,
        argument,
        task_queue=queues.acquirer(p.case.claim.acquirer),
        start_to_close_timeout=timedelta(seconds=calls * p.limits.call_seconds),
        schedule_to_close_timeout=timedelta(seconds=p.limits.give_up_seconds),
        retry_policy=retry,
        cancellation_type=cancelled,
        summary=summary,
    )
