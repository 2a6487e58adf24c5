"""What a statement says for or against a claim: charged, refunded, how much, and whether twice.

A statement proves what it shows; what it does not show it can only deny where it would have to
be: on the account of the card, within the time it covers.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum

from recourse.disputes.claims import Claim, ClaimedSale
from recourse.disputes.models import Value
from recourse.disputes.money import Money, zero
from recourse.disputes.records import Sale
from recourse.disputes.statement_fit import (
    ENOUGH,
    POSTING,
    at_merchant,
    fit,
    known_of,
    why,
)
from recourse.disputes.statements import Excerpt, LineKind, LineState, StatementLine


class Point(StrEnum):
    """What a statement is asked about."""

    CHARGED = "charged"
    REFUNDED = "refunded"
    REFUND_AMOUNT = "refund_amount"
    """That what was refunded is what was asked for."""
    CHARGED_TWICE = "charged_twice"


class Stance(StrEnum):
    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    SILENT = "silent"


class Said(Value):
    """What a statement says about one point, and why, in codes that people read."""

    point: Point
    stance: Stance
    reasons: tuple[str, ...]
    lines: tuple[int, ...] = ()
    amount: Money | None = None
    """What was charged or refunded, as the statement has it."""


def what_it_says(excerpt: Excerpt, claim: Claim, sale: Sale | None) -> tuple[Said, ...]:
    """What a statement says on each point. Pure, so that it can be asked again when more is
    known of the sale."""
    known = known_of(claim, sale)
    lines = _sale_lines(excerpt.lines, known, claim)
    refunds = _refund_lines(excerpt, lines, known, claim)
    return (
        _charged(excerpt, lines, known),
        _refunded(excerpt, lines, refunds, known, claim),
        _refund_amount(lines, refunds, claim),
        _charged_twice(excerpt, lines, known, claim),
    )


def _charged(excerpt: Excerpt, lines: Sequence[StatementLine], known: ClaimedSale) -> Said:
    numbers = tuple(line.line for line in lines)
    if not lines:
        stance, reason = _absent(excerpt, known)
        return Said(point=Point.CHARGED, stance=stance, reasons=(reason,))
    first = lines[0]
    reasons = why(first, known)
    if len(lines) > 1:
        reasons += ("several_lines_fit",)
    if first.state is LineState.FAILED:
        return Said(
            point=Point.CHARGED,
            stance=Stance.CONTRADICTS,
            reasons=(*reasons, "payment_failed"),
            lines=numbers,
        )
    if first.state is LineState.PENDING:
        return Said(
            point=Point.CHARGED,
            stance=Stance.SILENT,
            reasons=(*reasons, "payment_pending"),
            lines=numbers,
        )
    if first.state is LineState.CLOSED:
        back = [pair for pair in excerpt.pairs if pair.sale == first.line]
        # Closed without a refund, nothing was ever taken.
        stance = Stance.SUPPORTS if back else Stance.CONTRADICTS
        reasons += ("closed_then_refunded" if back else "payment_closed",)
        return Said(point=Point.CHARGED, stance=stance, reasons=reasons, lines=numbers)
    return Said(
        point=Point.CHARGED,
        stance=Stance.SUPPORTS,
        reasons=reasons,
        lines=numbers,
        amount=first.amount,
    )


def _refunded(
    excerpt: Excerpt,
    lines: Sequence[StatementLine],
    refunds: Sequence[StatementLine],
    known: ClaimedSale,
    claim: Claim,
) -> Said:
    if refunds and all(line.state is LineState.PENDING for line in refunds):
        return Said(
            point=Point.REFUNDED,
            stance=Stance.SILENT,
            reasons=("refund_pending",),
            lines=tuple(line.line for line in refunds),
        )
    refunds = [line for line in refunds if line.state is not LineState.PENDING]
    if refunds:
        paired = {pair.refund: pair for pair in excerpt.pairs}
        by = {code for line in refunds if line.line in paired for code in paired[line.line].by}
        sure = {paired[line.line].sure.value for line in refunds if line.line in paired}
        return Said(
            point=Point.REFUNDED,
            stance=Stance.SUPPORTS,
            reasons=(*sorted(f"paired_by_{code}" for code in by), *sorted(sure))
            or ("amount", "later"),
            lines=tuple(line.line for line in refunds),
            amount=_total(refunds),
        )
    noted = [line for line in lines if line.refunded is not None]
    if noted:
        return Said(
            point=Point.REFUNDED,
            stance=Stance.SUPPORTS,
            reasons=("noted_beside_the_sale",),
            lines=(noted[0].line,),
            amount=noted[0].refunded,
        )
    if not lines:
        return Said(point=Point.REFUNDED, stance=Stance.SILENT, reasons=("sale_not_on_it",))
    if excerpt.omitted:
        return Said(point=Point.REFUNDED, stance=Stance.SILENT, reasons=("too_many_lines",))
    if excerpt.problems:
        return Said(point=Point.REFUNDED, stance=Stance.SILENT, reasons=("not_all_read",))
    if not _of_the_card(excerpt, lines, known):
        # A wallet gives the money back to the card behind it without a line of its own.
        return Said(point=Point.REFUNDED, stance=Stance.SILENT, reasons=("other_account",))
    made = claim.refund.at or lines[0].at
    if excerpt.until is None or excerpt.until < made + POSTING:
        return Said(point=Point.REFUNDED, stance=Stance.SILENT, reasons=("ends_too_early",))
    return Said(
        point=Point.REFUNDED,
        stance=Stance.CONTRADICTS,
        reasons=("no_refund_until_its_end",),
        lines=tuple(line.line for line in lines),
    )


def _refund_amount(
    lines: Sequence[StatementLine], refunds: Sequence[StatementLine], claim: Claim
) -> Said:
    refunds = [line for line in refunds if line.state is not LineState.PENDING]
    shown = _total(refunds) or next((x.refunded for x in lines if x.refunded is not None), None)
    asked, reported = claim.refund.requested, claim.refund.reported
    numbers = tuple(line.line for line in refunds)
    if shown is None:
        return Said(point=Point.REFUND_AMOUNT, stance=Stance.SILENT, reasons=("no_refund_shown",))
    if asked is None or asked.currency != shown.currency:
        return Said(
            point=Point.REFUND_AMOUNT,
            stance=Stance.SILENT,
            reasons=("nothing_to_compare",),
            lines=numbers,
            amount=shown,
        )
    reasons: tuple[str, ...] = ("as_asked",)
    if shown != asked:
        reasons = ("more_than_asked",) if shown > asked else ("less_than_asked",)
    if reported is not None and reported == shown:
        reasons += ("as_reported",)
    return Said(
        point=Point.REFUND_AMOUNT,
        stance=Stance.SUPPORTS if shown == asked else Stance.CONTRADICTS,
        reasons=reasons,
        lines=numbers,
        amount=shown,
    )


def _charged_twice(
    excerpt: Excerpt, lines: Sequence[StatementLine], known: ClaimedSale, claim: Claim
) -> Said:
    if not lines:
        return Said(point=Point.CHARGED_TWICE, stance=Stance.SILENT, reasons=("sale_not_on_it",))
    fitting = {line.line for line in lines}
    for finding in excerpt.findings:
        if finding.code == "duplicate_sale" and fitting & set(finding.lines):
            return Said(
                point=Point.CHARGED_TWICE,
                stance=Stance.SUPPORTS,
                reasons=("equal_sale_within_minutes",),
                lines=finding.lines,
                amount=finding.amount,
            )
    # One may fit better than another and both be the claim's: the second came later.
    fitting |= {
        line.line
        for _, line in _fitting(excerpt.lines, known, claim)
        # What failed took nothing.
        if line.state is not LineState.FAILED
    }
    if len(fitting) > 1:
        return Said(
            point=Point.CHARGED_TWICE,
            stance=Stance.SILENT,
            reasons=("several_lines_fit",),
            lines=tuple(sorted(fitting)),
        )
    if excerpt.omitted or excerpt.problems:
        return Said(point=Point.CHARGED_TWICE, stance=Stance.SILENT, reasons=("not_all_read",))
    return Said(
        point=Point.CHARGED_TWICE,
        stance=Stance.CONTRADICTS,
        reasons=("one_line_fits",),
        lines=tuple(fitting),
    )


def _sale_lines(
    lines: Iterable[StatementLine], known: ClaimedSale, claim: Claim
) -> list[StatementLine]:
    """The lines that fit the sale best, and equally well. An id alone is enough; without one
    the amount and something else must agree, and nothing may disagree."""
    fitting = _fitting(lines, known, claim)
    best = max((much for much, _ in fitting), default=0)
    return [line for much, line in fitting if much == best]


def _fitting(
    lines: Iterable[StatementLine], known: ClaimedSale, claim: Claim
) -> list[tuple[int, StatementLine]]:
    """Every line that could be the sale, with how much it has in common with the claim."""
    scored = [(fit(line, known, claim), line) for line in lines if line.kind is LineKind.SALE]
    return [(much, line) for much, line in scored if much >= ENOUGH]


def _refund_lines(
    excerpt: Excerpt, lines: Sequence[StatementLine], known: ClaimedSale, claim: Claim
) -> list[StatementLine]:
    """The refunds that are paired with the line of the sale. Where the sale is not on the
    statement, those at its merchant of an amount that was asked for or seen."""
    by_line = {line.line: line for line in excerpt.lines}
    if lines:
        fitting = {line.line for line in lines}
        pairs = [pair for pair in excerpt.pairs if pair.sale in fitting]
        again = [f for f in excerpt.findings if f.code == "refunded_twice"]
        own = {pair.refund for pair in pairs}
        own |= {number for finding in again if own & set(finding.lines) for number in finding.lines}
        return [by_line[number] for number in sorted(own)]
    amounts = {known.amount, claim.refund.requested, claim.refund.reported} - {None}
    unpaired = [f for f in excerpt.findings if f.code == "refund_without_sale"]
    alone = [by_line[number] for finding in unpaired for number in finding.lines]
    return [
        line
        for line in alone
        if line.amount in amounts
        and at_merchant(line, claim)
        and (known.at is None or line.at > known.at - timedelta(days=1))
    ]


def _absent(excerpt: Excerpt, known: ClaimedSale) -> tuple[Stance, str]:
    """What it means that no line fits: something only where the statement is of the card and
    covers the time, and everything that fits has been kept."""
    if known.amount is None or known.at is None:
        return Stance.SILENT, "too_little_known"
    if known.amount.currency not in excerpt.currencies:
        # Paid abroad, a sale stands there in the account's currency.
        return Stance.SILENT, "other_currency"
    if excerpt.since is None or excerpt.until is None or not excerpt.since <= known.at:
        return Stance.SILENT, "other_time"
    if known.at + POSTING > excerpt.until:
        return Stance.SILENT, "other_time"
    if not known.card_last4 or excerpt.account_last4 != known.card_last4:
        return Stance.SILENT, "other_account"
    if excerpt.omitted or excerpt.problems:
        return Stance.SILENT, "not_all_read"
    return Stance.CONTRADICTS, "no_line_fits"


def _of_the_card(excerpt: Excerpt, lines: Sequence[StatementLine], known: ClaimedSale) -> bool:
    """Whether a refund of the sale would have to be on this statement: it is the account's that
    was charged."""
    if not excerpt.account_last4:
        return False
    return known.card_last4 in ("", excerpt.account_last4) and all(
        line.card_last4 in ("", excerpt.account_last4) for line in lines
    )


def _total(lines: Sequence[StatementLine]) -> Money | None:
    if not lines:
        return None
    return sum((line.amount for line in lines), zero(lines[0].amount.currency))
