"""The acquirer port: what a case asks of any acquirer, whatever it speaks on the wire.

Reads raise ``recourse.acquirers.errors``. Requests for effects never raise for a lost or
unreadable reply: they answer ``unknown``, and the caller queries with the same effect id.
"""

from datetime import datetime
from typing import Protocol

from recourse.disputes.effects import EffectAnswer, EffectOrder, RequestAnswer, RequestOrder
from recourse.disputes.models import Value
from recourse.disputes.records import Refund, Sale, SaleQuery, TerminalEvent


class Capabilities(Value):
    """What an adapter can do. What it cannot becomes a task for a person."""

    idempotent: bool = True
    """The acquirer keeps effect ids: the same id twice is one effect. Otherwise the
    adapter lists before it requests."""
    absent_is_final_after: int = 0
    """Without ``idempotent``: seconds of real time after the last request during which "never
    seen" proves nothing, because that request may still be carried out. Longer than the
    acquirer takes for its slowest request, and than clocks differ."""
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
