"""How well a line of a statement fits a sale, and which lines may bear on it at all."""

import unicodedata
from datetime import timedelta
from zoneinfo import ZoneInfo

from recourse.disputes.claims import Claim, ClaimedSale
from recourse.disputes.records import Sale
from recourse.disputes.statements import (
    MOST_LINES,
    Excerpt,
    LineKind,
    Statement,
    StatementLine,
)

SKEW = timedelta(minutes=30)
"""Between the till's clock and the statement's."""
POSTING = timedelta(days=5)
"""After a sale its line may carry the day of posting: a weekend and a holiday between."""
NEAR = timedelta(days=31)
"""Around a sale: lines of its amount or its merchant so near may bear on it."""

ENOUGH = 3
"""The least fit of a line that is taken for the sale: the amount and the time, or the amount,
the day and the card or the merchant."""
_BY_ID = 10


def known_of(claim: Claim, sale: Sale | None) -> ClaimedSale:
    """What is known of the sale: as the acquirer has it, else as the claim tells it."""
    if sale is None:
        return claim.sale
    return claim.sale.model_copy(
        update={
            "reference": sale.reference,
            "amount": sale.amount,
            "at": sale.at,
            "rrn": sale.rrn or claim.sale.rrn,
            "card_last4": sale.card_last4 or claim.sale.card_last4,
        }
    )


def excerpt_of(statement: Statement, claim: Claim, sale: Sale | None) -> Excerpt:
    """The part of a statement that a case keeps: what may bear on its sale, and no more of
    anybody's life than that."""
    known = known_of(claim, sale)
    bearing = {line.line for line in statement.lines if _bears(line, known, claim)}
    pairs = [pair for pair in statement.pairs if {pair.sale, pair.refund} & bearing]
    wanted = bearing | {number for pair in pairs for number in (pair.sale, pair.refund)}
    ranked = sorted(
        (line for line in statement.lines if line.line in wanted),
        key=lambda line: (-fit(line, known, claim), line.kind is LineKind.OTHER, line.line),
    )
    kept = sorted(ranked[:MOST_LINES], key=lambda line: line.line)
    numbers = {line.line for line in kept}
    return Excerpt(
        sale=sale.reference if sale else "",
        layout=statement.layout,
        count=len(statement.lines),
        omitted=len(ranked) - len(kept),
        lines=tuple(kept),
        pairs=tuple(pair for pair in pairs if {pair.sale, pair.refund} <= numbers),
        findings=tuple(f for f in statement.findings if set(f.lines) <= numbers),
        problems=len(statement.problems),
        currencies=tuple(sorted({line.amount.currency for line in statement.lines})),
        since=statement.since,
        until=statement.until,
        account_last4=statement.account_last4,
    )


def fit(line: StatementLine, known: ClaimedSale, claim: Claim) -> int:
    """How well a line fits the sale; 0 when something tells them apart."""
    if _named(line, known):
        return _BY_ID
    if line.kind is not LineKind.SALE or known.amount is None or line.amount != known.amount:
        return 0
    when = _when(line, known)
    if when == 0 or (known.card_last4 and line.card_last4 not in ("", known.card_last4)):
        return 0
    card = 1 if known.card_last4 and line.card_last4 == known.card_last4 else 0
    return 1 + max(when, 0) + card + (2 if at_merchant(line, claim) else 0)


def _named(line: StatementLine, known: ClaimedSale) -> bool:
    ids = {line.order, line.merchant_order} - {""}
    return bool(ids & {known.reference, known.rrn})


def _when(line: StatementLine, known: ClaimedSale) -> int:
    """2 at the same time, 1 on the same day or a day of posting, 0 at another time, -1 when
    nothing is known."""
    if known.at is None:
        return -1
    if not line.day_only and abs(line.at - known.at) <= SKEW:
        return 2
    sold = known.at.astimezone(line.at.tzinfo or ZoneInfo("UTC")).date()
    later = line.at.date() - sold
    if later == timedelta():
        return 1
    return 1 if line.day_only and timedelta() < later <= POSTING else 0


def at_merchant(line: StatementLine, claim: Claim) -> bool:
    name = _plain(claim.merchant.name)
    shown = _plain(line.counterparty)
    return len(name) > 1 and len(shown) > 1 and (name in shown or shown in name)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(sign for sign in folded if sign.isalnum())


def _bears(line: StatementLine, known: ClaimedSale, claim: Claim) -> bool:
    """Whether a line may bear on the sale, also if more becomes known of it: by its id, by its
    amount, or by its merchant at about the time."""
    if _named(line, known):
        return True
    if line.kind is LineKind.OTHER:
        return False
    near = known.at is None or abs(line.at - known.at) <= NEAR
    amounts = {known.amount, claim.refund.requested, claim.refund.reported} - {None}
    if amounts and line.amount in amounts:
        return near or line.kind is LineKind.REFUND
    return near and (at_merchant(line, claim) or not amounts)


def why(line: StatementLine, known: ClaimedSale) -> tuple[str, ...]:
    told = {
        "id": _named(line, known),
        "amount": line.amount == known.amount,
        "time": _when(line, known) == 2,
        "day": _when(line, known) == 1,
        "card_last4": bool(known.card_last4) and line.card_last4 == known.card_last4,
    }
    return tuple(code for code, so in told.items() if so)
