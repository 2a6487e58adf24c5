"""What acquirers have in common that know a sale, and what is done to it, by its number alone.

They search nothing, list no refunds, take no inquiries, and keep the numbers they were asked
under. A person does the rest.
"""

from abc import ABC, abstractmethod
from datetime import UTC, datetime

import httpx2

from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.exchange import Exchange
from recourse.acquirers.port import Capabilities
from recourse.disputes import effect_ids
from recourse.disputes.effects import (
    AnswerKind,
    EffectAnswer,
    EffectOrder,
    Remedy,
    RequestAnswer,
    Requested,
    RequestOrder,
)
from recourse.disputes.records import Refund, Sale, SaleQuery, Settlement, TerminalEvent

CREDITS = (Remedy.REFUND, Remedy.CREDIT_ADJUSTMENT)


class ByNumber(ABC):
    """Safe for concurrent use; close it with ``aclose``."""

    def __init__(
        self, name: str, base_url: str, timeout: float, transport: httpx2.AsyncBaseTransport | None
    ) -> None:
        self.name = name
        self.capabilities = Capabilities(
            idempotent=True,
            debits=False,
            reprint=False,
            inquiries=False,
            search=False,
            refund_listing=False,
            terminal_events=False,
        )
        self._exchange = Exchange(name, base_url, timeout, transport)

    @abstractmethod
    def number_of(self, effect_id: str) -> str:
        """The number an effect is asked for under: always the same, and nobody else's."""
        ...

    async def aclose(self) -> None:
        await self._exchange.aclose()

    async def find_sales(self, query: SaleQuery, limit: int = 20) -> tuple[Sale, ...]:
        """A sale by its number. Raises AcquirerRejected for anything else: no search is not
        the same as no sale."""
        if not query.reference:
            raise AcquirerRejected(f"{self.name}: cannot search; the sale's number is needed")
        sale = await self.sale(query.reference)
        return (sale,)[:limit] if sale is not None else ()

    @abstractmethod
    async def sale(self, reference: str) -> Sale | None: ...

    async def refunds(self, reference: str) -> tuple[Refund, ...]:
        """Nothing: refunds of a sale are not listed (``capabilities.refund_listing``). The
        acquirer refuses itself what would refund too much."""
        return ()

    async def terminal_events(
        self, terminal: str, since: datetime, until: datetime
    ) -> tuple[TerminalEvent, ...]:
        """Nothing: what terminals did is not told."""
        return ()

    async def settlement(self, reference: str) -> Settlement | None:
        """None: clearing files cannot be asked here."""
        return None

    @abstractmethod
    async def request_effect(self, order: EffectOrder) -> EffectAnswer: ...

    @abstractmethod
    async def effect(
        self, effect_id: str, sale: str = "", requested: Requested | None = None
    ) -> EffectAnswer: ...

    async def open_request(self, order: RequestOrder) -> RequestAnswer:
        """No inquiries are taken: a person writes to the acquirer."""
        return RequestAnswer(kind=AnswerKind.FAILED, detail=ErrorCode.REMEDY_UNSUPPORTED)

    async def request(self, effect_id: str) -> RequestAnswer:
        """Always ``absent``: none is ever opened."""
        return RequestAnswer(kind=AnswerKind.ABSENT)

    def moment_of(self, effect_id: str) -> datetime:
        """The moment an id carries. Raises AcquirerRejected without one."""
        moment = effect_ids.intended_at(effect_id)
        if moment is None:
            raise AcquirerRejected(f"{self.name}: the effect id carries no moment of its intent")
        return moment


def wall_clock() -> datetime:
    """The real time, by which signatures and certificates are judged."""
    return datetime.now(UTC)


def refused(code: str) -> EffectAnswer:
    """Never begun."""
    return EffectAnswer(kind=AnswerKind.FAILED, reason=code)


def objection_to(order: EffectOrder, sale: Sale) -> str | None:
    """Why any of them would not do it, whatever it is, as far as the sale alone tells."""
    if order.amount.currency != "CNY":
        return ErrorCode.CURRENCY_MISMATCH
    if order.amount.minor <= 0:
        return ErrorCode.AMOUNT_INVALID
    if order.card_last4 not in ("", sale.card_last4):
        return ErrorCode.CARD_MISMATCH
    return None
