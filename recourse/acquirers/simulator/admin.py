"""A typed client of the simulator's admin API, for demonstrations and tests."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

import httpx2
from pydantic import TypeAdapter

from recourse.acquirers.contract import RequestRecord
from recourse.acquirers.simulator.administration import Counters, State
from recourse.acquirers.simulator.clearing import Clearing
from recourse.acquirers.simulator.faults import Fault, QueuedFault
from recourse.acquirers.simulator.ledger import SaleTotals
from recourse.acquirers.simulator.loading import LoadOptions, LoadReport
from recourse.acquirers.simulator.notices import Delivered, Delivery
from recourse.acquirers.simulator.outbox import Webhook
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.disputes.records import Refund, Sale, TerminalEvent

_FAULTS = TypeAdapter(tuple[QueuedFault, ...])
_TOTALS = TypeAdapter(tuple[SaleTotals, ...])


class SimulatorRefused(Exception):
    """The simulator answered an admin call with an error; the message carries its words."""


class SimulatorAdmin:
    """``base_url`` is what stands before ``/admin``. Raises SimulatorRefused on any answer
    that is not 2xx, and httpx2 errors when there is none. Close it with ``aclose``, or use
    it as an asynchronous context."""

    def __init__(self, base_url: str, token: str, timeout: float = 30.0) -> None:
        self._http = httpx2.AsyncClient(
            base_url=f"{base_url.rstrip('/')}/admin",
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def now(self) -> datetime:
        """What time it is in the simulator."""
        state = State.model_validate_json(await self._call("GET", "/state"))
        return datetime.fromisoformat(state.now)

    async def sale_count(self) -> int:
        return State.model_validate_json(await self._call("GET", "/state")).sales

    async def load_csv(self, content: bytes, options: LoadOptions | None = None) -> LoadReport:
        params = (options or LoadOptions()).model_dump()
        body = await self._call("POST", "/sales/csv", content=content, params=params)
        return LoadReport.model_validate_json(body)

    async def put_sale(self, sale: Sale) -> Sale:
        body = await self._call("PUT", "/sales", content=sale.model_dump_json())
        return Sale.model_validate_json(body)

    async def put_refund(self, refund: TillRefund | Refund) -> Refund:
        """A refund made at the till, with what will still become of it."""
        till = refund if isinstance(refund, TillRefund) else TillRefund(refund=refund)
        body = await self._call("PUT", "/refunds", content=till.model_dump_json())
        return Refund.model_validate_json(body)

    async def put_clearing(self, clearing: Clearing) -> None:
        """What the clearing files are to say of a sale."""
        await self._call("PUT", "/clearing", content=clearing.model_dump_json())

    async def put_terminal_events(self, events: Iterable[TerminalEvent]) -> None:
        data = [event.model_dump(mode="json") for event in events]
        await self._call("POST", "/terminal-events", json=data)

    async def add_programme(self, programme: Programme) -> None:
        """How requests still to come are answered; the newest that matches holds."""
        await self._call("POST", "/programmes", content=programme.model_dump_json())

    async def set_answer(self, effect_id: str, answer: Answer) -> RequestRecord:
        """How a request that is open is answered."""
        path = f"/requests/{quote(effect_id, safe='')}"
        return RequestRecord.model_validate_json(
            await self._call("PUT", path, content=answer.model_dump_json())
        )

    async def add_fault(self, fault: Fault) -> QueuedFault:
        body = await self._call("POST", "/faults", content=fault.model_dump_json())
        return QueuedFault.model_validate_json(body)

    async def faults(self) -> tuple[QueuedFault, ...]:
        """Faults that wait for a call."""
        return _FAULTS.validate_json(await self._call("GET", "/faults"))

    async def clear_faults(self) -> None:
        await self._call("DELETE", "/faults")

    async def deliver(self, delivery: Delivery | None = None) -> Delivered:
        """Send the notifications that are due, in the way ``delivery`` says."""
        content = (delivery or Delivery()).model_dump_json()
        return Delivered.model_validate_json(await self._call("POST", "/notices", content=content))

    async def set_webhook(self, webhook: Webhook | None) -> None:
        """Where notices go from now on; None: nowhere."""
        content = webhook.model_dump_json() if webhook is not None else "null"
        await self._call("PUT", "/webhook", content=content)

    async def counters(self) -> Counters:
        return Counters.model_validate_json(await self._call("GET", "/counters"))

    async def totals(self) -> dict[str, SaleTotals]:
        """By sale reference, for every sale that has refunds."""
        found = _TOTALS.validate_json(await self._call("GET", "/totals"))
        return {totals.sale: totals for totals in found}

    async def _call(self, method: str, path: str, **kwargs: Any) -> bytes:
        headers = {"Content-Type": "application/json"} if "content" in kwargs else {}
        response = await self._http.request(method, path, headers=headers, **kwargs)
        if not response.is_success:
            raise SimulatorRefused(f"{method} {path}: HTTP {response.status_code} {response.text}")
        return response.content
