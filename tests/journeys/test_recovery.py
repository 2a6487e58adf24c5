"""Too much was refunded: asked for, debited by consent, adjusted, claimed, or given up by two."""

from typing import Any

import pytest

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes import events as ev
from recourse.disputes.actions import Actor
from recourse.disputes.case import Case
from recourse.disputes.notices import Role
from recourse.disputes.plans import Way
from recourse.disputes.vocabulary import Outcome, Stage, Step
from recourse.mail.mailbox import Fault as MailFault
from tests.eventually import assert_eventually
from tests.journeys.endings import (
    CONTACT,
    LEGAL,
    VERIFICATION,
    assert_ended,
    assert_money,
)
from tests.world import AGENT, PATIENCE, SUPERVISOR, World, a_claim, yuan
from workflows.desk import NotAllowed

OPENING = "acknowledge:store wrong_refund_apology:customer ask_customer:customer ask_store:store"
ENDING = "closed:store closed:customer"


async def to_decide(world: World, reference: str, refunded: str = "1000.00", **sale: str) -> str:
    """A merchant has refunded more than the 100 yuan that were asked; the customer has answered,
    and has not said whether he agrees to anything."""
    sold = await world.sale(reference, "1500.00", **sale)
    await world.refund(sold, refunded)
    opened = await world.open(
        a_claim(
            reference,
            claimant="merchant",
            refund={"requested": yuan("100.00"), "reported": yuan(refunded)},
            sale={"reference": reference, "amount": yuan("1500.00")},
        )
    )
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="customer", answers={"refund_arrival": "yes"})
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    return case_id


async def asked_back(world: World, reference: str, **sale: str) -> str:
    """Two persons have decided to fetch back 900 yuan, and the receiver is asked."""
    case_id = await to_decide(world, reference, **sale)
    await world.act(case_id, "decide", decision="full")
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("900.00"))
    await world.until(case_id, step=Step.OVER_REFUND_RECOVERY)
    return case_id


async def ways(world: World, case_id: str) -> list[Way]:
    return [event.way for _, event in await world.events(case_id, ev.RecoveryWayTaken)]


async def test_the_receiver_agrees(world: World) -> None:
    """Asked with the amount, the reason and the ways to pay, the receiver agrees; only then is
    the card debited, under the scheme's code for a debit by consent."""
    case_id = await asked_back(world, "RV-1")
    (mail,) = await world.mails(case_id, "ask_recovery")
    assert "900.00" in world.text(mail)
    assert not await world.events(case_id, ev.CorrectionRequested)
    await world.act(case_id, "reply", party="customer", result="agreed")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    case = await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} approval_needed:supervisor ask_recovery:customer decision:customer "
        f"{ENDING}",
    )
    assert [i.order.code for i in case.intents] == ["unionpay/9722"]
    assert await ways(world, case_id) == [Way.ASK, Way.AGREED_DEBIT]
    await assert_money(world, "RV-1", credited="1000.00", debited="900.00")


async def test_silent_then_adjusted_then_claimed(world: World) -> None:
    """Who does not answer is reminded and told that it goes on; the adjustment without consent
    is refused; the demand is for what is still owed, and what comes in parts ends the case."""
    case_id = await asked_back(world, "RV-2")
    await world.admin.add_fault(
        Fault(action=FaultAction.REFUSE, sale="RV-2", kind="debit_adjustment", reason="no_consent")
    )
    await world.pass_time(case_id, days=8)
    case = await world.until(case_id, step=Step.DEMAND_SENT)
    assert [i.order.code for i in case.intents] == ["unionpay/9652"]
    assert await ways(world, case_id) == [Way.ASK, Way.ADJUSTMENT, Way.CIVIL]
    ((_, demand),) = await world.events(case_id, ev.DemandSent)
    assert str(demand.amount) == "900.00 CNY"
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "record_result", result="paid", amount=yuan("300.00"))
    assert refused.value.code == "a_part"
    await world.act(case_id, "record_recovery", amount=yuan("300.00"), reference="cash 17")
    shown = await world.desk.show(case_id)
    assert (str(shown.money.owed_back), str(shown.money.recovered)) == ("600.00 CNY", "300.00 CNY")
    assert "record_recovery" in shown.allowed_actions
    with pytest.raises(NotAllowed) as more:
        await world.act(case_id, "record_recovery", amount=yuan("600.01"), reference="cash 18")
    assert more.value.code == "too_much"
    await world.act(case_id, "record_recovery", amount=yuan("600.00"), reference="cash 18")
    await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        LEGAL,
        told=f"{OPENING} approval_needed:supervisor ask_recovery:customer reminder:customer "
        "recovery_goes_on:customer demand_letter:customer escalated_claimant:store "
        f"{ENDING}",
        reason="recovered",
    )
    await assert_money(world, "RV-2", credited="1000.00")


