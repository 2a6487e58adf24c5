"""Cases at an acquirer that keeps no ids of ours: money is never asked for a second time while
the first request may still be carried out."""

import uuid
from collections.abc import Iterator

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from activities.asking import UNDER_WAY
from recourse.acquirers.contract import ErrorCode
from recourse.acquirers.port import Capabilities
from recourse.acquirers.simulator.faults import Fault, FaultAction, Route
from recourse.disputes import events as ev
from recourse.disputes.case import Intent
from recourse.disputes.effects import AnswerKind
from recourse.disputes.vocabulary import CorrectionState, Step
from tests.eventually import assert_eventually
from tests.journeys.endings import assert_money, assert_one_timer
from tests.journeys.test_acquirer_failing import disturbed, ended_well, given_up
from tests.world import PATIENCE, World

LOST = Fault(action=FaultAction.REQUEST_LOST, route=Route.REQUEST_EFFECT)


@pytest.fixture(autouse=True)
def keeps_no_ids(world: World) -> Iterator[None]:
    """A request may come as late as six hours after it was sent."""
    able = world.acquirer.capabilities
    finality(world, hours=6)
    yield
    world.acquirer.capabilities = able


def finality(world: World, hours: int) -> None:
    world.acquirer.capabilities = Capabilities(idempotent=False, absent_is_final_after=hours * 3600)


async def the_intent(world: World, case_id: str) -> Intent:
    (intent,) = (await world.case(case_id)).intents
    return intent


async def times_asked(world: World, case_id: str) -> int:
    intent = await the_intent(world, case_id)
    return (await world.admin.counters()).asked.get(intent.order.effect_id, 0)


async def test_lost_for_good_is_asked_again(world: World) -> None:
    """ "Never seen" counts once the request cannot come any more; said twice, the same order
    goes out again, and the money moves once."""
    case_id = await disturbed(world, "NOID-1", LOST)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    await world.pass_time(case_id, hours=13)
    assert (await the_intent(world, case_id)).answer.kind is AnswerKind.ABSENT  # type: ignore[union-attr]
    assert await times_asked(world, case_id) == 0
    await world.pass_time(case_id, hours=13)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await ended_well(world, case_id, "NOID-1")
    assert await times_asked(world, case_id) == 1


async def test_may_still_come_goes_to_a_person(world: World) -> None:
    """While the request may still come, "never seen" is not believed: nothing is asked again,
    and when the doubt has lasted too long a person finds out."""
    finality(world, hours=24 * 10)
    case_id = await disturbed(world, "NOID-2", LOST)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    await world.pass_time(case_id, hours=25)
    case = await world.until(case_id, step=Step.WORK_ITEM)
    assert [(w.error, w.money) for w in case.open_work] == [("Unknown", True)]
    await world.act(case_id, "retry", item="w1")
    await world.settled(case_id)
    intent = await the_intent(world, case_id)
    assert intent.answer is not None
    assert (intent.answer.kind, intent.answer.reason) == (AnswerKind.UNKNOWN, UNDER_WAY)
    assert await times_asked(world, case_id) == 0
    await world.act(case_id, "by_hand", item="w2", reference="BANK-78")
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    assert (await the_intent(world, case_id)).state is CorrectionState.BY_HAND


async def test_cannot_come_any_more_is_known_without_a_person(world: World) -> None:
    """A doubt that a person has before him ends by itself once the request cannot come any more;
    said twice again, a pause apart, the order goes out, once."""
    finality(world, hours=24 * 3)
    case_id = await disturbed(world, "NOID-7", LOST)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    await world.pass_time(case_id, hours=25)
    await world.until(case_id, step=Step.WORK_ITEM)
    await world.pass_time(case_id, hours=40)
    await world.until(case_id, step=Step.WORK_ITEM)
    assert await times_asked(world, case_id) == 0
    await world.pass_time(case_id, hours=48)
    case = await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    assert [w.how for w in case.work.values()] == ["dropped"]
    assert await times_asked(world, case_id) == 0
    await world.pass_time(case_id, hours=40)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await world.pass_time(case_id, days=4)
    await world.until(case_id, step=Step.AWAITING_CONFIRMATION)
    await assert_one_timer(world, case_id)
    await assert_money(world, "NOID-7", credited="100.00")
    assert await times_asked(world, case_id) == 1


