"""Looking things up at the acquirer, and how often to look again."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.acquirer import AcquirerDoor, Found, SaleRef, Search
    from activities.errors import FINAL
    from recourse.disputes import events as ev
    from recourse.disputes.calendars import Calendar
    from recourse.disputes.records import SaleQuery
    from recourse.disputes.spans import Span
    from workflows import queues

from workflows.process import Process

READ_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=list(FINAL),
)
"""Reading changes nothing: try often, then leave it to a person."""

MOST_CALLS = 10
"""Of one search: seven queries, then the record of the sale."""

ENOUGH_DOUBLINGS = 8
"""An hour doubled so often is ten days: past every playbook's longest, and no calendar is
asked for a day that it does not hold."""


async def search(p: Process, queries: tuple[SaleQuery, ...]) -> Found:
    """Everything that may be the sale, by one query after the other in one call."""
    acquirer, store = p.case.claim.acquirer, p.case.claim.merchant.store
    return await p.attempt(
        "find the sale",
        lambda: workflow.start_activity_method(
            AcquirerDoor.find_sale,
            Search(
                acquirer=acquirer,
                queries=queries,
                known=p.case.known,
                store=store,
                refund_at=p.case.claim.refund.at,
            ),
            task_queue=queues.acquirer(acquirer),
            start_to_close_timeout=timedelta(seconds=MOST_CALLS * p.limits.call_seconds),
            schedule_to_close_timeout=timedelta(seconds=p.limits.give_up_seconds),
            retry_policy=READ_RETRY,
            summary="find the sale",
        ),
    )


async def read_record(p: Process) -> None:
    """Sale, refunds and terminal events as the acquirer holds them now."""
    sale = p.case.sale
    if sale is None:
        raise TypeError("a record is read of a sale that was found")
    acquirer = p.case.claim.acquirer
    record = await p.attempt(
        "read the acquirer's record",
        lambda: workflow.start_activity_method(
            AcquirerDoor.read_record,
            SaleRef(acquirer=acquirer, reference=sale.reference, refund_at=p.case.claim.refund.at),
            task_queue=queues.acquirer(acquirer),
            start_to_close_timeout=timedelta(seconds=4 * p.limits.call_seconds),
            schedule_to_close_timeout=timedelta(seconds=p.limits.give_up_seconds),
            retry_policy=READ_RETRY,
            summary="read the record",
        ),
    )
    p.record(ev.RecordRead(record=record))


def backed_off(
    every: Span, times: int, now: datetime, calendar: Calendar, longest: Span
) -> datetime:
    """When to look again after ``times`` looks in vain: twice as late each time, but never
    later than ``longest``."""
    last = longest.later(now, 1, calendar)
    if times > ENOUGH_DOUBLINGS:
        return last
    return min(every.later(now, 2**times, calendar), last)
