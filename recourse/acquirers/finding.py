"""Searching an acquirer's sales with one query after the other."""

from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.port import Acquirer
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching import AS_RECORDED, MOST_ASKED_FOR, DayOf, Gathering, Match
from recourse.disputes.records import Sale, SaleQuery


async def find_match(
    acquirer: Acquirer,
    queries: tuple[SaleQuery, ...],
    known: ClaimedSale,
    store: str,
    day_of: DayOf = AS_RECORDED,
) -> Match:
    """The likeliest of what the queries bring to light, until one brings a sale beside which no
    other can stand: a misread number leads to another sale, and must not end the search. A
    query that the acquirer refuses hides nothing but its own answer. Raises what reads raise."""
    return (await gather(acquirer, queries, known, store, day_of)).match


async def gather(
    acquirer: Acquirer,
    queries: tuple[SaleQuery, ...],
    known: ClaimedSale,
    store: str,
    day_of: DayOf = AS_RECORDED,
) -> Gathering:
    """As ``find_match``, with whether the whole search was answered."""
    gathered = Gathering(known, store, day_of)
    for number, query in enumerate(queries):
        narrowed = gathered.narrowed(query)
        if narrowed is None:
            continue
        try:
            sales = await _answer(acquirer, narrowed)
        except AcquirerRejected:
            # Some find a sale by its reference alone, some refuse a window that is too wide.
            # What others answer stands; where none can, no search is not no sale.
            if number == 0:
                raise
            gathered.cut_short()
            continue
        if gathered.add(sales):
            break
    return gathered


async def _answer(acquirer: Acquirer, query: SaleQuery) -> tuple[Sale, ...]:
    if not query.reference:
        return await acquirer.find_sales(query, MOST_ASKED_FOR)
    sale = await acquirer.sale(query.reference)
    return (sale,) if sale else ()
