"""What the contract of a search says, without an index: the second opinion."""

from recourse.disputes.money import Money
from recourse.disputes.records import Sale, SaleQuery


def agrees(sale: Sale, query: SaleQuery) -> bool:
    """As the contract says it, field by field."""
    for name in (
        "reference",
        "rrn",
        "auth_code",
        "stan",
        "batch",
        "terminal",
        "store",
        "card_last4",
    ):
        if getattr(query, name) not in ("", getattr(sale, name)):
            return False
    bounds = (query.amount, query.least, query.most, query.captured)
    if any(bound is not None and bound.currency != sale.amount.currency for bound in bounds):
        return False
    return (
        (query.amount is None or sale.amount == query.amount)
        and (query.least is None or sale.amount >= query.least)
        and (query.most is None or sale.amount <= query.most)
        and (query.captured is None or _taken(sale) == query.captured)
        and (query.since is None or sale.at >= query.since)
        and (query.until is None or sale.at < query.until)
    )


def _taken(sale: Sale) -> Money | None:
    """What was taken, where it is another amount than was asked."""
    return sale.captured if sale.captured.minor and sale.captured != sale.amount else None
