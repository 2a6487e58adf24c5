"""The public routes of the simulator: the contract, and nothing else."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import AwareDatetime

from recourse.acquirers import contract
from recourse.acquirers.contract import (
    EFFECT_ID,
    IDEMPOTENCY_KEY,
    Effect,
    EffectBody,
    EffectState,
    ErrorBody,
    ErrorCode,
    RequestBody,
    RequestRecord,
    SaleSearch,
)
from recourse.acquirers.simulator.clock import Clock
from recourse.acquirers.simulator.connections import HangUp, Silence
from recourse.acquirers.simulator.errors import Refusal
from recourse.acquirers.simulator.faults import ON_THE_WIRE, Call, FaultAction, Route
from recourse.acquirers.simulator.ledger import Ledger
from recourse.disputes.models import Value
from recourse.disputes.records import Sale, Settlement

_ERRORS = {
    400: "The request cannot be read; nothing was done.",
    401: "The bearer token is missing or wrong; nothing was done.",
    404: "There is no such thing; `code` says what is missing.",
    409: "The effect id was used before for another order; nothing was done.",
    422: "Refused on business grounds; `code` says why, `retryable` whether to send it again.",
    429: "Too many requests; nothing was done.",
    500: "The acquirer failed; an order may have been carried out: query it.",
    503: "The acquirer is down; an order may have been carried out: query it.",
}
ERROR_RESPONSES: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorBody, "description": text} for status, text in _ERRORS.items()
}
KeyHeader = Annotated[
    str,
    Header(
        alias=IDEMPOTENCY_KEY,
        description="The effect id of the body. The same id twice is one effect.",
        pattern=EFFECT_ID,
    ),
]


class Front:
    """Every public call passes here: counted, disturbed by faults, answered."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger = ledger
        self.clock = clock
        self.requests: Counter[str] = Counter()

    async def answer(self, call: Call, act: Callable[[], tuple[int, Value]]) -> Response:
        """Do ``act`` and answer with its status and value, or with the refusal it raises."""

        def answered() -> Response:
            try:
                status, value = act()
            except Refusal as refusal:
                status, value = refusal.status, refusal.body
            return as_json(status, value)

        return await self.disturbed(call, answered)

    async def disturbed(self, call: Call, act: Callable[[], Response]) -> Response:
        """Do ``act`` and give its answer. A fault on the wire befalls the call before or
        after; the books have changed all the same when it is after."""
        self.requests[call.route] += 1
        fault = self.ledger.faults.take(ON_THE_WIRE, call)
        action = None if fault is None else fault.action
        if fault is not None and action is FaultAction.SLOW:
            await asyncio.sleep(fault.seconds)
        if action is FaultAction.REQUEST_LOST:
            return HangUp()
        if fault is not None and action is FaultAction.STATUS:
            return as_json(
                fault.status, ErrorBody(code=fault.reason or "fault", message="told to fail")
            )
        response = act()
        if action is FaultAction.REPLY_LOST:
            return HangUp()
        if action is FaultAction.TIME_OUT:
            return Silence()
        return response


def as_json(status: int, value: Value) -> Response:
    return Response(value.model_dump_json(), status, media_type="application/json")


