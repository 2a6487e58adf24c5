"""Where a correction can get stuck, come back from or fail late, and what the case does then."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.effects import Hint, Remedy
from recourse.disputes.reckoning import reckon
from recourse.disputes.records import RefundStatus
from recourse.disputes.spans import Span, Unit
from recourse.disputes.vocabulary import CorrectionState, MoneyState, Outcome, Stage, Step
from recourse.policies.loading import Policies
from tests.journeys.endings import assert_money, assert_one_timer
from tests.journeys.test_acquirer_failing import disturbed, ended_well, given_up
from tests.world import SUPERVISOR, World, a_claim, yuan
from workflows.desk import Desk


def states(case: Case) -> list[str]:
    return [intent.state.value for intent in case.intents]


def planned(world: World, **fields: object) -> Desk:
    """A desk whose new cases are verified by another plan."""
    shipped = Policies.shipped()
    books = tuple(
        book.model_copy(update={"verification": book.verification.model_copy(update=fields)})
        for book in shipped.playbooks
    )
    return Desk(world.client, world.terms, policies=replace(shipped, playbooks=books))


async def looks(world: World, case_id: str) -> list[float]:
    """Days from one look at the acquirer to the next."""
    history = await world.handle(case_id).fetch_history()
    moments = [
        event.event_time.ToDatetime()
        for event in history.events
        if event.activity_task_scheduled_event_attributes.activity_type.name == "follow_correction"
    ]
    return [
        round((later - sooner) / timedelta(days=1), 1)
        for sooner, later in itertools.pairwise(moments)
    ]


async def test_pending_says_what_it_waits_for(world: World) -> None:
    """A correction that the acquirer has put on hold says why; it is accepted, not failed."""
    fault = Fault(action=FaultAction.PENDING, sale="STATE-1", days=2, reason="insufficient_funds")
    case_id = await disturbed(world, "STATE-1", fault)
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    assert states(case) == ["pending"]
    (seen,) = (await world.desk.show(case_id)).corrections
    assert (seen.state, seen.reason) == (CorrectionState.PENDING, "insufficient_funds")
    assert reckon(case).state is MoneyState.PENDING


async def test_needs_action_is_put_before_a_person_and_followed(world: World) -> None:
    """A refund that waits for somebody to act is a work item with what must be done, and is
    followed meanwhile: when it posts by itself, nobody is asked any more."""
    fault = Fault(
        action=FaultAction.NEEDS_ACTION, sale="STATE-2", days=1, then_days=8, reason="bank_details"
    )
    case_id = await disturbed(world, "STATE-2", fault)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=3, hours=1)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    assert states(case) == ["needs_action"]
    (item,) = case.open_work
    assert (item.error, item.money, "bank_details" in item.what) == ("NeedsAction", True, True)
    assert reckon(case).state is MoneyState.PENDING
    await world.pass_time(case_id, days=3, hours=2)
    assert states(await world.case(case_id)) == ["needs_action"]
    await world.pass_time(case_id, days=6, hours=2)
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert (states(case), case.open_work, case.work["w1"].how) == (["posted"], (), "dropped")
    await assert_one_timer(world, case_id)
    await assert_money(world, "STATE-2", credited="100.00")


async def test_needs_action_is_acted_on(world: World) -> None:
    """Whoever has done what the acquirer waits for says so, and it is looked up; given
    elsewhere instead, it is booked there."""
    fault = Fault(action=FaultAction.NEEDS_ACTION, sale="STATE-3", days=1, reason="bank_details")
    case_id = await disturbed(world, "STATE-3", fault)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=3, hours=1)
    await world.until(case_id, step=Step.WORK_ITEM)
    await world.act(case_id, "retry", item="w1")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.WORK_ITEM)
    await world.act(case_id, "by_hand", item="w2", reference="BANK-79")
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert states(case) == ["by_hand"]


async def given_by_hand(world: World, reference: str, then_days: float) -> str:
    """A case whose refund waits for somebody to act, and was given elsewhere instead."""
    fault = Fault(
        action=FaultAction.NEEDS_ACTION, sale=reference, days=0, then_days=then_days, reason="iban"
    )
    case_id = await disturbed(world, reference, fault)
    await world.until(case_id, step=Step.WORK_ITEM)
    await world.act(case_id, "by_hand", item="w1", reference="BANK-79")
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    return case_id


async def assert_heard_as_paid_twice(world: World, case_id: str) -> None:
    """The case is before a person, who is told of it and sees what is to be fetched back."""
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert (states(case), case.outcome, case.stage) == (["paid_twice"], None, Stage.VERIFICATION)
    assert case.verdict is not None
    assert (case.verdict.finding, str(case.verdict.amount)) == ("refunded_twice", "90.00 CNY")
    assert [i.remedy for i in case.verdict.corrections] == [Remedy.DEBIT_ADJUSTMENT]
    assert str(case.owed_back) == "90.00 CNY"
    assert [(w.error, w.aside) for w in case.open_work] == [("PaidTwice", True)]
    assert len(await world.mailed(case_id, "work_item")) == case.work_count
    money = reckon(case)
    assert (str(money.refunded), money.state) == ("190.00 CNY", MoneyState.POSTED)
    await assert_one_timer(world, case_id)


async def test_given_by_hand_and_posted_after_the_watch(world: World) -> None:
    """What was given by hand is followed for as long as the acquirer may pay it too, longer than
    the closed case would be watched: when it does, the case comes back as paid twice."""
    case_id = await given_by_hand(world, "STATE-30", then_days=44)
    await world.act(case_id, "confirm_received", received=True)
    await world.until(case_id, outcome=Outcome.CORRECTED)
    await world.pass_time(case_id, days=40)
    case = await world.case(case_id)
    assert (states(case), case.finished) == (["by_hand"], False)
    await assert_one_timer(world, case_id)
    await world.pass_time(case_id, days=5)
    await assert_heard_as_paid_twice(world, case_id)
    assert await world.events(case_id, ev.Reopened)
    intervals = await looks(world, case_id)
    assert max(intervals) <= 7.1, intervals
    await assert_money(world, "STATE-30", credited="100.00")
    await world.act(case_id, "record_recovery", amount=yuan("90.00"), reference="CASH-4")
    await world.until(case_id, outcome=Outcome.CORRECTED)
    asked = (await world.admin.counters()).asked
    assert [asked[i.order.effect_id] for i in case.intents] == [1]


async def test_given_by_hand_and_posted_as_the_acquirer_says(world: World) -> None:
    """On the acquirer's notice an open case hears at once that it was paid twice, and does not
    close as corrected."""
    case_id = await given_by_hand(world, "STATE-31", then_days=2)
    (intent,) = (await world.case(case_id)).intents
    world.clock.moment += timedelta(days=2, hours=1)
    await world.desk.heard(case_id, Hint(event_id="posted", effect_id=intent.order.effect_id))
    await assert_heard_as_paid_twice(world, case_id)


async def test_given_by_hand_and_posted_before_silence_is_taken_for_a_yes(world: World) -> None:
    """It is looked up once more before the case would close, and a person's answer to the item
    is no more than that."""
    case_id = await given_by_hand(world, "STATE-32", then_days=6.5)
    await world.pass_time(case_id, days=5)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.pass_time(case_id, days=3)
    await assert_heard_as_paid_twice(world, case_id)
    await world.act(case_id, "retry", item="w2")
    await world.settled(case_id)
    case = await world.case(case_id)
    assert (case.step, case.open_work) == (Step.AWAITING_DECISION, ())


async def test_given_by_hand_while_the_news_is_on_its_way(world: World) -> None:
    """A person says that it was given elsewhere while a look is under way, or about to be, that
    finds it posted: neither word is lost."""
    fault = Fault(action=FaultAction.NEEDS_ACTION, sale="STATE-33", days=0, then_days=1)
    case_id = await disturbed(world, "STATE-33", fault)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    world.clock.moment += timedelta(days=2)
    slow = Fault(action=FaultAction.SLOW, route=Route.EFFECT, seconds=1)
    await world.admin.add_fault(slow.model_copy(update={"effect_prefix": case_id}))
    hint = Hint(event_id="posted", effect_id=case.intents[0].order.effect_id)
    await world.desk.heard(case_id, hint)
    await world.act(case_id, "by_hand", item="w1", reference="BANK-81")
    await assert_heard_as_paid_twice(world, case_id)
    told = await world.events(case_id, ev.CorrectionByHand, ev.CorrectionAnswered)
    assert {type(event) for _, event in told} == {ev.CorrectionByHand, ev.CorrectionAnswered}


async def test_given_by_hand_under_the_acquirers_own_reference_is_followed(world: World) -> None:
    """A person who cannot have it looked up names the very refund that was asked for: it is
    followed on as that, to its posting and beyond, and when it is sent back it is owed again."""
    fault = Fault(action=FaultAction.RETURN, sale="STATE-34", days=2, reason="account_closed")
    case_id = await disturbed(world, "STATE-34", fault)
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    (answer,) = [i.answer for i in case.intents]
    assert answer is not None
    await world.admin.add_fault(Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=400))
    await world.wait_out(case_id, hours=73)
    await given_up(world, case_id)
    await world.admin.clear_faults()
    await world.act(case_id, "by_hand", item="w1", reference=answer.reference.lower())
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    assert states(case) == ["accepted"]
    await world.pass_time(case_id, days=7)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert (states(case), case.open_work) == (["returned"], ())
    assert case.verdict is not None
    assert str(case.verdict.amount) == "90.00 CNY"
    await assert_one_timer(world, case_id)
    await assert_money(world, "STATE-34", credited="10.00")


async def test_named_before_the_acquirer_tells_of_it(world: World) -> None:
    """In doubt, a person finds the refund in the acquirer's own system and names it: the customer
    hears of it. That the acquirer tells of the same later is no news; that it came back is."""
    fault = Fault(action=FaultAction.RETURN, sale="STATE-35", days=9, reason="account_closed")
    lost = Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT)
    case_id = await disturbed(world, "STATE-35", fault, lost)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    world.acquirer.undecided = True
    await world.pass_time(case_id, hours=25)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    heard = await RestAcquirer.effect(world.acquirer, case.intents[0].order.effect_id)
    await world.act(case_id, "by_hand", item="w1", reference=heard.reference)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    world.acquirer.undecided = False
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert (states(case), case.visit) == (["posted"], 2)
    await world.act(case_id, "confirm_received", received=True)
    await world.until(case_id, outcome=Outcome.CORRECTED)
    await world.pass_time(case_id, days=35)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert (states(case), case.outcome) == (["returned"], None)
    assert len(await world.events(case_id, ev.Reopened)) == 1


@pytest.mark.parametrize("action", [FaultAction.FAIL, FaultAction.ABNORMAL])
async def test_named_and_told_as_accepted_then_lost(world: World, action: FaultAction) -> None:
    """What a person has named is relied on, whatever the acquirer tells of it first: when it comes
    to nothing the case is judged anew."""
    sale = f"STATE-37-{action.value}"
    fault = Fault(action=action, sale=sale, days=4, reason="account_closed")
    lost = Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT)
    case_id = await disturbed(world, sale, fault, lost)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    world.acquirer.undecided = True
    await world.pass_time(case_id, hours=25)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    effect = case.intents[0].order.effect_id
    heard = await RestAcquirer.effect(world.acquirer, effect)
    await world.act(case_id, "by_hand", item="w1", reference=heard.reference)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    world.acquirer.undecided = False
    await world.desk.heard(case_id, Hint(event_id="n1", effect_id=effect))
    await world.until(case_id, hinted=())
    assert states(await world.case(case_id)) == ["accepted"]
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert (case.visit, case.outcome) == (3, None)
    await assert_money(world, sale, credited="10.00")


async def test_abnormal_is_followed_while_a_person_decides(world: World) -> None:
    """Money that waits at the acquirer is a person's decision, and is looked up meanwhile: when
    it is released and posts, nothing is owed any more and it is not paid a second time."""
    fault = Fault(
        action=FaultAction.ABNORMAL, sale="STATE-4", days=1, then_days=5, reason="card_frozen"
    )
    case_id = await disturbed(world, "STATE-4", fault)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=3, hours=1)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert states(case) == ["abnormal"]
    await world.pass_time(case_id, days=3, hours=1)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert states(case) == ["posted"]
    assert case.verdict is not None
    assert not case.verdict.corrections
    await assert_one_timer(world, case_id)
    await assert_money(world, "STATE-4", credited="100.00")


async def test_abnormal_goes_to_another_card(world: World) -> None:
    """A person sends what the card does not take to another one; a second person reads back
    amount and card."""
    fault = Fault(action=FaultAction.ABNORMAL, sale="STATE-5", days=1, reason="card_frozen")
    case_id = await disturbed(world, "STATE-5", fault)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=3, hours=1)
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="goodwill", amount=yuan("90.00"), card_last4="1881")
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("90.00"), card_last4="1881")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert states(case) == ["abnormal", "posted"]
    assert len({i.order.effect_id for i in case.intents}) == 2


async def test_returned_after_the_customer_was_told(world: World) -> None:
    """A refund that comes back after the customer was told of it goes back to verification,
    where the playbook has it looked up while the closed case is watched."""
    desk = planned(world, recheck_every=Span(amount=7, unit=Unit.DAYS, source="house"))
    fault = Fault(action=FaultAction.RETURN, sale="STATE-6", days=2, reason="account_closed")
    case_id = await disturbed(world, "STATE-6", fault, desk=desk)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=3, hours=1)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    await world.until(case_id, outcome=Outcome.CORRECTED)
    await world.pass_time(case_id, days=7, hours=1)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert (states(case), case.outcome, case.stage) == (["returned"], None, Stage.VERIFICATION)
    assert await world.events(case_id, ev.Reopened)
    await world.mailed(case_id, "reopened")
    assert case.verdict is not None
    assert str(case.verdict.amount) == "90.00 CNY"
    await assert_one_timer(world, case_id)
    await assert_money(world, "STATE-6", credited="10.00")


@pytest.mark.parametrize("confirmed", [None, True], ids=["silent", "closed"])
async def test_returned_is_seen_before_it_is_relied_on(
    world: World, *, confirmed: bool | None
) -> None:
    """Also without a plan, and without a word of the acquirer: before silence is taken for a
    yes, and before the watch ends, it is looked up once more."""
    reference = f"STATE-9-{confirmed}"
    fault = Fault(action=FaultAction.RETURN, sale=reference, days=2, reason="account_closed")
    case_id = await disturbed(world, reference, fault)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=3, hours=1)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    if confirmed:
        await world.act(case_id, "confirm_received", received=True)
        await world.until(case_id, outcome=Outcome.CORRECTED)
    await world.pass_time(case_id, days=35 if confirmed else 8)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert (states(case), case.outcome) == (["returned"], None)
    await assert_one_timer(world, case_id)


async def test_followed_for_weeks_less_and_less_often(world: World) -> None:
    """A correction that hangs is followed for as long as it takes, at intervals that double up
    to a week, by one timer."""
    fault = Fault(action=FaultAction.NEEDS_ACTION, sale="STATE-7", days=0, reason="bank_details")
    case_id = await disturbed(world, "STATE-7", fault)
    await world.until(case_id, step=Step.WORK_ITEM)
    for _ in range(6):
        await world.pass_time(case_id, days=7, hours=1)
    intervals = await looks(world, case_id)
    assert intervals[0] == 6.0
    assert len(intervals) >= 4
    assert max(intervals) <= 7.1, intervals
    await assert_one_timer(world, case_id)


async def test_failed_late_is_issued_once_more_by_the_playbook(world: World) -> None:
    """Where the playbook says so, what failed late is judged anew and issued once more under
    an id of its own; what fails again is a person's."""
    desk = planned(world, reissue_alone=1)
    late = Fault(action=FaultAction.FAIL, sale="STATE-8", days=2, reason="declined", times=2)
    case_id = await disturbed(world, "STATE-8", late, desk=desk)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=3, hours=1)
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    assert states(case) == ["failed", "accepted"]
    await world.pass_time(case_id, days=3, hours=1)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert states(case) == ["failed", "failed"]
    asked = (await world.admin.counters()).asked
    assert [asked[i.order.effect_id] for i in case.intents] == [1, 1]
    await world.act(case_id, "decide", decision="full")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    case = await ended_well(world, case_id, "STATE-8")
    assert len({i.order.effect_id for i in case.intents}) == 3


