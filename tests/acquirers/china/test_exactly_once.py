"""Corrections under random faults: nobody is paid twice, nobody is forgotten.

``Adversary`` needs an adapter, a look into the acquirer's books and a hand that disturbs it;
nothing in it knows what is spoken on the wire.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

import pytest
from temporalio.exceptions import ApplicationError

from activities.acquirer import AcquirerDoor
from activities.asking import CorrectionCall
from activities.errors import AWAY
from recourse.acquirers.errors import AcquirerUnavailable
from recourse.acquirers.port import Acquirer
from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes.effect_ids import effect_id
from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder
from recourse.disputes.records import RefundStatus
from tests.acquirers.china.peers import MERCHANT, Peer, a_peer, make_lakala, make_unionpay
from tests.acquirers.conftest import START, a_sale, an_order

CORRECTIONS = 240
AT_ONCE = 8
ABSENT_BEFORE_ASKING_AGAIN = 2
PATIENCE = 200
"""Looks at one correction before it counts as lost."""
BACK_OFF = 0.05
"""Seconds after nobody was there: a restart takes a second or two."""

BOOKED = {RefundStatus.PENDING, RefundStatus.POSTED}
DONE = {AnswerKind.ACCEPTED, AnswerKind.SUCCEEDED}


class Books(Protocol):
    """What the acquirer really did."""

    def refunds(self, order: EffectOrder) -> list[int]:
        """Amounts of the refunds that one order ever made, in minor units."""
        ...

    def alive(self, order: EffectOrder) -> bool:
        """Whether the money of an order is out, or on its way."""
        ...

    def out(self, sale: str) -> int:
        """What has left for a sale altogether."""
        ...


@dataclass
class Adversary:
    """Carries corrections out as a case does, while somebody disturbs."""

    acquirer: Acquirer
    books: Books
    disturb: Callable[[], Awaitable[None]]

    async def correct(self, order: EffectOrder) -> EffectAnswer:
        """Ask once; unknown goes to query; absent twice means ask again."""
        door = AcquirerDoor({self.acquirer.name: self.acquirer})
        call = CorrectionCall(acquirer=self.acquirer.name, order=order)
        ask, absent = True, 0
        for _ in range(PATIENCE):
            await self.disturb()
            try:
                if ask or absent >= ABSENT_BEFORE_ASKING_AGAIN:
                    ask, absent = False, 0
                    answer = await door.request_correction(call)
                else:
                    answer = await self.acquirer.effect(order.effect_id)
            except ApplicationError as error:
                if error.type != AWAY:
                    raise
                ask = True
                await asyncio.sleep(BACK_OFF)
                continue
            except AcquirerUnavailable:
                await asyncio.sleep(BACK_OFF)
                continue
            if answer.kind is AnswerKind.ABSENT:
                absent += 1
            elif answer.kind is not AnswerKind.UNKNOWN:
                return answer
        return EffectAnswer(kind=AnswerKind.UNKNOWN)

    async def run(self, orders: list[EffectOrder], captured: int) -> Counter[str]:
        """All orders, several at once; what became of them, as the books say."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(order: EffectOrder) -> tuple[EffectOrder, EffectAnswer]:
            async with turn:
                return order, await self.correct(order)

        counts: Counter[str] = Counter(double=0, lost=0, over_captured=0)
        for order, answer in await asyncio.gather(*map(one, orders)):
            made = self.books.refunds(order)
            counts["made" if made else "refused"] += 1
            counts["double"] += len(made) > 1 or any(m != order.amount.minor for m in made)
            alive, done = self.books.alive(order), answer.kind in DONE
            # Accepted may have failed since; that is heard when it is followed.
            counts["lost"] += (alive and not done) or (done and not made)
            counts["lost"] += answer.kind is AnswerKind.UNKNOWN
        for sale in {order.sale for order in orders}:
            counts["over_captured"] += self.books.out(sale) > captured
        return counts

    async def follow(self, orders: list[EffectOrder]) -> Counter[str]:
        """Days later and undisturbed: how each stands, and whether the books say so too."""
        counts: Counter[str] = Counter(lost=0)
        for order in orders:
            heard = await self.acquirer.effect(order.effect_id)
            counts[heard.kind.value] += 1
            counts["lost"] += self.books.alive(order) != (heard.kind in DONE)
        return counts


