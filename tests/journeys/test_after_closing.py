"""The watch period: reopened, watched out, and followed by another case."""

from datetime import timedelta

from temporalio.client import WorkflowExecutionStatus

from recourse.disputes import events as ev
from recourse.disputes.vocabulary import Outcome, Stage, Step
from tests.journeys.endings import CONTACT, VERIFICATION, assert_ended, assert_money
from tests.world import World, a_claim, yuan

OPENING = "acknowledge:customer ask_store:store"


async def withdrawn(world: World, reference: str) -> str:
    sale = await world.sale(reference)
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim(reference))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.act(opened.case_id, "withdraw", reason="changed_my_mind")
    await world.until(opened.case_id, step=Step.CLOSED)
    return opened.case_id


async def test_reopened_in_the_watch_period(world: World) -> None:
    """A closed case that is reopened is verified, held to the rules of law that it had, and
    ends a second time with notices of its own. The store has not been heard: a person decides."""
    case_id = await withdrawn(world, "W-1")
    before = (await world.case(case_id)).clocks["limitation"].due
    await world.pass_time(case_id, days=5)
    await world.act(case_id, "reopen", reason="the shop does not pay after all")
    await world.until(case_id, step=Step.AWAITING_DECISION)
    await world.act(case_id, "decide", decision="full")
    await world.until(case_id, step=Step.REFUND_PENDING)
    case = await world.case(case_id)
    assert {name: case.clocks[name].state for name in ("limitation", "answer", "watch")} == {
        "limitation": "running",
        "answer": "running",
        "watch": "stopped",
    }
    assert case.clocks["limitation"].due == before + timedelta(days=1)  # the refund was read
    await world.pass_time(case_id, days=4)
    await world.act(case_id, "confirm_received", received=True)
    await assert_ended(
        world,
        case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told=f"{OPENING} withdrawn:customer withdrawn:store reopened:customer "
        "money_posted:customer "
        "closed:customer closed:store",
    )
    await assert_money(world, "W-1", credited="100.00")


async def test_a_watched_case_ends_with_a_result_and_a_new_claim_follows_it(world: World) -> None:
    """After the watch period the workflow completes, sealed by its last digest; a later claim
    about the sale opens the next generation, linked to the former."""
    case_id = await withdrawn(world, "W-2")
    await world.wait_out(case_id, days=31)
    result = await world.handle(case_id).result()
    entries = await world.desk.timeline(case_id)
    assert (result.outcome, result.path) == (Outcome.WITHDRAWN, (CONTACT,))
    assert result.last_digest == entries[-1].digest
    assert isinstance(entries[-1].event, ev.WatchEnded)
    described = await world.handle(case_id).describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED
    again = await world.open(a_claim("W-2", story="又来了"))
    assert (again.case_id, again.joined) == (f"{case_id}-2", False)
    case = await world.until(again.case_id, step=Step.AWAITING_ANSWERS)
    assert case.links == {"former": case_id}
    assert case.case_id != case_id


async def test_what_a_joining_claim_brings_is_kept(world: World) -> None:
    """A second claim about the sale brings its evidence along, each piece once; a statement among
    it is read."""
    await world.sale("W-9")
    slip, page = (
        {"kind": kind, "name": "a", "digest": 64 * d, "size": 1}
        for kind, d in (("slip_photo", "a"), ("contract", "b"))
    )
    opened = await world.open(a_claim("W-9", evidence=[slip]))
    again = await world.open(a_claim("W-9", evidence=[slip, page], story="再说一遍"))
    assert (again.case_id, again.joined) == (opened.case_id, True)
    case = await world.case(opened.case_id)
    assert [item.digest for item in case.evidence] == [64 * "a", 64 * "b"]
    assert len(await world.events(opened.case_id, ev.EvidenceAdded)) == 1


async def test_other_words_after_closing_bring_the_case_back(world: World) -> None:
    """Another claim about the sale of a closed case reopens it, before a person; the same
    words again do not."""
    case_id = await withdrawn(world, "W-3")
    same = await world.open(a_claim("W-3"))
    assert (same.case_id, same.joined) == (case_id, True)
    await world.settled(case_id)
    assert (await world.case(case_id)).closed_at is not None
    other = await world.open(
        a_claim("W-3", refund={"requested": yuan("100.00"), "reported": yuan("0.00")})
    )
    assert (other.case_id, other.joined) == (case_id, True)
    case = await world.until(case_id, stage=Stage.VERIFICATION, outcome=None)
    assert len(case.claims) == 2
