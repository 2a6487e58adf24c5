"""The acquirer's books: one SQLite file, one transaction per change, no clock of its own."""

from datetime import datetime
from pathlib import Path

from recourse.acquirers.simulator.clearing import ClearingFiles
from recourse.acquirers.simulator.effects import Effects
from recourse.acquirers.simulator.faults import FaultQueue
from recourse.acquirers.simulator.notices import Notices
from recourse.acquirers.simulator.outbox import Outbox
from recourse.acquirers.simulator.refunds import Refunds
from recourse.acquirers.simulator.requests import Requests
from recourse.acquirers.simulator.sales import Sales
from recourse.acquirers.simulator.store import Store
from recourse.disputes.models import Value
from recourse.disputes.money import Money
from recourse.disputes.records import RefundStatus

_WAITING = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION)


class SaleTotals(Value):
    """The money of one sale, as posted at one moment."""

    sale: str
    captured: Money
    credited: Money
    """Posted to the cardholder."""
    debited: Money
    """Posted back from the cardholder."""
    pending: Money
    """Credits taken and not posted yet."""


class Ledger:
    """Everything the simulator knows. Survives a kill of its process at any moment.

    Not to be shared between threads. ``path`` may be ``:memory:``.
    """

    def __init__(self, path: Path | str) -> None:
        self._store = Store(path)
        self.sales = Sales(self._store)
        self.faults = FaultQueue(self._store)
        self.outbox = Outbox(self._store, self.faults)
        self.refunds = Refunds(self._store, self.outbox)
        self.clearing = ClearingFiles(self._store, self.refunds)
        self.effects = Effects(self._store, self.sales, self.refunds, self.faults)
        self.notices = Notices(self._store)
        self.requests = Requests(self._store, self.sales, self.faults)

    def close(self) -> None:
        self._store.close()

    def totals(self, now: datetime) -> tuple[SaleTotals, ...]:
        """For every sale that has refunds, by reference."""
        found = (self._totals(ref, now) for ref in self.refunds.sales_with_refunds())
        return tuple(totals for totals in found if totals is not None)

    def _totals(self, reference: str, now: datetime) -> SaleTotals | None:
        sale = self.sales.get(reference)
        if sale is None:
            return None
        credited = debited = pending = 0
        for refund in self.refunds.of_sale(reference, now):
            if refund.status is RefundStatus.POSTED and refund.direction == "credit":
                credited += refund.amount.minor
            elif refund.status is RefundStatus.POSTED:
                debited += refund.amount.minor
            elif refund.status in _WAITING and refund.direction == "credit":
                pending += refund.amount.minor
        currency = sale.amount.currency
        return SaleTotals(
            sale=reference,
            captured=sale.captured,
            credited=Money(minor=credited, currency=currency),
            debited=Money(minor=debited, currency=currency),
            pending=Money(minor=pending, currency=currency),
        )
