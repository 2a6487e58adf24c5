"""One query after the other, until a sale fits."""

from typing import cast

import pytest

from recourse.acquirers.errors import AcquirerRejected
from recourse.acquirers.finding import find_match
from recourse.acquirers.port import Acquirer
from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching import Grade, queries_for
from recourse.disputes.records import Sale, SaleQuery
from tests.acquirers.answering import agrees
from tests.disputes.building import PRICE, SOLD, a_sale, cny


class Books:
    """Sales that are looked through; ``refuses`` from the given question on."""

    def __init__(self, *sales: Sale, refuses: int = 99) -> None:
        self._sales = sales
        self._refuses = refuses
        self.asked: list[SaleQuery] = []

    async def find_sales(self, query: SaleQuery, limit: int = 20) -> tuple[Sale, ...]:
        self.asked.append(query)
        if len(self.asked) >= self._refuses:
            raise AcquirerRejected("cannot search for that")
        return tuple(sale for sale in self._sales if agrees(sale, query))[:limit]

    async def sale(self, reference: str) -> Sale | None:
        found = await self.find_sales(SaleQuery(reference=reference))
        return found[0] if found else None


TOLD = ClaimedSale(reference="1", amount=cny(PRICE), at=SOLD, card_last4="4242")


async def found(books: Books, known: ClaimedSale = TOLD) -> tuple[Grade, list[str]]:
    match = await find_match(cast("Acquirer", books), queries_for(known, "S01", 3), known, "S01")
    return match.grade, [hit.sale.reference for hit in match.hits]


async def test_the_first_that_fits_ends_the_search() -> None:
    """Nothing wider is asked when a sale fits."""
    books = Books(a_sale(reference="1"), a_sale(reference="2"))
    assert await found(books) == (Grade.EXACT, ["1"])
    assert len(books.asked) == 1


async def test_what_contradicts_is_kept_and_the_search_goes_on() -> None:
    """A reference that names quite another sale is followed by what is told beside it; both are
    shown, and none is taken."""
    books = Books(a_sale(reference="1", amount=cny(5), captured=5, store="S02"), a_sale())
    assert await found(books) == (Grade.WEAK, ["536365", "1"])


async def test_a_refused_wider_query_ends_the_search() -> None:
    """An acquirer that finds by reference alone has answered when it knows no such sale."""
    assert await found(Books(refuses=2)) == (Grade.NONE, [])
    other = a_sale(reference="1", amount=cny(5), captured=5)
    assert await found(Books(other, refuses=2)) == (Grade.WEAK, ["1"])


async def test_no_search_is_not_no_sale() -> None:
    """An acquirer that refuses the first query has said nothing."""
    with pytest.raises(AcquirerRejected):
        await found(Books(a_sale(), refuses=1), TOLD.model_copy(update={"reference": ""}))
