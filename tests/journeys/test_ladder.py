"""The ladder of escalation, climbed by silence, up to the regulator."""

from datetime import UTC, datetime, timedelta

import pytest

from recourse.acquirers.simulator.faults import Fault, FaultAction
from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.disputes import events as ev
from recourse.disputes.vocabulary import Outcome, Step
from tests.journeys.endings import (
    CONTACT,
    ESCALATION,
    assert_ended,
    assert_timed_out,
)
from tests.journeys.test_receipt_lost import lost
from tests.world import World, a_claim

OPENING = "acknowledge:customer ask_customer:customer ask_store:store"
DAY = timedelta(days=1)


def shanghai_day_end(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 16, tzinfo=UTC)


async def test_silence_climbs_to_the_regulator_who_mediates(world: World) -> None:
    """Nobody answers: the store is reminded at 24 and 48 hours, its head office at 48 and 96,
    the acquirer finds nothing twice, and the regulator's mediation ends the case. Every
    time-out has an owner and a default and falls on its very second."""
    await world.sale("U-1", store="U1")
    for kind in ("inquiry", "retrieval"):
        await world.admin.add_programme(
            Programme(kind=kind, sale="U-1", answer=Answer(after_days=4, finding="rejected"))
        )
    opened = await world.open(lost("U1"))
    case_id = opened.case_id
    await world.until(case_id, step=Step.AWAITING_ANSWERS)
    await world.act(case_id, "reply", party="customer", answers={"loss_declaration": "signed"})
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.TIER2)
    await world.pass_time(case_id, days=8)
    await world.until(case_id, step=Step.ACQUIRER_INQUIRY)
    await world.pass_time(case_id, days=5)
    await world.until(case_id, step=Step.RETRIEVAL)
    await world.pass_time(case_id, days=5)
    await world.until(case_id, step=Step.REGULATOR)
    await world.pass_time(case_id, days=45)
    await world.act(case_id, "record_result", result="agreed", text="调解书")
    await assert_ended(
        world,
        case_id,
        Outcome.SETTLED_WITH_AUTHORITY,
        CONTACT,
        ESCALATION,
        told=f"{OPENING} reminder:store*2 escalated:higher_service reminder:higher_service*2 "
        "escalated_claimant:customer*4 deadline_near:supervisor deadline_missed:supervisor "
        "closed:customer closed:store",
        reason="regulator",
    )
    await assert_timed_out(
        world,
        case_id,
        ("answer:store", "merchant", "escalate"),
        ("rung:tier2", "merchant", "next_rung"),
        ("answer", "us", "escalate"),
    )
    assert {
        e.clock: entry.at.replace(microsecond=0)
        for entry, e in await world.events(case_id, ev.TimedOut)
    } == {
        "answer:store": shanghai_day_end(11, 26),
        "rung:tier2": shanghai_day_end(12, 4),
        "answer": shanghai_day_end(12, 8),
    }
    reminded = [
        (e.clock, entry.at.replace(microsecond=0))
        for entry, e in await world.events(case_id, ev.Reminded)
    ]
    opened_at = (await world.case(case_id)).opened_at.replace(microsecond=0)
    assert reminded[:4] == [
        ("answer:store", opened_at + DAY),
        ("answer:store", opened_at + 2 * DAY),
        # Asked when the office opened on Friday the 27th; Sunday's reminder waits for Monday.
        ("rung:tier2", datetime(2026, 11, 30, 1, tzinfo=UTC)),
        ("rung:tier2", datetime(2026, 12, 2, 1, tzinfo=UTC)),
    ]
    assert "U-1" not in await world.admin.totals()


async def tier2(world: World, reference: str) -> str:
    await world.sale(reference)
    opened = await world.open(a_claim(reference))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "escalate", reason="store does not answer the telephone")
    await world.until(opened.case_id, step=Step.TIER2)
    return opened.case_id


async def test_a_filing_that_is_refused_leads_to_the_next_rung(world: World) -> None:
    """An acquirer that does not take a filing is not waited for."""
    await world.admin.add_fault(
        Fault(action=FaultAction.REFUSE, kind="inquiry", sale="U-2", reason="not_eligible")
    )
    case_id = await tier2(world, "U-2")
    await world.act(case_id, "escalate", to="acquirer_inquiry", reason="at once")
    case = await world.until(case_id, step=Step.SCHEME_DISPUTE)
    assert case.rungs_climbed == ("tier2", "acquirer_inquiry", "scheme_dispute")


@pytest.mark.parametrize("action", [FaultAction.REQUEST_LOST, FaultAction.REPLY_LOST])
async def test_a_filing_of_unknown_end_is_filed_once(world: World, action: FaultAction) -> None:
    """A filing whose answer was lost is looked up; one that never arrived is filed again
    under the same id, one that did is not."""
    reference = f"U-3-{action}"
    case_id = await tier2(world, reference)
    await world.admin.add_fault(Fault(action=action, route="open_request"))
    await world.act(case_id, "escalate", to="acquirer_inquiry", reason="at once")
    await world.until(case_id, step=Step.ACQUIRER_INQUIRY)
    await world.pass_time(case_id, days=1, hours=1)
    await world.pass_time(case_id, days=3)
    opened = await world.events(case_id, ev.RequestOpened)
    assert len({e.order.effect_id for _, e in opened}) == 1
    ((_, answered),) = await world.events(case_id, ev.RequestAnswered)
    assert answered.answer.finding == "upheld"


async def test_an_inquiry_needs_a_sale(world: World) -> None:
    """An acquirer is not asked about a sale that nobody can name: the rung is left."""
    opened = await world.open(lost("U9"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "escalate", to="acquirer_inquiry", reason="hurry")
    case = await world.until(opened.case_id, step=Step.REGULATOR)
    assert case.rungs_climbed == ("acquirer_inquiry", "retrieval", "regulator")
    assert not case.requests


async def test_an_answer_without_a_result_does_not_end_a_rung(world: World) -> None:
    """ "We are looking into it" leaves the rung as it is; a result ends it."""
    case_id = await tier2(world, "U-4")
    await world.act(case_id, "reply", party="higher_service", text="正在核实")
    await world.settled(case_id)
    case = await world.until(case_id, step=Step.TIER2)
    clock = case.clock("rung:tier2")
    assert clock is not None
    assert clock.pending
    await world.act(case_id, "reply", party="higher_service", result="unknown")
    await world.until(case_id, step=Step.ACQUIRER_INQUIRY)
