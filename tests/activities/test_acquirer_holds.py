"""What an order for money holds of its sale, and when it lets it go."""

import asyncio

from temporalio.exceptions import ApplicationError

from activities.acquirer import AcquirerDoor
from activities.asking import UNDER_WAY
from activities.errors import AWAY, HELD
from activities.follow_ups import EffectRef, FollowUps
from recourse.acquirers.holding import HoldsInMemory
from recourse.acquirers.simulator.faults import FaultAction, Route
from recourse.disputes.effects import AnswerKind, EffectAnswer, Remedy
from recourse.disputes.holds import Hold
from tests.acquirers.conftest import Simulated, cny
from tests.activities.conftest import EFFECT, correction, fails, fault, run


async def test_two_cases_at_once_are_not_paid_twice(
    door: AcquirerDoor, simulated: Simulated, holds: HoldsInMemory
) -> None:
    """Two cases ask for the whole sale at the same moment, at an acquirer that would pay both:
    one is paid, the other is told to come again, and then that nothing is left."""
    await fault(simulated, FaultAction.LENIENT, times=9)
    await fault(simulated, FaultAction.SLOW, route=Route.REFUNDS, times=2, seconds=0.2)
    first, second = (correction(effect_id=f"case-{n}.1", minor=13912) for n in (1, 2))
    heard = await asyncio.gather(
        run(door.request_correction, first),
        run(door.request_correction, second),
        return_exceptions=True,
    )
    accepted = [h for h in heard if isinstance(h, EffectAnswer)]
    away = [h for h in heard if isinstance(h, ApplicationError)]
    assert [h.kind for h in accepted] == [AnswerKind.ACCEPTED]
    assert [(h.type, h.non_retryable) for h in away] == [(HELD, False)]
    assert len(await simulated.acquirer.refunds("536365")) == 1
    loser = second if heard[0] is accepted[0] else first
    again = await run(door.request_correction, loser, attempt=2)
    assert (again.kind, again.reason) == (AnswerKind.FAILED, "over_captured")
    assert not any(kept.held for kept in holds.sales.values())


async def test_an_unknown_end_keeps_its_hold(
    door: AcquirerDoor, follow_ups: FollowUps, simulated: Simulated, holds: HoldsInMemory
) -> None:
    """While nobody knows whether a payout was made its money is not given to another, and a
    part that fits beside it is; a look that finds its end lets it go."""
    await fault(simulated, FaultAction.LENIENT, times=9)
    await fault(simulated, FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT)
    assert (await run(door.request_correction, correction(minor=9000))).kind is AnswerKind.UNKNOWN
    other = correction(minor=9000, effect_id="case-2.1")
    error = await fails(door.request_correction, other)
    assert (error.type, error.non_retryable) == (HELD, False)
    part = correction(minor=4912, effect_id="case-2.2")
    assert (await run(door.request_correction, part)).kind is AnswerKind.ACCEPTED
    ref = EffectRef(acquirer="simulator", effect_id=EFFECT, sale="536365")
    assert (await run(follow_ups.follow_correction, ref)).kind is AnswerKind.ABSENT
    assert [h.effect_id for h in holds.sales["simulator", "536365"].held] == [EFFECT]
    assert (await run(door.request_correction, correction(minor=9000))).kind is AnswerKind.ACCEPTED
    await fault(simulated, FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT)
    lost = correction(minor=1, remedy=Remedy.DEBIT_ADJUSTMENT, effect_id="case-3.1")
    assert (await run(door.request_correction, lost)).kind is AnswerKind.UNKNOWN
    ref = EffectRef(acquirer="simulator", effect_id="case-3.1", sale="536365")
    assert (await run(follow_ups.follow_correction, ref)).kind is AnswerKind.ACCEPTED
    assert holds.sales["simulator", "536365"].held == ()


async def test_what_may_have_been_sent_stays_held(
    door: AcquirerDoor, simulated: Simulated, holds: HoldsInMemory
) -> None:
    """An attempt that takes over the hold of one that died leaves it where it is when it cannot
    ask, and when the guard stops it says that nobody knows: the order may still come."""
    died = Hold(effect_id=EFFECT, amount=cny(13912), payout=True, grip="of one that died")
    await holds.take("simulator", "536365", died)
    await fault(simulated, FaultAction.STATUS, route=Route.REFUNDS, status=503)
    call = correction(minor=13912)
    assert (await fails(door.request_correction, call, attempt=2)).type == AWAY
    assert [h.effect_id for h in holds.sales["simulator", "536365"].held] == [EFFECT]
    other = correction(minor=1, effect_id="case-2.1")
    assert (await fails(door.request_correction, other)).type == HELD
    too_much = correction(minor=13913)
    heard = await run(door.request_correction, too_much, attempt=3)
    assert (heard.kind, heard.reason) == (AnswerKind.UNKNOWN, UNDER_WAY)
    assert [h.effect_id for h in holds.sales["simulator", "536365"].held] == [EFFECT]
    later = await run(door.request_correction, too_much)
    assert (later.kind, later.reason) == (AnswerKind.FAILED, "over_captured")
    assert holds.sales["simulator", "536365"].held == ()


async def test_what_the_guard_stops_holds_nothing(
    door: AcquirerDoor, simulated: Simulated, holds: HoldsInMemory
) -> None:
    """An order that fails, and one whose books cannot be read, let go of what they held."""
    too_much = await run(door.request_correction, correction(minor=13913))
    assert too_much.reason == "over_captured"
    await fault(simulated, FaultAction.STATUS, route=Route.REFUNDS, status=503)
    assert (await fails(door.request_correction, correction())).type == AWAY
    assert holds.sales["simulator", "536365"].held == ()


async def test_a_copy_of_a_slip_holds_nothing(door: AcquirerDoor, holds: HoldsInMemory) -> None:
    """Only what moves money is held."""
    copy = correction(remedy=Remedy.REPRINT)
    assert (await run(door.request_correction, copy)).kind is AnswerKind.SUCCEEDED
    assert holds.sales == {}
