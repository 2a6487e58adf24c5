"""``localstripe`` behind the ``stripe`` adapter, as an adversary: it forgets every key, gives back
more than it took, and is reached through a proxy that loses, delays and spoils calls."""

import hashlib
import hmac
import json
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from recourse.disputes.money import Money
from tests.adversary.peers import WHENEVER, Paid, Sold, Time
from tests.peers.chaos_proxy import ChaosProxy, Trouble, through
from tests.peers.localstripe import API_KEY, EXECUTABLE, TEST_CARD, LocalStripe
from worker.home import free_port
from worker.processes import Program

LATE = 1.5
"""Seconds: after every caller has given up."""
FINAL_AFTER = 4
"""Seconds: well after the last late call has been carried out."""
_READS = (Trouble.ERROR_BEFORE, Trouble.REQUEST_LOST)
IN_READS = 0.3
_FATES = ("lost", "forged", "once", "once", "once", "twice", "late")
"""What becomes of a notice; ``late``: only after those that come next."""


class StripePeer:
    name = "stripe"
    rate = 28_800
    """Nothing has to pass here but the pauses between two queries."""

    def __init__(self, port: int, heard_at: str) -> None:
        self._port = port
        self._heard_at = heard_at
        self.secrets: Sequence[str] = [f"whsec_{secrets.token_urlsafe(16)}"]
        self._proxy: ChaosProxy | None = None
        self._peer: LocalStripe | None = None
        self._sold: list[Sold] = []
        self._refunds: list[dict[str, Any]] = []
        """Made, and not told of yet."""
        self.sold_to: Callable[[str], None] = lambda charge: None
        """Hears of every sale before its case is opened."""

    @property
    def proxy(self) -> ChaosProxy:
        assert self._proxy is not None, "not attended"
        return self._proxy

    @property
    def peer(self) -> LocalStripe:
        assert self._peer is not None, "the program was not asked for"
        return self._peer

    def program(self, home: Path, time: Time) -> Program:
        assert EXECUTABLE.exists(), "make .venv-peers/ready installs what tests run beside us"
        self._peer = LocalStripe(free_port(), home / "localstripe.books")
        return Program(
            name="acquirer",
            command=self._peer.command,
            environment=self._peer.environment,
            healthy=self._peer.answers,
            port=self._peer.port,
            restart=WHENEVER,
        )

    def settings(self) -> Mapping[str, Any]:
        return {
            "adapter": "stripe",
            "api_key": API_KEY,
            "base_url": f"http://127.0.0.1:{self._port}",
            "absent_is_final_after": FINAL_AFTER,
        }

    @asynccontextmanager
    async def attended(self) -> AsyncIterator[None]:
        target = f"http://127.0.0.1:{self.peer.port}"
        self._proxy = ChaosProxy(target, LATE, self._refunded)
        async with through(self._proxy, self._port):
            yield
        await self.peer.http.aclose()

    async def sell(self, number: int, at: datetime) -> Sold:
        """Stripe itself says when a charge was made: now."""
        minor = 1000 + number % 30_000
        reference = await self.peer.charge(minor)
        sold = Sold(
            reference=reference,
            amount=Money(minor=minor, currency="CNY"),
            at=datetime.now(UTC),
            card_last4=TEST_CARD[-4:],
        )
        self._sold.append(sold)
        self.sold_to(reference)
        return sold

    async def disturb(self, dice: random.Random) -> str:
        if dice.random() < IN_READS:
            trouble = dice.choice(_READS)
            self.proxy.reading.append(trouble)
            return f"reading_{trouble.value}"
        trouble = dice.choice(list(Trouble))
        self.proxy.troubles.append(trouble)
        return trouble.value

    async def tell(self, dice: random.Random) -> None:
        due, self._refunds = self._refunds, []
        dice.shuffle(due)
        for refund in due:
            fate = dice.choice(_FATES)
            if fate == "late":
                self._refunds.append(refund)
            elif fate != "lost":
                secret = secrets.token_hex(8) if fate == "forged" else self.secrets[0]
                for _ in range(2 if fate == "twice" else 1):
                    await self._post(refund, secret)

    async def calm(self) -> None:
        self.proxy.troubles.clear()
        self.proxy.reading.clear()

    async def books(self) -> dict[str, Paid]:
        return {sold.reference: await self._paid(sold) for sold in self._sold}

    async def _paid(self, sold: Sold) -> Paid:
        given = await self.peer.given(sold.reference)
        return Paid(captured=sold.amount.minor, given=sum(given), payouts=len(given))

    def _refunded(self, path: str, reply: bytes) -> None:
        if path == "/v1/refunds":
            self._refunds.append(json.loads(reply))

    async def _post(self, refund: Mapping[str, Any], secret: str) -> None:
        """One event of Stripe's, as it signs them."""
        event = {
            "id": f"evt_{refund['id']}",
            "type": "refund.updated",
            "data": {"object": refund},
        }
        body, stamp = json.dumps(event).encode(), str(int(time.time()))
        signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        headers = {"Stripe-Signature": f"t={stamp},v1={signed.hexdigest()}"}
        async with httpx2.AsyncClient(timeout=5) as http:
            await http.post(self._heard_at, content=body, headers=headers)
