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
        rows = [row for _, row, booked in placed if not booked]
        rows += [_paid_back(recovery, record.sale.reference) for recovery in self.recoveries]
        beside = record.model_copy(update={"elsewhere": tuple(rows)})
        return told_of(beside, ((intent, row) for intent, row, _ in placed))

    def _placed(self, record: Record) -> Iterator[tuple[Intent, Refund, bool]]:
        """The row of each movement by hand, and whether the books have it: what was made in the
        acquirer's own system is there already. A row stands for one movement and no more."""
        untold = [refund for refund in record.refunds if not refund.effect_id]
        # First those that say which row is theirs, lest another is taken for it.
        for intent in sorted(self.by_hand, key=lambda i: _named(i, untold) is None):
            if _carried_out(intent, record):
                continue
            booked = _named(intent, untold) or self._alike(intent, untold)
            if booked is not None:
                untold.remove(booked)
            yield intent, booked or _given(intent, self.opened_at), booked is not None

    def _alike(self, intent: Intent, refunds: Iterable[Refund]) -> Refund | None:
        return next(
            (
                refund
                for refund in refunds
                if refund.status not in _GONE
                and refund.direction == _direction(intent)
                and refund.amount == intent.order.amount
                and refund.at >= self.opened_at
            ),
            None,
        )


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
        _names(intent, r) or (r.effect_id == order.effect_id and r.status in _WAITING)
        for r in record.refunds
        if r.effect_id
    )


def _named(intent: Intent, refunds: Iterable[Refund]) -> Refund | None:
    return next((refund for refund in refunds if _names(intent, refund)), None)


def _names(intent: Intent, refund: Refund) -> bool:
    return plain(intent.by_hand) in (plain(refund.reference), plain(refund.arn))


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