async def test_refused_where_no_scheme_adjusts(world: World) -> None:
    """Where the scheme knows no adjustment without consent, a refusal leads to the demand at
    once, and no card is debited."""
    case_id = await asked_back(world, "RV-3", card_brand="visa")
    await world.act(case_id, "reply", party="customer", result="refused")
    case = await world.until(case_id, step=Step.DEMAND_SENT)
    assert case.stage is Stage.LEGAL
    assert not case.intents
    assert await ways(world, case_id) == [Way.ASK, Way.CIVIL]


async def test_paid_back_in_parts_while_asked(world: World) -> None:
    """What the receiver pays at the till lowers what is debited once he agrees to the rest, also
    when the acquirer's answer is lost."""
    case_id = await asked_back(world, "RV-4")
    await world.act(case_id, "record_recovery", amount=yuan("400.00"), reference="cash 1")
    await world.admin.add_fault(
        Fault(action=FaultAction.REPLY_LOST, route=Route.REQUEST_EFFECT, sale="RV-4")
    )
    await world.act(case_id, "reply", party="customer", result="agreed")
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "record_recovery", amount=yuan("500.00"), reference="cash 2")
    assert refused.value.code == "money_in_flight"
    await world.pass_time(case_id, days=1)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, outcome=Outcome.CORRECTED)
    assert str(case.owed_back) == "0.00 CNY"
    await world.settled(case_id)
    assert str((await world.desk.show(case_id)).money.recovered) == "900.00 CNY"
    await assert_money(world, "RV-4", credited="1000.00", debited="500.00")


async def test_a_small_rest_is_given_up_by_two(world: World) -> None:
    """Too little to pursue is written off while the receiver is asked: proposed by one person
    and agreed to by another, never by one alone, whatever he calls himself."""
    case_id = await to_decide(world, "RV-5", "140.00")
    await world.act(case_id, "decide", decision="full")
    await world.until(case_id, step=Step.OVER_REFUND_RECOVERY)
    with pytest.raises(NotAllowed) as alone:
        await world.act(case_id, "close", outcome="written_off", reason="not worth it")
    assert alone.value.code == "second_person"
    await world.act(case_id, "decide", decision="write_off")
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    for who, code in (
        (Actor(name="MEI", role=Role.SUPERVISOR), "same_person"),
        (Actor(name="jun"), "not_a_supervisor"),
    ):
        with pytest.raises(NotAllowed) as refused:
            await world.act(case_id, "approve", who)
        assert refused.value.code == code
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("40.00"))
    await assert_ended(
        world,
        case_id,
        Outcome.WRITTEN_OFF,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} ask_recovery:customer approval_needed:supervisor {ENDING}",
        reason="low_value",
    )
    await assert_money(world, "RV-5", credited="140.00")


async def test_given_up_in_the_night_before_the_debit(world: World) -> None:
    """The receiver's time has run out and the debit waits for the morning: whoever proposes then
    to give it up is heard first, nothing is debited, and it takes two."""
    case_id = await to_decide(world, "RV-8", "140.00")
    await world.act(case_id, "decide", decision="full")
    case = await world.until(case_id, step=Step.OVER_REFUND_RECOVERY)
    left = case.clocks["recovery"].due - world.clock.moment
    await world.pass_time(case_id, seconds=left.total_seconds() + 3600)
    assert (await world.case(case_id)).expired("recovery")
    await world.act(case_id, "decide", decision="write_off")
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("40.00"))
    case = await world.until(case_id, outcome=Outcome.WRITTEN_OFF)
    assert not case.intents
    assert Way.ADJUSTMENT not in await ways(world, case_id)
    assert not await world.mails(case_id, "recovery_goes_on")
    await assert_money(world, "RV-8", credited="140.00")


