"""What one query after the other brings to light, each sale compared once."""

from collections.abc import Iterable

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching.asking import AS_RECORDED, DayOf
from recourse.disputes.matching.grading import (
    MOST_CANDIDATES,
    Hit,
    Match,
    graded,
    hit,
    likeliest_first,
)
from recourse.disputes.records import Sale, SaleQuery


class Gathering:
    """The sales that were found so far. Carried through one search; holds no I/O."""

    def __init__(self, known: ClaimedSale, store: str, day_of: DayOf = AS_RECORDED) -> None:
        self._known = known
        self._store = store
        self._day_of = day_of
        self._hits: dict[str, Hit] = {}
        self._settled = False
        self._remembered = False
        self._whole = True

    def add(self, sales: Iterable[Sale]) -> bool:
        """Whether no wider search is needed. A misread number leads to another sale, and what is
        only near or only remembered may have one beside it that fits as well: neither ends the
        search."""
        for sale in sales:
            if sale.reference not in self._hits:
                one = hit(self._known, self._store, sale)
                self._hits[sale.reference] = one
                if one.stands:
                    self._settled = self._settled or one.settles
                    self._remembered = self._remembered or one.remembered
        return self._settled

    def narrowed(self, query: SaleQuery) -> SaleQuery | None:
        """What of the next query is still to be asked. Once a sale of the told card and amount is
        found, what may stand beside it is the customer's: the very amount whatever the card, and
        about the amount on that card; not what strangers paid about as much, nor other stores."""
        if not self._remembered:
            return query
        if query.least is not None:
            return query.model_copy(update={"card_last4": self._known.card_last4})
        elsewhere = query.amount is not None and query.card_last4 and not query.store
        return None if elsewhere and self._store else query

    def cut_short(self) -> None:
        """The rest of the search was refused: there may be others that fit."""
        self._whole = False

    @property
    def whole(self) -> bool:
        return self._whole

    @property
    def match(self) -> Match:
        """The likeliest of them, as many as anybody looks at, graded. Those that fit are before
        those that do not."""
        likeliest = likeliest_first(self._hits.values())[:MOST_CANDIDATES]
        return graded(self._known, likeliest, day_of=self._day_of, whole=self._whole)
