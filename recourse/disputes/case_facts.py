"""What the choice of rules hangs on, as a claim tells it and as a case comes to know it."""

from collections.abc import Iterable
from datetime import datetime

from recourse.disputes.case import Case
from recourse.disputes.claims import Claim
from recourse.disputes.records import Refund, RefundStatus
from recourse.disputes.rules import Facts

_CAME_TO_NOTHING = (RefundStatus.FAILED, RefundStatus.RETURNED)


def facts_of_claim(claim: Claim, *, institution: str, opened: datetime, time_zone: str) -> Facts:
    """What is known when the claim comes in."""
    return Facts(
        kind=claim.kind.value,
        claimant=claim.claimant,
        jurisdiction=claim.jurisdiction,
        institution=institution,
        brand=claim.sale.card_brand,
        funding=claim.sale.card_funding,
        opened=opened,
        sale=claim.sale.at,
        refund=claim.refund.at,
        time_zone=time_zone,
    )


def facts_of(case: Case) -> Facts:
    """What is known by now. What the acquirer has on record goes before what anybody tells:
    people remember days, and a scheme counts by its own books."""
    told = facts_of_claim(
        case.claim,
        institution=case.institution,
        opened=case.opened_at,
        time_zone=case.calendar.zone,
    )
    sale, known = case.sale, case.known
    return told.model_copy(
        update={
            "brand": (sale.card_brand.lower() if sale else "") or known.card_brand,
            "funding": (sale.card_funding if sale else "") or known.card_funding,
            "sale": sale.at if sale else known.at,
            "refund": _refunded(case, told.refund),
            "demands": case.demands,
        }
    )


def _refunded(case: Case, told: datetime | None) -> datetime | None:
    """When the refund that the case is about was made. Of several that were on record when it
    was opened, the last: a window counted from an earlier one would be closed while that of
    the last is open, and a wait would be over too soon. One made since answers the complaint,
    unless there was none before and nobody told of one; our own corrections never count."""
    books, sale = case.books, case.sale
    if books is None or (sale is not None and sale.reference != books.sale.reference):
        return told
    given = [refund for refund in books.refunds if refund.direction == "credit"]
    before = [refund for refund in given if refund.at <= case.opened_at]
    since = [refund for refund in given if refund.at > case.opened_at and not refund.effect_id]
    return _last(before) or told or _last(since)


def _last(refunds: Iterable[Refund]) -> datetime | None:
    """When the last of some refunds was made. One that failed on its way counts only where
    none did not: then it is the one that has not been received."""
    last = max(
        refunds,
        key=lambda refund: (refund.status not in _CAME_TO_NOTHING, refund.at),
        default=None,
    )
    return last.at if last is not None else None
