"""The refunds and debit adjustments of the ledger."""

import sqlite3
from datetime import datetime
from hashlib import sha256

from pydantic import model_validator

from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.simulator import lifecycle
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.lifecycle import STEPS, Step, Steps
from recourse.acquirers.simulator.outbox import Outbox
from recourse.acquirers.simulator.store import Store, read_time, written
from recourse.disputes.models import EdgeValue
from recourse.disputes.money import Money
from recourse.disputes.records import Refund, RefundStatus, Sale

_OUT = {
    RefundStatus.PENDING,
    RefundStatus.NEEDS_ACTION,
    RefundStatus.POSTED,
    RefundStatus.ABNORMAL,
}
"""Money in these states has left the merchant: only what failed or was returned is back."""


class TillRefund(EdgeValue):
    """A refund made at the till. ``then`` says what will still become of it; without it the
    refund stays as it is."""

    refund: Refund
    then: Steps = ()

    @model_validator(mode="after")
    def _in_order(self) -> "TillRefund":
        moments = [self.refund.posted_at or self.refund.at, *(step.at for step in self.then)]
        if moments != sorted(moments):
            raise ValueError("steps must be in order of time")
        return self


class Refunds:
    def __init__(self, store: Store, outbox: Outbox) -> None:
        self._store = store
        self._outbox = outbox

    def put(self, till: TillRefund, sale: Sale) -> None:
        """Add or replace a refund, past every guard: a till without a link to the sale can
        refund too much, and that is what cases are about."""
        refund = till.refund
        if refund.amount.currency != sale.amount.currency:
            raise Refusal(400, ErrorCode.CURRENCY_MISMATCH, "the sale is in another currency")
        first = Step(at=refund.at, status=refund.status, reason=refund.reason)
        if refund.status is RefundStatus.PENDING or refund.posted_at is None:
            steps: Steps = (first, *till.then)
        else:
            begun = Step(at=refund.at, status=RefundStatus.PENDING)
            posted = Step(at=refund.posted_at, status=RefundStatus.POSTED)
            later = first.model_copy(update={"at": refund.posted_at})
            also = () if refund.status is RefundStatus.POSTED else (later,)
            steps = (begun, posted, *also, *till.then)
        with self._store.transaction() as db:
            db.execute("DELETE FROM refunds WHERE reference = ?", (refund.reference,))
            self.add(refund, steps)

    def add(self, refund: Refund, steps: Steps) -> None:
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO refunds (reference, sale, at, amount, currency, direction, steps,"
                " reason, arn, effect_id, card_last4) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    refund.reference,
                    refund.sale,
                    written(refund.at),
                    refund.amount.minor,
                    refund.amount.currency,
                    refund.direction,
                    STEPS.dump_json(steps).decode(),
                    refund.reason,
                    refund.arn,
                    refund.effect_id,
                    refund.card_last4,
                ),
            )
            if self._outbox.webhook() is not None:
                self._outbox.plan(refund.reference, refund.effect_id, refund.sale, steps)

    def get(self, reference: str, now: datetime) -> Refund:
        row = self._store.db.execute(
            "SELECT * FROM refunds WHERE reference = ?", (reference,)
        ).fetchone()
        return _refund(row, now)

    def reason(self, reference: str, now: datetime) -> str:
        """Why it stands where it does, as far as its schedule says."""
        row = self._store.db.execute(
            "SELECT steps FROM refunds WHERE reference = ?", (reference,)
        ).fetchone()
        return lifecycle.standing(STEPS.validate_json(row["steps"]), now).reason

    def of_sale(self, sale: str, now: datetime) -> tuple[Refund, ...]:
        """Oldest first."""
        rows = self._store.db.execute(
            "SELECT * FROM refunds WHERE sale = ? ORDER BY at, rowid", (sale,)
        )
        return tuple(_refund(row, now) for row in rows)

    def sales_with_refunds(self) -> tuple[str, ...]:
        rows = self._store.db.execute("SELECT DISTINCT sale FROM refunds ORDER BY sale")
        return tuple(row["sale"] for row in rows)

    def creditable(self, sale: Sale, now: datetime, *, other_card: bool = False) -> int:
        """What may still be given back, in minor units: captured, less every credit that is
        out, and what debit adjustments have brought back. Money that waits at the acquirer
        (abnormal) is out, except for a credit to another card: that is what it waits for."""
        out = _OUT - {RefundStatus.ABNORMAL} if other_card else _OUT
        room = sale.captured.minor
        for refund in self.of_sale(sale.reference, now):
            if refund.direction == "credit" and refund.status in out:
                room -= refund.amount.minor
            elif refund.direction == "debit" and refund.status is RefundStatus.POSTED:
                room += refund.amount.minor
        return room

    def debitable(self, sale: Sale, now: datetime) -> int:
        """What may still be taken back, in minor units: everything credited or taken for this
        sale, less the debits that are out. Whether a debit is right is not the acquirer's to
        judge; the amount of a reversed sale counts, for it may be collected again."""
        taken = sale.amount if sale.status == "reversed" else sale.captured
        room = taken.minor
        for refund in self.of_sale(sale.reference, now):
            if refund.status in _OUT:
                sign = 1 if refund.direction == "credit" else -1
                room += sign * refund.amount.minor
        return room


def reference_of(effect_id: str, ordinal: int) -> str:
    """The acquirer's own id of the refund an effect makes."""
    return "RF" + sha256(f"{effect_id}\n{ordinal}".encode()).hexdigest()[:14].upper()


def _refund(row: sqlite3.Row, now: datetime) -> Refund:
    steps = STEPS.validate_json(row["steps"])
    step = lifecycle.standing(steps, now)
    posted = lifecycle.posted_at(steps, now)
    return Refund(
        reference=row["reference"],
        sale=row["sale"],
        amount=Money(minor=row["amount"], currency=row["currency"]),
        at=read_time(row["at"]),
        status=step.status,
        direction=row["direction"],
        reason=step.reason or row["reason"],
        arn=row["arn"] or (lifecycle.arn(row["reference"], posted) if posted else ""),
        effect_id=row["effect_id"],
        card_last4=row["card_last4"],
        posted_at=posted,
    )
