"""One run: so many corrections, each with its people, whatever is thrown meanwhile."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import httpx2

from console.shown import said
from recourse.acquirers.errors import AcquirerUnavailable
from recourse.acquirers.simulator.admin import SimulatorRefused
from recourse.disputes import events as ev
from recourse.disputes.actions import Actor
from recourse.disputes.case import Case
from recourse.disputes.claims import Claim
from recourse.disputes.fold import fold
from recourse.disputes.notices import Role
from recourse.disputes.vocabulary import Step
from tests.adversary.peers import Paid, Sold
from tests.adversary.report import Report
from tests.adversary.stage import Stage
from tests.world import START, a_claim
from workflows.desk import DeskError, Listed

IN_FLIGHT = 60
"""Cases that wait for their money at once."""
LOOK_EVERY = 0.25
TRIES_FOR = 10.0
READ_WITHIN = 120.0
AWAY = (
    httpx2.HTTPError,
    SimulatorRefused,
    AcquirerUnavailable,
    DeskError,
    TimeoutError,
    OSError,
)
"""What is heard while a part of the stack is being killed."""
T = TypeVar("T")
Stone = Coroutine[Any, Any, None]
MEI = Actor(name="mei", role=Role.AGENT)
LI = Actor(name="li", role=Role.SUPERVISOR)


class Run:
    """Opens the cases and plays the people, while stones are thrown."""

    def __init__(self, stage: Stage, report: Report, in_flight: int = IN_FLIGHT) -> None:
        self._peer = stage.peer
        self._desk = stage.desk
        self._report = report
        self._in_flight = in_flight
        self.sold: dict[str, Sold] = {}
        """By case."""
        self._open: set[str] = set()
        self._busy: set[str] = set()
        self._answered: set[str] = set()

    async def play(self, within: timedelta, *stones: Stone) -> None:
        """Until every correction has come to its end; what is thrown meanwhile is ended then.
        Raises TimeoutError, which says where the first of the others stand."""
        try:
            async with asyncio.timeout(within.total_seconds()), asyncio.TaskGroup() as group:
                thrown = [group.create_task(stone) for stone in stones]
                await self._cases()
                for stone in thrown:
                    stone.cancel()
        except TimeoutError as error:
            error.add_note(f"{len(self._open)} cases have not ended")
            for case_id in sorted(self._open)[:2]:
                with contextlib.suppress(*AWAY):
                    for entry in await self._desk.timeline(case_id):
                        error.add_note(f"{entry.at:%m-%d %H:%M} {said(entry)}")
            raise

    async def _cases(self) -> None:
        left = iter(range(1, self._report.corrections + 1))
        exhausted = False
        async with asyncio.TaskGroup() as people:
            while not exhausted or self._open:
                while len(self._open) < self._in_flight and not exhausted:
                    number = next(left, None)
                    if number is None:
                        exhausted = True
                    else:
                        await self._begin(number)
                for listed in await self._listed():
                    if listed.case_id in self._open and listed.case_id not in self._busy:
                        self._busy.add(listed.case_id)
                        people.create_task(self._attend(listed))
                await asyncio.sleep(LOOK_EVERY)

    @property
    def nearly_done(self) -> bool:
        """Whether only a tenth is left. What is still thrown would hit the same few for ever."""
        ended = len(self.sold) - len(self._open)
        return ended >= 0.9 * self._report.corrections

    async def _begin(self, number: int) -> None:
        sold = await self.insist(lambda: self._peer.sell(number, START - timedelta(days=10)))
        opened = await self.insist(lambda: self._desk.open(_claim(sold)))
        self.sold[opened.case_id] = sold
        self._open.add(opened.case_id)

    async def _listed(self) -> list[Listed]:
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(TRIES_FOR):
                return [case async for case in self._desk.listed(limit=5000)]
        return []

    async def _attend(self, listed: Listed) -> None:
        """What the people of a case do where it stands. Refused, because the case has moved on
        meanwhile, or not heard, because the server is being killed, they look again."""
        try:
            with contextlib.suppress(*AWAY):
                await self._do(listed)
        finally:
            self._busy.discard(listed.case_id)

    async def _do(self, listed: Listed) -> None:
        case_id = listed.case_id
        if listed.failures:
            await self._resume(case_id)
        elif listed.outcome != "open":
            self._open.discard(case_id)
        elif listed.step == Step.AWAITING_ANSWERS and case_id not in self._answered:
            await self._act(case_id, "reply", {"party": "store", "result": "confirms"}, MEI)
            self._answered.add(case_id)
        elif listed.step == Step.AWAITING_DECISION:
            await self._act(case_id, "decide", {"decision": "full"}, MEI)
        elif listed.step == Step.SECOND_PERSON_REVIEW:
            await self._approve(case_id)
        elif listed.step == Step.AWAITING_CONFIRMATION:
            await self._act(case_id, "confirm_received", {"received": True}, MEI)

    async def _resume(self, case_id: str) -> None:
        case = await self._desk.case(case_id)
        for item in case.open_work:
            self._report.work_items += 1
            await self._act(case_id, "retry", {"item": item.item}, LI)

    async def _approve(self, case_id: str) -> None:
        case = await self._desk.case(case_id)
        if case.decision is not None and case.decision.amount is not None:
            amount = case.decision.amount.model_dump(mode="json", exclude={"minor"})
            await self._act(case_id, "approve", {"amount": amount}, LI)

    async def _act(self, case_id: str, action: str, data: dict[str, object], who: Actor) -> None:
        async with asyncio.timeout(TRIES_FOR):
            await self._desk.act(case_id, action, data, who)

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                async with asyncio.timeout(TRIES_FOR):
                    return await call()
            except AWAY:
                await asyncio.sleep(LOOK_EVERY)

    async def audit(self) -> None:
        """Hold what was paid against what was owed, and what the cases believe. Raises
        TimeoutError when a case cannot be read."""
        # The acquirer may just have been killed.
        books = await self.insist(self._peer.books)
        for case_id, sold in self.sold.items():
            async with asyncio.timeout(READ_WITHIN):
                await self._audit(case_id, sold, books[sold.reference])

    async def _audit(self, case_id: str, sold: Sold, paid: Paid) -> None:
        report = self._report
        report.payouts += paid.payouts
        if paid.given > sold.amount.minor or paid.payouts > 1:
            report.doubled.append(sold.reference)
        if paid.given < sold.amount.minor:
            report.lost.append(sold.reference)
        if paid.given > paid.captured:
            report.over_captured.append(sold.reference)
        # A worker that was just killed has every case to read anew.
        timeline = await self.insist(lambda: self._desk.timeline(case_id))
        if _believed(fold(timeline)) != paid.given:
            report.disagreeing.append(case_id)
        report.heard += sum(isinstance(entry.event, ev.WebhookHeard) for entry in timeline)


def _believed(case: Case) -> int:
    return sum(intent.order.amount.minor for intent in case.intents if intent.done)


def _claim(sold: Sold) -> Claim:
    return a_claim(
        sold.reference,
        kind="refund_not_received",
        sale={
            "reference": sold.reference,
            "amount": sold.amount.model_dump(mode="json", exclude={"minor"}),
            "at": sold.at.isoformat(),
            "card_last4": sold.card_last4,
        },
        refund={"requested": sold.amount.model_dump(mode="json", exclude={"minor"})},
    )
