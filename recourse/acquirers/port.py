"""The acquirer port: what a case asks of any acquirer, whatever it speaks on the wire.

Reads raise ``recourse.acquirers.errors``. Requests for effects never raise for a lost or
unreadable reply: they answer ``unknown``, and the caller queries with the same effect id.
"""

from datetime import datetime
from typing import Protocol, runtime_checkable

from recourse.disputes.effects import EffectAnswer, EffectOrder, RequestAnswer, RequestOrder
from recourse.disputes.models import Value
from recourse.disputes.records import Chargeback, Refund, Sale, SaleQuery, TerminalEvent


class Capabilities(Value):
    """What an adapter can do. What it cannot becomes a task for a person."""

    idempotent: bool = True
    """The acquirer keeps effect ids: the same id twice is one effect. Otherwise the
    adapter lists before it requests."""
    adjustments: bool = True
    reprint: bool = True
    inquiries: bool = True


class Acquirer(Protocol):
    name: str
    capabilities: Capabilities

    async def find_sales(self, query: SaleQuery, limit: int = 20) -> tuple[Sale, ...]:
        """Sales that agree with everything the query states, newest first."""
        ...

    async def sale(self, reference: str) -> Sale | None: ...

    async def refunds(self, reference: str) -> tuple[Refund, ...]:
        """Refunds and debit adjustments against a sale, oldest first."""
        ...

    async def terminal_events(
        self, terminal: str, since: datetime, until: datetime
    ) -> tuple[TerminalEvent, ...]: ...

    async def request_effect(self, order: EffectOrder) -> EffectAnswer:
        """Ask for a refund, an adjustment, a reversal or a reprint, once per effect id."""
        ...

    async def effect(self, effect_id: str) -> EffectAnswer:
        """How an effect stands; ``absent`` when the acquirer never saw the id."""
        ...

    async def open_request(self, order: RequestOrder) -> RequestAnswer:
        """Ask an inquiry or a retrieval, or file a dispute, once per effect id."""
        ...

    async def request(self, effect_id: str) -> RequestAnswer: ...


@runtime_checkable
class TellsChargebacks(Protocol):
    """An acquirer that can say which payments were charged back. What one cannot say is not
    reckoned with, and its own refusal is the last guard."""

    async def chargebacks(self, reference: str) -> tuple[Chargeback, ...]:
        """Chargebacks against a sale, oldest first, whatever became of them."""
        ...
