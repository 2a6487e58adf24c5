"""The simulator's notices reach their receiver, also over failures and a restart."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI, Request, Response
from pydantic import HttpUrl

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.acquirers.simulator.outbox import Webhook
from recourse.acquirers.simulator.server import serving
from recourse.acquirers.webhooks import Arrived, rest_verifier
from recourse.disputes.effects import AnswerKind, Hint
from recourse.disputes.records import RefundStatus
from tests.acquirers.conftest import Simulated, an_order
from tests.eventually import assert_eventually
from tests.world import PATIENCE

SECRET = "shared"


@dataclass
class Receiver:
    heard: list[Hint] = field(default_factory=list)
    failing: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()
        verify = rest_verifier([SECRET])

        @app.post("/")
        async def notice(request: Request) -> Response:
            if self.failing:
                self.failing -= 1
                return Response(status_code=503)
            arrived = Arrived(request.headers, await request.body(), datetime.now(UTC))
            self.heard.append(verify(arrived))
            return Response(status_code=200)

        return app

    async def has_heard(self, *effects: str) -> None:
        async def came() -> None:
            assert [hint.effect_id for hint in self.heard] == list(effects)

        await assert_eventually(came, PATIENCE)


@pytest.fixture
async def receiver(simulated: Simulated) -> AsyncIterator[Receiver]:
    made = Receiver()
    async with serving(made.app()) as port:
        webhook = Webhook(url=HttpUrl(f"http://127.0.0.1:{port}/"), secret=SECRET)
        await simulated.admin.set_webhook(webhook)
        yield made
        await simulated.admin.set_webhook(None)


async def told_all(simulated: Simulated) -> None:
    """The sender has heard that the notice was taken, and holds nothing back."""

    async def nothing_due() -> None:
        assert not simulated.ledger.outbox.due(simulated.wall())

    await assert_eventually(nothing_due, PATIENCE)


async def test_told_when_it_comes_about(simulated: Simulated, receiver: Receiver) -> None:
    """A notice goes out when there is news, and not before."""
    await simulated.acquirer.request_effect(an_order("e1"))
    simulated.wall.move(days=2)
    await receiver.has_heard()
    simulated.wall.move(days=2)
    await receiver.has_heard("e1")
    await told_all(simulated)


async def test_brought_again_until_it_is_taken(simulated: Simulated, receiver: Receiver) -> None:
    """What is not taken is brought again, under the same id; another's notice does not wait
    for it."""
    receiver.failing = 2
    await simulated.acquirer.request_effect(an_order("e1", 100))
    simulated.wall.move(days=4)
    await receiver.has_heard("e1")
    (hint,) = receiver.heard
    assert hint.event_id.startswith("evt_")


async def test_each_step_has_a_notice_of_its_own(simulated: Simulated, receiver: Receiver) -> None:
    """Posted and sent back are two notices, also when the first comes last."""
    bend = Fault(action=FaultAction.RETURN, days=1, reason="closed")
    late = Fault(action=FaultAction.NOTICE_OVERTAKEN, route=Route.NOTICE)
    await simulated.admin.add_fault(bend)
    await simulated.admin.add_fault(late)
    await simulated.acquirer.request_effect(an_order("e1"))
    simulated.wall.move(days=5)
    await receiver.has_heard("e1", "e1")
    assert len({hint.event_id for hint in receiver.heard}) == 2


@pytest.mark.parametrize(
    ("action", "days", "kind", "status"),
    [
        (FaultAction.NEEDS_ACTION, 1, AnswerKind.ACCEPTED, RefundStatus.NEEDS_ACTION),
        (FaultAction.ABNORMAL, 1, AnswerKind.FAILED, RefundStatus.ABNORMAL),
        (FaultAction.PENDING, 5, AnswerKind.ACCEPTED, RefundStatus.PENDING),
    ],
)
async def test_stuck_and_released(
    simulated: Simulated,
    action: FaultAction,
    days: int,
    kind: AnswerKind,
    status: RefundStatus,
) -> None:
    """What hangs says where and why, holds its money against the sale, and may be released."""
    fault = Fault(action=action, days=days, then_days=4, reason="why")
    await simulated.admin.add_fault(fault)
    await simulated.acquirer.request_effect(an_order("e1"))
    simulated.wall.move(days=2)
    stuck = await simulated.acquirer.effect("e1")
    assert (stuck.kind, stuck.status, stuck.reason) == (kind, status, "why")
    refused = await simulated.acquirer.request_effect(an_order("e2"))
    assert refused.reason == "over_refund"
    simulated.wall.move(days=4)
    assert (await simulated.acquirer.effect("e1")).kind is AnswerKind.SUCCEEDED
