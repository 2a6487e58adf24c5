"""The simulator behind the ``rest`` adapter, as an adversary."""

import random
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes.money import Money
from recourse.disputes.records import RefundStatus, Sale
from tests.adversary.peers import WHENEVER, Paid, Sold, Time
from worker.processes import Program

_EFFECTS = (Route.REQUEST_EFFECT, Route.EFFECT)
_READS = (Route.SALE, Route.REFUNDS, Route.TERMINAL_EVENTS)
_BOOKS = (FaultAction.PENDING, FaultAction.FAIL, FaultAction.REFUSE)
_WIRE = (
    FaultAction.REPLY_LOST,
    FaultAction.REPLY_LOST,
    FaultAction.REQUEST_LOST,
    FaultAction.TIME_OUT,
    FaultAction.STATUS,
    FaultAction.SLOW,
)
_NOTICES = (
    FaultAction.NOTICE_LOST,
    FaultAction.NOTICE_TWICE,
    FaultAction.NOTICE_OVERTAKEN,
    FaultAction.NOTICE_FORGED,
)
IN_THE_NOTICES = 0.15
IN_THE_BOOKS = 0.15
"""The share of faults that befall the money and not the call: each is a correction more."""


class RestPeer:
    name = "rest"
    rate = 28_800
    """A day of case time in three seconds: what posts in three days is posted in nine seconds."""

    def __init__(self, port: int, heard_at: str) -> None:
        self._port = port
        self._heard_at = heard_at
        self.secrets: Sequence[str] = [secrets.token_urlsafe(16)]
        self._token = secrets.token_urlsafe(16)
        self._admin_token = secrets.token_urlsafe(16)
        self._sold: list[Sold] = []
        self._admin: SimulatorAdmin | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def admin(self) -> SimulatorAdmin:
        assert self._admin is not None, "not attended"
        return self._admin

    def program(self, home: Path, time: Time) -> Program:
        command = [sys.executable, "-m", "recourse.acquirers.simulator", "--port", str(self._port)]
        command += ["--db", str(home / "simulator.sqlite"), *time.arguments()]
        told = {
            "RECOURSE_SIMULATOR_WEBHOOK_URL": self._heard_at,
            "RECOURSE_SIMULATOR_WEBHOOK_SECRET": self.secrets[0] if self.secrets else "",
        }
        return Program(
            name="acquirer",
            command=command,
            environment={
                "RECOURSE_SIMULATOR_TOKEN": self._token,
                "RECOURSE_SIMULATOR_ADMIN_TOKEN": self._admin_token,
                **(told if self.secrets else {}),
            },
            ready_line="listening on",
            port=self._port,
            restart=WHENEVER,
        )

    def settings(self) -> Mapping[str, Any]:
        return {"base_url": self.url, "token": self._token}

    @asynccontextmanager
    async def attended(self) -> AsyncIterator[None]:
        async with SimulatorAdmin(self.url, self._admin_token) as admin:
            self._admin = admin
            yield

    async def sell(self, number: int, at: datetime) -> Sold:
        sold = Sold(
            reference=f"A{number:06d}",
            amount=Money(minor=1000 + number % 30_000, currency="CNY"),
            at=at,
            card_last4=f"{number % 10_000:04d}",
        )
        sale = Sale(
            reference=sold.reference,
            at=at,
            amount=sold.amount,
            captured=sold.amount,
            merchant="M100",
            store="S01",
            terminal="T0000001",
            card_last4=sold.card_last4,
        )
        await self.admin.put_sale(sale)
        self._sold.append(sold)
        return sold

    async def disturb(self, dice: random.Random) -> str:
        fault = _fault(dice, notices=bool(self.secrets))
        await self.admin.add_fault(fault)
        return fault.action.value

    async def tell(self, dice: random.Random) -> None:
        """It does so by itself, and goes wrong as the faults say."""

    async def calm(self) -> None:
        await self.admin.clear_faults()

    async def books(self) -> dict[str, Paid]:
        acquirer = RestAcquirer("audit", self.url, self._token)
        try:
            return {sold.reference: await _paid(acquirer, sold) for sold in self._sold}
        finally:
            await acquirer.aclose()


async def _paid(acquirer: RestAcquirer, sold: Sold) -> Paid:
    sale = await acquirer.sale(sold.reference)
    refunds = await acquirer.refunds(sold.reference)
    alive = [
        refund
        for refund in refunds
        if refund.direction == "credit"
        and refund.status in (RefundStatus.PENDING, RefundStatus.POSTED)
    ]
    return Paid(
        captured=sale.captured.minor if sale else 0,
        given=sum(refund.amount.minor for refund in alive),
        payouts=len(alive),
    )


def _fault(dice: random.Random, *, notices: bool) -> Fault:
    """Any fault that an honest acquirer may have; never one that pays twice by itself."""
    if notices and dice.random() < IN_THE_NOTICES:
        return Fault(action=dice.choice(_NOTICES), route=Route.NOTICE)
    action = dice.choice(_BOOKS if dice.random() < IN_THE_BOOKS else _WIRE)
    if action in _BOOKS:
        return Fault(
            action=action,
            route=Route.REQUEST_EFFECT,
            # A failure comes before the posting: after it the customer has had the money.
            days=dice.uniform(0.1, 2.9 if action is FaultAction.FAIL else 5),
            reason="issuer_declined" if action is not FaultAction.PENDING else "",
            retryable=dice.random() < 0.5,
        )
    route = dice.choice((*_EFFECTS, *_EFFECTS, *_READS))
    return Fault(
        action=action,
        route=route,
        status=dice.choice((500, 502, 503, 429)),
        seconds=dice.uniform(0.2, 3.0),
    )
