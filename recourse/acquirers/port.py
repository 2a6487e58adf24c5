"""The acquirer port: what a case asks of any acquirer, whatever it speaks on the wire.

Reads raise ``recourse.acquirers.errors``. Requests for effects never raise for a lost or
unreadable reply: they answer ``unknown``, and the caller queries with the same effect id.
What an adapter cannot do raises AcquirerCannot; a read that it cannot do answers empty.
"""

from datetime import datetime
from typing import Protocol, runtime_checkable

from recourse.disputes.effects import (
    EffectAnswer,
    EffectOrder,
    Remedy,
    RequestAnswer,
    Requested,
    RequestKind,
    RequestOrder,
)
from recourse.disputes.models import Value
from recourse.disputes.records import (
    Chargeback,
    Refund,
    Sale,
    SaleQuery,
    Settlement,
    TerminalEvent,
)


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
    """Credits beyond the referenced refund, and debits."""
    debits: bool = True
    """Takes back from a cardholder what was given too much. Never without ``adjustments``."""
    reprint: bool = True
    inquiries: bool = True
    """Inquiries, retrievals and disputes."""
    search: bool = True
    """Finds sales by what is known of them. Otherwise by their reference alone."""
    refund_listing: bool = True
    """Lists every refund of a sale. Otherwise ``refunds`` is empty and proves nothing: what
    was refunded elsewhere is known only to the acquirer, which refuses what is too much."""
    terminal_events: bool = True
    """Tells what a terminal did. Otherwise no event is no evidence."""
    reversals: bool = True

    def can(self, wanted: Remedy | RequestKind) -> bool:
        """Whether the adapter can do it at all, whatever the acquirer then says."""
        match wanted:
            case Remedy.CREDIT_ADJUSTMENT:
                return self.adjustments
            case Remedy.DEBIT_ADJUSTMENT:
                return self.adjustments and self.debits
            case Remedy.REVERSAL:
                return self.reversals
            case Remedy.REPRINT:
                return self.reprint
            case RequestKind():
                return self.inquiries
            case _:
                return True


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

    async def settlement(self, reference: str) -> Settlement | None:
        """What the clearing files say of a sale and its refunds, and through which day they
        are complete; None when this acquirer does not let its files be asked."""
        ...

    async def request_effect(self, order: EffectOrder) -> EffectAnswer:
        """Ask for a refund, an adjustment, a reversal or a reprint, once per effect id."""
        ...

    async def effect(
        self, effect_id: str, sale: str = "", requested: Requested | None = None
    ) -> EffectAnswer:
        """How an effect stands; ``absent`` when the acquirer never saw the id. ``sale`` is the
        order's: some acquirers can only be asked what was done to a sale; ``requested`` says
        when it was asked for, where that is known: some can only be asked about a day."""
        ...

    async def open_request(self, order: RequestOrder) -> RequestAnswer:
        """Ask an inquiry or a retrieval, or file a dispute, once per effect id."""
        ...

    async def request(self, effect_id: str) -> RequestAnswer: ...

    async def aclose(self) -> None: ...


@runtime_checkable
class TellsChargebacks(Protocol):
    """An acquirer that can say which payments were charged back. What one cannot say is not
    reckoned with, and its own refusal is the last guard."""

    async def chargebacks(self, reference: str) -> tuple[Chargeback, ...]:
        """Chargebacks against a sale, oldest first, whatever became of them."""
        ...
