"""What one query after the other brings to light, each sale compared once."""

from collections.abc import Iterable

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.matching.grading import (
    MOST_CANDIDATES,
    Hit,
    Match,
    graded,
    hit,
    likeliest_first,
)
from recourse.disputes.records import Sale


class Gathering:
    """The sales that were found so far. Carried through one search; holds no I/O."""

    def __init__(self, known: ClaimedSale, store: str) -> None:
        self._known = known
        self._store = store
        self._hits: dict[str, Hit] = {}
        self._found = False

    def add(self, sales: Iterable[Sale]) -> bool:
        """Whether one of all that were added may be the sale: then no wider search is needed. A
        misread number leads to another sale, which does not end the search."""
        for sale in sales:
            if sale.reference not in self._hits:
                one = hit(self._known, self._store, sale)
                self._hits[sale.reference] = one
                self._found = self._found or one.stands
        return self._found

    @property
    def match(self) -> Match:
        """The likeliest of them, as many as anybody looks at, graded. Those that fit are before
        those that do not."""
        return graded(self._known, likeliest_first(self._hits.values())[:MOST_CANDIDATES])
