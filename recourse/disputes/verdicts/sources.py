"""Four sources of one truth: the claim, the terminal's journal, the acquirer's books, the
clearing files. What each says of the fact that a claim builds upon.

The fact: of a charge without a slip or with a lost one, that money was taken; of a payment
that was returned, that it was; of a refund, that it was made.
"""

from collections import Counter
from datetime import datetime
from enum import StrEnum

from recourse.disputes.claims import Claim, Kind
from recourse.disputes.models import Value
from recourse.disputes.records import Record, Refund, RefundStatus, SettlementLine
from recourse.disputes.settlement import UNIONPAY
from recourse.disputes.verdicts.messages import Deed, End, Till, is_void, messages, till

ABOUT_REFUNDS = (Kind.WRONG_REFUND, Kind.REFUND_NOT_RECEIVED)


class Says(StrEnum):
    """What a source says of the fact."""

    PRESENT = "present"
    ABSENT = "absent"
    """It was asked, and has nothing of it."""
    CONTRADICTING = "contradicting"
    """It shows the opposite, or another amount, or what cannot be."""
    OPEN = "open"
    """It does not say yet, or nobody asked it."""
    QUEUED = "queued"
    """The terminal only: a reversal waits for its next online transaction."""


class Hearing(Value):
    """What three sources say of the fact that the fourth, the claim, builds upon."""

    kind: Kind
    terminal: Says
    acquirer: Says
    settlement: Says

    @property
    def cell(self) -> str:
        """Terminal, acquirer, settlement, by their first letters."""
        return "".join(s.value[0].upper() for s in (self.terminal, self.acquirer, self.settlement))


def hear(claim: Claim, record: Record) -> Hearing:
    """Listen to every source by itself. The record must be in one currency."""
    refunds = claim.kind in ABOUT_REFUNDS
    return Hearing(
        kind=claim.kind,
        terminal=_terminal_on_refunds(record) if refunds else _terminal(claim.kind, record),
        acquirer=_acquirer(claim.kind, record),
        settlement=_cleared_refunds(claim, record) if refunds else _cleared(claim.kind, record),
    )


def _terminal(kind: Kind, record: Record) -> Says:
    state = till(record)
    if state is Till.QUEUED:
        return Says.QUEUED
    if state is Till.UNCONFIRMED:
        return Says.OPEN
    if state is Till.DECLINED or _other_amount(record):
        return Says.CONTRADICTING
    if kind is Kind.PAYMENT_REVERSED:
        # That it approved the sale first is no word against its return.
        return Says.PRESENT if state is Till.UNDONE else Says.ABSENT
    return {
        Till.APPROVED: Says.PRESENT,
        Till.UNDONE: Says.CONTRADICTING,
        Till.SILENT: Says.ABSENT,
    }[state]


def _other_amount(record: Record) -> bool:
    right = (record.sale.amount, record.sale.captured)
    return any(
        m.event.amount is not None and m.event.amount not in right
        for m in messages(record)
        if m.deed is Deed.SALE and m.end is End.DONE
    )


def _terminal_on_refunds(record: Record) -> Says:
    """What the till gave back, by refund or by void, against what the books have of it."""
    sale = record.sale
    if sale.status != "reversed" and till(record) is Till.QUEUED:
        return Says.QUEUED
    given = [m for m in messages(record) if m.deed in (Deed.REFUND, Deed.VOID)]
    ends = {m.end for m in given}
    if End.OPEN in ends:
        return Says.OPEN
    if End.DONE not in ends:
        return Says.CONTRADICTING if ends else Says.ABSENT
    done = [m for m in given if m.end is End.DONE]
    whole = [sale.amount] if sale.status == "reversed" else []
    booked = [r.amount for r in record.refunds if r.direction == "credit" and not r.effect_id]
    journaled = [m.event.amount or (sale.amount if m.deed is Deed.VOID else None) for m in done]
    if not booked and not whole:
        return Says.PRESENT
    if None in journaled:
        agrees = len(journaled) == len(booked) + len(whole)
    else:
        agrees = Counter(journaled) == Counter([*booked, *whole])
    return Says.PRESENT if agrees else Says.CONTRADICTING


def _acquirer(kind: Kind, record: Record) -> Says:
    sale = record.sale
    if sale.status == "in_doubt":
        return Says.OPEN
    if kind in ABOUT_REFUNDS:
        if impossible(record):
            return Says.CONTRADICTING
        given = sale.status == "reversed" or _claimed(record)
        return Says.PRESENT if given else Says.ABSENT
    back, taken = sale.status == "reversed", bool(sale.captured)
    if kind is Kind.PAYMENT_REVERSED:
        return Says.PRESENT if back else Says.CONTRADICTING if taken else Says.ABSENT
    return Says.CONTRADICTING if back else Says.PRESENT if taken else Says.ABSENT


