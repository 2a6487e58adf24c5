"""How a search goes in: by what narrows most, named, so that no statistics can mislead it."""

from dataclasses import dataclass

from recourse.acquirers.index.schema import COLUMNS, DAY, kept
from recourse.disputes.records import SaleQuery

DAYS_APART = 45
"""A window of up to so many days is gone through day by day, the newest first, until enough is
found; a longer one as one stretch of time."""

Values = tuple[str | int, ...]


@dataclass(frozen=True)
class Plan:
    """One statement, and the values it is asked with one after the other. The last value is how
    many sales are wanted, and is for the caller to add."""

    way: str
    """The index by which the search goes in; empty: by the reference."""
    sql: str
    rounds: tuple[Values, ...]
    """The newest sales come with the first."""


def plan_for(query: SaleQuery) -> Plan:
    """The cheapest way in for what a query states."""
    way = _way(query)
    terms, values = _stated(query)
    if way not in ("sales_day_amount", "sales_store_day"):
        return Plan(way=way, sql=_sql(way, terms), rounds=(tuple(values),))
    days = _days(query)
    if way == "sales_store_day" and query.amount is not None:
        # A store has few sales of one amount: all the days at once are cheaper.
        any_day = f"day IN ({', '.join('?' * len(days))})"
        return Plan(way=way, sql=_sql(way, [*terms, any_day]), rounds=((*values, *days),))
    rounds = tuple((*values, day) for day in reversed(days))
    return Plan(way=way, sql=_sql(way, [*terms, "day = ?"]), rounds=rounds)


def _stated(query: SaleQuery) -> tuple[list[str], list[str | int]]:
    terms: list[str] = []
    values: list[str | int] = []

    def state(term: str, *with_values: str | int) -> None:
        terms.append(term)
        values.extend(with_values)

    if query.reference:
        state("reference = ?", query.reference)
    for column in ("rrn", "auth_code", "stan"):
        wanted = getattr(query, column)
        if wanted:
            # The index holds no empty ones; said once more, so that it may be used.
            state(f"{column} = ? AND {column} != ''", wanted)
    for column in ("batch", "terminal", "store", "card_last4"):
        wanted = getattr(query, column)
        if wanted:
            state(f"{column} = ?", wanted)
    if query.since is not None:
        state("at >= ?", kept(query.since))
    if query.until is not None:
        state("at < ?", kept(query.until))
    for sign, money in (("=", query.amount), (">=", query.least), ("<=", query.most)):
        if money is not None:
            state(f"amount {sign} ? AND currency = ?", money.minor, money.currency)
    if query.captured is not None:
        # As the index holds them; said once more, so that it may be used.
        state("captured != amount AND captured > 0")
        state("captured = ? AND currency = ?", query.captured.minor, query.captured.currency)
    return terms, values


def _sql(way: str, terms: list[str]) -> str:
    through = f" INDEXED BY {way}" if way else ""
    where = f" WHERE {' AND '.join(terms)}" if terms else ""
    # The newest are picked in the index alone; only they are fetched.
    newest = f"SELECT rowid FROM sales{through}{where} ORDER BY at DESC, rowid DESC LIMIT ?"  # noqa: S608 - fixed text
    return (
        f"SELECT {', '.join(COLUMNS)} FROM sales WHERE rowid IN ({newest})"  # noqa: S608 - fixed text
        " ORDER BY at DESC, rowid DESC"
    )


def _way(query: SaleQuery) -> str:
    """Exact names before places, places before time. A card's last four digits leave one sale
    in ten thousand, an amount in a few days a handful, a terminal a day's work. A range of amounts
    leaves more than any of these, unless the store is known."""
    if query.reference:
        return ""
    if query.rrn:
        return "sales_rrn"
    if query.auth_code:
        return "sales_auth_code"
    if query.stan:
        return "sales_stan"
    if query.captured is not None:
        return "sales_captured"
    days = _days(query)
    ranged = query.least is not None and query.most is not None
    if days and query.store and not query.terminal and (query.amount or ranged):
        return "sales_store_day"
    if query.amount is not None and query.since is not None:
        return "sales_amount"
    if query.card_last4:
        return "sales_card"
    if query.terminal:
        return "sales_terminal"
    if query.store:
        return "sales_store"
    if query.amount is not None:
        return "sales_amount"
    return "sales_day_amount" if days and ranged else "sales_at"


def _days(query: SaleQuery) -> tuple[int, ...]:
    """The days of a window that is short enough to be gone through day by day."""
    if query.since is None or query.until is None:
        return ()
    first, last = kept(query.since) // DAY, (kept(query.until) - 1) // DAY
    return tuple(range(first, last + 1)) if last - first < DAYS_APART else ()
