"""An acquirer that keeps no ids: whatever arrives is paid, as often as it arrives, and a query
sees it only once it is carried out. Spoken to over real HTTP, in the contract's own words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from fastapi import FastAPI, Request, Response

from recourse.acquirers.contract import (
    Chargebacks,
    Effect,
    EffectBody,
    EffectState,
    ErrorBody,
    Refunds,
)
from recourse.acquirers.port import Capabilities
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.connections import HangUp, Silence
from recourse.acquirers.simulator.public import as_json
from recourse.acquirers.simulator.server import serving
from recourse.disputes.effects import Remedy
from recourse.disputes.money import Money
from recourse.disputes.records import Refund, RefundStatus, Sale

TIMEOUT = 0.3
"""Seconds until the adapter gives up: shorter than ``Manner.SLOWLY`` takes."""


class Manner(StrEnum):
    """What becomes of a request. The first that waits befalls the next."""

    AT_ONCE = "at_once"
    LOST = "lost"
    """It never arrives; the connection is closed."""
    UNANSWERED = "unanswered"
    """Carried out; then nothing is said."""
    SLOWLY = "slowly"
    """Nothing is said, and it is carried out when ``catch_up`` is called."""
    LISTED_LATE = "listed_late"
    """Taken and answered, and seen by no query until ``catch_up`` is called."""
    PATIENCE = "patience"
    """429: nothing was taken."""


@dataclass
class Forgetful:
    sale: Sale
    manners: list[Manner] = field(default_factory=list)
    received: int = 0
    paid: list[tuple[EffectBody, str]] = field(default_factory=list)
    pending: list[EffectBody] = field(default_factory=list)
    hides_ids: bool = False
    """A look-up by id finds nothing, as where an index lags behind the books."""
    down: int = 0
    """So many reads are answered with 503."""

    @property
    def payouts(self) -> int:
        """Minor units paid out in all: what must never be more than once the amount."""
        return sum(body.amount.minor for body, _ in self.paid)

    def catch_up(self) -> None:
        """What was slow is carried out now."""
        for body in self.pending:
            self._pay(body)
        self.pending.clear()

    def _pay(self, body: EffectBody) -> Effect:
        self.paid.append((body, f"F{len(self.paid) + 1}"))
        return self._effect(body, self.paid[-1][1])

    def _effect(self, body: EffectBody, reference: str) -> Effect:
        return Effect(
            effect_id=body.effect_id,
            remedy=body.remedy,
            sale=body.sale,
            amount=body.amount,
            state=EffectState.PENDING,
            reference=reference,
        )

    def _refund(self, body: EffectBody, reference: str) -> Refund:
        return Refund(
            reference=reference,
            sale=body.sale,
            amount=body.amount,
            at=datetime.now(UTC),
            status=RefundStatus.PENDING,
            effect_id=body.effect_id,
        )

    async def take(self, body: EffectBody) -> Response:
        self.received += 1
        manner = self.manners.pop(0) if self.manners else Manner.AT_ONCE
        match manner:
            case Manner.LOST:
                return HangUp()
            case Manner.PATIENCE:
                return as_json(429, ErrorBody(code="slow_down", message="later"))
            case Manner.SLOWLY:
                self.pending.append(body)
                return Silence()
            case Manner.LISTED_LATE:
                self.pending.append(body)
                return as_json(201, self._effect(body, "F0"))
            case Manner.UNANSWERED:
                self._pay(body)
                return Silence()
            case Manner.AT_ONCE:
                return as_json(201, self._pay(body))

    def look_up(self, effect_id: str) -> Response:
        found = next((paid for paid in self.paid if paid[0].effect_id == effect_id), None)
        if found is None or self.hides_ids:
            return as_json(404, ErrorBody(code="effect_unknown", message="never seen"))
        return as_json(200, self._effect(*found))

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def read(request: Request, following: object) -> Response:
            if request.method == "POST":
                return await self.take(EffectBody.model_validate_json(await request.body()))
            if self.down:
                self.down -= 1
                return as_json(503, ErrorBody(code="down", message="down"))
            path = request.url.path.removeprefix("/v1/")
            if path.startswith("effects/"):
                return self.look_up(path.removeprefix("effects/"))
            if path.endswith("/chargebacks"):
                return as_json(200, Chargebacks(chargebacks=()))
            if path.endswith("/refunds"):
                return as_json(200, Refunds(refunds=tuple(self._refund(*p) for p in self.paid)))
            return as_json(200, self.sale)

        return app


@asynccontextmanager
async def a_forgetful(
    sale: Sale, absent_is_final_after: int = 60
) -> AsyncIterator[tuple[Forgetful, RestAcquirer]]:
    """The acquirer on a real socket, and the adapter that speaks to it."""
    peer = Forgetful(sale)
    can = Capabilities(idempotent=False, absent_is_final_after=absent_is_final_after)
    async with serving(peer.app()) as port:
        url = f"http://127.0.0.1:{port}"
        acquirer = RestAcquirer("forgetful", url, "token", timeout=TIMEOUT, capabilities=can)
        try:
            yield peer, acquirer
        finally:
            await acquirer.aclose()
            await asyncio.sleep(0)


def an_order_of(sale: Sale, minor: int = 10000) -> EffectBody:
    return EffectBody(
        effect_id="RC-TEST:refund:1",
        remedy=Remedy.REFUND,
        sale=sale.reference,
        amount=Money(minor=minor, currency=sale.amount.currency),
    )
