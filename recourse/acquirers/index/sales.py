"""The index as its users see it: fill it, search it."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Self

from recourse.acquirers.index import schema
from recourse.acquirers.index.plan import Plan, plan_for
from recourse.acquirers.index.schema import COLUMNS, DAY, INSERT, Row, row_of, sale_of
from recourse.disputes.records import Sale, SaleQuery

CACHED_KIB = 64 * 1024
"""Of memory for what is read often of a file; the operating system keeps the rest."""
TOGETHER = 50_000
"""Rows that are brought in order before they are written."""
AT, AMOUNT = COLUMNS.index("at"), COLUMNS.index("amount")


class SaleIndex:
    """Sales of one acquirer in a file, or in memory with ``:memory:``. For one thread; as many
    processes may read the file as like to, and one writes."""

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = wal")
        self._db.execute("PRAGMA synchronous = normal")
        self._db.execute(f"PRAGMA cache_size = -{CACHED_KIB}")
        schema.create(self._db)

    @classmethod
    def built(cls, path: Path, sales: Iterable[Sale]) -> Self:
        """A new index over all sales at once: the ways in are made when every row is there,
        which is several times as fast. Raises FileExistsError."""
        return cls.built_of_rows(path, map(row_of, sales))

    @classmethod
    def built_of_rows(cls, path: Path, rows: Iterable[Row]) -> Self:
        """As ``built``, of sales that are rows already."""
        if path.exists():
            raise FileExistsError(f"{path}: an index is built into a new file")
        db = sqlite3.connect(path, isolation_level=None)
        # Nothing to lose yet: who is interrupted begins anew.
        db.execute("PRAGMA journal_mode = off")
        db.execute("PRAGMA synchronous = off")
        db.execute("PRAGMA cache_size = -200000")
        schema.create(db, ways=False)
        db.execute("BEGIN")
        db.executemany(INSERT, laid_together(rows))
        db.execute("COMMIT")
        schema.create(db)
        db.close()
        return cls(path)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM sales").fetchone()[0])

    def add(self, sales: Iterable[Sale]) -> int:
        """Add the sales that are not there yet; returns how many."""
        before = self._db.total_changes
        self._db.execute("BEGIN IMMEDIATE")
        try:
            rows = laid_together(map(row_of, sales))
            self._db.executemany(f"{INSERT} ON CONFLICT DO NOTHING", rows)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        return self._db.total_changes - before

    def find(self, query: SaleQuery, limit: int = 20) -> tuple[Sale, ...]:
        """Sales that agree with everything the query states, newest first."""
        return search(self._db, plan_for(query), limit)

    def explain(self, plan: Plan) -> str:
        """Which way the database goes for a plan, in its own words."""
        values = (*plan.rounds[0], 1)
        rows = self._db.execute(f"EXPLAIN QUERY PLAN {plan.sql}", values)
        return "\n".join(str(row[3]) for row in rows)


def laid_together(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, those of one day and amount beside each other as far as they come near each other.
    What a search fetches lies on few pages then, which counts while the file is not in memory."""
    left = iter(rows)
    while some := list(islice(left, TOGETHER)):
        some.sort(key=lambda row: (int(row[AT]) // DAY, row[AMOUNT]))
        yield from some


def search(db: sqlite3.Connection, plan: Plan, limit: int) -> tuple[Sale, ...]:
    """Carry a plan out on any database that holds the table of sales."""
    found: list[Sale] = []
    for values in plan.rounds:
        rows = db.execute(plan.sql, (*values, limit - len(found)))
        found += [sale_of(tuple(row)) for row in rows]
        if len(found) >= limit:
            break
    return tuple(found)
