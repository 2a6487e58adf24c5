"""The acquirer's door: find a sale, read its record, move money once, ask and file once."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from temporalio import activity

from activities.asking import UNDER_WAY, CorrectionCall, ask, wall_clock
from activities.errors import away, cannot_do, held, misconfigured, refused
from recourse.acquirers.errors import (
    AcquirerCannot,
    AcquirerError,
    AcquirerMisconfigured,
    AcquirerRejected,
    AcquirerUnavailable,
)
from recourse.acquirers.finding import gather
from recourse.acquirers.holding import HeldByAnother, Holding, HoldNotHad, NotLetGo, Taken
from recourse.acquirers.port import Acquirer, TellsChargebacks
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.effects import (
    AnswerKind,
    EffectAnswer,
    Remedy,
    RequestAnswer,
    RequestKind,
    RequestOrder,
)
from recourse.disputes.elsewhere import Elsewhere
from recourse.disputes.holds import Hold
from recourse.disputes.ledger import MOVING, PAYOUTS, ledger_of, objection, one_currency
from recourse.disputes.models import Value
from recourse.disputes.records import (
    Chargeback,
    Record,
    Sale,
    SaleQuery,
    Settlement,
    TerminalEvent,
)

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
    except HeldByAnother as error:
        raise held(str(error)) from None
    except (AcquirerUnavailable, NotLetGo) as error:
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
    refund_at: AwareDatetime | None = None
    """When the claim says that a refund was made: the journal is read around it too."""


class Found(Value):
    """What a search found; with one sale that may be taken for the one that is meant also its
    record, which saves a second call."""

    sales: tuple[Sale, ...] = ()
    record: Record | None = None
    whole: bool = True
    """Whether the acquirer answered all that was asked: else there may be others that fit."""


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
        self,
        acquirers: Mapping[str, Acquirer],
        holds: Holding,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._acquirers = acquirers
        self._holds = holds
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
            gathered = await gather(acquirer, search.queries, search.known, search.store)
            found = gathered.match
            sales = tuple(hit.sale for hit in found.hits)
            if found.sale is None:
                return Found(sales=sales, whole=gathered.whole)
            record = await self._record(acquirer, found.sale, search.refund_at)
            return Found(sales=sales, record=record, whole=gathered.whole)

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
        books = await self._books(acquirer, sale)
        at_till = (refund.at for refund in books.refunds if not refund.effect_id)
        moments = [sale.at, *at_till, *([refund_told] if refund_told else [])]
        settlement, events = await asyncio.gather(
            _files(acquirer, sale), _journal(acquirer, sale, moments)
        )
        return books.model_copy(update={"settlement": settlement, "terminal_events": events})

    async def _books(self, acquirer: Acquirer, sale: Sale) -> Record:
        """The sale with all money that moved on it."""
        refunds = await acquirer.refunds(sale.reference)
        chargebacks: tuple[Chargeback, ...] = ()
        if isinstance(acquirer, TellsChargebacks):
            chargebacks = await acquirer.chargebacks(sale.reference)
        return Record(
            sale=sale,
            refunds=refunds,
            chargebacks=chargebacks,
            refunds_listed=acquirer.capabilities.refund_listing,
        )

    async def _known_books(
        self, acquirer: Acquirer, sale: Sale, elsewhere: Elsewhere | None
    ) -> Record:
        """The books with what a case knows beside them."""
        books = await self._books(acquirer, sale)
        return elsewhere.beside(books) if elsewhere is not None else books

    @activity.defn
    async def request_correction(self, call: CorrectionCall) -> EffectAnswer:
        """Ask for one movement of money, once per effect id.

        It is looked up first: an attempt before this one, or an activity before it that a
        person has tried again, may have been carried out although its answer was lost.
        Before anything is asked, its money is held against every other order on the sale, and
        the guard reads the books as they are now, and beside them what moved past the acquirer.
        An answer that cannot be read is ``unknown``, never a retry, and keeps its hold. What an
        acquirer without ids of ours needs beyond that: ``activities.asking``.
        """
        acquirer = self.named(call.acquirer)
        with spoken():
            _must_be_possible(acquirer, call.order.remedy)
            order, sent = call.order, False

            async def send(in_time: Callable[[], None]) -> EffectAnswer:
                nonlocal sent
                sent = True
                return await self._request(call, acquirer, in_time)

            answer = await ask(acquirer, call, self.clock, send)
            if not sent:
                await self.let_go(call.acquirer, order.sale, order.effect_id, answer)
            return answer

    async def _request(
        self, call: CorrectionCall, acquirer: Acquirer, in_time: Callable[[], None]
    ) -> EffectAnswer:
        name, order = call.acquirer, call.order
        if order.remedy not in MOVING:
            return await self._guarded(call, acquirer, Taken((), again=False), in_time)
        grip = _attempt()
        hold = Hold(
            effect_id=order.effect_id,
            amount=order.amount,
            payout=order.remedy in PAYOUTS,
            grip=grip,
        )
        taken = await self._holds.take(name, order.sale, hold)
        try:
            answer = await self._guarded(call, acquirer, taken, in_time)
        except AcquirerError:
            # Raised only while this attempt had sent nothing. The money is free for others
            # meanwhile, unless an attempt before it may have sent the order.
            if not taken.again:
                await self._holds.release(name, order.sale, order.effect_id, grip)
            raise
        try:
            await self.let_go(name, order.sale, order.effect_id, answer, grip)
        except HoldNotHad as error:
            # No proof that nothing was sent, as what stands for it elsewhere is.
            raise NotLetGo(str(error)) from None
        return answer

    async def _guarded(
        self,
        call: CorrectionCall,
        acquirer: Acquirer,
        taken: Taken,
        in_time: Callable[[], None],
    ) -> EffectAnswer:
        order = call.order
        sale = await acquirer.sale(order.sale)
        if sale is None:
            return _stopped("sale_unknown", taken)
        books = await self._known_books(acquirer, sale, call.elsewhere)
        reason = objection(order, books)
        if reason:
            return _stopped(reason, taken)
        if objection(order, books, taken.others):
            raise HeldByAnother("what is left of the sale is held by another order")
        in_time()
        return await acquirer.request_effect(order)

    async def beside(
        self,
        name: str,
        sale_reference: str,
        answer: EffectAnswer,
        elsewhere: Elsewhere | None = None,
    ) -> EffectAnswer:
        """The answer about a payout that is posted, with what a chargeback has paid besides."""
        acquirer = self.named(name)
        if answer.kind is not AnswerKind.SUCCEEDED or not isinstance(acquirer, TellsChargebacks):
            return answer
        if not await acquirer.chargebacks(sale_reference):
            return answer
        sale = await acquirer.sale(sale_reference)
        if sale is None:
            return answer
        books = await self._known_books(acquirer, sale, elsewhere)
        if not one_currency(books):
            return answer
        overpaid = ledger_of(books).overpaid
        return answer.model_copy(update={"overpaid": overpaid}) if overpaid else answer

    async def let_go(
        self, name: str, sale: str, effect_id: str, answer: EffectAnswer, grip: str = ""
    ) -> None:
        """Let go of what an effect holds once the acquirer has it, or never will: from then on
        its books tell. Whoever raises here has lost nothing: the answer is there to be read."""
        if answer.kind not in (AnswerKind.UNKNOWN, AnswerKind.ABSENT):
            await self._holds.release(name, sale, effect_id, grip)

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


def _stopped(reason: str, taken: Taken) -> EffectAnswer:
    """The guard's answer: failed, unless an attempt that was given up a moment ago may have sent
    the order all the same."""
    if taken.again and activity.info().attempt > 1:
        return EffectAnswer(kind=AnswerKind.UNKNOWN, reason=UNDER_WAY)
    return EffectAnswer(kind=AnswerKind.FAILED, reason=reason)


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


def _must_be_possible(acquirer: Acquirer, wanted: Remedy | RequestKind) -> None:
    """Raises AcquirerCannot for what the adapter cannot do, before anything is asked."""
    if not acquirer.capabilities.can(wanted):
        raise AcquirerCannot(f"{acquirer.name}: {wanted.value} is nothing this adapter can do")


def _attempt() -> str:
    """What tells this attempt from every other; empty outside an activity, where there are
    no others."""
    if not activity.in_activity():
        return ""
    info = activity.info()
    return f"{info.workflow_run_id}:{info.activity_id}:{info.attempt}"
