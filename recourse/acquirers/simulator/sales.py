"""The sales of the ledger, and what the terminals did."""

from collections.abc import Iterable
from datetime import datetime

from recourse.acquirers.contract import ErrorCode, SaleSearch
from recourse.acquirers.index.plan import plan_for
from recourse.acquirers.index.sales import search
from recourse.acquirers.index.schema import COLUMNS, INSERT, row_of, sale_of
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.store import Store, written
from recourse.disputes.records import Sale, TerminalEvent

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM sales"  # noqa: S608 - fixed text


class Sales:
    def __init__(self, store: Store) -> None:
        self._store = store

    def add_new(self, sales: Iterable[Sale]) -> int:
        """Add the sales that are not there yet; returns how many. A sale that is there keeps
        what has happened to it."""
        with self._store.transaction() as db:
            before = db.total_changes
            db.executemany(f"{INSERT} ON CONFLICT DO NOTHING", map(row_of, sales))
            return db.total_changes - before

    def put(self, sale: Sale) -> None:
        """Add or replace one sale."""
        if sale.captured.currency != sale.amount.currency:
            raise Refusal(400, ErrorCode.INVALID_REQUEST, "amount and captured in one currency")
        with self._store.transaction() as db:
            db.execute("DELETE FROM sales WHERE reference = ?", (sale.reference,))
            db.execute(INSERT, row_of(sale))

    def get(self, reference: str) -> Sale | None:
        row = self._store.db.execute(f"{_SELECT} WHERE reference = ?", (reference,)).fetchone()
        return sale_of(tuple(row)) if row else None

    def known(self, reference: str) -> Sale:
        """Raises Refusal (404) when there is no such sale."""
        sale = self.get(reference)
        if sale is None:
            raise Refusal(404, ErrorCode.SALE_UNKNOWN, "no sale of this reference")
        return sale

    def count(self) -> int:
        return int(self._store.db.execute("SELECT count(*) FROM sales").fetchone()[0])

    def find(self, query: SaleSearch) -> tuple[Sale, ...]:
        """Newest first. ``since`` is included, ``until`` is not."""
        return search(self._store.db, plan_for(query), query.limit)

    def reverse(self, reference: str) -> None:
        """Undo the capture."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE sales SET status = 'reversed', captured = 0 WHERE reference = ?",
                (reference,),
            )

    def add_events(self, events: Iterable[TerminalEvent]) -> None:
        """The same event twice is one event."""
        with self._store.transaction() as db:
            db.executemany(
                "INSERT OR IGNORE INTO terminal_events (terminal, at, kind, sale, detail, body)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (e.terminal, written(e.at), e.kind.value, e.sale, e.detail, e.model_dump_json())
                    for e in events
                ),
            )

    def events(self, terminal: str, since: datetime, until: datetime) -> tuple[TerminalEvent, ...]:
        """Oldest first. ``since`` is included, ``until`` is not."""
        rows = self._store.db.execute(
            "SELECT body FROM terminal_events"
            " WHERE terminal = ? AND at >= ? AND at < ? ORDER BY at, rowid",
            (terminal, written(since), written(until)),
        )
        return tuple(TerminalEvent.model_validate_json(row["body"]) for row in rows)
