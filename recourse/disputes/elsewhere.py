"""Money that moved past the acquirer: what people gave or took by hand, and what was paid back.

The acquirer's books and files know nothing of it, so it stands beside them and is no word of
theirs.
"""

from collections.abc import Iterable, Iterator

from pydantic import AwareDatetime

from recourse.disputes.case import Case, Intent, Recovered, plain
from recourse.disputes.effects import Remedy
from recourse.disputes.ledger import MOVING, PAYOUTS
from recourse.disputes.models import Value
from recourse.disputes.records import Record, Refund, RefundStatus

_GONE = (RefundStatus.FAILED, RefundStatus.RETURNED, RefundStatus.ABNORMAL)
_WAITING = (RefundStatus.PENDING, RefundStatus.NEEDS_ACTION)


class Elsewhere(Value):
    """What one case knows of it, to be set beside books that are read at any time."""

    opened_at: AwareDatetime
    by_hand: tuple[Intent, ...] = ()
    recoveries: tuple[Recovered, ...] = ()

    def beside(self, record: Record) -> Record:
        """The books with it beside them, and what it was for told of it."""
        placed = list(self._placed(record))
        rows = tuple(row for _, row, booked in placed if not booked)
        beside = record.model_copy(update={"elsewhere": rows})
        return told_of(beside, ((i, row) for i, row, _ in placed if i is not None))

    def _placed(self, record: Record) -> Iterator[tuple[Intent | None, Refund, bool]]:
        """The row of each movement, and whether the books have it: what was made in the acquirer's
        own system is there already. A row stands for one movement and no more."""
        untold = [refund for refund in record.refunds if not refund.effect_id]
        # First those that say which row is theirs, lest another is taken for it.
        for intent, row in sorted(self._moves(record), key=lambda m: _named(m[1], untold) is None):
            booked = _named(row, untold) or self._alike(row, untold)
            if booked is not None:
                untold.remove(booked)
            yield intent, booked or row, booked is not None

    def _moves(self, record: Record) -> Iterator[tuple[Intent | None, Refund]]:
        for intent in self.by_hand:
            if not _carried_out(intent, record):
                yield intent, _given(intent, self.opened_at)
        for recovery in self.recoveries:
            yield None, _paid_back(recovery, record.sale.reference)

    def _alike(self, row: Refund, refunds: Iterable[Refund]) -> Refund | None:
        return next(
            (
                refund
                for refund in refunds
                if refund.status not in _GONE
                and refund.direction == row.direction
                and refund.amount == row.amount
                and refund.at >= self.opened_at
            ),
            None,
        )


def told_elsewhere(case: Case) -> Elsewhere | None:
    """What a case knows of it, where it knows of any."""
    known = elsewhere(case)
    return known if known.by_hand or known.recoveries else None


def elsewhere(case: Case) -> Elsewhere:
    """What a case knows of money that moved past the acquirer."""
    return Elsewhere(
        opened_at=case.opened_at,
        by_hand=tuple(i for i in case.intents if i.elsewhere and i.order.remedy in MOVING),
        recoveries=case.recoveries,
    )


def told_of(record: Record, moved: Iterable[tuple[Intent, Refund]]) -> Record:
    """The record with what its rows do not say of themselves: which of those that are ours were
    goodwill, and which were sent to another card and are there."""
    ours = tuple(moved)
    gifts = (row for intent, row in ours if intent.goodwill)
    sent = (row for i, row in ours if i.order.card_last4 and i.order.card_last4 == row.card_last4)
    return record.model_copy(
        update={
            "goodwill": (*record.goodwill, *gifts),
            "redirected": (*record.redirected, *sent),
        }
    )


def _carried_out(intent: Intent, record: Record) -> bool:
    """Whether the books tell of the very thing that was asked for, and it was not given besides.
    What is on its way there may be what the person speaks of, until it has posted; of what the
    person has named they say what became."""
    if intent.paid_twice:
        return False
    order = intent.order
    if order.remedy is Remedy.REVERSAL and record.sale.status == "reversed":
        return True
    return any(
        _names(intent.by_hand, r) or (r.effect_id == order.effect_id and r.status in _WAITING)
        for r in record.refunds
        if r.effect_id
    )


def _named(row: Refund, refunds: Iterable[Refund]) -> Refund | None:
    """The row of the books that a person has named. Who names the refund that was paid back has
    not named the way in which it came."""
    return next(
        (r for r in refunds if r.direction == row.direction and _names(row.reference, r)), None
    )


def _names(reference: str, refund: Refund) -> bool:
    return plain(reference) in (plain(refund.reference), plain(refund.arn))


def _given(intent: Intent, opened_at: AwareDatetime) -> Refund:
    return Refund(
        reference=intent.by_hand,
        sale=intent.order.sale,
        amount=intent.order.amount,
        at=intent.by_hand_at or intent.at or opened_at,
        status=RefundStatus.POSTED,
        direction=_direction(intent),
        card_last4=intent.order.card_last4,
    )


def _paid_back(recovery: Recovered, sale: str) -> Refund:
    return Refund(
        reference=recovery.reference,
        sale=sale,
        amount=recovery.amount,
        at=recovery.at,
        status=RefundStatus.POSTED,
        direction="debit",
    )


def _direction(intent: Intent) -> str:
    return "credit" if intent.order.remedy in PAYOUTS else "debit"
