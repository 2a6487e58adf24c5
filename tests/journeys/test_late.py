"""No worker was up when a clock ran out: that is seen first, before whatever comes then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes import events as ev
from recourse.disputes.effects import Hint
from recourse.disputes.vocabulary import Outcome, Stage, Step
from recourse.policies.loading import regime_files
from tests.eventually import assert_eventually
from tests.journeys.endings import assert_money, assert_one_timer
from tests.journeys.test_acquirer_failing import disturbed
from tests.journeys.test_adopted import published
from tests.journeys.test_approval import proposed
from tests.world import PATIENCE, SUPERVISOR, World, a_claim, yuan
from workflows.desk import Desk, NotAllowed

BARRED = """
[[rules]]
name = "time_bar"
kind = "auto_lose"
owner = "customer"
anchor = "sale"
within = { amount = 5, unit = "days", source = "house" }
effect = "lose"
when = { brand = ["visa"] }
"""


async def silent(world: World, reference: str) -> str:
    """A case in which the store has got more time than we have ourselves."""
    await world.sale(reference)
    case_id = (await world.open(a_claim(reference))).case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="customer", answers={"refund_promise": "yes"})
    await world.act(case_id, "extend", clock="answer:store", days=40, reason="stock-taking")
    return case_id


@asynccontextmanager
async def over_unseen(world: World, case_id: str, clock: str = "answer") -> AsyncIterator[None]:
    """Nobody works on a case as a clock of it runs out."""
    due = (await world.case(case_id)).clocks[clock].due
    minutes = (due - world.clock.moment).total_seconds() / 60
    await world.pass_time(case_id, minutes=minutes - 5)

    async def fired() -> None:
        (*_, last) = (await world.handle(case_id).fetch_history()).events
        assert last.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED

    async with world.nobody_works_on(case_id, minutes=10):
        await assert_eventually(fired, PATIENCE)
        yield
        await asyncio.sleep(1)  # until it has reached the server


async def assert_escalated_late(world: World, case_id: str) -> int:
    """Our time to answer ran out once and escalated the case once, and people were told once;
    returns the place of the time-out."""
    await world.until(case_id, stage=Stage.ESCALATION)
    await world.pass_time(case_id, hours=12)  # people are written to in the morning
    case = await world.case(case_id)
    (out,) = [e for e, event in await world.events(case_id, ev.TimedOut) if event.clock == "answer"]
    entered = [
        event
        for _, event in await world.events(case_id, ev.StageEntered)
        if event.stage is Stage.ESCALATION
    ]
    assert [event.why for event in entered] == ["answer has run out"]
    assert case.clocks["answer"].ended == out.at > case.clocks["answer"].due
    assert len(await world.events(case_id, ev.Escalated)) == 1
    assert len(await world.mails(case_id, "escalated_claimant")) == 1
    await assert_one_timer(world, case_id)
    return out.seq


async def test_what_ran_out_unseen_comes_first(world: World) -> None:
    """A reply that reaches a case together with its worker, after our time to answer was over,
    is late: the time-out and the escalation stand before it, each once."""
    case_id = await silent(world, "LT-1")
    async with over_unseen(world, case_id):
        reply = asyncio.create_task(
            world.act(case_id, "reply", party="store", answers={"refund_slip": "yes"})
        )
    await reply
    out = await assert_escalated_late(world, case_id)
    *_, (replied, _) = await world.events(case_id, ev.AnswerReceived)
    assert replied.seq == out + 2


async def test_what_a_time_out_forbids_is_refused(world: World) -> None:
    """More time for a question whose stage the time-out has ended is asked for too late."""
    case_id = await silent(world, "LT-2")
    async with over_unseen(world, case_id):
        more = asyncio.create_task(
            world.act(case_id, "extend", clock="answer:store", days=5, reason="still looking")
        )
    with pytest.raises(NotAllowed) as refused:
        await more
    assert refused.value.code == "no_clock"
    await assert_escalated_late(world, case_id)
    assert len(await world.events(case_id, ev.ClockExtended)) == 1


async def test_what_ran_out_unseen_has_its_effect_after_what_came(world: World) -> None:
    """The acquirer's notice judges nothing and is written down behind the time-out, whose effect
    follows at the next wait, once."""
    pending = Fault(action=FaultAction.PENDING, sale="LT-3", days=40)
    case_id = await disturbed(world, "LT-3", pending)
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    await world.act(case_id, "extend", clock="post", days=30, reason="a bank holiday")
    hint = Hint(event_id="news", effect_id=case.intents[0].order.effect_id)
    async with over_unseen(world, case_id):
        assert await world.desk.heard(case_id, hint)
    out = await assert_escalated_late(world, case_id)
    ((heard, _),) = await world.events(case_id, ev.WebhookHeard)
    assert heard.seq == out + 1


async def in_doubt_when_late(world: World, reference: str, *faults: Fault) -> str:
    """Our time to answer ran out while nobody could say whether the correction was taken."""
    lost = Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT, sale=reference)
    case_id = await disturbed(world, reference, lost, *faults)
    case = await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    world.acquirer.undecided = True
    late = case.clocks["answer"].due - world.clock.moment
    await world.pass_time(case_id, days=late.days + 1)
    case = await world.case(case_id)
    assert (case.stage, case.clocks["answer"].state) == (Stage.VERIFICATION, "expired")
    assert case.money_in_flight
    told = [
        event.clock for _, event in await world.events(case_id, ev.ClockWarned) if event.overdue
    ]
    assert "answer" in told
    world.acquirer.undecided = False
    return case_id


async def test_a_time_out_waits_for_money_in_doubt(world: World) -> None:
    """Nothing is escalated while a correction is of unknown end; when it then turns out to have
    failed, the case is, and nobody orders it once more."""
    fails = Fault(action=FaultAction.FAIL, sale="LT-6", days=1, reason="card_closed")
    case_id = await in_doubt_when_late(world, "LT-6", fails)
    await world.pass_time(case_id, days=2)
    case = await world.until(case_id, stage=Stage.ESCALATION)
    whys = [event.why for _, event in await world.events(case_id, ev.StageEntered)]
    assert whys[-1] == "answer has run out"
    assert len(case.intents) == 1
    await assert_one_timer(world, case_id)


async def test_money_that_came_while_it_was_in_doubt_is_told_late(world: World) -> None:
    """The correction had posted all the while: the customer is told, and nobody is asked to help
    him to what he has."""
    case_id = await in_doubt_when_late(world, "LT-7")
    await world.pass_time(case_id, days=2)
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert Stage.ESCALATION not in case.path
    assert not case.clocks["answer"].awaited
    await assert_money(world, "LT-7", credited="100.00")


@pytest.mark.parametrize("action", [FaultAction.PENDING, FaultAction.FAIL])
async def test_what_was_given_by_hand_counts_before_a_time_out(
    world: World, action: FaultAction
) -> None:
    """A person says that it was given while a look finds out that it is no longer in doubt: the
    word is written down, and the case is not taken from under it."""
    sale = f"LT-8-{action.value}"
    fault = Fault(action=action, sale=sale, days=40 if action is FaultAction.PENDING else 1)
    case_id = await in_doubt_when_late(world, sale, fault)
    case = await world.case(case_id)
    world.clock.moment += timedelta(days=2)
    slow = Fault(
        action=FaultAction.SLOW, route=Route.EFFECT, seconds=1, times=9, effect_prefix=case_id
    )
    await world.admin.add_fault(slow)
    effect = case.intents[0].order.effect_id
    await world.desk.heard(case_id, Hint(event_id="n1", effect_id=effect))
    await asyncio.sleep(0.4)
    item = case.open_work[-1].item
    await world.act(case_id, "by_hand", item=item, reference="BANK-90")
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert [(i.state.value, i.by_hand) for i in case.intents] == [("by_hand", "BANK-90")]
    assert Stage.ESCALATION not in case.path


async def test_no_money_is_ordered_past_a_time_out(world: World, tmp_path: Path) -> None:
    """A rule whose fact is known only from the books, and which had run out by then, bars the
    claim before anything is decided by itself: nothing is paid, and the case closes."""
    house = dict(regime_files())["house.toml"] + BARRED
    desk = Desk(world.client, world.desk._terms, policies=published(tmp_path, "2027-01-07", house))
    await world.refund(await world.sale("LT-4", card_brand="visa"), "10.00")
    case_id = (await desk.open(a_claim("LT-4"))).case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    case = await world.until(case_id, step=Step.CLOSED)
    assert (case.outcome, case.reason) == (Outcome.REJECTED, "time_barred")
    found, *_ = await world.events(case_id, ev.SaleFound)
    (out,) = await world.events(case_id, ev.TimedOut)
    assert (out[1].clock, out[0].at) == ("time_bar", found[0].at)
    assert not case.intents
    await assert_money(world, "LT-4", credited="10.00")


async def test_a_late_approval_counts(world: World) -> None:
    """What a second person has agreed to is carried out, also when that came late: nobody is
    told yes and then ignored. That it was late is on record."""
    case_id = await proposed(world, "LT-5")
    async with over_unseen(world, case_id, "approve"):
        yes = asyncio.create_task(world.act(case_id, "approve", SUPERVISOR, amount=yuan("900.00")))
    await yes
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    assert case.clocks["approve"].state == "expired"
    assert Stage.ESCALATION not in case.path
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await assert_money(world, "LT-5", credited="1000.00")
