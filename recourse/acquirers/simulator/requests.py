"""Inquiries, retrievals and disputes, and the programme by which they are answered."""

import sqlite3
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from recourse.acquirers.contract import ErrorCode, RequestBody, RequestRecord
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.faults import REFUSING, Call, FaultQueue, Route
from recourse.acquirers.simulator.refunds import reference_of
from recourse.acquirers.simulator.sales import Sales
from recourse.acquirers.simulator.store import Store, read_time, written
from recourse.disputes.effects import RequestKind
from recourse.disputes.models import EdgeValue
from recourse.disputes.money import Money

Finding = Literal["upheld", "rejected", "no_record"]


class Answer(EdgeValue):
    """How a request will be answered."""

    after_days: float | None = Field(default=2.0, ge=0, le=3650)
    """The simulator's days from the opening; None: never."""
    finding: Finding = "upheld"
    detail: str = ""
    amount: Money | None = None
    """What was found; empty: the amount that was asked about."""


class Programme(EdgeValue):
    """The answer to requests still to come. An empty field matches every request; the
    newest programme that matches holds."""

    kind: RequestKind | None = None
    sale: str = ""
    effect_prefix: str = ""
    answer: Answer

    def governs(self, body: RequestBody) -> bool:
        return (
            self.kind in (None, body.kind)
            and self.sale in ("", body.sale)
            and body.effect_id.startswith(self.effect_prefix)
        )


USUAL: dict[RequestKind, Answer] = {
    RequestKind.INQUIRY: Answer(after_days=2),
    # An acquirer passes a retrieval on to its merchant, who has 10 days (domain §2.1).
    RequestKind.RETRIEVAL: Answer(after_days=10),
    # Visa collaboration: the other side has 30 days to answer (domain §2.2).
    RequestKind.DISPUTE: Answer(after_days=30),
}
"""What happens without a programme. About a sale that is not in the books, no_record."""


class Requests:
    def __init__(self, store: Store, sales: Sales, faults: FaultQueue) -> None:
        self._store = store
        self._sales = sales
        self._faults = faults

    def open(self, body: RequestBody, now: datetime) -> tuple[RequestRecord, bool]:
        """Open a request, or tell how the one of this id stands; the flag says whether it is
        new. Raises Refusal (409) when the id was used for something else."""
        with self._store.transaction():
            row = self._row(body.effect_id)
            if row is not None:
                if RequestBody.model_validate_json(row["body"]) != body:
                    raise Refusal(
                        409,
                        ErrorCode.EFFECT_CONFLICT,
                        "this effect id was used for another request",
                    )
                return _record(row, now), False
            call = Call(
                route=Route.OPEN_REQUEST,
                kind=body.kind.value,
                sale=body.sale,
                effect_id=body.effect_id,
            )
            refuse = self._faults.take(REFUSING, call)
            if refuse is not None:
                never = Answer(after_days=None, detail=refuse.reason)
                self._insert(body, now, never, refused=True)
            else:
                self._insert(body, now, self._answer(body), refused=False)
            return self.get(body.effect_id, now), True

    def get(self, effect_id: str, now: datetime) -> RequestRecord:
        """Raises Refusal (404) when the id was never seen."""
        row = self._row(effect_id)
        if row is None:
            raise Refusal(404, ErrorCode.REQUEST_UNKNOWN, "no request of this id")
        return _record(row, now)

    def add_programme(self, programme: Programme) -> None:
        with self._store.transaction() as db:
            db.execute("INSERT INTO programmes (body) VALUES (?)", (programme.model_dump_json(),))

    def set_answer(self, effect_id: str, answer: Answer, now: datetime) -> RequestRecord:
        """Change how an open request will be answered. Raises Refusal (404, or 409 when it
        has its answer: what was said stays said)."""
        with self._store.transaction() as db:
            if self.get(effect_id, now).state != "open":
                raise Refusal(409, "answered", "this request has its answer")
            row = self._row(effect_id)
            opened = read_time(row["opened_at"]) if row is not None else now
            db.execute(
                "UPDATE requests SET answer_at = ?, finding = ?, detail = ?, amount = ?"
                " WHERE effect_id = ?",
                (*_planned(opened, answer), effect_id),
            )
            return self.get(effect_id, now)

    def _answer(self, body: RequestBody) -> Answer:
        rows = self._store.db.execute("SELECT body FROM programmes ORDER BY id DESC")
        programmes = (Programme.model_validate_json(row["body"]) for row in rows)
        told = next((p.answer for p in programmes if p.governs(body)), None)
        if told is not None:
            return told
        usual = USUAL[body.kind]
        if self._sales.get(body.sale) is None:
            return usual.model_copy(update={"finding": "no_record"})
        return usual

    def _insert(self, body: RequestBody, now: datetime, answer: Answer, *, refused: bool) -> None:
        self._store.db.execute(
            "INSERT INTO requests (effect_id, body, opened_at, refused, answer_at, finding,"
            " detail, amount) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                body.effect_id,
                body.model_dump_json(),
                written(now),
                int(refused),
                *_planned(now, answer),
            ),
        )

    def _row(self, effect_id: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._store.db.execute(
            "SELECT * FROM requests WHERE effect_id = ?", (effect_id,)
        ).fetchone()
        return row


def _planned(opened: datetime, answer: Answer) -> tuple[str | None, str, str, str | None]:
    """answer_at, finding, detail, amount."""
    at = None
    if answer.after_days is not None:
        at = written(opened + timedelta(days=answer.after_days))
    amount = answer.amount.model_dump_json() if answer.amount else None
    return at, answer.finding, answer.detail, amount


def _record(row: sqlite3.Row, now: datetime) -> RequestRecord:
    body = RequestBody.model_validate_json(row["body"])
    record = RequestRecord(
        effect_id=body.effect_id,
        kind=body.kind,
        sale=body.sale,
        reference=reference_of(body.effect_id, 0).replace("RF", "RQ", 1),
    )
    if row["refused"]:
        return record.model_copy(update={"state": "refused", "finding": row["detail"]})
    if row["answer_at"] is None or read_time(row["answer_at"]) > now:
        return record
    found = Money.model_validate_json(row["amount"]) if row["amount"] else None
    no_record = row["finding"] == "no_record"
    return record.model_copy(
        update={
            "state": "answered",
            "finding": row["finding"],
            "detail": row["detail"],
            "amount": found or (None if no_record else body.amount),
        }
    )
