"""The sales of the ledger, and what the terminals did."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime

from recourse.acquirers.contract import ErrorCode, SaleSearch
from recourse.acquirers.index.plan import plan_for
from recourse.acquirers.index.sales import search
from recourse.acquirers.index.schema import COLUMNS, INSERT, row_of, sale_of
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.store import Store, written
from recourse.disputes.models import Value
from recourse.disputes.records import Sale, TerminalEvent

_SELECT = f"SELECT {', '.join(COLUMNS)} FROM sales"  # noqa: S608 - fixed text


class SaleAnswer(Value):
    """How a sale was answered and undone: told of few sales, searched by none."""

    response: str = ""
    reversal_reason: str = ""
    reversed_at: AwareDatetime | None = None
    arn: str = ""

    @classmethod
    def of(cls, sale: Sale) -> "SaleAnswer":
        return cls.model_validate({name: getattr(sale, name) for name in cls.model_fields})


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
            self._answered(sale.reference, SaleAnswer.of(sale))

    def get(self, reference: str) -> Sale | None:
        row = self._store.db.execute(f"{_SELECT} WHERE reference = ?", (reference,)).fetchone()
        return self._whole(sale_of(tuple(row))) if row else None

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
        found = search(self._store.db, plan_for(query), query.limit)
        return tuple(self._whole(sale) for sale in found)

    def _whole(self, sale: Sale) -> Sale:
        """A sale with what is kept beside the index that it is found by."""
        row = self._store.db.execute(
            "SELECT body FROM sale_answers WHERE reference = ?", (sale.reference,)
        ).fetchone()
        if row is None:
            return sale
        return sale.model_copy(update=dict(SaleAnswer.model_validate_json(row["body"])))

    def _answered(self, reference: str, answer: "SaleAnswer") -> None:
        with self._store.transaction() as db:
            db.execute("DELETE FROM sale_answers WHERE reference = ?", (reference,))
            if answer != SaleAnswer():
                db.execute(
                    "INSERT INTO sale_answers (reference, body) VALUES (?, ?)",
                    (reference, answer.model_dump_json()),
                )

    def reverse(self, reference: str, now: datetime) -> None:
        """Undo the capture."""
        with self._store.transaction() as db:
            answer = SaleAnswer.of(self.known(reference))
            self._answered(reference, answer.model_copy(update={"reversed_at": now}))
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
            "SELECT terminal, at, kind, sale, detail, body FROM terminal_events"
            " WHERE terminal = ? AND at >= ? AND at < ? ORDER BY at, rowid",
            (terminal, written(since), written(until)),
        )
        return tuple(_event(row) for row in rows)


def _event(row: sqlite3.Row) -> TerminalEvent:
    if row["body"]:
        return TerminalEvent.model_validate_json(row["body"])
    return TerminalEvent.model_validate(dict(row))  # of a ledger before there were bodies
