"""Promises and extensions: each clock for itself."""

import pytest

from recourse.disputes import events as ev
from recourse.disputes.vocabulary import Stage, Step
from tests.journeys.endings import assert_timed_out, notices
from tests.journeys.test_receipt_lost import lost
from tests.world import World, a_claim, yuan
from workflows.desk import NotAllowed


async def waiting(world: World, reference: str) -> str:
    await world.sale(reference)
    opened = await world.open(a_claim(reference))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    return opened.case_id


async def test_a_promise_kept(world: World) -> None:
    """Who promised and then answers has kept the promise, and nobody hears of it again."""
    case_id = await waiting(world, "M-1")
    await world.act(case_id, "promise", party="platform", what="查日志", days=2, who="小赵")
    await world.act(case_id, "reply", party="platform", text="日志在此")
    await world.pass_time(case_id, days=2)
    assert len(await world.events(case_id, ev.PromiseKept)) == 1
    assert not await world.events(case_id, ev.PromiseBroken)


async def test_a_promise_broken(world: World) -> None:
    """A promise that is not kept runs out by its own timer, is told to the supervisor, and
    moves neither stage nor any other clock."""
    case_id = await waiting(world, "M-2")
    store = (await world.case(case_id)).clocks["answer:store"]
    await world.act(case_id, "promise", party="platform", what="查日志", days=2)
    await world.pass_time(case_id, days=3)
    case = await world.until(case_id, stage=Stage.CONTACT, step=Step.AWAITING_ANSWERS)
    assert len(await world.events(case_id, ev.PromiseBroken)) == 1
    assert notices(case)["promise_broken:supervisor"] == 1
    assert case.clocks["answer:store"].due == store.due
    await assert_timed_out(world, case_id, ("promise:1", "platform", "promise_broken"))


async def test_only_the_customers_clock_is_extended(world: World) -> None:
    """Time to look for the slip moves the customer's clock alone, at most as far and as often
    as the playbook says, and a rule of law is not ours to extend."""
    opened = await world.open(lost("M3"))
    case_id = opened.case_id
    before = (await world.until(case_id, step=Step.AWAITING_ANSWERS)).clocks
    for _ in range(2):
        await world.act(case_id, "extend", clock="answer:customer", days=7, reason="在找")
    after = (await world.case(case_id)).clocks
    moved = [name for name in before if before[name].due != after[name].due]
    assert moved == ["answer:customer"]
    for clock, days, code in (
        ("answer:customer", 7, "extended_enough"),
        ("answer:customer", 8, "too_long"),
        ("limitation", 5, "statutory"),
        ("watch", 5, "no_clock"),
    ):
        with pytest.raises(NotAllowed) as refused:
            await world.act(case_id, "extend", clock=clock, days=days, reason="在找")
        assert refused.value.code == code
    await world.pass_time(case_id, days=8)
    await world.until(case_id, stage=Stage.ESCALATION)


async def test_an_answer_that_law_wants_in_time_escalates(world: World) -> None:
    """When the time to answer runs out while the case is still being verified, it escalates
    at that very second; the clock is recorded once."""
    case_id = await waiting(world, "M-4")
    await world.act(case_id, "extend", clock="answer:store", days=40, reason="stock-taking")
    await world.pass_time(case_id, days=16)
    case = await world.until(case_id, step=Step.TIER2)
    assert case.clocks["answer"].state == "expired"
    await assert_timed_out(world, case_id, ("answer", "us", "escalate"))


async def test_a_door_that_opens_later_is_waited_for(world: World) -> None:
    """A scheme dispute filed in the waiting time is lost: the rung begins when it is over."""
    await world.sale("M-5")
    opened = await world.open(
        a_claim("M-5", kind="refund_not_received", refund={"requested": yuan("1.00")})
    )
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "escalate", to="scheme_dispute", reason="at once")
    await world.until(case_id, step=Step.SCHEME_DISPUTE)
    assert not await world.events(case_id, ev.Escalated)
    await world.pass_time(case_id, days=14)
    assert not await world.events(case_id, ev.Escalated)
    await world.pass_time(case_id, days=3)
    ((escalated, _),) = await world.events(case_id, ev.Escalated)
    met = await world.events(case_id, ev.ClockMet)
    (opened_at,) = [entry.at for entry, e in met if e.clock == "credit_wait"]
    assert escalated.at >= opened_at