async def test_proof_that_nothing_was_sent_saves_the_doubt(world: World) -> None:
    """An acquirer that took nothing, and said so, is asked again by the next attempts, and the
    case is never in doubt."""
    patience = Fault(action=FaultAction.STATUS, status=429, route=Route.REQUEST_EFFECT, times=2)
    case_id = await disturbed(world, "NOID-3", patience)

    async def asked() -> None:
        await world.wait_out(case_id, seconds=5)
        assert await times_asked(world, case_id) == 1

    await assert_eventually(asked, PATIENCE)
    await world.until(case_id, step=Step.REFUND_PENDING)
    answers = [e.answer.kind for _, e in await world.events(case_id, ev.CorrectionAnswered)]
    assert answers == [AnswerKind.ACCEPTED]
    await world.pass_time(case_id, days=4)
    await ended_well(world, case_id, "NOID-3")


async def test_tried_again_by_a_person_may_have_been_sent(world: World) -> None:
    """When the attempts have ended without an answer and a person tries again, what they may
    have sent still counts: looked up, not asked for."""
    down = Fault(action=FaultAction.STATUS, route=Route.EFFECT, times=40)
    case_id = await disturbed(world, "NOID-4", down)
    await given_up(world, case_id)
    await world.admin.clear_faults()
    await world.act(case_id, "retry", item="w1")
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    assert await times_asked(world, case_id) == 0
    await world.pass_time(case_id, hours=26)
    await world.until(case_id, step=Step.REFUND_PENDING)
    await assert_one_timer(world, case_id)
    assert await times_asked(world, case_id) == 1


async def test_reset_to_before_it_asked(world: World) -> None:
    """A case that an operator resets to before it asked does not ask at once: the run that was
    given up may have."""
    case_id = await disturbed(world, "NOID-5", LOST)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    before = await world.handle(case_id).describe()
    finished = 0
    async for event in world.handle(case_id).fetch_history_events():
        scheduled = event.activity_task_scheduled_event_attributes
        if scheduled.activity_type.name == "request_correction":
            break
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            before_it = finished
            finished = event.event_id
    await world.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=world.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=case_id, run_id=before.run_id),
            reason="test",
            workflow_task_finish_event_id=before_it,
            request_id=uuid.uuid4().hex,
        )
    )
    case = await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    assert (await world.handle(case_id).describe()).run_id != before.run_id
    assert [i.answer.reason for i in case.intents if i.answer] == [UNDER_WAY]
    assert await times_asked(world, case_id) == 0


async def test_forgotten_is_not_absent(world: World) -> None:
    """An acquirer that had accepted an order and later has "never seen" it is not asked again,
    however often it says so: a person finds out."""
    case_id = await disturbed(
        world, "NOID-6", Fault(action=FaultAction.PENDING, sale="NOID-6", days=30)
    )
    await world.until(case_id, step=Step.REFUND_PENDING)
    forgets = Fault(
        action=FaultAction.STATUS,
        route=Route.EFFECT,
        effect_prefix=case_id,
        status=404,
        reason=ErrorCode.EFFECT_UNKNOWN,
        times=1000,
    )
    await world.admin.add_fault(forgets)
    await world.pass_time(case_id, days=3, hours=1)
    await world.until(case_id, step=Step.CORRECTION_IN_DOUBT)
    await world.pass_time(case_id, hours=25)
    await world.until(case_id, step=Step.WORK_ITEM)
    assert await times_asked(world, case_id) == 1
