"""One query after the other, until a sale fits."""

from datetime import timedelta
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
    """Sales that are looked through; ``refuses`` from the given question on, or ``unbounded``
    what states neither a day nor a reference."""

    def __init__(self, *sales: Sale, refuses: int = 99, unbounded: bool = True) -> None:
        self._sales = sales
        self._refuses = refuses
        self._unbounded = unbounded
        self.asked: list[SaleQuery] = []

    async def find_sales(self, query: SaleQuery, limit: int = 20) -> tuple[Sale, ...]:
        self.asked.append(query)
        endless = not (query.reference or query.since)
        if len(self.asked) >= self._refuses or (endless and not self._unbounded):
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


async def test_a_question_that_is_refused_hides_no_answer_of_another() -> None:
    """A retrieval reference alone has no days, and some acquirers look through no more than so
    many sales: the questions behind it have days, and are asked all the same."""
    misread = TOLD.model_copy(update={"reference": "", "rrn": "999999999999"})
    sale = a_sale(reference="2", rrn="000000000001", wallet=True, card_last4="7777")
    assert (await found(Books(sale, unbounded=False), misread))[1] == ["2"]


REMEMBERED = TOLD.model_copy(update={"reference": ""})
YESTERDAY = SOLD - timedelta(days=1)


@pytest.mark.parametrize(
    "today",
    [
        a_sale(card_last4="7777", wallet=True),
        a_sale(amount=cny(PRICE * 17 // 20), captured=PRICE),
        a_sale(amount=cny(PRICE * 23 // 20), captured=PRICE * 23 // 20),
    ],
    ids=["by telephone", "told with the tip", "told without the tip"],
)
async def test_a_sale_of_the_day_before_hides_none_of_the_day(today: Sale) -> None:
    """A customer who comes every day: the card's sale of yesterday is not taken for the one of
    today that was paid by telephone, or with a tip; both are shown."""
    yesterday = a_sale(reference="0", at=YESTERDAY)
    grade, hits = await found(Books(yesterday, today), REMEMBERED)
    assert (grade, set(hits)) == (Grade.AMBIGUOUS, {"0", "536365"})


async def test_a_sale_of_the_day_before_is_taken_when_no_other_fits() -> None:
    """A statement shows the day of clearing: the only sale that fits is the one; where the rest
    of the search was refused, nobody knows that it is the only one. One of the very day is."""
    yesterday = a_sale(at=YESTERDAY)
    assert await found(Books(yesterday), REMEMBERED) == (Grade.STRONG, ["536365"])
    assert await found(Books(yesterday, refuses=2), REMEMBERED) == (Grade.WEAK, ["536365"])
    assert await found(Books(a_sale(), refuses=2), REMEMBERED) == (Grade.STRONG, ["536365"])


async def test_strangers_who_pay_as_much_hide_none() -> None:
    """Where everything costs the same, the sale of the told card and day is taken all the same,
    unless the search leaves its day open."""
    strangers = [a_sale(reference=f"X{n}", card_last4=f"{n:04d}") for n in range(40)]
    grade, hits = await found(Books(*strangers, a_sale()), REMEMBERED)
    assert (grade, hits[0], len(hits)) == (Grade.STRONG, "536365", 20)
    grade, hits = await found(Books(*strangers, a_sale(at=YESTERDAY)), REMEMBERED)
    assert (grade, hits[0], len(hits)) == (Grade.WEAK, "536365", 20)


async def test_a_card_of_the_day_hides_no_telephone_of_the_day() -> None:
    """Who pays as much twice a day, once by telephone, tells the plastic's digits for both."""
    by_telephone = a_sale(reference="7", card_last4="7777", wallet=True)
    grade, hits = await found(Books(a_sale(), by_telephone), REMEMBERED)
    assert (grade, set(hits)) == (Grade.AMBIGUOUS, {"7", "536365"})


async def test_what_strangers_pay_about_as_much_is_not_looked_at() -> None:
    """Beside a sale of the told card and amount only the customer's own about as much counts."""
    more = PRICE * 11 // 10
    stranger = a_sale("captured", more, reference="7", amount=cny(more), wallet=True)
    stranger = stranger.model_copy(update={"card_last4": "7777"})
    own = stranger.model_copy(update={"wallet": False, "card_last4": "4242"})
    assert await found(Books(a_sale(), stranger), REMEMBERED) == (Grade.STRONG, ["536365"])
    grade, hits = await found(Books(a_sale(), own), REMEMBERED)
    assert (grade, set(hits)) == (Grade.AMBIGUOUS, {"7", "536365"})


async def test_a_refused_wider_query_ends_the_search() -> None:
    """An acquirer that finds by reference alone has answered when it knows no such sale."""
    assert await found(Books(refuses=2)) == (Grade.NONE, [])
    other = a_sale(reference="1", amount=cny(5), captured=5)
    assert await found(Books(other, refuses=2)) == (Grade.WEAK, ["1"])


async def test_no_search_is_not_no_sale() -> None:
    """An acquirer that refuses the first query has said nothing."""
    with pytest.raises(AcquirerRejected):
        await found(Books(a_sale(), refuses=1), TOLD.model_copy(update={"reference": ""}))
