"""The SQLite file under the simulator: schema, transactions, how time is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from recourse.acquirers.index import schema

_SCHEMA = """
CREATE TABLE IF NOT EXISTS refunds (
    reference TEXT PRIMARY KEY, sale TEXT NOT NULL, at TEXT NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, direction TEXT NOT NULL, steps TEXT NOT NULL, reason TEXT NOT NULL,
    arn TEXT NOT NULL, effect_id TEXT NOT NULL, card_last4 TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_sale ON refunds (sale);
CREATE TABLE IF NOT EXISTS effects (
    effect_id TEXT PRIMARY KEY, sale TEXT NOT NULL, body TEXT NOT NULL, taken_at TEXT NOT NULL,
    asked INTEGER NOT NULL, state TEXT NOT NULL, reference TEXT NOT NULL, reason TEXT NOT NULL,
    retryable INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS effects_sale ON effects (sale);
CREATE TABLE IF NOT EXISTS requests (
    effect_id TEXT PRIMARY KEY, body TEXT NOT NULL, opened_at TEXT NOT NULL, answer_at TEXT,
    finding TEXT NOT NULL, detail TEXT NOT NULL, amount TEXT, refused INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS programmes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, body TEXT NOT NULL, remaining INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS clearing (sale TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS webhook (body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
    event_id TEXT PRIMARY KEY, effect_id TEXT NOT NULL, sale TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS terminal_events (
    terminal TEXT NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, sale TEXT NOT NULL,
    detail TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (terminal, at, kind, sale, detail)
) STRICT;
CREATE TABLE IF NOT EXISTS notices (
    effect_id TEXT PRIMARY KEY, face TEXT NOT NULL, url TEXT NOT NULL, told TEXT NOT NULL
) STRICT;
"""

BUSY_TIMEOUT = 5.0
"""Seconds to wait for another process that writes to the same ledger."""


class Store:
    """One connection, used from one thread. ``path`` may be ``:memory:``."""

    def __init__(self, path: Path | str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT)
        self.db.row_factory = sqlite3.Row
        # WAL with synchronous=normal keeps every commit over a kill of the process; only a
        # power cut can lose the last ones, and never tears the file.
        self.db.execute("PRAGMA journal_mode = wal")
        self.db.execute("PRAGMA synchronous = normal")
        schema.create(self.db)
        self.db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One change, whole or not at all. Joins the transaction it is called in. Nothing
        may be awaited inside: another request would write into it."""
        if self.db.in_transaction:
            yield self.db
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def close(self) -> None:
        self.db.close()


def written(moment: datetime) -> str:
    """UTC, always of one width, so that text order is time order."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        # Within a day of the first or last year there is; no sale lies there.
        moment = moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)
