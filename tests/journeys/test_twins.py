"""Several claims about one sale: one case carries on, whoever comes first and however often."""

import asyncio
from collections import Counter

from recourse.disputes import events as ev
from recourse.disputes.claims import Claim
from recourse.disputes.vocabulary import Outcome, Step
from tests.journeys.endings import CONTACT, VERIFICATION, assert_ended, assert_money
from tests.journeys.test_receipt_lost import decide_and_pay, lost, told_all
from tests.world import World, a_claim


def by_reference(reference: str, store: str) -> Claim:
    found = lost(store)
    return found.model_copy(
        update={"sale": found.sale.model_copy(update={"reference": reference}), "story": "又一次"}
    )


async def test_a_claim_without_reference_meets_the_case_of_its_sale(world: World) -> None:
    """A case that finds its sale to be another case's hands its claim over and ends as a
    duplicate; its claimant alone is told, and one refund is made."""
    await world.sale("T-1", store="T1")
    first = await world.open(by_reference("T-1", "T1"))
    await world.until(first.case_id, step=Step.AWAITING_ANSWERS)
    twin = await told_all(world, lost("T1"))
    case = await assert_ended(
        world,
        twin,
        Outcome.DUPLICATE,
        CONTACT,
        VERIFICATION,
        told="acknowledge:customer ask_customer:customer ask_store:store closed:customer",
        reason=first.case_id,
    )
    assert case.links == {"twin": first.case_id}
    await world.act(first.case_id, "reply", party="customer", answers={"loss_declaration": "-"})
    await world.act(first.case_id, "reply", party="store", result="confirms")
    await decide_and_pay(world, first.case_id)
    survivor = await world.until(first.case_id, outcome=Outcome.CORRECTED)
    assert survivor.links == {"twin": twin}
    assert len(survivor.claims) == 2
    await assert_money(world, "T-1", credited="139.12")


async def test_a_later_claim_with_the_reference_joins(world: World) -> None:
    """A case that found its sale holds the sale's address: a later claim that names the sale
    joins it, and a second case without a reference becomes its twin."""
    await world.sale("T-2", store="T2")
    first = await told_all(world, lost("T2"))
    case = await world.until(first, step=Step.AWAITING_DECISION)
    assert "address" in case.links
    later = await world.open(by_reference("T-2", "T2"))
    assert (later.case_id, later.joined) == (first, True)
    other = lost("T2").model_copy(update={"story": "另一个人来问"})
    twin = await told_all(world, other)
    case = await world.until(twin, outcome=Outcome.DUPLICATE)
    assert case.links == {"twin": first}
    case = await world.case(first)
    assert len(case.claims) == 3


async def test_the_address_is_free_when_the_case_is_finished(world: World) -> None:
    """A finished case lets go of its sale: a later claim about it opens a case, and a later
    case without a reference goes to that one."""
    await world.sale("T-3", store="T3")
    first = await told_all(world, lost("T3"))
    await world.until(first, step=Step.AWAITING_DECISION)
    await world.act(first, "withdraw", reason="changed_my_mind")
    await world.until(first, step=Step.CLOSED)
    await world.wait_out(first, days=31)
    await world.handle(first).result()
    later = await world.open(by_reference("T-3", "T3"))
    assert not later.joined
    assert later.case_id.endswith("-2")
    twin = await told_all(world, lost("T3").model_copy(update={"story": "还是没有小票"}))
    case = await world.until(twin, outcome=Outcome.DUPLICATE)
    assert case.links == {"twin": later.case_id}


async def test_opened_twice_is_one_case(world: World) -> None:
    """The same claim brought twice is one case, and changes nothing the second time."""
    await world.sale("T-4")
    first = await world.open(a_claim("T-4"))
    await world.until(first.case_id, step=Step.AWAITING_ANSWERS)
    before = await world.desk.timeline(first.case_id)
    second = await world.open(a_claim("T-4"))
    assert (second.case_id, first.joined, second.joined) == (first.case_id, False, True)
    assert await world.desk.timeline(first.case_id) == before


async def test_twenty_at_once_are_one_case(world: World) -> None:
    """Of twenty callers at the same moment exactly one is told that it opened the case, and
    its parties are written to once."""
    await world.sale("T-5")
    claims = [a_claim("T-5", story=f"第{number}次") for number in range(20)]
    opened = await asyncio.gather(*(world.open(claim) for claim in claims))
    assert len({found.case_id for found in opened}) == 1
    assert Counter(found.joined for found in opened) == {True: 19, False: 1}
    case = await world.until(opened[0].case_id, step=Step.AWAITING_ANSWERS)
    assert len(case.claims) == 20
    assert len(await world.events(case.case_id, ev.CaseOpened)) == 1
    assert len(await world.mails(case.case_id)) == 2
