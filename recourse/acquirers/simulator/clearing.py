"""The clearing files of the ledger: what was captured and posted, a day after the day is over."""

from datetime import datetime, timedelta

from recourse.acquirers.contract import EffectBody, EffectState
from recourse.acquirers.simulator.refunds import Refunds
from recourse.acquirers.simulator.store import Store, read_time
from recourse.disputes.effects import Remedy
from recourse.disputes.models import EdgeValue
from recourse.disputes.money import Money
from recourse.disputes.records import (
    Direction,
    RefundStatus,
    Sale,
    Settlement,
    SettlementLine,
)
from recourse.disputes.settlement import UNIONPAY

FILE_COMES_AFTER = timedelta(hours=12)
"""A day's file is there at eleven in the morning after it has closed at 23:00."""


class Clearing(EdgeValue):
    """What the files are to say of a sale in place of what the books would make them say."""

    sale: str
    lines: tuple[SettlementLine, ...] = ()


class ClearingFiles:
    def __init__(self, store: Store, refunds: Refunds) -> None:
        self._store = store
        self._refunds = refunds

    def put(self, clearing: Clearing) -> None:
        """Have the files say something else about a sale: they may contradict the books."""
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO clearing (sale, body) VALUES (?, ?)"
                " ON CONFLICT (sale) DO UPDATE SET body = excluded.body",
                (clearing.sale, clearing.model_dump_json()),
            )

    def of_sale(self, sale: Sale, now: datetime) -> Settlement:
        through = UNIONPAY.day_of(now - FILE_COMES_AFTER) - timedelta(days=1)
        row = self._store.db.execute(
            "SELECT body FROM clearing WHERE sale = ?", (sale.reference,)
        ).fetchone()
        if row is not None:
            lines = Clearing.model_validate_json(row["body"]).lines
        else:
            lines = self._from_books(sale, now)
        return Settlement(
            through=through, lines=tuple(line for line in lines if line.day <= through)
        )

    def _reversal(self, sale: Sale) -> tuple[Money, datetime] | None:
        """The amount and the moment of a reversal that was asked for and done."""
        rows = self._store.db.execute(
            "SELECT body, taken_at FROM effects WHERE sale = ? AND state = ?",
            (sale.reference, EffectState.POSTED.value),
        )
        orders = ((EffectBody.model_validate_json(row["body"]), row["taken_at"]) for row in rows)
        done = [(o.amount, read_time(at)) for o, at in orders if o.remedy is Remedy.REVERSAL]
        return done[-1] if done else None

    def _from_books(self, sale: Sale, now: datetime) -> tuple[SettlementLine, ...]:
        lines = []
        day = UNIONPAY.day_of(sale.at)
        undone = self._reversal(sale)
        if undone is not None:
            # What stood in the file of its day still stands there.
            amount, at = undone
            lines.append(SettlementLine(day=day, direction="charge", amount=amount))
            back = SettlementLine(day=UNIONPAY.day_of(at), direction="credit", amount=amount)
            lines.append(back)
        elif sale.captured:
            lines.append(SettlementLine(day=day, direction="charge", amount=sale.captured))
        for refund in self._refunds.of_sale(sale.reference, now):
            if refund.posted_at is None:
                continue
            there: Direction = "credit" if refund.direction == "credit" else "charge"
            undo: Direction = "charge" if there == "credit" else "credit"
            gone = refund.status is not RefundStatus.POSTED
            lines += [
                SettlementLine(
                    day=UNIONPAY.day_of(refund.posted_at),
                    direction=direction,
                    amount=refund.amount,
                    reference=refund.reference,
                )
                for direction in ((there, undo) if gone else (there,))
            ]
        return tuple(lines)