async def told_of_the_debit(world: World, reference: str) -> str:
    """A receiver who has not answered in time, in the morning in which he is told of the debit."""
    case_id = await to_decide(world, reference, "140.00")
    await world.act(case_id, "decide", decision="full")
    case = await world.until(case_id, step=Step.OVER_REFUND_RECOVERY)
    left = case.clocks["recovery"].due - world.clock.moment
    await world.pass_time(case_id, seconds=left.total_seconds() + 3600)
    return case_id


async def until_the_mail_is_on_its_way(world: World, case_id: str) -> None:
    await world.wait_out(case_id, hours=7, seconds=5)

    async def on_its_way() -> None:
        described = await world.handle(case_id).describe()
        assert described.raw_description.pending_activities

    await assert_eventually(on_its_way, PATIENCE)


async def test_given_up_while_the_receiver_is_told_of_the_debit(world: World) -> None:
    """Whoever proposes to give it up while the notice of the debit is still on its way is heard
    first: the debit without consent was never a step that was taken."""
    case_id = await told_of_the_debit(world, "RV-14")
    async with world.nobody_takes_mail():
        await until_the_mail_is_on_its_way(world, case_id)
        await world.act(case_id, "decide", decision="write_off")
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    assert await world.mails(case_id, "recovery_goes_on")
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("40.00"))
    case = await world.until(case_id, outcome=Outcome.WRITTEN_OFF)
    assert not case.intents
    assert await ways(world, case_id) == [Way.ASK]
    await assert_money(world, "RV-14", credited="140.00")


async def test_agreed_while_the_receiver_is_told_of_the_debit(world: World) -> None:
    """Who agrees while he is told of a debit without his consent is debited with it."""
    case_id = await told_of_the_debit(world, "RV-25")
    async with world.nobody_takes_mail():
        await until_the_mail_is_on_its_way(world, case_id)
        await world.act(case_id, "reply", party="customer", answers={"accept_recovery": "yes"})
    case = await world.until(case_id, step=Step.REFUND_PENDING)
    assert await ways(world, case_id) == [Way.ASK, Way.AGREED_DEBIT]
    assert [intent.order.code for intent in case.intents] == ["unionpay/9722"]


async def test_much_is_not_given_up(world: World) -> None:
    """Above the playbook's threshold nobody writes off."""
    case_id = await to_decide(world, "RV-6")
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "decide", decision="write_off")
    assert refused.value.code == "too_much"


async def refused_as(world: World, case_id: str, action: str, who: Actor, **data: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, action, who, **data)
    return refused.value.code


async def demanded(world: World, reference: str) -> str:
    """The receiver of 900 yuan too much has refused, and they are demanded of him."""
    case_id = await asked_back(world, reference, card_brand="visa")
    await world.act(case_id, "reply", party="customer", result="refused")
    await world.until(case_id, step=Step.DEMAND_SENT)
    return case_id


ENDINGS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("close", {"outcome": outcome, "reason": "x"}) for outcome in ("satisfied", "rejected")),
    ("settle", {"terms": "pays nothing"}),
    ("withdraw", {"reason": "x"}),
    *(("record_result", {"result": result}) for result in ("written_off", "rejected", "agreed")),
)