async def test_a_refund_that_fails_after_the_case_was_withdrawn(world: World) -> None:
    """Withdrawn while its refund is on the way, a case still hears how that ends: a failure brings
    it back, before a person."""
    fails = Fault(action=FaultAction.FAIL, sale="STATE-20", days=2, reason="card_closed")
    case_id = await disturbed(world, "STATE-20", fails)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.act(case_id, "withdraw", reason="changed_my_mind")
    await world.until(case_id, step=Step.CLOSED, outcome=Outcome.WITHDRAWN)
    await assert_one_timer(world, case_id)
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert (case.outcome, case.stage, states(case)) == (None, Stage.VERIFICATION, ["failed"])
    await assert_money(world, "STATE-20", credited="10.00")


async def test_news_of_the_old_does_not_end_the_wait_for_the_new(world: World) -> None:
    """While a refund of the till is awaited, notices about our own that failed before are looked
    up once each: the wait, its clock and the pauses between two looks stay as they are."""
    sale = await world.sale("STATE-21")
    await world.admin.add_fault(
        Fault(action=FaultAction.FAIL, sale="STATE-21", days=2, reason="card_closed")
    )
    never_came = {"kind": "refund_not_received", "refund": {"requested": yuan("100.00")}}
    case_id = (await world.open(a_claim("STATE-21", **never_came))).case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    (ours,) = case.intents
    await world.refund(sale, "100.00", RefundStatus.PENDING)
    await world.pass_time(case_id, days=3)
    await world.until(case_id, step=Step.REFUND_PENDING, decision=None)
    before = (await world.case(case_id)).clocks["post"]
    read = len(await world.events(case_id, ev.RecordRead))
    for number in range(3):
        hint = Hint(event_id=f"again-{number}", effect_id=ours.order.effect_id)
        assert await world.desk.heard(case_id, hint)
        await world.settled(case_id)
    after = await world.case(case_id)
    assert after.clocks["post"] == before
    assert before.state == "running"
    assert len(await world.events(case_id, ev.RecordRead)) == read
    await assert_one_timer(world, case_id)
