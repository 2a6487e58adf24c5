"""The acquirer's door: find a sale, read its record, move money once, ask and file once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from temporalio import activity

from activities.asking import CorrectionCall, ask, wall_clock
from activities.errors import away, cannot_do, misconfigured, refused
from recourse.acquirers.errors import (
    AcquirerCannot,
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.finding import find_match
from recourse.acquirers.port import Acquirer
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.effects import (
    AnswerKind,
    EffectAnswer,
    Remedy,
    RequestAnswer,
    RequestKind,
    RequestOrder,
)
from recourse.disputes.models import Value
from recourse.disputes.records import Record, Sale, SaleQuery

AROUND_THE_SALE = timedelta(days=1)
"""How far around a sale the terminal's events are read: a reversal may wait for the next
online transaction of an idle terminal (facts/domain §3.3)."""


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
    """Queries to be made one after the other until one finds a sale that fits."""

    acquirer: str
    queries: tuple[SaleQuery, ...]
    known: ClaimedSale = ClaimedSale()
    store: str = ""


class Found(Value):
    """What a search found; with one sale that may be taken for the one that is meant also its
    record, which saves a second call."""

    sales: tuple[Sale, ...] = ()
    record: Record | None = None


class SaleRef(Value):
    acquirer: str
    reference: str


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
        """Sales that are like what is known; the whole record when it is surely one."""
        acquirer = self.named(search.acquirer)
        with spoken():
            found = await find_match(acquirer, search.queries, search.known, search.store)
            sales = tuple(hit.sale for hit in found.hits)
            if found.sale is None:
                return Found(sales=sales)
            return Found(sales=sales, record=await self._record(acquirer, found.sale))

    @activity.defn
    async def read_record(self, ref: SaleRef) -> Record:
        """Sale, refunds and terminal events, all as they are now."""
        acquirer = self.named(ref.acquirer)
        with spoken():
            sale = await acquirer.sale(ref.reference)
            if sale is None:
                raise refused("the acquirer no longer knows the sale")
            return await self._record(acquirer, sale)

    async def _record(self, acquirer: Acquirer, sale: Sale) -> Record:
        refunds = await acquirer.refunds(sale.reference)
        record = Record(
            sale=sale,
            refunds=refunds,
            settlement=await acquirer.settlement(sale.reference),
            refunds_listed=acquirer.capabilities.refund_listing,
        )
        if not sale.terminal or not acquirer.capabilities.terminal_events:
            return record
        found = await acquirer.terminal_events(
            sale.terminal, sale.at - AROUND_THE_SALE, sale.at + AROUND_THE_SALE
        )
        events = tuple(event for event in found if event.sale in ("", sale.reference))
        return record.model_copy(update={"terminal_events": events})

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


def _must_be_possible(acquirer: Acquirer, wanted: Remedy | RequestKind) -> None:
    """Raises AcquirerCannot for what the adapter cannot do, before anything is asked."""
    if not acquirer.capabilities.can(wanted):
        raise AcquirerCannot(f"{acquirer.name}: {wanted.value} is nothing this adapter can do")
