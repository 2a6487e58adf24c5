"""The sales of the ledger, and what the terminals did."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from recourse.acquirers.contract import ErrorCode, SaleSearch
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.store import Store, read_time, written
from recourse.disputes.money import Money
from recourse.disputes.records import Sale, TerminalEvent

_COLUMNS = (
    "reference, at, amount, captured, currency, status, merchant, store, terminal, "
    "card_last4, card_brand, rrn, auth_code, stan, card_funding"
)
_INSERT = f"INSERT INTO sales ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - fixed text
_SELECT = f"SELECT {_COLUMNS} FROM sales"  # noqa: S608 - fixed text
_EXACT = ("reference", "rrn", "auth_code", "terminal", "store", "card_last4")


class Sales:
    def __init__(self, store: Store) -> None:
        self._store = store

    def add_new(self, sales: Iterable[Sale]) -> int:
        """Add the sales that are not there yet; returns how many. A sale that is there keeps
        what has happened to it."""
        with self._store.transaction() as db:
            before = db.total_changes
            db.executemany(f"{_INSERT} ON CONFLICT DO NOTHING", map(_row, sales))
            return db.total_changes - before

    def put(self, sale: Sale) -> None:
        """Add or replace one sale."""
        if sale.captured.currency != sale.amount.currency:
            raise Refusal(400, ErrorCode.INVALID_REQUEST, "amount and captured in one currency")
        with self._store.transaction() as db:
            db.execute("DELETE FROM sales WHERE reference = ?", (sale.reference,))
            db.execute(_INSERT, _row(sale))

    def get(self, reference: str) -> Sale | None:
        row = self._store.db.execute(f"{_SELECT} WHERE reference = ?", (reference,)).fetchone()
        return _sale(row) if row else None

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
        terms: list[str] = []
        values: list[str | int] = []
        for column in _EXACT:
            wanted = getattr(query, column)
            if wanted:
                terms.append(f"{column} = ?")
                values.append(wanted)
        if query.amount is not None:
            terms.append("amount = ? AND currency = ?")
            values += [query.amount.minor, query.amount.currency]
        if query.since is not None:
            terms.append("at >= ?")
            values.append(written(query.since))
        if query.until is not None:
            terms.append("at < ?")
            values.append(written(query.until))
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        rows = self._store.db.execute(
            f"{_SELECT}{where} ORDER BY at DESC, reference DESC LIMIT ?", (*values, query.limit)
        )
        return tuple(map(_sale, rows))

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
                "INSERT OR IGNORE INTO terminal_events (terminal, at, kind, sale, detail)"
                " VALUES (?, ?, ?, ?, ?)",
                ((e.terminal, written(e.at), e.kind.value, e.sale, e.detail) for e in events),
            )

    def events(self, terminal: str, since: datetime, until: datetime) -> tuple[TerminalEvent, ...]:
        """Oldest first. ``since`` is included, ``until`` is not."""
        rows = self._store.db.execute(
            "SELECT terminal, at, kind, sale, detail FROM terminal_events"
            " WHERE terminal = ? AND at >= ? AND at < ? ORDER BY at, rowid",
            (terminal, written(since), written(until)),
        )
        return tuple(TerminalEvent.model_validate(dict(row)) for row in rows)


def _row(sale: Sale) -> tuple[str | int, ...]:
    return (
        sale.reference,
        written(sale.at),
        sale.amount.minor,
        sale.captured.minor,
        sale.amount.currency,
        sale.status,
        sale.merchant,
        sale.store,
        sale.terminal,
        sale.card_last4,
        sale.card_brand,
        sale.rrn,
        sale.auth_code,
        sale.stan,
        sale.card_funding,
    )


def _sale(row: sqlite3.Row) -> Sale:
    fields = dict(row)
    currency = fields.pop("currency")
    return Sale.model_validate(
        {
            **fields,
            "at": read_time(row["at"]),
            "amount": Money(minor=row["amount"], currency=currency),
            "captured": Money(minor=row["captured"], currency=currency),
        }
    )
