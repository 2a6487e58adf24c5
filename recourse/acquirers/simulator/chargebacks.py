"""The chargebacks of the ledger: what issuers took back, as they were told over the admin API."""

from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.store import Store, written
from recourse.disputes.records import Chargeback, ChargebackStatus, Sale

_OUT = (ChargebackStatus.OPEN, ChargebackStatus.LOST, ChargebackStatus.REVERSED)
"""Money in these states may not be given out: a reversed chargeback can come again."""


class Chargebacks:
    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, chargeback: Chargeback, sale: Sale) -> None:
        """Add a chargeback, or say what has become of it."""
        if chargeback.amount.currency != sale.amount.currency:
            raise Refusal(400, ErrorCode.CURRENCY_MISMATCH, "the sale is in another currency")
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO chargebacks (reference, sale, at, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (reference) DO UPDATE SET body = excluded.body",
                (
                    chargeback.reference,
                    chargeback.sale,
                    written(chargeback.at),
                    chargeback.model_dump_json(),
                ),
            )

    def of_sale(self, sale: str) -> tuple[Chargeback, ...]:
        """Oldest first."""
        rows = self._store.db.execute(
            "SELECT body FROM chargebacks WHERE sale = ? ORDER BY at, rowid", (sale,)
        )
        return tuple(Chargeback.model_validate_json(row["body"]) for row in rows)

    def out(self, sale: str) -> int:
        """What issuers have, or may have again, in minor units."""
        return sum(c.amount.minor for c in self.of_sale(sale) if c.status in _OUT)
