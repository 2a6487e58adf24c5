"""When the acquirer is down, unsure or refuses: exactly one movement of money, whatever it says."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.effects import AnswerKind, Hint
from recourse.disputes.reckoning import reckon
from recourse.disputes.vocabulary import MoneyState, Outcome, Stage, Step
from tests.eventually import assert_eventually
from tests.journeys.endings import (
    CONTACT,
    VERIFICATION,
    assert_ended,
    assert_money,
    assert_timed_out,
)
from tests.world import World, a_claim
from workflows.desk import Desk, NotAllowed

OPENING = "acknowledge:customer ask_store:store"
CLOSING = "money_posted:customer closed:customer closed:store"


async def disturbed(world: World, reference: str, *faults: Fault, desk: Desk | None = None) -> str:
    """A case of a refund that was too small, at an acquirer that misbehaves from now on."""
    sale = await world.sale(reference)
    await world.refund(sale, "10.00")
    opened = await (desk or world.desk).open(a_claim(reference))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    for fault in faults:
        await world.admin.add_fault(fault)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    return opened.case_id


async def given_up(world: World, case_id: str) -> Case:
    async def failed() -> Case:
        await world.wait_out(case_id, seconds=5)
        case = await world.case(case_id)
        assert case.open_work, case.step
        return case

    return await assert_eventually(failed, timedelta(seconds=60))


async def ended_well(world: World, case_id: str, reference: str) -> Case:
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    items = (await world.case(case_id)).work_count
    announced = f" work_item:supervisor*{items}" if items else ""
    warned = len(await world.events(case_id, ev.ClockWarned))  # when the wait was long
    near = f" deadline_near:supervisor*{warned}" if warned else ""
    told = f"{OPENING} {CLOSING}{announced}{near}"
    case = await assert_ended(world, case_id, Outcome.CORRECTED, CONTACT, VERIFICATION, told=told)
    await assert_money(world, reference, credited="100.00")
    return case


async def test_down_on_search(world: World) -> None:
    """An acquirer that is down when the sale is looked for is tried again, then put before a
    person; the case goes on where it was."""
    case_id = await disturbed(
        world, "F-1", Fault(action=FaultAction.STATUS, route=Route.SALE, times=40)
    )
    case = await given_up(world, case_id)
    assert (case.open_work[0].what, case.open_work[0].money) == ("find the sale", False)
    await world.admin.clear_faults()
    await world.act(case_id, "retry", item="w1")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await ended_well(world, case_id, "F-1")


async def test_search_by_hand_and_left_out(world: World) -> None:
    """A search can be done by hand, by naming the sale, again and again until one is found;
    left out, it is the customer who is asked."""
    case_id = await disturbed(
        world, "F-2", Fault(action=FaultAction.STATUS, route=Route.SALE, times=40)
    )
    await given_up(world, case_id)
    await world.act(case_id, "by_hand", item="w1", reference="F-2")
    await given_up(world, case_id)
    await world.act(case_id, "skip", item="w2", reason="nobody there")
    case = await world.until(case_id, step=Step.MATCH_NONE)
    assert case.question


async def test_record_that_cannot_be_read_goes_to_the_acquirers_people(world: World) -> None:
    """Without the books there is no verdict: whoever leaves them out turns to the acquirer."""
    case_id = await disturbed(world, "F-3", Fault(action=FaultAction.PENDING, sale="F-3", days=9))
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.act(case_id, "withdraw", reason="no_longer")
    await world.until(case_id, step=Step.CLOSED)
    await world.admin.add_fault(Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=40))
    await world.act(case_id, "reopen", reason="after all")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.admin.clear_faults()
    await world.admin.add_fault(Fault(action=FaultAction.STATUS, route=Route.SALE, times=40))
    await world.pass_time(case_id, days=8)
    await world.pass_time(case_id, days=4)
    await given_up(world, case_id)
    await world.act(case_id, "skip", item="w1", reason="nobody there")
    await world.until(case_id, stage=Stage.ESCALATION)


async def test_down_on_money(world: World) -> None:
    """A step that moves money cannot be left out. What was done by hand is booked under its
    reference and nothing is sent any more."""
    case_id = await disturbed(
        world, "F-4", Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=40)
    )
    case = await given_up(world, case_id)
    assert case.open_work[0].money
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "skip", item="w1", reason="too long")
    assert refused.value.code == "money"
    await world.admin.clear_faults()
    await world.act(case_id, "by_hand", item="w1", reference="BANK-77")
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    case = await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} {CLOSING} work_item:supervisor",
    )
    assert [i.by_hand for i in case.intents] == ["BANK-77"]
    assert reckon(case).state is MoneyState.POSTED
    await assert_money(world, "F-4", credited="10.00")


async def test_tried_again_by_a_person_is_looked_up_first(world: World) -> None:
    """A correction that failed in our hands and is tried again by a person is one refund, also
    when an attempt before had been carried out."""
    case_id = await disturbed(
        world,
        "F-5",
        Fault(action=FaultAction.SLOW, route=Route.REQUEST_EFFECT, seconds=0.1),
        Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=40),
    )
    await given_up(world, case_id)
    await world.admin.clear_faults()
    await world.act(case_id, "retry", item="w1")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    case = await ended_well(world, case_id, "F-5")
    assert (await world.admin.counters()).effects["F-5"] == len(case.intents) == 1


@pytest.mark.parametrize("action", [FaultAction.REPLY_LOST, FaultAction.TIME_OUT])
async def test_reply_lost_after_it_was_done(world: World, action: FaultAction) -> None:
    """An answer that was lost is unknown: it is asked about and never asked again."""
    reference = f"F-6-{action}"
    case_id = await disturbed(world, reference, Fault(action=action, route=Route.REQUEST_EFFECT))
    case = await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    assert case.money_in_flight
    assert reckon(case).state is MoneyState.IN_DOUBT
    await world.pass_time(case_id, hours=13)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    case = await ended_well(world, case_id, reference)
    counters = await world.admin.counters()
    assert counters.effects[reference] == 1
    assert counters.asked[case.intents[0].order.effect_id] == 1


async def test_absent_twice_is_handed_over_again(world: World) -> None:
    """An order that the acquirer has twice said it never saw is handed over again: the same
    order under the same id."""
    lost = Fault(action=FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT)
    case_id = await disturbed(world, "F-7", lost)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    await world.pass_time(case_id, hours=13)
    answers = [e.answer.kind for _, e in await world.events(case_id, ev.CorrectionAnswered)]
    assert answers == [AnswerKind.UNKNOWN, AnswerKind.ABSENT]
    await world.pass_time(case_id, hours=25)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    case = await ended_well(world, case_id, "F-7")
    assert len(case.intents) == 1


async def test_unknown_for_too_long_goes_to_a_person(world: World) -> None:
    """When nobody can say whether the money moved, a person finds out: the case does not ask
    for ever and does not pay again."""
    unsure = Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT)
    down = Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=400)
    sale = await world.sale("F-8")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim("F-8"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.admin.add_fault(unsure)
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    await world.admin.add_fault(down)
    await world.wait_out(case_id, hours=13)
    case = await given_up(world, case_id)
    assert case.open_work[0].money
    await world.admin.clear_faults()
    await world.act(case_id, "retry", item="w1")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await ended_well(world, case_id, "F-8")


async def test_an_acquirer_that_does_not_know_itself(world: World) -> None:
    """An acquirer that answers every question with "unknown" is asked less and less often
    until the doubt's time is over; then a person finds out, as often as it takes."""
    lost = Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT)
    case_id = await disturbed(world, "F-13", lost)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    world.acquirer.undecided = True
    await world.pass_time(case_id, hours=25)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    await assert_timed_out(world, case_id, ("correction_doubt", "acquirer", "work_item"))
    assert (case.open_work[0].error, case.open_work[0].money) == ("Unknown", True)
    await world.act(case_id, "retry", item="w1")
    await world.settled(case_id)
    world.acquirer.undecided = False
    await world.act(case_id, "retry", item="w2")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await ended_well(world, case_id, "F-13")


