"""Too much was refunded, and the case moves on while the receiver has time to answer."""

from datetime import datetime, timedelta

from recourse.disputes import events as ev
from recourse.disputes.actions import Actor
from recourse.disputes.case import Case
from recourse.disputes.explain import explain
from recourse.disputes.notices import Role
from recourse.disputes.plans import Way
from recourse.disputes.vocabulary import Outcome, Step
from tests.journeys.endings import SOON, assert_money
from tests.journeys.test_recovery import asked_back, ways
from tests.world import SUPERVISOR, World, yuan

BOSS = Actor(name="wang", role=Role.SUPERVISOR)


async def decided_again(world: World, case_id: str) -> Case:
    """Two persons decide once more to fetch the 900 yuan back."""
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="full")
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("900.00"))
    await world.settled(case_id)
    return await world.case(case_id)


async def upheld_again(world: World, case_id: str) -> Case:
    """Escalated and upheld, the case comes back, and it is decided as before."""
    await world.act(case_id, "escalate", reason="the shop laughs at us")
    await world.settled(case_id)
    await world.act(case_id, "record_result", result="upheld")
    return await decided_again(world, case_id)


async def assert_waits_until(world: World, case_id: str, due: datetime) -> None:
    """The receiver was asked once and has until then to answer: nothing is debited before, and
    after it the debit without consent follows."""
    case = await world.case(case_id)
    clock = case.clocks["recovery"]
    assert (clock.state, clock.due, clock.visit) == ("running", due, case.visit)
    left = clock.due - world.clock.moment
    await world.pass_time(case_id, seconds=(left - SOON).total_seconds())
    assert await ways(world, case_id) == [Way.ASK]
    assert not await world.events(case_id, ev.CorrectionRequested)
    await world.pass_time(case_id, days=1)
    assert await ways(world, case_id) == [Way.ASK, Way.ADJUSTMENT]
    assert len(await world.mails(case_id, "ask_recovery")) == 1


async def test_who_is_asked_keeps_his_time_wherever_the_case_goes(world: World) -> None:
    """Escalated and upheld while the receiver is asked, the case waits out the time that he was
    told, with the days that he was granted, and reminds him no oftener than it would have."""
    case_id = await asked_back(world, "RA-1")
    await world.pass_time(case_id, days=4)
    await world.act(case_id, "extend", clock="recovery", days=3, reason="he is abroad")
    await world.settled(case_id)
    before = (await world.case(case_id)).clocks["recovery"]
    assert before.reminded == 1
    after = (await upheld_again(world, case_id)).clocks["recovery"]
    assert (after.extensions, after.reminded, after.reminders_left) == (
        before.extensions,
        before.reminded,
        before.reminders_left,
    )
    account = explain(tuple(await world.desk.timeline(case_id)), world.clock.moment)
    (told,) = [clock for clock in account.clocks if clock.name == "recovery"]
    assert (told.started, told.due) == (before.started, before.due)
    assert [change.why for change in told.changes] == ["he is abroad"]
    await assert_waits_until(world, case_id, before.due)
    assert len(await world.mails(case_id, "reminder")) == before.reminded + before.reminders_left


async def test_who_agrees_after_the_case_came_back_is_debited_with_his_consent(
    world: World,
) -> None:
    """The rest of his time is there to be used."""
    case_id = await asked_back(world, "RA-2")
    await upheld_again(world, case_id)
    await world.act(case_id, "reply", party="customer", result="agreed")
    await world.until(case_id, step=Step.REFUND_PENDING)
    assert await ways(world, case_id) == [Way.ASK, Way.AGREED_DEBIT]
    await world.pass_time(case_id, days=4)
    await world.until(case_id, outcome=Outcome.CORRECTED)
    await assert_money(world, "RA-2", credited="1000.00", debited="900.00")


async def test_who_is_asked_keeps_his_time_when_the_debt_is_not_given_up(world: World) -> None:
    """It is proposed to give the debt up, and the second person refuses: that was no answer of
    the receiver's."""
    case_id = await asked_back(world, "RA-3")
    due = (await world.case(case_id)).clocks["recovery"].due
    await world.act(case_id, "decide", BOSS, decision="write_off")
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    await world.act(case_id, "refuse", SUPERVISOR, reason="he has a house")
    await decided_again(world, case_id)
    await assert_waits_until(world, case_id, due)


async def test_time_that_ran_out_elsewhere_is_over(world: World) -> None:
    """Who has not answered in the time that he was told is not waited for again, wherever the case
    was when it was over."""
    case_id = await asked_back(world, "RA-4")
    await world.act(case_id, "escalate", reason="the shop laughs at us")
    await world.pass_time(case_id, days=8)
    await world.act(case_id, "record_result", result="upheld")
    await decided_again(world, case_id)
    await world.until(case_id, step=Step.REFUND_PENDING)
    assert await ways(world, case_id) == [Way.ASK, Way.ADJUSTMENT]
    assert len(await world.mails(case_id, "ask_recovery")) == 1


async def test_who_was_told_of_an_end_is_asked_anew(world: World) -> None:
    """The debt was given up before the receiver's time was over, so he had nothing to answer any
    more: reopened after that time, the case asks him anew, with as much time."""
    case_id = await asked_back(world, "RA-5")
    await world.act(case_id, "decide", BOSS, decision="write_off")
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("900.00"))
    await world.until(case_id, step=Step.CLOSED)
    await world.pass_time(case_id, days=10)
    await world.act(case_id, "reopen", reason="he has a house")
    await decided_again(world, case_id)
    case = await world.until(case_id, step=Step.OVER_REFUND_RECOVERY)
    assert len(await world.mails(case_id, "ask_recovery")) == 2
    assert case.clocks["recovery"].due - world.clock.moment > timedelta(days=6)
    assert await ways(world, case_id) == [Way.ASK, Way.ASK]
