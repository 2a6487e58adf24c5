"""What was accepted and comes in doubt where nobody stands and waits for it: it is looked up and
put before people, and never asked for again."""

from datetime import timedelta

import pytest

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes.case import Case
from recourse.disputes.effects import Hint
from recourse.disputes.vocabulary import Outcome, Stage, Step
from tests.journeys.endings import assert_money, assert_one_timer
from tests.journeys.test_acquirer_failing import disturbed
from tests.world import World
from workflows.desk import NotAllowed


async def escalated(world: World, reference: str) -> str:
    """A case whose refund was accepted and is not posted in time: the acquirer's people are
    asked."""
    pending = Fault(action=FaultAction.PENDING, sale=reference, days=40)
    case_id = await disturbed(world, reference, pending)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=16)
    await world.until(case_id, stage=Stage.ESCALATION)
    await world.settled(case_id)
    return case_id


async def withdrawn(world: World, reference: str, *faults: Fault) -> str:
    """A case that was withdrawn while its refund was on the way."""
    case_id = await disturbed(world, reference, *faults)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.act(case_id, "withdraw", reason="changed_my_mind")
    await world.until(case_id, step=Step.CLOSED)
    return case_id


async def told_of_news(world: World, case_id: str, event_id: str) -> Case:
    """The case after the acquirer has said that there is news of its correction."""
    (intent,) = (await world.case(case_id)).intents
    await world.desk.heard(case_id, Hint(event_id=event_id, effect_id=intent.order.effect_id))
    await world.settled(case_id)
    return await world.until(case_id, hinted=())


def doubts(case: Case) -> list[tuple[str, str, bool, bool]]:
    """What people are to find out."""
    effects = [intent.order.effect_id for intent in case.intents]
    assert all(work.effect in effects for work in case.open_work), case.open_work
    return [(w.item, w.error, w.money, w.aside) for w in case.open_work]


async def assert_asked_once(world: World, case: Case) -> None:
    asked = (await world.admin.counters()).asked
    assert [asked[i.order.effect_id] for i in case.intents] == [1]


async def test_in_doubt_while_escalated_is_looked_up_until_it_is_known(world: World) -> None:
    """As often as any doubt, not as what was accepted; when it lasts, people are asked beside, and
    when the acquirer knows at last they are not asked any more and the case can be ended."""
    case_id = await escalated(world, "DOUBT-1")
    world.acquirer.undecided = True
    case = await told_of_news(world, case_id, "n1")
    step = case.step
    assert (case.intents[0].state.value, case.money_in_flight) == ("in_doubt", True)
    assert case.open_work == ()
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "withdraw", reason="no_longer")
    assert refused.value.code == "money_in_flight"
    await world.pass_time(case_id, hours=25)
    case = await world.case(case_id)
    assert doubts(case) == [("w1", "Unknown", True, True)]
    assert (case.step, len(await world.mailed(case_id, "work_item"))) == (step, 1)
    world.acquirer.undecided = False
    await world.pass_time(case_id, hours=25)
    case = await world.case(case_id)
    assert (case.intents[0].state.value, case.work["w1"].how) == ("accepted", "dropped")
    await assert_asked_once(world, case)
    await assert_one_timer(world, case_id)
    await world.act(case_id, "withdraw", reason="no_longer")
    await world.until(case_id, outcome=Outcome.WITHDRAWN)


async def test_what_the_acquirer_has_forgotten_is_put_before_people_at_once(world: World) -> None:
    """That it never saw what it had accepted proves nothing: people find out. What they want looked
    up is looked up, what they cannot leave out they may not skip, and what they gave elsewhere
    is judged with the books."""
    case_id = await escalated(world, "DOUBT-2")
    world.acquirer.forgotten = True
    case = await told_of_news(world, case_id, "n1")
    assert doubts(case) == [("w1", "Unknown", True, True)]
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "skip", item="w1", reason="x")
    assert refused.value.code == "money"
    await world.act(case_id, "retry", item="w1")
    await world.settled(case_id)
    case = await world.case(case_id)
    assert doubts(case) == [("w2", "Unknown", True, True)]
    await world.pass_time(case_id, hours=30)
    case = await world.case(case_id)
    assert (doubts(case), case.stage) == ([("w2", "Unknown", True, True)], Stage.ESCALATION)
    await world.act(case_id, "by_hand", item="w2", reference="BANK-90")
    case = await world.until(case_id, stage=Stage.VERIFICATION)
    await world.settled(case_id)
    case = await world.case(case_id)
    assert ([i.state.value for i in case.intents], case.open_work) == (["by_hand"], ())
    assert (case.money_in_flight, case.intents[0].may_pay_too) == (False, True)
    await assert_asked_once(world, case)
    await assert_one_timer(world, case_id)


