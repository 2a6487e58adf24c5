"""The admin routes of the simulator: load, arrange, disturb and count. Not in the contract."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request

from recourse.acquirers.contract import ErrorCode, RequestRecord
from recourse.acquirers.simulator import loading
from recourse.acquirers.simulator.clearing import Clearing
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.face import Face
from recourse.acquirers.simulator.faults import Fault, QueuedFault
from recourse.acquirers.simulator.ledger import SaleTotals
from recourse.acquirers.simulator.loading import LoadOptions, LoadReport, UnreadableExport
from recourse.acquirers.simulator.notices import Delivered, Delivery, post
from recourse.acquirers.simulator.outbox import Webhook
from recourse.acquirers.simulator.public import Front
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.disputes.models import Value
from recourse.disputes.records import Refund, Sale, TerminalEvent


class Counters(Value):
    """What reached the simulator."""

    requests: dict[str, int]
    """Public calls by route since the process started."""
    effects: dict[str, int]
    """Effects taken by sale, refusals not counted; kept over restarts."""
    asked: dict[str, int]
    """How often each effect id was sent; kept over restarts."""


class State(Value):
    """``now`` is the simulator's time."""

    now: str
    sales: int


def admin_routes(front: Front, faces: Sequence[Face] = ()) -> APIRouter:
    router = APIRouter()
    ledger, clock = front.ledger, front.clock

    @router.get("/state")
    async def state() -> State:
        return State(now=clock.now().isoformat(), sales=ledger.sales.count())

    @router.post("/sales/csv")
    async def load_sales(request: Request, options: Annotated[LoadOptions, Query()]) -> LoadReport:
        try:
            lines = (await request.body()).decode("utf-8-sig").splitlines()
            return loading.load(ledger.sales, lines, options)
        except (UnicodeDecodeError, UnreadableExport) as error:
            raise Refusal(400, ErrorCode.INVALID_REQUEST, str(error)) from error

    @router.put("/sales")
    async def put_sale(sale: Sale) -> Sale:
        ledger.sales.put(sale)
        return ledger.sales.known(sale.reference)

    @router.put("/refunds")
    async def put_refund(till: TillRefund) -> Refund:
        ledger.refunds.put(till, ledger.sales.known(till.refund.sale))
        return ledger.refunds.get(till.refund.reference, clock.now())

    @router.put("/clearing", status_code=204)
    async def put_clearing(clearing: Clearing) -> None:
        ledger.clearing.put(clearing)

    @router.post("/terminal-events", status_code=204)
    async def put_terminal_events(events: list[TerminalEvent]) -> None:
        ledger.sales.add_events(events)

    @router.post("/programmes", status_code=204)
    async def add_programme(programme: Programme) -> None:
        ledger.requests.add_programme(programme)

    @router.put("/requests/{effect_id:path}")
    async def set_answer(effect_id: str, answer: Answer) -> RequestRecord:
        return ledger.requests.set_answer(effect_id, answer, clock.now())

    @router.post("/faults", status_code=201)
    async def add_fault(fault: Fault) -> QueuedFault:
        return ledger.faults.add(fault)

    @router.get("/faults")
    async def faults() -> tuple[QueuedFault, ...]:
        return ledger.faults.waiting()

    @router.delete("/faults", status_code=204)
    async def clear_faults() -> None:
        ledger.faults.clear()

    @router.put("/webhook", status_code=204)
    async def set_webhook(webhook: Webhook | None = None) -> None:
        ledger.outbox.send_to(webhook)

    @router.get("/counters")
    async def counters() -> Counters:
        return Counters(
            requests=dict(front.requests),
            effects=ledger.effects.count_by_sale(),
            asked=ledger.effects.times_asked(),
        )

    @router.post("/notices")
    async def deliver(delivery: Delivery) -> Delivered:
        letters = [letter for face in faces for letter in face.letters(front)]
        return await post(letters, delivery)

    @router.get("/totals")
    async def totals() -> tuple[SaleTotals, ...]:
        return ledger.totals(clock.now())

    return router