async def in_doubt_too_long(world: World, reference: str) -> str:
    """A case of a refund that the acquirer has and cannot tell of, before a person."""
    lost = Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT)
    case_id = await disturbed(world, reference, lost)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    world.acquirer.undecided = True
    await world.pass_time(case_id, hours=25)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    assert [item.error for item in case.open_work] == ["Unknown"]
    return case_id


async def test_a_doubt_before_a_person_is_still_looked_up(world: World) -> None:
    """While a person finds out, the case goes on looking: when the acquirer knows at last, nobody
    is asked any more, and the money has moved once."""
    case_id = await in_doubt_too_long(world, "F-14")
    await world.pass_time(case_id, hours=13)
    assert (await world.case(case_id)).step is Step.WORK_ITEM
    world.acquirer.undecided = False
    await world.pass_time(case_id, hours=25)
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    assert [item.how for item in case.work.values()] == ["dropped"]
    await world.pass_time(case_id, days=4)
    case = await ended_well(world, case_id, "F-14")
    asked = (await world.admin.counters()).asked
    assert [asked[i.order.effect_id] for i in case.intents] == [1]


async def test_a_doubt_before_a_person_heeds_notices(world: World) -> None:
    """On the acquirer's word that there is news, a doubt that a person has before him is looked
    up at once; a look that brings nothing leaves it to him, and makes no second item."""
    case_id = await in_doubt_too_long(world, "F-15")
    (intent,) = (await world.case(case_id)).intents
    down = Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=400)
    await world.admin.add_fault(down)
    world.acquirer.undecided = False
    await world.desk.heard(case_id, Hint(event_id="n1", effect_id=intent.order.effect_id))
    await assert_eventually(lambda: heeded(world, case_id), timedelta(seconds=60))
    assert [w.item for w in (await world.case(case_id)).open_work] == ["w1"]
    await world.admin.clear_faults()
    await world.desk.heard(case_id, Hint(event_id="n2", effect_id=intent.order.effect_id))
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    assert (case.hinted, case.open_work) == ((), ())