async def test_in_doubt_after_the_end_is_followed_beyond_the_watch(world: World) -> None:
    """A case that was withdrawn is not let go of while nobody knows whether it has paid."""
    pending = Fault(action=FaultAction.PENDING, sale="DOUBT-3", days=35)
    case_id = await withdrawn(world, "DOUBT-3", pending)
    world.acquirer.undecided = True
    await world.pass_time(case_id, days=40)
    case = await world.case(case_id)
    assert (doubts(case), case.finished) == ([("w1", "Unknown", True, True)], False)
    world.acquirer.undecided = False
    await world.pass_time(case_id, days=5)
    case = await world.case(case_id)
    assert (case.finished, case.outcome) == (True, Outcome.WITHDRAWN)
    assert ([i.state.value for i in case.intents], case.open_work) == (["posted"], ())
    await assert_money(world, "DOUBT-3", credited="100.00")


async def test_a_doubt_that_verification_takes_up_is_asked_about_there(world: World) -> None:
    """Whoever was asked beside is not asked any more once the case waits for it again; it is still
    never asked for a second time."""
    case_id = await withdrawn(
        world, "DOUBT-4", Fault(action=FaultAction.PENDING, sale="DOUBT-4", days=9)
    )
    world.acquirer.forgotten = True
    case = await told_of_news(world, case_id, "n1")
    assert doubts(case) == [("w1", "Unknown", True, True)]
    joined = case.claim.model_copy(update={"story": "I have still not got it"})
    await world.open(joined)
    case = await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    assert (case.open_work, case.work["w1"].how) == ((), "dropped")
    await world.pass_time(case_id, hours=25)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    assert [(w.item, w.aside) for w in case.open_work] == [("w2", False)]
    await assert_asked_once(world, case)


async def said_while_it_is_looked_up(world: World, reference: str, fault: Fault) -> Case:
    """The case after a person has said by hand while a look was under way that found the end."""
    case_id = await disturbed(world, reference, fault)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.act(case_id, "escalate", reason="the customer cannot wait")
    await world.until(case_id, stage=Stage.ESCALATION)
    world.acquirer.undecided = True
    case = await told_of_news(world, case_id, "n1")
    await world.pass_time(case_id, hours=25)
    world.acquirer.undecided = False
    world.clock.moment += timedelta(days=40)
    slow = Fault(
        action=FaultAction.SLOW, route=Route.EFFECT, seconds=1, times=9, effect_prefix=case_id
    )
    await world.admin.add_fault(slow)
    effect = case.intents[0].order.effect_id
    await world.desk.heard(case_id, Hint(event_id="n2", effect_id=effect))
    await world.act(case_id, "by_hand", item="w1", reference="BANK-90")
    await world.until(case_id, hinted=())
    return await world.until(case_id, step=Step.AWAITING_DECISION)


async def test_a_word_beside_counts_although_a_look_finds_it_posted(world: World) -> None:
    """What a person gave meanwhile is had twice, and somebody is told."""
    posts = Fault(action=FaultAction.PENDING, sale="DOUBT-5", days=40)
    case = await said_while_it_is_looked_up(world, "DOUBT-5", posts)
    assert [(i.state.value, i.by_hand) for i in case.intents] == [("paid_twice", "BANK-90")]
    assert [item.error for item in case.open_work] == ["PaidTwice"]


async def test_a_word_beside_counts_although_a_look_finds_it_failed(world: World) -> None:
    """What a person gave meanwhile is not ordered once more."""
    fails = Fault(action=FaultAction.FAIL, sale="DOUBT-6", days=20, reason="account_closed")
    case = await said_while_it_is_looked_up(world, "DOUBT-6", fails)
    assert [(i.state.value, i.by_hand) for i in case.intents] == [("by_hand", "BANK-90")]
    assert case.verdict is not None
    assert case.verdict.corrections == ()


async def test_what_was_forgotten_and_given_by_hand_keeps_no_case_open(world: World) -> None:
    """A person has found out, and the acquirer knows nothing: it will not pay any more."""
    pending = Fault(action=FaultAction.PENDING, sale="DOUBT-7", days=400)
    case_id = await withdrawn(world, "DOUBT-7", pending)
    world.acquirer.forgotten = True
    await told_of_news(world, case_id, "n1")
    await world.act(case_id, "by_hand", item="w1", reference="BANK-90")
    await world.pass_time(case_id, days=40)
    case = await world.case(case_id)
    assert ([i.state.value for i in case.intents], case.finished) == (["by_hand"], True)
