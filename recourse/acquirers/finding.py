"""Searching an acquirer's sales with one query after the other."""

from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.port import Acquirer
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching import MOST_ASKED_FOR, Gathering, Match
from recourse.disputes.records import Sale, SaleQuery


async def find_match(
    acquirer: Acquirer, queries: tuple[SaleQuery, ...], known: ClaimedSale, store: str
) -> Match:
    """The likeliest of what the queries bring to light, until one brings a sale that what is
    known does not contradict: a misread number leads to another sale, and must not end the
    search. A wider query that the acquirer refuses ends it. Raises what the reads raise."""
    gathered = Gathering(known, store)
    for number, query in enumerate(queries):
        try:
            sales = await _answer(acquirer, query)
        except AcquirerRejected:
            # Some find a sale by its reference alone, some refuse a window that is too wide.
            # What was answered before stands; where nothing was, no search is not no sale.
            if number == 0:
                raise
            break
        if gathered.add(sales):
            break
    return gathered.match


async def _answer(acquirer: Acquirer, query: SaleQuery) -> tuple[Sale, ...]:
    if not query.reference:
        return await acquirer.find_sales(query, MOST_ASKED_FOR)
    sale = await acquirer.sale(query.reference)
    return (sale,) if sale else ()
