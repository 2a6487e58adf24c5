"""Cases that end at the first contact, or are not allowed to."""

from typing import Any

import pytest

from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.disputes.vocabulary import Outcome, Step
from tests.journeys.endings import CONTACT, VERIFICATION, assert_ended, assert_money
from tests.world import World, a_claim, yuan
from workflows.desk import NotAllowed

OPENING = "acknowledge:customer ask_store:store"


async def test_settled_between_the_parties(world: World) -> None:
    """What the parties settle at the first contact ends the case, and both are told so."""
    await world.sale("C-1")
    opened = await world.open(a_claim("C-1"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(
        opened.case_id, "settle", terms="门店当场补退", amount=yuan("90.00"), between="store"
    )
    case = await assert_ended(
        world,
        opened.case_id,
        Outcome.SETTLED,
        CONTACT,
        told=f"{OPENING} settled:customer settled:store",
    )
    assert str(case.settled_amount) == "90.00 CNY"
    assert "C-1" not in await world.admin.totals()


async def test_withdrawn_at_first_contact(world: World) -> None:
    """Who withdraws is told so, the store that was asked as well, and no clock runs on."""
    await world.sale("C-2")
    opened = await world.open(a_claim("C-2"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "withdraw", reason="changed_my_mind")
    case = await assert_ended(
        world,
        opened.case_id,
        Outcome.WITHDRAWN,
        CONTACT,
        told=f"{OPENING} withdrawn:customer withdrawn:store",
    )
    assert [clock.name for clock in case.clocks.values() if clock.pending] == ["watch"]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("withdraw", {"reason": "no_longer"}),
        ("settle", {"terms": "paid in cash"}),
        ("close", {"reason": "no_longer"}),
        ("escalate", {"reason": "impatient"}),
    ],
)
async def test_money_of_unknown_end_holds_the_case(
    world: World, action: str, data: dict[str, Any]
) -> None:
    """While nobody knows whether money moved, no case is ended or moved."""
    reference = f"C-3-{action}"
    sale = await world.sale(reference)
    await world.refund(sale, "10.00")
    await world.admin.add_fault(
        Fault(action=FaultAction.REPLY_LOST, route="request_effect", sale=reference)
    )
    opened = await world.open(a_claim(reference))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.until(opened.case_id, step=Step.CORRECTION_IN_DOUBT)
    with pytest.raises(NotAllowed, match="its end must be known first"):
        await world.act(opened.case_id, action, **data)
    await world.pass_time(opened.case_id, days=4)
    await world.act(opened.case_id, "confirm_received", received=True)
    await assert_ended(
        world,
        opened.case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} money_posted:customer closed:customer closed:store",
    )
    await assert_money(world, reference, credited="100.00")