async def heeded(world: World, case_id: str) -> None:
    """The case has looked up what it was told of."""
    await world.wait_out(case_id, seconds=5)
    assert (await world.case(case_id)).hinted == ()


async def test_done_by_hand_in_doubt_is_looked_up_until_it_is_known(world: World) -> None:
    """What a person gave elsewhere while the acquirer knew nothing may still be paid there: it
    is looked up, and once the acquirer has never seen it, no more."""
    lost = Fault(action=FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT)
    case_id = await disturbed(world, "F-16", lost)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    world.acquirer.undecided = True
    await world.pass_time(case_id, hours=25)
    await world.until(case_id, step=Step.WORK_ITEM)
    await world.act(case_id, "by_hand", item="w1", reference="BANK-80")
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    await world.until(case_id, step=Step.CLOSED)
    await world.pass_time(case_id, days=32)
    case = await world.case(case_id)
    assert ([i.state.value for i in case.intents], case.finished) == (["by_hand"], False)
    world.acquirer.undecided = False
    await world.pass_time(case_id, days=8)
    case = await world.case(case_id)
    assert ([i.may_pay_too for i in case.intents], case.finished) == ([False], True)
    assert (await world.admin.counters()).asked.get(case.intents[0].order.effect_id, 0) == 0


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(action=FaultAction.FAIL, days=1, reason="card_closed"), "failed"),
        (Fault(action=FaultAction.ABNORMAL, days=1, reason="card_frozen"), "abnormal"),
        (Fault(action=FaultAction.REFUSE, reason="not_allowed"), "refused"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_correction_that_fails_goes_back_to_a_person(
    world: World, fault: Fault, told: str
) -> None:
    """A correction that fails, at once or late, is verified anew, and a person decides: it is
    not tried again by the playbook. The second one has an id of its own."""
    reference = f"F-9-{told}"
    case_id = await disturbed(world, reference, fault.model_copy(update={"sale": reference}))
    await world.until(case_id, stage=Stage.VERIFICATION)
    if told != "refused":
        await world.until(case_id, step=Step.REFUND_PENDING)
        await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert [intent.failed for intent in case.intents] == [True]
    assert case.decision is None
    await world.act(
        case_id, "decide", decision="goodwill", amount={"amount": "20.00", "currency": "CNY"}
    )
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    case = await assert_ended(
        world, case_id, Outcome.CORRECTED, CONTACT, VERIFICATION, told=f"{OPENING} {CLOSING}"
    )
    assert len({i.order.effect_id for i in case.intents}) == 2
    await assert_money(world, reference, credited="30.00")


async def test_the_guard_sees_what_the_till_did_meanwhile(world: World) -> None:
    """A refund made at the till between decision and payment counts: what would be more than
    was captured is not sent."""
    sale = await world.sale("F-10")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim("F-10"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    slow = Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=40)
    await world.admin.add_fault(slow)
    await world.act(case_id, "reply", party="store", result="confirms")
    await given_up(world, case_id)
    await world.refund(sale, "60.00", reference="R-till")
    await world.admin.clear_faults()
    await world.act(case_id, "retry", item="w1")
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert [i.answer.reason for i in case.intents if i.answer] == ["over_captured"]
    assert "F-10" not in (await world.admin.counters()).effects
    assert case.verdict is not None
    assert str(case.verdict.amount) == "30.00 CNY"


async def test_not_posted_in_time(world: World) -> None:
    """A correction that was accepted and does not post goes to the acquirer's people, who may
    answer at once; when it posts at last it is not proposed again, and the case ends as
    corrected."""
    case_id = await disturbed(
        world, "F-11", Fault(action=FaultAction.PENDING, sale="F-11", days=12)
    )
    at_once = Programme(sale="F-11", answer=Answer(after_days=0))
    await world.admin.add_programme(at_once)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=11)
    case = await world.until(case_id, step=Step.REFUND_PENDING, rung="acquirer_inquiry")
    await assert_timed_out(world, case_id, ("post", "acquirer", "escalate"))
    await world.pass_time(case_id, days=3, hours=1)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert case.verdict is not None
    assert not case.verdict.corrections
    await world.act(case_id, "decide", decision="no_correction")
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    case = await world.until(case_id, outcome=Outcome.CORRECTED)
    assert len(case.intents) == 1
    await assert_money(world, "F-11", credited="100.00")


async def test_withdrawn_while_the_refund_is_under_way(world: World) -> None:
    """Withdrawing a case whose correction the acquirer has accepted ends the case and not the
    correction, and what is heard of it later does not move the case."""
    case_id = await disturbed(world, "F-12", Fault(action=FaultAction.PENDING, sale="F-12", days=5))
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.act(case_id, "withdraw", reason="no_longer")
    await assert_ended(
        world,
        case_id,
        Outcome.WITHDRAWN,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} withdrawn:customer withdrawn:store",
    )
    described = await world.handle(case_id).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
