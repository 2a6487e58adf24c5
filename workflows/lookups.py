"""Looking things up at the acquirer, and how often to look again."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.acquirer import AcquirerDoor, Found, SaleRef, Search
    from recourse.disputes import events as ev
    from recourse.disputes.calendars import Calendar
    from recourse.disputes.records import SaleQuery
    from recourse.disputes.spans import Span

from workflows.acquirer import look
from workflows.process import Process

MOST_CALLS = 10
"""Of one search: seven queries, then the record of the sale."""

ENOUGH_DOUBLINGS = 8
"""An hour doubled so often is ten days: past every playbook's longest, and no calendar is
asked for a day that it does not hold."""


async def search(p: Process, queries: tuple[SaleQuery, ...]) -> Found:
    """Everything that may be the sale, by one query after the other in one call."""
    claim = p.case.claim
    wanted = Search(
        acquirer=claim.acquirer,
        queries=queries,
        known=p.case.known,
        store=claim.merchant.store,
        refund_at=claim.refund.at,
    )
    return await p.attempt(
        "find the sale",
        lambda: look(p, AcquirerDoor.find_sale, wanted, "find the sale", calls=MOST_CALLS),
    )


async def read_record(p: Process) -> None:
    """Sale, refunds and terminal events as the acquirer holds them now."""
    sale = p.case.sale
    if sale is None:
        raise TypeError("a record is read of a sale that was found")
    claim = p.case.claim
    of = SaleRef(acquirer=claim.acquirer, reference=sale.reference, refund_at=claim.refund.at)
    record = await p.attempt(
        "read the acquirer's record",
        lambda: look(p, AcquirerDoor.read_record, of, "read the record", calls=4),
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
