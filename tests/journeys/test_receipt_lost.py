"""The slip is gone: the sale is found without it, by asking as little as can be."""

from datetime import UTC, datetime, timedelta
from typing import Any

from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes import events as ev
from recourse.disputes.claims import Claim, ClaimedRefund
from recourse.disputes.matching import Grade
from recourse.disputes.vocabulary import Outcome, Stage, Step
from tests.disputes.building import cny
from tests.journeys.endings import CONTACT, VERIFICATION, assert_ended, assert_money
from tests.world import START, World, a_claim, yuan

OPENING = "acknowledge:customer ask_customer:customer ask_store:store"
CLOSING = "money_posted:customer closed:customer closed:store"


def lost(store: str, **sale: Any) -> Claim:
    """A claim without a reference: 139.12 yuan, ten days ago, card 4242."""
    known = {
        "amount": yuan("139.12"),
        "at": (START - timedelta(days=10)).isoformat(),
        "card_last4": "4242",
    }
    return a_claim(
        kind="receipt_lost",
        merchant={
            "id": "M100",
            "name": "云膳过桥米线",
            "store": store,
            "email": "store@example.com",
            "head_office": "office@example.com",
        },
        sale={key: value for key, value in (known | sale).items() if value is not None},
        refund={},
        story=f"小票丢了 {store}",
    )


async def told_all(world: World, claim: Claim, store_says: str = "confirms") -> str:
    """A case in which customer and store have said what they were asked."""
    opened = await world.open(claim)
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(
        opened.case_id, "reply", party="customer", answers={"loss_declaration": "signed"}
    )
    await world.act(opened.case_id, "reply", party="store", result=store_says)
    await world.until(opened.case_id, stage=Stage.VERIFICATION)
    return opened.case_id


async def decide_and_pay(world: World, case_id: str) -> None:
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="full")
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await world.act(case_id, "confirm_received", received=True)


async def test_found_without_a_reference(world: World) -> None:
    """Amount, day, card and store together find the one sale; a person decides the refund."""
    await world.sale("K-1", store="K1")
    case_id = await told_all(world, lost("K1"))
    await decide_and_pay(world, case_id)
    await assert_ended(
        world, case_id, Outcome.CORRECTED, CONTACT, VERIFICATION, told=f"{OPENING} {CLOSING}"
    )
    ((_, found),) = await world.events(case_id, ev.SaleFound)
    assert found.grade is Grade.STRONG
    await assert_money(world, "K-1", credited="139.12")


async def test_ambiguous_is_asked_one_question(world: World) -> None:
    """Of two sales that fit, none is chosen: the customer is asked the one thing that tells
    them apart, and the answer finds the sale."""
    await world.sale("K-2a", store="K2", card_last4="1234")
    await world.sale("K-2b", store="K2", card_last4="4242")
    case_id = await told_all(world, lost("K2", card_last4=None))
    case = await world.until(case_id, step=Step.MATCH_AMBIGUOUS)
    assert case.question == "card_last4"
    await world.act(case_id, "reply", party="customer", answers={"card_last4": "1234"})
    await decide_and_pay(world, case_id)
    await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told="acknowledge:customer ask_customer:customer*2 ask_store:store " + CLOSING,
    )
    await assert_money(world, "K-2a", credited="139.12")
    assert "K-2b" not in await world.admin.totals()


async def test_two_sales_of_one_morning_are_not_asked_apart_by_the_day(world: World) -> None:
    """Before and after eight in the morning in Beijing are one day there, though two in UTC:
    the customer is asked for what his statement shows instead."""
    eight = datetime(2026, 11, 13, tzinfo=UTC)
    await world.sale("K-10a", store="K10", at=eight - timedelta(minutes=30))
    await world.sale("K-10b", store="K10", at=eight + timedelta(hours=1))
    case_id = await told_all(world, lost("K10", at=None))
    case = await world.until(case_id, step=Step.MATCH_AMBIGUOUS)
    assert {sale.reference for sale in case.candidates} == {"K-10a", "K-10b"}
    assert case.question == "statement_line"


async def test_a_second_question_has_its_own_time(world: World) -> None:
    """An answer that tells nothing new is followed by a question with time of its own."""
    await world.sale("K-3a", store="K3", card_last4="1234")
    await world.sale("K-3b", store="K3", card_last4="4242")
    case_id = await told_all(world, lost("K3", card_last4=None))
    await world.until(case_id, step=Step.MATCH_AMBIGUOUS)
    await world.pass_time(case_id, days=3)
    await world.act(case_id, "reply", party="customer", text="记不清了")
    await world.settled(case_id)
    case = await world.until(case_id, step=Step.MATCH_AMBIGUOUS)
    clock = case.clock("clarify:customer")
    assert clock is not None
    assert clock.pending
    assert clock.started - START >= timedelta(days=3)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.MATCH_AMBIGUOUS, outcome=None)
    await world.pass_time(case_id, days=2)
    case = await world.until(case_id, outcome=Outcome.REJECTED, step=Step.CLOSED)
    assert case.reason == "no_evidence"