def public_routes(front: Front) -> APIRouter:
    router = APIRouter(responses=ERROR_RESPONSES)
    ledger, clock = front.ledger, front.clock

    @router.post("/sales/search", response_model=contract.Sales, operation_id="searchSales")
    async def search_sales(query: SaleSearch) -> Response:
        """Sales that agree with every field that is not empty, newest first. `since` is
        included, `until` is not. A search changes nothing."""
        return await front.answer(
            Call(route=Route.SEARCH_SALES, sale=query.reference),
            lambda: (200, contract.Sales(sales=ledger.sales.find(query))),
        )

    @router.get(
        "/sales/{reference:path}/refunds",
        response_model=contract.Refunds,
        operation_id="listRefunds",
    )
    async def refunds(reference: str) -> Response:
        """Refunds and debit adjustments against a sale, oldest first, whoever asked them."""

        def act() -> tuple[int, Value]:
            sale = ledger.sales.known(reference)
            found = ledger.refunds.of_sale(sale.reference, clock.now())
            return 200, contract.Refunds(refunds=found)

        return await front.answer(Call(route=Route.REFUNDS, sale=reference), act)

    @router.get(
        "/sales/{reference:path}/settlement",
        response_model=Settlement,
        operation_id="getSettlement",
    )
    async def settlement(reference: str) -> Response:
        """The clearing lines of a sale and of its refunds, and the last day whose file is
        complete: a line that is missing says something only about days up to it. An acquirer
        that does not give its files away answers 404 with code `no_settlement`."""
        return await front.answer(
            Call(route=Route.SETTLEMENT, sale=reference),
            lambda: (200, ledger.clearing.of_sale(ledger.sales.known(reference), clock.now())),
        )

    @router.get("/sales/{reference:path}", response_model=Sale, operation_id="getSale")
    async def sale(reference: str) -> Response:
        """One sale. 404 with code `sale_unknown` is a definite answer."""
        return await front.answer(
            Call(route=Route.SALE, sale=reference), lambda: (200, ledger.sales.known(reference))
        )

    @router.get(
        "/terminals/{terminal:path}/events",
        response_model=contract.TerminalEvents,
        operation_id="listTerminalEvents",
    )
    async def terminal_events(
        terminal: str,
        since: Annotated[AwareDatetime, Query()],
        until: Annotated[AwareDatetime, Query()],
    ) -> Response:
        """What a terminal did, oldest first. `since` is included, `until` is not."""
        return await front.answer(
            Call(route=Route.TERMINAL_EVENTS),
            lambda: (
                200,
                contract.TerminalEvents(events=ledger.sales.events(terminal, since, until)),
            ),
        )

    @router.post(
        "/effects",
        response_model=Effect,
        status_code=201,
        operation_id="requestEffect",
        responses={200: {"model": Effect, "description": "This order was taken before."}},
    )
    async def request_effect(body: EffectBody, key: KeyHeader) -> Response:
        """Refund, adjust, reverse or reprint, once per effect id. The same order sent again
        is answered with how it stands. Accepted is not posted: read the effect until it is."""
        _check_key(key, body.effect_id)
        call = Call(
            route=Route.REQUEST_EFFECT,
            kind=body.remedy.value,
            sale=body.sale,
            effect_id=body.effect_id,
        )

        def act() -> tuple[int, Value]:
            effect, new = ledger.effects.take(body, clock.now())
            if effect.state is EffectState.REFUSED:
                raise Refusal(422, effect.reason, "refused", retryable=effect.retryable)
            return 201 if new else 200, effect

        return await front.answer(call, act)

    @router.get("/effects/{effect_id:path}", response_model=Effect, operation_id="getEffect")
    async def effect(effect_id: str) -> Response:
        """How an effect stands. 404 with code `effect_unknown` is a definite answer: the
        order never arrived."""
        return await front.answer(
            Call(route=Route.EFFECT, effect_id=effect_id),
            lambda: (200, ledger.effects.get(effect_id, clock.now())),
        )

    @router.post(
        "/requests",
        response_model=RequestRecord,
        status_code=201,
        operation_id="openRequest",
        responses={200: {"model": RequestRecord, "description": "This was opened before."}},
    )
    async def open_request(body: RequestBody, key: KeyHeader) -> Response:
        """Open an inquiry, a retrieval or a dispute, once per effect id."""
        _check_key(key, body.effect_id)
        call = Call(
            route=Route.OPEN_REQUEST,
            kind=body.kind.value,
            sale=body.sale,
            effect_id=body.effect_id,
        )

        def act() -> tuple[int, Value]:
            record, new = ledger.requests.open(body, clock.now())
            if record.state == "refused":
                raise Refusal(422, record.finding, "refused")
            return 201 if new else 200, record

        return await front.answer(call, act)

    @router.get(
        "/requests/{effect_id:path}", response_model=RequestRecord, operation_id="getRequest"
    )
    async def request(effect_id: str) -> Response:
        """How a request stands. 404 with code `request_unknown` is a definite answer."""
        return await front.answer(
            Call(route=Route.REQUEST, effect_id=effect_id),
            lambda: (200, ledger.requests.get(effect_id, clock.now())),
        )

    return router


def _check_key(key: str, effect_id: str) -> None:
    if key != effect_id:
        raise Refusal(400, ErrorCode.KEY_MISMATCH, "the header is not the body's effect id")
