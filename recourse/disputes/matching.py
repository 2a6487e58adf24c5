"""Finding a sale without its slip: how well the acquirer's candidates fit what is known."""

from datetime import timedelta
from enum import StrEnum

from recourse.disputes.claims import ClaimedSale
from recourse.disputes.models import Value
from recourse.disputes.records import Sale, SaleQuery


class Grade(StrEnum):
    EXACT = "exact"
    STRONG = "strong"
    AMBIGUOUS = "ambiguous"
    WEAK = "weak"
    NONE = "none"


class Match(Value):
    grade: Grade
    sale: Sale | None = None
    """The sale, when exactly one may be taken for it."""
    reasons: tuple[str, ...] = ()
    """Codes of the fields that agree."""
    candidates: tuple[Sale, ...] = ()
    question: str = ""
    """The code of the one question that splits the candidates best."""


def query_for(known: ClaimedSale, store: str, search_days: int) -> SaleQuery:
    """What to ask the acquirer. A reference stands alone; anything else narrows together."""
    if known.reference:
        return SaleQuery(reference=known.reference)
    span = timedelta(days=search_days)
    return SaleQuery(
        rrn=known.rrn,
        auth_code=known.auth_code,
        terminal=known.terminal,
        store=store,
        amount=known.amount,
        card_last4=known.card_last4,
        since=known.at - span if known.at else None,
        until=known.at + span if known.at else None,
    )


def match(known: ClaimedSale, store: str, sales: tuple[Sale, ...]) -> Match:
    """Grade what the acquirer found (facts/domain §5). An agent never has one of several
    chosen for him."""
    if not sales:
        return Match(grade=Grade.NONE, question=_missing(known))
    if len(sales) > 1:
        return Match(
            grade=Grade.AMBIGUOUS, candidates=sales[:20], question=_splitting(known, sales)
        )
    sale = sales[0]
    reasons = _agreeing(known, store, sale)
    if "reference" in reasons or {"rrn", "sale_date"} <= set(reasons):
        return Match(grade=Grade.EXACT, sale=sale, reasons=reasons)
    if {"auth_code", "terminal", "sale_amount", "sale_date"} <= set(reasons):
        return Match(grade=Grade.EXACT, sale=sale, reasons=reasons)
    place = "store" in reasons or "terminal" in reasons
    if {"sale_amount", "card_last4", "sale_date"} <= set(reasons) and place:
        return Match(grade=Grade.STRONG, sale=sale, reasons=reasons)
    return Match(
        grade=Grade.WEAK, reasons=reasons, candidates=sales, question=_missing(known) or "store"
    )


def _agreeing(known: ClaimedSale, store: str, sale: Sale) -> tuple[str, ...]:
    told = {
        "reference": bool(known.reference) and known.reference == sale.reference,
        "rrn": bool(known.rrn) and known.rrn == sale.rrn,
        "auth_code": bool(known.auth_code) and known.auth_code == sale.auth_code,
        "terminal": bool(known.terminal) and known.terminal == sale.terminal,
        "store": bool(store) and store == sale.store,
        "sale_amount": known.amount is not None and known.amount == sale.amount,
        "sale_date": known.at is not None and abs(known.at - sale.at) <= timedelta(days=3),
        "card_last4": bool(known.card_last4) and known.card_last4 == sale.card_last4,
    }
    return tuple(name for name, agrees in told.items() if agrees)


def _missing(known: ClaimedSale) -> str:
    """The code of the most telling thing that is not known yet."""
    if known.amount is None:
        return "sale_amount"
    if known.at is None:
        return "sale_date"
    if not known.card_last4:
        return "card_last4"
    return "statement_line"


def _splitting(known: ClaimedSale, sales: tuple[Sale, ...]) -> str:
    """Of the questions not answered yet, the one with the most different answers."""
    answers = {
        "card_last4": len({s.card_last4 for s in sales}) if not known.card_last4 else 0,
        "sale_date": len({s.at.date() for s in sales}) if known.at is None else 0,
        "sale_amount": len({s.amount.minor for s in sales}) if known.amount is None else 0,
    }
    best = max(answers, key=lambda code: (answers[code], code))
    return best if answers[best] > 1 else "statement_line"
