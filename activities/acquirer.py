"""The acquirer's door: find a sale, read its record, move money once, ask and file once."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from temporalio import activity

from activities.asking import CorrectionCall, ask, wall_clock
from activities.errors import away, cannot_do, misconfigured, refused
from recourse.acquirers.errors import (
    AcquirerCannot,
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.port import Acquirer
from recourse.disputes.effects import (
    AnswerKind,
    EffectAnswer,
    Remedy,
    RequestAnswer,
    RequestKind,
    RequestOrder,
)
from recourse.disputes.models import Value
from recourse.disputes.records import Record, Sale, SaleQuery, Settlement, TerminalEvent

AROUND = timedelta(days=1)
"""How far around a sale, and around a refund made at a till, the terminal's events are read: a
reversal may wait for the next online transaction of an idle terminal (facts/domain §3.3)."""
MOST_SPANS = 3
"""How many stretches of a journal are read, a call each: the sale's, and the newest refunds'."""


@contextmanager
def spoken() -> Iterator[None]:
    """The one place where an acquirer's errors become activity errors. ``Away`` is safe to
    try again also for effects: adapters raise it only while nothing had been sent."""
    try:
        yield
    except AcquirerUnavailable as error:
        raise away(str(error)) from None
    except AcquirerRejected as error:
        raise refused(str(error)) from None
    except AcquirerMisconfigured as error:
        raise misconfigured(str(error)) from None
    except AcquirerCannot as error:
        raise cannot_do(str(error)) from None


class Search(Value):
    """Queries to be made one after the other until one finds something."""

    acquirer: str
    queries: tuple[SaleQuery, ...]
    refund_at: AwareDatetime | None = None
    """When the claim says that a refund was made: the journal is read around it too."""


class Found(Value):
    """What a search found; with one sale also its record, which saves a second call."""

    sales: tuple[Sale, ...] = ()
    record: Record | None = None


class SaleRef(Value):
    acquirer: str
    reference: str
    refund_at: AwareDatetime | None = None


class RequestCall(Value):
    acquirer: str
    order: RequestOrder


class AcquirerDoor:
    """All acquirers by their names in the settings."""

    def __init__(
        self, acquirers: Mapping[str, Acquirer], clock: Callable[[], datetime] = wall_clock
    ) -> None:
        self._acquirers = acquirers
        self.clock = clock
        """The real time."""

    def named(self, name: str) -> Acquirer:
        acquirer = self._acquirers.get(name)
        if acquirer is None:
            raise misconfigured(f"acquirer {name!r} is not in the settings of this worker")
        return acquirer

    @activity.defn
    async def find_sale(self, search: Search) -> Found:
        """Sales that agree with what is known; the whole record when it is one."""
        acquirer = self.named(search.acquirer)
        with spoken():
            for query in search.queries:
                sales = await _found(acquirer, query)
                if len(sales) == 1:
                    record = await self._record(acquirer, sales[0], search.refund_at)
                    return Found(sales=sales, record=record)
                if sales:
                    return Found(sales=sales)
            return Found()

    @activity.defn
    async def read_record(self, ref: SaleRef) -> Record:
        """Sale, refunds and terminal events, all as they are now."""
        acquirer = self.named(ref.acquirer)
        with spoken():
            sale = await acquirer.sale(ref.reference)
            if sale is None:
                raise refused("the acquirer no longer knows the sale")
            return await self._record(acquirer, sale, ref.refund_at)

    async def _record(self, acquirer: Acquirer, sale: Sale, refund_told: datetime | None) -> Record:
        refunds = await acquirer.refunds(sale.reference)
        at_till = (refund.at for refund in refunds if not refund.effect_id)
        moments = [sale.at, *at_till, *([refund_told] if refund_told else [])]
        settlement, events = await asyncio.gather(
            _files(acquirer, sale), _journal(acquirer, sale, moments)
        )
        return Record(
            sale=sale,
            refunds=refunds,
            terminal_events=events,
            settlement=settlement,
            refunds_listed=acquirer.capabilities.refund_listing,
        )

    @activity.defn
    async def request_correction(self, call: CorrectionCall) -> EffectAnswer:
        """Ask for one movement of money, once per effect id.

        It is looked up first: an attempt before this one, or an activity before it that a
        person has tried again, may have been carried out although its answer was lost.
        Before anything is asked, the guard reads the books as they are now. An answer that
        cannot be read is ``unknown``, never a retry. What an acquirer without ids of ours
        needs beyond that: ``activities.asking``.
        """
        acquirer = self.named(call.acquirer)
        with spoken():
            _must_be_possible(acquirer, call.order.remedy)
            return await ask(acquirer, call, self.clock)

    @activity.defn
    async def open_request(self, call: RequestCall) -> RequestAnswer:
        """Ask an inquiry or a retrieval, or file a dispute, once per effect id. Looked up
        first, as a correction is."""
        acquirer = self.named(call.acquirer)
        with spoken():
            _must_be_possible(acquirer, call.order.kind)
            heard = await acquirer.request(call.order.effect_id)
            if heard.kind is not AnswerKind.ABSENT:
                return heard
            return await acquirer.open_request(call.order)


async def _files(acquirer: Acquirer, sale: Sale) -> Settlement | None:
    """What the clearing files say. One that an acquirer will not or cannot answer about was not
    asked: its books are enough to go on with, and nothing is made surer by its silence."""
    try:
        return await acquirer.settlement(sale.reference)
    except (AcquirerRejected, AcquirerCannot):
        return None


async def _journal(
    acquirer: Acquirer, sale: Sale, moments: list[datetime]
) -> tuple[TerminalEvent, ...]:
    """What the sale's terminal did around some moments, without what it did for other sales."""
    if not sale.terminal or not acquirer.capabilities.terminal_events:
        return ()
    read = await asyncio.gather(
        *(acquirer.terminal_events(sale.terminal, *span) for span in _spans(moments))
    )
    events = (event for span in read for event in span)
    return tuple(event for event in events if event.sale in ("", sale.reference))


def _spans(moments: list[datetime]) -> list[tuple[datetime, datetime]]:
    """The journal around each moment, what overlaps joined: of many the first moment's, which
    is the sale's, and the newest."""
    spans: list[tuple[datetime, datetime]] = []
    for moment in sorted(moments):
        since, until = moment - AROUND, moment + AROUND
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], until)
        else:
            spans.append((since, until))
    own = next(span for span in spans if span[0] <= moments[0] < span[1])
    others = [span for span in spans if span != own]
    return sorted([own, *others[1 - MOST_SPANS :]])


async def _found(acquirer: Acquirer, query: SaleQuery) -> tuple[Sale, ...]:
    if not query.reference:
        return await acquirer.find_sales(query)
    sale = await acquirer.sale(query.reference)
    return (sale,) if sale else ()


def _must_be_possible(acquirer: Acquirer, wanted: Remedy | RequestKind) -> None:
    """Raises AcquirerCannot for what the adapter cannot do, before anything is asked."""
    if not acquirer.capabilities.can(wanted):
        raise AcquirerCannot(f"{acquirer.name}: {wanted.value} is nothing this adapter can do")