async def test_a_person_chooses_the_sale(world: World) -> None:
    """Who knows better than the books chooses the sale, and nobody is asked any more."""
    await world.sale("K-4a", store="K4", card_last4="1234")
    await world.sale("K-4b", store="K4", card_last4="4242")
    case_id = await told_all(world, lost("K4", card_last4=None))
    await world.until(case_id, step=Step.MATCH_AMBIGUOUS)
    await world.act(case_id, "choose_sale", reference="K-4b")
    await decide_and_pay(world, case_id)
    case = await world.until(case_id, outcome=Outcome.CORRECTED, step=Step.CLOSED)
    assert case.sale_by == "agent:mei"
    await assert_money(world, "K-4b", credited="139.12")


async def test_no_sale_and_silence_closes(world: World) -> None:
    """When no sale fits and the customer says no more, the case is rejected for that reason."""
    case_id = await told_all(world, lost("K5", card_last4="5555"))
    await world.until(case_id, step=Step.MATCH_NONE)
    await world.pass_time(case_id, days=8)
    await assert_ended(
        world,
        case_id,
        Outcome.REJECTED,
        CONTACT,
        VERIFICATION,
        told="acknowledge:customer ask_customer:customer*2 ask_store:store "
        "rejected:customer closed:store",
        reason="not_a_sale_here",
    )


async def test_a_customer_who_never_answers_has_dropped_the_claim(world: World) -> None:
    """The customer is reminded twice; silence about what only he knows closes the case."""
    opened = await world.open(lost("K6"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "reply", party="store", result="confirms")
    await world.pass_time(opened.case_id, days=8)
    await assert_ended(
        world,
        opened.case_id,
        Outcome.REJECTED,
        CONTACT,
        told=f"{OPENING} reminder:customer*2 rejected:customer closed:store",
        reason="no_evidence",
    )


async def test_the_store_refuses(world: World) -> None:
    """A store that says no leaves the decision to a person, who rejects with a reason."""
    await world.sale("K-7", store="K7")
    case_id = await told_all(world, lost("K7"), "denies")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="reject", reason="outside_conditions")
    await assert_ended(
        world,
        case_id,
        Outcome.REJECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} rejected:customer closed:store",
        reason="outside_conditions",
    )
    assert "K-7" not in await world.admin.totals()


async def test_of_a_customer_who_comes_every_day_none_is_taken(world: World) -> None:
    """Yesterday's sale on the told card does not hide today's, which the telephone paid: both are
    shown, and the customer is asked."""
    await world.sale("K-8a", store="K8", at=START - timedelta(days=11))
    await world.sale("K-8b", store="K8", card_last4="7777", wallet=True)
    case_id = await told_all(world, lost("K8"))
    case = await world.until(case_id, step=Step.MATCH_AMBIGUOUS)
    assert {sale.reference for sale in case.candidates} == {"K-8a", "K-8b"}


async def test_a_search_that_was_cut_short_takes_none(world: World) -> None:
    """Where the acquirer refuses the rest of a search there may be another sale that fits better
    than one of the day before: it is shown, and nobody takes it."""
    await world.sale("K-9", store="K9", at=START - timedelta(days=11))
    search = Route.SEARCH_SALES
    await world.admin.add_fault(
        Fault(action=FaultAction.STATUS, status=422, route=search, after=search, times=9)
    )
    case_id = await told_all(world, lost("K9"))
    case = await world.until(case_id, step=Step.MATCH_AMBIGUOUS)
    assert [sale.reference for sale in case.candidates] == ["K-9"]


async def test_what_was_refunded_already_is_not_refunded_again(world: World) -> None:
    """A store that confirms the return of goods may speak of the refund that stands: as much is
    not proposed once more."""
    sale = await world.sale("K-10", "600.00", store="K10")
    await world.refund(sale, "100.00")
    claim = lost("K10", amount=yuan("600.00")).model_copy(
        update={"refund": ClaimedRefund(requested=cny(10000))}
    )
    case_id = await told_all(world, claim)
    case = await world.until(case_id, step=Step.AWAITING_DECISION)
    assert case.verdict is not None
    assert (case.verdict.finding, case.verdict.corrections) == ("already_refunded", ())
