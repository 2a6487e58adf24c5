"""What the choice of rules hangs on, as a claim tells it and as a case comes to know it."""

from datetime import datetime

from recourse.disputes.case import Case
from recourse.disputes.claims import Claim
from recourse.disputes.rules import Facts


def facts_of_claim(claim: Claim, *, institution: str, opened: datetime) -> Facts:
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
    )


def facts_of(case: Case) -> Facts:
    """What is known by now: what the claim does not say, the acquirer's books may."""
    told = facts_of_claim(case.claim, institution=case.institution, opened=case.opened_at)
    sale, books = case.sale, case.books
    refunds = books.refunds if books else ()
    return told.model_copy(
        update={
            "brand": told.brand or (sale.card_brand.lower() if sale else ""),
            "funding": told.funding or (sale.card_funding if sale else ""),
            "sale": told.sale or case.known.at or (sale.at if sale else None),
            "refund": told.refund or (refunds[0].at if refunds else None),
            "demand": case.demanded_at,
        }
    )
