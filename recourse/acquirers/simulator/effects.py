"""Effects: what was asked of the acquirer, each carried out once."""

import sqlite3
from datetime import datetime

from recourse.acquirers.contract import Effect, EffectBody, EffectState, ErrorCode
from recourse.acquirers.simulator import lifecycle
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.faults import (
    BENDING,
    DOUBLING,
    REFUSING,
    Call,
    FaultQueue,
    Route,
)
from recourse.acquirers.simulator.refunds import Refunds, reference_of
from recourse.acquirers.simulator.sales import Sales
from recourse.acquirers.simulator.store import Store, read_time, written
from recourse.disputes.effects import Remedy
from recourse.disputes.records import Refund, RefundStatus, Sale, TerminalEvent, TerminalEventKind

_CREDITS = (Remedy.REFUND, Remedy.CREDIT_ADJUSTMENT)
_FOLLOWS_REFUND = ""
"""The stored state of an effect that is wherever its refund is."""


class Effects:
    def __init__(self, store: Store, sales: Sales, refunds: Refunds, faults: FaultQueue) -> None:
        self._store = store
        self._sales = sales
        self._refunds = refunds
        self._faults = faults

    def take(self, body: EffectBody, now: datetime) -> tuple[Effect, bool]:
        """Carry an effect out, or tell how the one of this id stands; the flag says whether
        it is new. A refusal is kept too, as an effect in state ``refused``: the same order
        is refused the same way, unless the refusal was retryable.

        Raises Refusal (409) when the id was used for something else.
        """
        with self._store.transaction() as db:
            row = self._row(body.effect_id)
            if row is not None:
                if EffectBody.model_validate_json(row["body"]) != body:
                    raise Refusal(
                        409, ErrorCode.EFFECT_CONFLICT, "this effect id was used for another order"
                    )
                db.execute(
                    "UPDATE effects SET asked = asked + 1 WHERE effect_id = ?", (body.effect_id,)
                )
                if not row["retryable"]:
                    return self._effect(row, now), False
            state, reference, reason, retryable = self._decide(body, now)
            db.execute(
                "INSERT INTO effects (effect_id, sale, body, taken_at, asked, state, reference,"
                " reason, retryable) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)"
                " ON CONFLICT (effect_id) DO UPDATE SET taken_at = excluded.taken_at,"
                " state = excluded.state, reference = excluded.reference,"
                " reason = excluded.reason, retryable = excluded.retryable",
                (
                    body.effect_id,
                    body.sale,
                    body.model_dump_json(),
                    written(now),
                    state,
                    reference,
                    reason,
                    int(retryable),
                ),
            )
            return self.get(body.effect_id, now), True

    def get(self, effect_id: str, now: datetime) -> Effect:
        """Raises Refusal (404) when the id was never seen."""
        row = self._row(effect_id)
        if row is None:
            raise Refusal(404, ErrorCode.EFFECT_UNKNOWN, "no effect of this id")
        return self._effect(row, now)

    def taken_at(self, effect_id: str) -> datetime | None:
        """When an effect was taken; None when the id was never seen."""
        row = self._row(effect_id)
        return None if row is None else read_time(row["taken_at"])

    def known_from(self, start: str) -> tuple[str, ...]:
        """The ids that begin with ``start``, in order."""
        rows = self._store.db.execute(
            "SELECT effect_id FROM effects WHERE substr(effect_id, 1, ?) = ? ORDER BY effect_id",
            (len(start), start),
        )
        return tuple(row["effect_id"] for row in rows)

    def count_by_sale(self) -> dict[str, int]:
        """How many effects were taken, refusals not counted."""
        rows = self._store.db.execute(
            "SELECT sale, count(*) AS n FROM effects WHERE state != 'refused' GROUP BY sale"
        )
        return {row["sale"]: row["n"] for row in rows}

    def times_asked(self) -> dict[str, int]:
        """How often each effect id was sent."""
        rows = self._store.db.execute("SELECT effect_id, asked FROM effects")
        return {row["effect_id"]: row["asked"] for row in rows}

    def _decide(self, body: EffectBody, now: datetime) -> tuple[str, str, str, bool]:
        """Do it or refuse it: state, reference, reason, retryable."""
        call = Call(
            route=Route.REQUEST_EFFECT,
            kind=body.remedy.value,
            sale=body.sale,
            effect_id=body.effect_id,
        )
        refuse = self._faults.take(REFUSING, call)
        if refuse is not None:
            return EffectState.REFUSED, "", refuse.reason, refuse.retryable
        sale = self._sales.get(body.sale)
        if sale is None:
            return EffectState.REFUSED, "", ErrorCode.SALE_UNKNOWN, False
        objection = self._objection(body, sale, now)
        if objection is not None:
            return EffectState.REFUSED, "", objection, False
        if body.remedy is Remedy.REPRINT:
            event = TerminalEvent(
                terminal=sale.terminal,
                at=now,
                kind=TerminalEventKind.REPRINTED,
                sale=sale.reference,
                detail=body.effect_id,
            )
            self._sales.add_events([event])
            return EffectState.POSTED, "", "", False
        if body.remedy is Remedy.REVERSAL:
            self._sales.reverse(sale.reference)
            return EffectState.POSTED, reference_of(body.effect_id, 0), "", False
        return _FOLLOWS_REFUND, self._move(body, sale, call, now), "", False

    def _objection(self, body: EffectBody, sale: Sale, now: datetime) -> ErrorCode | None:
        """Why an acquirer would not do it (response codes: domain §3.3)."""
        if body.remedy is Remedy.REPRINT:
            return None
        if body.remedy is Remedy.NONE:
            return ErrorCode.REMEDY_UNSUPPORTED
        if body.amount.currency != sale.amount.currency:
            return ErrorCode.CURRENCY_MISMATCH
        if body.amount.minor <= 0:
            return ErrorCode.AMOUNT_INVALID
        other_card = body.card_last4 not in ("", sale.card_last4)
        if body.remedy is Remedy.REVERSAL:
            return self._reversal_objection(body, sale, now)
        if body.remedy is Remedy.DEBIT_ADJUSTMENT:
            room = self._refunds.debitable(sale, now)
            return ErrorCode.OVER_DEBIT if body.amount.minor > room else None
        if body.remedy is Remedy.REFUND and other_card:
            return ErrorCode.CARD_MISMATCH
        room = self._refunds.creditable(sale, now, other_card=other_card)
        return ErrorCode.OVER_REFUND if body.amount.minor > room else None

    def _reversal_objection(self, body: EffectBody, sale: Sale, now: datetime) -> ErrorCode | None:
        if sale.status == "reversed":
            return ErrorCode.ALREADY_REVERSED
        if body.amount != sale.captured:
            return ErrorCode.AMOUNT_MISMATCH
        if self._refunds.creditable(sale, now) != sale.captured.minor:
            return ErrorCode.REFUNDS_EXIST
        return None

    def _move(self, body: EffectBody, sale: Sale, call: Call, now: datetime) -> str:
        """Make the refund or the adjustment; returns its reference."""
        steps = lifecycle.plan(now, self._faults.take(BENDING, call))
        copies = 2 if self._faults.take(DOUBLING, call) else 1
        for ordinal in range(copies):
            refund = Refund(
                reference=reference_of(body.effect_id, ordinal),
                sale=sale.reference,
                amount=body.amount,
                at=now,
                status=RefundStatus.PENDING,
                direction="credit" if body.remedy in _CREDITS else "debit",
                reason=body.reason,
                effect_id=body.effect_id,
                card_last4=body.card_last4 or sale.card_last4,
            )
            self._refunds.add(refund, steps)
        return reference_of(body.effect_id, 0)

    def _row(self, effect_id: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._store.db.execute(
            "SELECT * FROM effects WHERE effect_id = ?", (effect_id,)
        ).fetchone()
        return row

    def _effect(self, row: sqlite3.Row, now: datetime) -> Effect:
        body = EffectBody.model_validate_json(row["body"])
        effect = Effect(
            effect_id=body.effect_id,
            remedy=body.remedy,
            sale=body.sale,
            amount=body.amount,
            state=row["state"] or EffectState.PENDING,
            reference=row["reference"],
            reason=row["reason"],
            retryable=bool(row["retryable"]),
        )
        if row["state"] == EffectState.POSTED:
            return effect.model_copy(update={"posted_at": read_time(row["taken_at"])})
        if row["state"] != _FOLLOWS_REFUND:
            return effect
        refund = self._refunds.get(row["reference"], now)
        return effect.model_copy(
            update={
                "state": EffectState(refund.status.value),
                "reason": self._refunds.reason(row["reference"], now),
                "arn": refund.arn,
                "posted_at": refund.posted_at,
            }
        )
