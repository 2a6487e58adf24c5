"""Cases that are told by their acquirer: looked up at once, and nothing believed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import HttpUrl

from console.webhooks import create_app
from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.acquirers.simulator.outbox import Webhook
from recourse.acquirers.simulator.server import serving
from recourse.acquirers.webhooks import rest_verifier
from recourse.disputes import events as ev
from recourse.disputes.effects import Hint
from recourse.disputes.vocabulary import CorrectionState, Outcome, Step
from tests.eventually import assert_eventually
from tests.journeys.endings import assert_money, assert_one_timer
from tests.journeys.test_acquirer_failing import disturbed, ended_well
from tests.world import PATIENCE, World

SECRET = "shared"


@asynccontextmanager
async def hearing(world: World) -> AsyncIterator[None]:
    """The acquirer sends notices, and the door tells them to cases."""
    app = create_app(world.desk, {"simulator": rest_verifier([SECRET])})
    async with serving(app) as port:
        url = HttpUrl(f"http://127.0.0.1:{port}/webhooks/simulator")
        await world.admin.set_webhook(Webhook(url=url, secret=SECRET))
        yield
        await world.admin.set_webhook(None)


def ours(action: FaultAction, sale: str) -> Fault:
    """Of the notice about our refund, and not of that about the till's."""
    return Fault(action=action, route=Route.NOTICE, sale=sale, effect_prefix="RC-")


async def hints(world: World, case_id: str) -> int:
    return len(await world.events(case_id, ev.WebhookHeard))


async def posts(world: World, case_id: str) -> None:
    """Three days pass for the acquirer alone: the case hears only what it is told."""
    await world.settled(case_id)
    world.clock.moment += timedelta(days=3, hours=1)


async def test_posted_is_heard_at_once(world: World) -> None:
    """On the acquirer's notice the case looks at once, not at its next look; the customer is
    told as soon as the money is there."""
    async with hearing(world):
        case_id = await disturbed(world, "HINT-1")
        await world.until(case_id, step=Step.REFUND_PENDING)
        await posts(world, case_id)
        case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
        assert case.hinted == ()
        assert await hints(world, case_id) == 1
        await ended_well(world, case_id, "HINT-1")


@pytest.mark.parametrize(
    ("action", "heard"),
    [
        (FaultAction.NOTICE_TWICE, 1),
        (FaultAction.NOTICE_LOST, 0),
        (FaultAction.NOTICE_FORGED, 0),
    ],
)
async def test_misdelivered(world: World, action: FaultAction, heard: int) -> None:
    """A notice that comes twice is heard once; one that is lost or forged is not heard, and the
    case finds out by its own look. The money is the same."""
    reference = f"HINT-2-{action}"
    async with hearing(world):
        await world.admin.add_fault(ours(action, reference))
        case_id = await disturbed(world, reference)
        await world.until(case_id, step=Step.REFUND_PENDING)
        await world.pass_time(case_id, days=3, hours=1)
        await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
        assert await hints(world, case_id) == heard
        await assert_one_timer(world, case_id)
        await assert_money(world, reference, credited="100.00")


async def test_out_of_order(world: World) -> None:
    """Notices that overtake each other change nothing: each only makes the case look."""
    async with hearing(world):
        overtaken = ours(FaultAction.NOTICE_OVERTAKEN, "HINT-3")
        returned = Fault(action=FaultAction.RETURN, sale="HINT-3", days=0.01, reason="closed")
        await world.admin.add_fault(overtaken)
        case_id = await disturbed(world, "HINT-3", returned)
        await world.until(case_id, step=Step.REFUND_PENDING)
        await posts(world, case_id)
        case = await world.until(case_id, step=Step.AWAITING_DECISION)
        assert [i.state for i in case.intents] == [CorrectionState.RETURNED]


async def test_returned_after_closing(world: World) -> None:
    """A refund that comes back while the closed case is watched brings it back at once."""
    async with hearing(world):
        returned = Fault(action=FaultAction.RETURN, sale="HINT-4", days=1, reason="closed")
        case_id = await disturbed(world, "HINT-4", returned)
        await world.until(case_id, step=Step.REFUND_PENDING)
        await posts(world, case_id)
        await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
        await world.act(case_id, "confirm_received", received=True)
        await world.until(case_id, outcome=Outcome.CORRECTED)
        await posts(world, case_id)
        case = await world.until(case_id, step=Step.AWAITING_DECISION)
        assert case.outcome is None
        assert await hints(world, case_id) == 2
        await assert_one_timer(world, case_id)


async def test_lies_and_floods(world: World) -> None:
    """A hint about what is not so causes a query and nothing else, the same one no more; about
    another's effect it is not even an event, and a finished or unknown case is no error."""
    case_id = await disturbed(
        world, "HINT-5", Fault(action=FaultAction.PENDING, sale="HINT-5", days=9)
    )
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    (intent,) = case.intents
    effect_id = intent.order.effect_id
    for _ in range(3):
        assert await world.desk.heard(case_id, Hint(event_id="lie", effect_id=effect_id))
    await world.desk.heard(case_id, Hint(event_id="other", effect_id=f"{case_id}:refund:99"))

    async def looked() -> None:
        now = await world.case(case_id)
        assert (now.hinted, now.seen_hints) == ((), ("lie",))

    await assert_eventually(looked, PATIENCE)
    assert await hints(world, case_id) == 1
    assert (await world.case(case_id)).intents[0].state is CorrectionState.ACCEPTED
    for number in range(40):
        await world.desk.heard(case_id, Hint(event_id=f"n{number}", effect_id=effect_id))
    await world.settled(case_id)
    counters = await world.admin.counters()
    assert await hints(world, case_id) <= 41
    assert counters.asked[effect_id] == 1
    assert not await world.desk.heard("RC-NONE", Hint(event_id="x", effect_id="RC-NONE:refund:1"))
    await assert_one_timer(world, case_id)