async def test_no_door_gives_a_debt_up_alone(world: World) -> None:
    """What was demanded is not given up by one person, whichever ending is taken and whoever had
    decided to fetch it back, and no ending is offered; one proposes it, the supervisors are told,
    and another human being agrees by ending the case as it ended."""
    case_id = await demanded(world, "RV-10")
    for action, data in ENDINGS:
        assert await refused_as(world, case_id, action, SUPERVISOR, **data) == "second_person"
    offered = (await world.desk.show(case_id)).allowed_actions
    assert {"close", "settle", "withdraw"}.isdisjoint(offered)
    assert "decide" in offered
    await world.act(case_id, "decide", decision="write_off")
    await world.settled(case_id)
    mail = (await world.mails(case_id, "approval_needed"))[-1]
    assert "900.00" in world.text(mail)
    boss = Actor(name="Mei ", role=Role.SUPERVISOR)
    for action, data in ENDINGS:
        assert await refused_as(world, case_id, action, boss, **data) == "same_person"
    await world.act(case_id, "settle", SUPERVISOR, terms="the receiver is bankrupt")
    case = await world.until(case_id, outcome=Outcome.SETTLED)
    assert case.decision is not None
    assert case.decision.approved_by == "supervisor:li"
    await assert_money(world, "RV-10", credited="1000.00")


async def being_debited(world: World, reference: str) -> str:
    """The receiver has agreed, and the acquirer has accepted the debit."""
    case_id = await asked_back(world, reference)
    await world.act(case_id, "reply", party="customer", result="agreed")
    await world.until(case_id, step=Step.REFUND_PENDING)
    return case_id


async def ended_by_hand(world: World, case_id: str) -> Case:
    """A person finds nothing to correct any more, and the customer has nothing to say to it."""
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert case.owed_back is None
    await world.act(case_id, "decide", decision="no_correction")
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    return await world.until(case_id, outcome=Outcome.CORRECTED)


async def test_what_is_debited_after_the_demand_ends_it(world: World) -> None:
    """A debit that was accepted posts when the case is with the law already: nobody waits for the
    debtor or a court any more, and our people, who see that nothing is owed, end it."""
    case_id = await being_debited(world, "RV-15")
    await world.act(case_id, "escalate", to="legal", reason="it takes too long")
    await world.until(case_id, step=Step.DEMAND_SENT)
    await world.pass_time(case_id, days=4)
    case = await ended_by_hand(world, case_id)
    assert case.path == (CONTACT, VERIFICATION, LEGAL, VERIFICATION)
    assert len(case.intents) == 1
    await assert_money(world, "RV-15", credited="1000.00", debited="900.00")


async def test_a_debit_that_fails_after_the_demand_is_judged_anew(world: World) -> None:
    """A debit that was accepted fails when the case is with the law already: our people decide
    how the rest is fetched back, as they do wherever else the case is."""
    fails = Fault(action=FaultAction.FAIL, sale="RV-16", days=2, reason="card_closed")
    await world.admin.add_fault(fails)
    case_id = await being_debited(world, "RV-16")
    await world.act(case_id, "escalate", to="legal", reason="it takes too long")
    await world.until(case_id, step=Step.DEMAND_SENT)
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert str(case.owed_back) == "900.00 CNY"


async def test_nothing_is_demanded_of_who_has_paid_all_back(world: World) -> None:
    """The debit has posted, and the receiver is just being told, when the case is sent to the law:
    no letter goes out and nothing is put on hold; our people see that nothing is owed."""
    case_id = await being_debited(world, "RV-17")
    world.mailbox.misbehave(MailFault.LATE_CONTENT, recipient="wang.fang@example.com")
    await world.settled(case_id)
    await world.wait_out(case_id, days=3, seconds=2)
    await world.mailed(case_id, "decision")
    assert str((await world.case(case_id)).owed_back) == "0.00 CNY"
    await world.act(case_id, "escalate", to="legal", reason="he has not paid")
    world.mailbox.go_on()
    case = await ended_by_hand(world, case_id)
    assert case.path == (CONTACT, VERIFICATION, LEGAL, VERIFICATION)
    assert not await world.mails(case_id, "demand_letter")
    assert not case.on_hold


async def test_written_off_after_the_demand(world: World) -> None:
    """In the legal stage any sum is written off by two, and the second reads it back; refused by
    the second, it is demanded as before."""
    case_id = await demanded(world, "RV-11")
    await world.act(case_id, "decide", decision="write_off")
    await world.act(case_id, "refuse", SUPERVISOR, reason="he has a house")
    assert (await world.case(case_id)).step is Step.DEMAND_SENT
    await world.act(case_id, "decide", decision="write_off")
    assert await refused_as(world, case_id, "approve", SUPERVISOR) == "amount_not_read"
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("900.00"))
    case = await world.until(case_id, outcome=Outcome.WRITTEN_OFF)
    assert case.reason == "not_worth_pursuing"


