"""A decision above the threshold: two persons, the right amount, and a way back."""

from typing import Any

import pytest

from recourse.disputes import events as ev
from recourse.disputes.actions import Actor
from recourse.disputes.notices import Role
from recourse.disputes.persons import People
from recourse.disputes.vocabulary import Outcome, Step
from tests.journeys.endings import (
    CONTACT,
    ESCALATION,
    VERIFICATION,
    assert_ended,
    assert_money,
    assert_timed_out,
)
from tests.world import AGENT, SUPERVISOR, World, a_claim, yuan
from workflows.desk import Desk, NotAllowed
from workflows.holds_desk import HoldsDesk

OPENING = "acknowledge:customer ask_store:store"
CLOSING = "money_posted:customer closed:customer closed:store"


async def to_decide(world: World, reference: str) -> str:
    """A sure case of 900 yuan: above what the playbook decides alone and approves alone."""
    sale = await world.sale(reference, "2000.00")
    await world.refund(sale, "100.00")
    opened = await world.open(
        a_claim(
            reference,
            sale={"reference": reference, "amount": yuan("2000.00")},
            refund={"requested": yuan("1000.00"), "reported": yuan("100.00")},
        )
    )
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.until(opened.case_id, step=Step.AWAITING_DECISION)
    return opened.case_id


async def proposed(world: World, reference: str) -> str:
    case_id = await to_decide(world, reference)
    await world.act(case_id, "decide", decision="full")
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    return case_id


async def finish(world: World, case_id: str) -> None:
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)


async def test_another_supervisor_approves(world: World) -> None:
    """One person decides, a supervisor who is somebody else agrees, and the money moves."""
    case_id = await proposed(world, "A-1")
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("900.00"))
    await finish(world, case_id)
    case = await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} approval_needed:supervisor {CLOSING}",
    )
    assert case.decision is not None
    assert (case.decision.by, case.decision.approved_by) == ("agent:mei", "supervisor:li")
    await assert_money(world, "A-1", credited="1000.00")


@pytest.mark.parametrize(
    ("actor", "data", "code"),
    [
        (Actor(name="Mei ", role=Role.SUPERVISOR), {}, "same_person"),
        (Actor(name="li"), {}, "not_a_supervisor"),
        (SUPERVISOR, {"amount": yuan("90.00")}, "other_amount"),
        (SUPERVISOR, {}, "amount_not_read"),
    ],
    ids=["same person in another role", "agent", "wrong amount", "amount not read back"],
)
async def test_approval_refused_leaves_no_trace(
    world: World, actor: Actor, data: dict[str, Any], code: str
) -> None:
    """Who proposed, who is no supervisor, and who reads another amount cannot approve; an
    attempt that is refused is not even an event."""
    case_id = await proposed(world, f"A-2-{code}")
    before = await world.desk.timeline(case_id)
    with pytest.raises(NotAllowed) as refused:
        await world.act(case_id, "approve", actor, **data)
    assert refused.value.code == code
    assert await world.desk.timeline(case_id) == before


async def test_refused_by_the_supervisor_is_decided_again(world: World) -> None:
    """A refused decision is open again: another one can be proposed, approved and paid; the
    refused one never moves money."""
    case_id = await proposed(world, "A-3")
    await world.act(case_id, "refuse", SUPERVISOR, reason="先问门店")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="partial", amount=yuan("600.00"))
    await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    await world.act(case_id, "approve", SUPERVISOR, amount=yuan("600.00"))
    await finish(world, case_id)
    case = await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} approval_needed:supervisor*2 {CLOSING}",
    )
    assert [str(intent.order.amount) for intent in case.intents] == ["600.00 CNY"]
    await assert_money(world, "A-3", credited="700.00")


async def test_refused_and_decided_the_same_again(world: World) -> None:
    """The time of a second review is its own: the first one's end does not end it."""
    case_id = await proposed(world, "A-4")
    await world.pass_time(case_id, hours=2)
    await world.act(case_id, "refuse", SUPERVISOR, reason="unclear")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="full")
    case = await world.until(case_id, step=Step.SECOND_PERSON_REVIEW)
    clock = case.clock("approve")
    assert clock is not None
    assert clock.pending


async def test_nobody_approves_in_time(world: World) -> None:
    """A review that nobody makes escalates at the very second, and can no longer be made."""
    case_id = await proposed(world, "A-5")
    await world.pass_time(case_id, days=2)
    case = await world.until(case_id, step=Step.TIER2)
    assert case.path == (CONTACT, VERIFICATION, ESCALATION)
    await assert_timed_out(world, case_id, ("approve", "us", "escalate"))
    with pytest.raises(NotAllowed, match="no decision waits"):
        await world.act(case_id, "approve", SUPERVISOR)


async def test_nobody_decides_in_time(world: World) -> None:
    """A decision that nobody takes escalates."""
    case_id = await to_decide(world, "A-6")
    await world.pass_time(case_id, days=4)
    case = await world.until(case_id, step=Step.TIER2)
    assert case.path == (CONTACT, VERIFICATION, ESCALATION)
    # Our own working time runs out first, for only we had the ball; that is told, not acted on.
    await assert_timed_out(world, case_id, ("handling", "us", "warn"), ("decide", "us", "escalate"))


async def test_rejected_with_a_reason(world: World) -> None:
    """A rejection names its reason, needs no second person, and moves no money."""
    case_id = await to_decide(world, "A-7")
    with pytest.raises(NotAllowed, match="reason is needed"):
        await world.act(case_id, "decide", AGENT, decision="reject")
    await world.act(case_id, "decide", decision="reject", reason="not_entitled")
    await assert_ended(
        world,
        case_id,
        Outcome.REJECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} rejected:customer closed:store",
        reason="not_entitled",
    )
    assert not await world.events(case_id, ev.CorrectionRequested)
    await assert_money(world, "A-7", credited="100.00")


async def test_two_logins_of_one_person_are_one(world: World) -> None:
    """Where the installation says whose login is whose, the person counts: a second login of
    the proposer's does not approve, nor does one that nobody knows."""
    people = People(logins={"mei": "P-1", "night-desk": "P-1", "li": "P-2"})
    desk = Desk(world.client, world.desk._terms, people=people)
    case_id = await to_decide(world, "A-8")
    stranger = Actor(name="jun", role=Role.SUPERVISOR)
    with pytest.raises(NotAllowed, match="whose login"):
        await HoldsDesk(desk).free(case_id, "e1", "no trace of it", stranger)

    async def act(action: str, name: str, **data: Any) -> str:
        try:
            await desk.act(case_id, action, data, Actor(name=name, role=Role.SUPERVISOR))
        except NotAllowed as refused:
            return refused.code
        return ""

    assert await act("note", "jun", text="I looked at it") == ""
    assert await act("close", "jun", reason="no_longer") == "unknown_person"
    assert await act("decide", "jun", decision="full") == "unknown_person"
    assert await act("decide", "mei", decision="full") == ""
    read = {"amount": yuan("900.00")}
    assert await act("approve", "night-desk", **read) == "same_person"
    assert await act("approve", "jun", **read) == "unknown_person"
    assert await act("approve", "Li", **read) == ""
    (proposed_by,) = await world.events(case_id, ev.DecisionProposed)
    (approved_by,) = await world.events(case_id, ev.DecisionApproved)
    assert (proposed_by[1].person, approved_by[1].person) == ("P-1", "P-2")