@dataclass
class SimulatorBooks:
    peer: Peer
    number_of: Callable[[str], str]

    def refunds(self, order: EffectOrder) -> list[int]:
        number = self.number_of(order.effect_id)
        return [
            refund.amount.minor
            for refund in self.peer.made(order.sale)
            if refund.effect_id.partition("@")[0] == number
        ]

    def alive(self, order: EffectOrder) -> bool:
        number = self.number_of(order.effect_id)
        return any(
            refund.status in BOOKED
            for refund in self.peer.made(order.sale)
            if refund.effect_id.partition("@")[0] == number
        )

    def out(self, sale: str) -> int:
        return sum(
            refund.amount.minor for refund in self.peer.made(sale) if refund.status in BOOKED
        )


@dataclass
class Mischief:
    """One fault in two calls, of a kind drawn from the seed; a restart now and then."""

    peer: Peer
    draw: Random
    restarts: int = 0

    async def __call__(self) -> None:
        if self.draw.random() < 0.5:
            return
        action = self.draw.choice(
            [
                FaultAction.REPLY_LOST,
                FaultAction.REQUEST_LOST,
                FaultAction.TIME_OUT,
                FaultAction.STATUS,
                FaultAction.SLOW,
            ]
        )
        routes = [Route.REQUEST_EFFECT, Route.REQUEST_EFFECT, Route.EFFECT, Route.SALE]
        fault = Fault(
            action=action,
            route=self.draw.choice(routes),
            status=self.draw.choice([500, 502, 503, 429, 404]),
            seconds=0.25,
        )
        self.peer.ledger.faults.add(fault)
        if self.draw.random() < 0.1:
            end = self.draw.choice([FaultAction.FAIL, FaultAction.PENDING])
            days = self.draw.choice([0, 2, 6])
            self.peer.ledger.faults.add(Fault(action=end, days=days, reason="63"))
        if self.restarts < 3 and self.draw.random() < 0.01:
            self.restarts += 1
            await self.peer.restart()


def orders_of(draw: Random, sales: int) -> list[EffectOrder]:
    """Three corrections a sale, of which often only two fit into what was captured; each has
    its own case, and none knows of the others."""
    return [
        an_order(
            effect_id(f"RC-{number:04d}", "refund", 1, START),
            draw.choice([3000, 5000, 6000]),
            sale=f"S{number % sales:04d}",
        )
        for number in range(CORRECTIONS)
    ]


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Peer]:
    async with a_peer(tmp_path) as peer:
        yield peer


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [2026])
@pytest.mark.parametrize("name", ["lakala", "unionpay"])
async def test_two_hundred_corrections_under_faults(name: str, seed: int, alone: Peer) -> None:
    """Under lost replies, lost requests, time-outs, errors, slowness, restarts and refunds that
    fail at once or late: 0 double, 0 lost, 0 over the captured amount."""
    draw = Random(seed)
    sales = CORRECTIONS // 3
    for number in range(sales):
        alone.ledger.sales.put(
            a_sale(f"S{number:04d}", merchant=MERCHANT, amount=_cny(12000), captured=_cny(12000))
        )
    make = make_lakala if name == "lakala" else make_unionpay
    adapter = make(alone.folder, alone.url, timeout=0.2)
    async with contextlib.aclosing(adapter):
        adversary = Adversary(
            adapter, SimulatorBooks(alone, adapter.number_of), Mischief(alone, draw)
        )
        orders = orders_of(draw, sales)
        counts = await adversary.run(orders, 12000)
        alone.ledger.faults.clear()
        alone.wall.move(days=10)
        later = await adversary.follow(orders)
    print(f"{name} seed {seed}: {dict(counts)}, then {dict(later)}")  # noqa: T201 - the figures are asked for
    assert (counts["double"], counts["lost"], counts["over_captured"]) == (0, 0, 0)
    assert later["lost"] == 0
    assert later["succeeded"] > CORRECTIONS // 2
    assert later["failed"] > counts["refused"]
    assert counts["made"] + counts["refused"] == CORRECTIONS
    assert counts["made"] > CORRECTIONS // 2
    assert counts["refused"] > 0


def _cny(minor: int) -> object:
    return {"minor": minor, "currency": "CNY"}