async def test_a_court_ends_the_recovery(world: World) -> None:
    """A judgment for us gives nothing up: whoever hears of it records it alone."""
    case_id = await demanded(world, "RV-12")
    await world.act(case_id, "record_result", result="judgment")
    await world.until(case_id, outcome=Outcome.JUDGMENT)


async def test_nothing_is_to_be_fetched_back(world: World) -> None:
    """That much is not owed after all is decided by two supervisors: the second reads back what
    stays unpaid, nothing is debited, and no mail takes that for money that came."""
    case_id = await to_decide(world, "RV-13")
    for data in (
        {"decision": "no_correction"},
        {"decision": "reject", "reason": "outside_conditions"},
        {"decision": "partial", "amount": yuan("10.00")},
    ):
        assert await refused_as(world, case_id, "decide", AGENT, **data) == "too_much"
    await world.act(case_id, "decide", SUPERVISOR, decision="no_correction")
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    second = Actor(name="wang", role=Role.SUPERVISOR)
    same = await refused_as(world, case_id, "approve", SUPERVISOR, amount=yuan("900.00"))
    assert same == "same_person"
    assert await refused_as(world, case_id, "approve", second) == "amount_not_read"
    await world.act(case_id, "approve", second, amount=yuan("900.00"))
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    (mail,) = await world.mails(case_id, "money_posted")
    assert "900.00" not in world.text(mail)
    await world.act(case_id, "close", reason="two have agreed that he may keep it")
    await world.until(case_id, outcome=Outcome.SATISFIED)
    await assert_money(world, "RV-13", credited="1000.00")


async def nothing_owed(world: World, reference: str) -> str:
    """The customer has been refunded what was asked, and somebody may still be generous."""
    sale = await world.sale(reference, "800.00")
    await world.refund(sale, "100.00")
    opened = await world.open(
        a_claim(
            reference,
            sale={"reference": reference, "amount": yuan("800.00")},
            refund={"requested": yuan("100.00"), "reported": yuan("100.00")},
        )
    )
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.until(opened.case_id, step=Step.AWAITING_DECISION)
    return opened.case_id


async def given(world: World, case_id: str) -> None:
    """What was decided posts, and the customer says that it came."""
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)


async def test_goodwill_is_marked_and_limited(world: World) -> None:
    """What is not owed is given within the playbook's limit and what can be refunded, above a
    small sum only by two, and stands in the case as goodwill."""
    case_id = await nothing_owed(world, "RV-7")
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "decide", decision="goodwill", amount=yuan("200.01"))
    assert refused.value.code == "above_limit"
    await world.act(case_id, "decide", decision="goodwill", amount=yuan("50.00"))
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("50.00"))
    await given(world, case_id)
    await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told="acknowledge:customer ask_store:store approval_needed:supervisor "
        "money_posted:customer closed:customer closed:store",
    )
    assert str((await world.desk.show(case_id)).money.goodwill) == "50.00 CNY"
    await assert_money(world, "RV-7", credited="150.00")


async def test_goodwill_in_parts_is_counted_together(world: World) -> None:
    """One person gives 20 yuan that are not owed, and not another 20 when the case is looked at
    anew: that takes two, and above the limit of the case nobody gives more. What was given so is
    nothing that the customer has too much."""
    case_id = await nothing_owed(world, "RV-9")
    await world.act(case_id, "decide", decision="goodwill", amount=yuan("20.00"))
    await given(world, case_id)
    await world.until(case_id, step=Step.CLOSED)
    await world.act(case_id, "reopen", reason="still unhappy")
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert case.verdict is not None
    assert (case.verdict.finding, case.owed_back) == ("refund_correct", None)
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "decide", decision="goodwill", amount=yuan("180.01"))
    assert refused.value.code == "above_limit"
    await world.act(case_id, "decide", decision="goodwill", amount=yuan("20.00"))
    case = await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    assert case.decision is not None
    assert case.decision.given_up is None
    await assert_money(world, "RV-9", credited="120.00")