def impossible(record: Record) -> tuple[Refund, ...]:
    """Refunds that cannot be what the books call them: one with the ARN of the sale, or a
    void that is not of the whole sale, not of its settlement day, or after a refund."""
    sale = record.sale
    found = []
    for refund in record.refunds:
        if refund.arn and refund.arn == sale.arn:
            found.append(refund)
        elif refund.direction == "credit" and is_void(refund):
            before = any(
                r.direction == "credit" and r is not refund and r.at < refund.at
                for r in record.refunds
            )
            same_day = UNIONPAY.day_of(refund.at) == UNIONPAY.day_of(sale.at)
            if before or not same_day or refund.amount != sale.amount:
                found.append(refund)
    return tuple(found)


def _claimed(record: Record) -> list[Refund]:
    """The refunds that may be what a claim is about: goodwill came after it."""
    return [r for r in record.refunds if r.direction == "credit" and r not in record.goodwill]


def _cleared(kind: Kind, record: Record) -> Says:
    """What the files say of the sale itself: what stands of it after all reversals."""
    files, sale = record.settlement, record.sale
    if files is None:
        return Says.OPEN
    lines = [line for line in files.lines if line.reference in ("", sale.reference)]
    if any(line.amount.currency != sale.amount.currency for line in lines):
        return Says.OPEN  # settled in another currency: there is nothing to compare
    if not lines:
        return Says.ABSENT if files.covers(sale.at) else Says.OPEN
    if sale.status == "reversed" and not files.covers(sale.reversed_at or sale.at):
        return Says.OPEN  # its reversal stands in a file that is not complete
    net = sum(signed(line) for line in lines)
    if kind is Kind.PAYMENT_REVERSED:
        return Says.CONTRADICTING if net < 0 else Says.PRESENT
    other = sale.status == "captured" and -net != sale.captured.minor
    return Says.CONTRADICTING if other or net >= 0 else Says.PRESENT


def _cleared_refunds(claim: Claim, record: Record) -> Says:
    files = record.settlement
    if files is None:
        return Says.OPEN
    given, every = _claimed(record), credited(record)
    gifts = {refund.reference for refund in record.goodwill}
    there = {reference: minor for reference, minor in every.items() if reference not in gifts}
    if not given:
        if any(line.arn and line.arn == record.sale.arn for line in files.lines if line.reference):
            return Says.CONTRADICTING  # a refund has an ARN of its own
        if any(there.values()):
            return Says.PRESENT
        told = claim.refund.at
        return Says.ABSENT if told is not None and files.covers(told) else Says.OPEN
    if _refuted(record, every):
        return Says.CONTRADICTING
    awaited = [r for r in given if r.status is RefundStatus.POSTED and files.covers(posted(r))]
    if any(refund.reference not in there for refund in awaited):
        return Says.ABSENT
    return Says.PRESENT if there else Says.OPEN


def posted(refund: Refund) -> datetime:
    """When a refund was cleared, as far as the books tell."""
    return refund.posted_at or refund.at


def signed(line: SettlementLine) -> int:
    """Minor units to the cardholder."""
    return line.amount.minor if line.direction == "credit" else -line.amount.minor


def credited(record: Record) -> dict[str, int]:
    """By reference, what refunds gave in the files in the end, in minor units; 0 for one that
    came back."""
    lines = record.settlement.lines if record.settlement else ()
    ours = {r.reference for r in record.refunds if r.direction == "debit"}
    net: dict[str, int] = {}
    for line in lines:
        if line.reference and line.reference not in (record.sale.reference, *ours):
            net[line.reference] = net.get(line.reference, 0) + signed(line)
    return {reference: minor for reference, minor in net.items() if minor >= 0}


def _refuted(record: Record, there: dict[str, int]) -> bool:
    """Whether what was cleared does not fit the books' refunds: an amount, a card, an ARN, a
    refund that they do not know, that came back, or that they say came back."""
    booked = {r.reference: r for r in record.refunds if r.direction == "credit"}
    gone = (RefundStatus.FAILED, RefundStatus.RETURNED)
    for reference, minor in there.items():
        refund = booked.get(reference)
        if refund is None or refund.status in gone:
            fits = minor == 0
        elif refund.status is RefundStatus.ABNORMAL:
            fits = minor in (0, refund.amount.minor)
        else:
            fits = minor == refund.amount.minor
        if not fits:
            return True
    lines = record.settlement.lines if record.settlement else ()
    return any(_misdirected(record, booked.get(x.reference), x) for x in lines if x.reference)


def _misdirected(record: Record, refund: Refund | None, line: SettlementLine) -> bool:
    if refund is None:
        return False
    other_card = line.card_last4 and refund.card_last4 not in ("", line.card_last4)
    other_money = line.amount.currency != refund.amount.currency
    return bool(other_card or other_money or (line.arn and line.arn == record.sale.arn))
