"""The table of sales and the ways into it."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from recourse.disputes.money import Money
from recourse.disputes.records import Sale

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
"""Microseconds, in which moments are kept: exact, and in the order of time."""

Row = tuple[str | int, ...]
"""The columns of ``COLUMNS``, in their order."""

COLUMNS = (
    "reference",
    "at",
    "amount",
    "captured",
    "currency",
    "status",
    "merchant",
    "store",
    "terminal",
    "card_last4",
    "card_brand",
    "rrn",
    "auth_code",
    "stan",
    "card_funding",
    "batch",
    "wallet",
    "arn",
    "reversed_at",
    "response",
    "reversal_reason",
)

INSERT = f"INSERT INTO sales ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - fixed text

TABLE = """
CREATE TABLE IF NOT EXISTS sales (
    reference TEXT PRIMARY KEY, at INTEGER NOT NULL, amount INTEGER NOT NULL,
    captured INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
    merchant TEXT NOT NULL, store TEXT NOT NULL, terminal TEXT NOT NULL,
    card_last4 TEXT NOT NULL, card_brand TEXT NOT NULL, rrn TEXT NOT NULL,
    auth_code TEXT NOT NULL, stan TEXT NOT NULL, card_funding TEXT NOT NULL DEFAULT '',
    batch TEXT NOT NULL DEFAULT '', wallet INTEGER NOT NULL DEFAULT 0,
    arn TEXT NOT NULL DEFAULT '', reversed_at INTEGER NOT NULL DEFAULT 0,
    response TEXT NOT NULL DEFAULT '', reversal_reason TEXT NOT NULL DEFAULT '',
    day INTEGER NOT NULL GENERATED ALWAYS AS (at / 86400000000) VIRTUAL
) STRICT;
"""

WAYS = {
    "sales_rrn": "(rrn) WHERE rrn != ''",
    "sales_auth_code": "(auth_code, at) WHERE auth_code != ''",
    "sales_stan": "(stan, at, terminal) WHERE stan != ''",
    # Of the few sales of which another amount was taken than was asked.
    "sales_captured": "(captured, at, currency) WHERE captured != amount AND captured > 0",
    "sales_card": "(card_last4, at, amount, currency, store, terminal)",
    # One amount over weeks lies beside each other, the newest at the end.
    "sales_amount": "(amount, at, currency, card_last4, store, terminal)",
    # The day before the amount: a range of amounts in a few days is a few short stretches.
    "sales_day_amount": "(day, amount, at, currency, card_last4, store, terminal)",
    "sales_terminal": "(terminal, at, amount, currency, card_last4)",
    "sales_store": "(store, at, amount, currency, card_last4)",
    "sales_store_day": "(store, day, amount, at, currency, card_last4)",
    "sales_at": "(at)",
}
"""Every way in also holds what is asked most beside it, so that what does not fit is dropped
before the row is fetched."""


def create(db: sqlite3.Connection, *, ways: bool = True) -> None:
    """Make what is not there. Without ``ways`` rows are added faster; make them afterwards."""
    db.executescript(TABLE)
    if ways:
        for name, columns in WAYS.items():
            db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON sales {columns}")


def kept(moment: datetime) -> int:
    """A moment as it is kept."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(kept: int) -> datetime:
    return EPOCH + timedelta(microseconds=kept)


def row_of(sale: Sale) -> Row:
    return (
        sale.reference,
        kept(sale.at),
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
        sale.batch,
        int(sale.wallet),
        sale.arn,
        kept(sale.reversed_at) if sale.reversed_at else 0,
        sale.response,
        sale.reversal_reason,
    )


def sale_of(row: Row) -> Sale:
    fields: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    currency = fields.pop("currency")
    fields["at"] = moment(fields["at"])
    fields["reversed_at"] = moment(fields["reversed_at"]) if fields["reversed_at"] else None
    fields["amount"] = Money(minor=fields["amount"], currency=currency)
    fields["captured"] = Money(minor=fields["captured"], currency=currency)
    return Sale.model_validate(fields)
