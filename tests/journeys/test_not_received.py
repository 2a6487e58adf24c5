"""Refunds that the customer does not see: on their way, lost, or never made."""

from datetime import timedelta

import pytest

from recourse.acquirers.simulator.lifecycle import Step as Phase
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.disputes.claims import Claim
from recourse.disputes.reckoning import reckon
from recourse.disputes.records import RefundStatus
from recourse.disputes.vocabulary import Cause, MoneyState, Outcome, Step
from tests.journeys.endings import (
    CONTACT,
    ESCALATION,
    VERIFICATION,
    assert_ended,
    assert_money,
    assert_timed_out,
)
from tests.world import START, World, a_claim, yuan

OPENING = "acknowledge:customer ask_customer:customer ask_store:store"
CLOSING = "money_posted:customer closed:customer closed:store"


def not_received(reference: str) -> Claim:
    return a_claim(
        reference, kind="refund_not_received", refund={"requested": yuan("100.00")}, story="没收到"
    )


async def test_refund_on_its_way_posts_by_itself(world: World) -> None:
    """A refund that is pending at the acquirer is watched and not paid again; when it has
    posted, the customer gets its reference."""
    sale = await world.sale("N-1")
    pending = await world.refund(sale, "100.00", RefundStatus.PENDING)
    posts = Phase(at=START + timedelta(days=5), status=RefundStatus.POSTED)
    await world.admin.put_refund(TillRefund(refund=pending, then=(posts,)))
    opened = await world.open(not_received("N-1"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.until(opened.case_id, step=Step.REFUND_PENDING)
    await world.pass_time(opened.case_id, days=3, hours=1)
    await world.until(opened.case_id, step=Step.REFUND_PENDING)
    await world.pass_time(opened.case_id, days=6)
    await world.until(opened.case_id, step=Step.AWAITING_CONFIRMATION)
    (mail,) = await world.mails(opened.case_id, "money_posted")
    (refund,) = await world.acquirer.refunds("N-1")
    assert refund.arn
    assert refund.arn in world.text(mail)
    await world.act(opened.case_id, "confirm_received", received=True)
    case = await assert_ended(
        world,
        opened.case_id,
        Outcome.SATISFIED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} {CLOSING}",
    )
    assert not case.intents
    await assert_money(world, "N-1", credited="100.00")


async def test_refund_that_failed_is_made_again(world: World) -> None:
    """A refund that failed at the card's issuer is made again, once, and by the playbook
    alone when it is small."""
    sale = await world.sale("N-2")
    await world.refund(sale, "100.00", RefundStatus.FAILED)
    opened = await world.open(not_received("N-2"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    case = await world.until(opened.case_id, step=Step.REFUND_PENDING)
    assert reckon(case).state is MoneyState.PENDING
    await world.pass_time(opened.case_id, days=4)
    await world.until(opened.case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(opened.case_id, "confirm_received", received=True)
    case = await assert_ended(
        world,
        opened.case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} {CLOSING}",
    )
    assert case.cause is Cause.REFUND_FAILED_AT_ISSUER
    await assert_money(world, "N-2", credited="100.00")


async def test_never_submitted_is_found_by_the_acquirers_people(world: World) -> None:
    """When store and head office are silent, the acquirer's inquiry says whether a refund was
    owed; upheld, it is made. Every silence is an event of its very second."""
    await world.sale("N-3")
    opened = await world.open(not_received("N-3"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="customer", answers={"refund_promise": "店长"})
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.pass_time(case_id, days=6)
    await world.until(case_id, step=Step.TIER2)
    await world.pass_time(case_id, days=8)
    await world.until(case_id, step=Step.ACQUIRER_INQUIRY)
    await world.pass_time(case_id, days=3)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        ESCALATION,
        VERIFICATION,
        told=f"{OPENING} reminder:store*2 escalated:higher_service reminder:higher_service*2 "
        "deadline_near:supervisor*3 deadline_missed:supervisor*4 "
        f"escalated_claimant:customer*2 {CLOSING}",
    )
    await assert_timed_out(
        world,
        case_id,
        ("answer:store", "merchant", "go_on"),
        ("handling", "us", "warn"),
        ("decide", "us", "escalate"),
        ("answer", "us", "escalate"),
        ("rung:tier2", "merchant", "next_rung"),
    )
    await assert_money(world, "N-3", credited="100.00")


@pytest.mark.parametrize("late", [False, True], ids=["before closing", "after closing"])
async def test_the_customer_says_that_nothing_came(world: World, late: bool) -> None:
    """A no goes to the acquirer with the reference; a no after closing reopens the case. In
    neither case is the money sent a second time without a person."""
    reference = f"N-4-{late}"
    sale = await world.sale(reference)
    await world.refund(sale, "100.00", RefundStatus.FAILED)
    opened = await world.open(not_received(reference))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="store", result="confirms")
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    if late:
        await world.pass_time(case_id, days=9)
        await world.until(case_id, outcome=Outcome.CORRECTED)
        await world.settled(case_id)
    await world.act(case_id, "confirm_received", received=False, text="还是没有")
    if late:
        case = await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
        assert case.outcome is None
        await world.act(case_id, "confirm_received", received=False)
    await world.until(case_id, step=Step.ACQUIRER_INQUIRY)
    await world.pass_time(case_id, days=3)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    case = await world.until(case_id, outcome=Outcome.CORRECTED, step=Step.CLOSED)
    assert len(case.intents) == 1
    await assert_money(world, reference, credited="100.00")
