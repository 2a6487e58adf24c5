"""Charged, and no slip: copied when the sale is good, held while nobody knows."""

import itertools
from datetime import timedelta

from recourse.acquirers.port import Capabilities
from recourse.disputes import events as ev
from recourse.disputes.claims import Claim
from recourse.disputes.effects import Remedy
from recourse.disputes.records import TerminalEvent, TerminalEventKind
from recourse.disputes.vocabulary import Cause, CorrectionState, Outcome, Step
from tests.journeys.endings import (
    CONTACT,
    ESCALATION,
    VERIFICATION,
    assert_ended,
    assert_one_timer,
    assert_timed_out,
)
from tests.world import World, a_claim

OPENING = "acknowledge:customer hold_do_not_pay_again:customer ask_store:store"


def not_printed(reference: str) -> Claim:
    return a_claim(reference, kind="receipt_not_printed", refund={}, story="没有小票")


async def opened(world: World, reference: str) -> str:
    """The customer has said whether he paid again; nobody else's word is waited for."""
    case = await world.open(not_printed(reference))
    if (await world.case(case.case_id)).step is not Step.AWAITING_ANSWERS:
        await world.settled(case.case_id)
    found = await world.case(case.case_id)
    if found.step is Step.AWAITING_ANSWERS:
        await world.act(case.case_id, "reply", party="customer", answers={"paid_again": "no"})
    return case.case_id


async def test_good_sale_is_reprinted(world: World) -> None:
    """The slip of a good sale is copied and sent; no money moves."""
    sale = await world.sale("P-1")
    await world.happened(
        TerminalEvent(
            terminal=sale.terminal, at=sale.at, kind=TerminalEventKind.PAPER_OUT, sale="P-1"
        )
    )
    case_id = await opened(world, "P-1")
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    case = await assert_ended(
        world,
        case_id,
        Outcome.SATISFIED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} ask_customer:customer receipt_copy:customer closed:customer closed:store",
    )
    assert case.cause is Cause.PAPER_OUT
    events = await world.acquirer.terminal_events(
        sale.terminal, sale.at, world.clock.moment + timedelta(days=1)
    )
    assert [e.kind for e in events if e.sale == "P-1"].count(TerminalEventKind.REPRINTED) == 1
    assert "P-1" not in await world.admin.totals()


async def test_copy_that_the_adapter_cannot_make_is_made_by_a_person(world: World) -> None:
    """Where the adapter has no reprint, a person is asked at once; what he did is booked under
    its reference, the customer is told, and nothing was asked of the acquirer."""
    sale = await world.sale("P-9")
    await world.happened(
        TerminalEvent(
            terminal=sale.terminal, at=sale.at, kind=TerminalEventKind.PAPER_OUT, sale="P-9"
        )
    )
    able = world.acquirer.capabilities
    world.acquirer.capabilities = Capabilities(reprint=False)
    try:
        case_id = await opened(world, "P-9")
        case = await world.until(case_id, step=Step.WORK_ITEM)
        assert [item.error for item in case.open_work] == ["CannotDo"]
        await world.act(case_id, "by_hand", item="w1", reference="copy handed over in S01")
    finally:
        world.acquirer.capabilities = able
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)
    case = await assert_ended(
        world,
        case_id,
        Outcome.SATISFIED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} ask_customer:customer work_item:supervisor receipt_copy:customer "
        "closed:customer closed:store",
    )
    assert [intent.by_hand for intent in case.intents] == ["copy handed over in S01"]


async def test_sale_in_doubt_is_held_and_looked_up_less_and_less_often(world: World) -> None:
    """While nobody knows whether the sale is good, the customer is told once not to pay
    again, the books are read after 2, 4, 8 and 16 hours, and nothing is paid; when the sale
    has been reversed, the customer is told that nothing is owed."""
    sale = await world.sale("P-2", status="in_doubt")
    case_id = await opened(world, "P-2")
    await world.until(case_id, step=Step.IN_DOUBT_HOLD)
    await world.pass_time(case_id, hours=15)
    await world.until(case_id, step=Step.IN_DOUBT_HOLD)
    nothing = sale.amount - sale.amount
    await world.admin.put_sale(sale.model_copy(update={"status": "reversed", "captured": nothing}))
    await world.pass_time(case_id, hours=16)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    reads = [entry.at for entry, _ in await world.events(case_id, ev.RecordRead)]
    hours = [round((b - a).total_seconds() / 3600) for a, b in itertools.pairwise(reads)]
    assert hours == [2, 4, 8, 16]
    await world.act(case_id, "confirm_received", received=True)
    await assert_ended(
        world,
        case_id,
        Outcome.SATISFIED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} ask_customer:customer reminder:store "
        "decision:customer closed:customer closed:store",
        reason="reversed_by_itself",
    )
    assert "P-2" not in await world.admin.totals()


async def test_in_doubt_too_long_is_escalated(world: World) -> None:
    """A doubt that outlives its time is escalated at the very second."""
    await world.sale("P-3", status="in_doubt")
    case_id = await opened(world, "P-3")
    await world.until(case_id, step=Step.IN_DOUBT_HOLD)
    await world.pass_time(case_id, hours=73)
    case = await world.until(case_id, step=Step.TIER2)
    assert case.path == (CONTACT, VERIFICATION, ESCALATION)
    await assert_timed_out(
        world, case_id, ("answer:store", "merchant", "go_on"), ("doubt", "acquirer", "escalate")
    )


async def test_a_reversal_that_comes_back_is_seen_before_it_is_relied_on(world: World) -> None:
    """A reversal may be a refund at the acquirer: before silence is taken for a yes it is looked
    up once more, and one that has come back is judged anew."""
    await world.sale("P-10", status="failed")
    case_id = await opened(world, "P-10")
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert [i.order.remedy for i in (await world.case(case_id)).intents] == [Remedy.REVERSAL]
    world.acquirer.sent_back = True
    await world.pass_time(case_id, days=9)
    case = await world.until(case_id, outcome=None)
    assert [i.state for i in case.intents] == [CorrectionState.RETURNED]
    assert (await world.events(case_id, ev.StageEntered))[-1][1].why == (
        "the correction that was posted is returned"
    )
    await assert_one_timer(world, case_id)
