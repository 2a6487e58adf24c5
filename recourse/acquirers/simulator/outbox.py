"""The simulator's notices to its merchant: that there is news of an effect. Kept in the books
until they are taken, so that they survive a restart, and misdelivered when told to."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import httpx2
from pydantic import Field, HttpUrl

from recourse.acquirers.contract import SIGNATURE, Notice
from recourse.acquirers.simulator.faults import DELIVERING, Call, FaultAction, FaultQueue, Route
from recourse.acquirers.simulator.lifecycle import Steps
from recourse.acquirers.simulator.store import Store, read_time, written
from recourse.acquirers.webhooks import signature
from recourse.disputes.models import EdgeValue

LOOK_EVERY = 0.1
"""Seconds of real time between two looks for notices that are due."""
GIVE_UP_AFTER = 12
"""Deliveries of one notice; the last is made some minutes after the first."""
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
ANSWER_WITHIN = 5.0


class Webhook(EdgeValue):
    """Where notices go, and the secret they are signed with."""

    url: HttpUrl
    secret: str = Field(min_length=1)


class Outbox:
    def __init__(self, store: Store, faults: FaultQueue) -> None:
        self._store = store
        self._faults = faults

    def send_to(self, webhook: Webhook | None) -> None:
        """Where notices go from now on; nowhere, and those that wait are forgotten."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM webhook")
            if webhook is None:
                db.execute("DELETE FROM outbox")
            else:
                db.execute("INSERT INTO webhook (body) VALUES (?)", (webhook.model_dump_json(),))

    def webhook(self) -> Webhook | None:
        row = self._store.db.execute("SELECT body FROM webhook").fetchone()
        return None if row is None else Webhook.model_validate_json(row["body"])

    def plan(self, reference: str, effect_id: str, sale: str, steps: Steps) -> None:
        """One notice for each step that is still to come."""
        with self._store.transaction() as db:
            for step in steps[1:]:
                seed = f"{reference}\n{step.at}\n{step.status}"
                event_id = f"evt_{sha256(seed.encode()).hexdigest()[:20]}"
                db.execute(
                    "INSERT OR IGNORE INTO outbox (event_id, effect_id, sale, at) "
                    "VALUES (?, ?, ?, ?)",
                    (event_id, effect_id, sale, written(step.at)),
                )

    def due(self, now: datetime) -> list[tuple[Notice, str]]:
        """What is to be delivered, with the sale it is about, oldest first."""
        rows = self._store.db.execute(
            "SELECT * FROM outbox WHERE at <= ? ORDER BY at, rowid LIMIT 100", (written(now),)
        )
        return [
            (
                Notice(
                    id=row["event_id"],
                    kind="effect_changed",
                    effect_id=row["effect_id"],
                    at=read_time(row["at"]),
                ),
                row["sale"],
            )
            for row in rows
        ]

    def done(self, event_id: str) -> None:
        with self._store.transaction() as db:
            db.execute("DELETE FROM outbox WHERE event_id = ?", (event_id,))

    def fault(self, notice: Notice, sale: str) -> FaultAction | None:
        call = Call(route=Route.NOTICE, sale=sale, effect_id=notice.effect_id)
        fault = self._faults.take(DELIVERING, call)
        return fault.action if fault is not None else None


class Deliverer:
    """Delivers notices while the simulator runs."""

    def __init__(self, outbox: Outbox, now: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._now = now
        self._tries: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self._held: list[Notice] = []
        """To be overtaken by the next one."""

    async def run(self) -> None:
        """Until it is cancelled."""
        async with httpx2.AsyncClient(timeout=ANSWER_WITHIN) as http:
            while True:
                webhook = self._outbox.webhook()
                if webhook is not None:
                    await self._deliver(http, webhook)
                await asyncio.sleep(LOOK_EVERY)

    async def _deliver(self, http: httpx2.AsyncClient, webhook: Webhook) -> None:
        held = {notice.id for notice in self._held}
        for notice, sale in self._outbox.due(self._now()):
            if notice.id in held or self._not_before.get(notice.id, 0.0) > time.monotonic():
                continue
            first = notice.id not in self._tries
            action = self._outbox.fault(notice, sale) if first else None
            self._tries[notice.id] = self._tries.get(notice.id, 0) + 1
            if action is FaultAction.NOTICE_OVERTAKEN:
                self._held.append(notice)
                continue
            if action is FaultAction.NOTICE_LOST:
                self._done(notice.id)
                continue
            secret = webhook.secret
            if action is FaultAction.NOTICE_FORGED:
                secret = secrets.token_hex(8)
            taken = await self._post(http, webhook, notice, secret)
            if action is FaultAction.NOTICE_TWICE:
                await self._post(http, webhook, notice, secret)
            if taken or action is FaultAction.NOTICE_FORGED:
                await self._taken(http, webhook, notice)
            else:
                self._later(notice)

    async def _taken(self, http: httpx2.AsyncClient, webhook: Webhook, notice: Notice) -> None:
        self._done(notice.id)
        while self._held:
            overtaken = self._held.pop()
            if await self._post(http, webhook, overtaken, webhook.secret):
                self._done(overtaken.id)

    def _done(self, event_id: str) -> None:
        self._outbox.done(event_id)
        self._tries.pop(event_id, None)
        self._not_before.pop(event_id, None)

    def _later(self, notice: Notice) -> None:
        tries = self._tries[notice.id]
        if tries >= GIVE_UP_AFTER:
            self._done(notice.id)
            return
        pause = min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE)
        self._not_before[notice.id] = time.monotonic() + pause

    async def _post(
        self, http: httpx2.AsyncClient, webhook: Webhook, notice: Notice, secret: str
    ) -> bool:
        body = notice.model_dump_json().encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(secret, body, datetime.now(UTC)),
        }
        with contextlib.suppress(httpx2.HTTPError):
            response = await http.post(str(webhook.url), content=body, headers=headers)
            return response.is_success
        return False
