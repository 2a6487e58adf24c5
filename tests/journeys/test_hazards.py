"""What Temporal may do to a case: hand it messages early, twice, or all over again."""

import uuid
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    ResetWorkflowExecutionRequest,
    ResetWorkflowExecutionResponse,
)
from temporalio.client import WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy

from recourse.disputes import events as ev
from recourse.disputes.actions import Actor
from recourse.disputes.claims import Claim, case_id
from recourse.disputes.vocabulary import Outcome, Stage, Step
from tests.journeys.endings import (
    CONTACT,
    VERIFICATION,
    assert_ended,
    assert_money,
    assert_one_timer,
)
from tests.journeys.test_receipt_lost import lost, told_all
from tests.world import AGENT, World, a_claim
from workflows import queues
from workflows.dispute import DisputeWorkflow
from workflows.messages import ActReply, ActRequest, DisputeInput


async def started_by(world: World, claim: Claim, action: str, **data: Any) -> str:
    """Start a case with a person's action in hand: it is handled before ``run`` begins."""
    identity = case_id(claim)
    opening = world.desk._opening(claim, identity, "", "opening")
    request = ActRequest(action=action, data=data, actor=AGENT, request_id=uuid.uuid4().hex)
    operation = WithStartWorkflowOperation(
        DisputeWorkflow.run,
        DisputeInput(opening=opening, limits=world.desk._terms.limits),
        id=identity,
        task_queue=queues.CASES,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
    await world.client.execute_update_with_start_workflow(
        DisputeWorkflow.act, request, start_workflow_operation=operation
    )
    return identity


async def test_an_answer_before_the_first_step(world: World) -> None:
    """A party that has answered before anybody asked is not asked, nor waited for."""
    sale = await world.sale("H-1")
    await world.refund(sale, "10.00")
    identity = await started_by(world, a_claim("H-1"), "reply", party="store", result="confirms")
    case = await world.until(identity, step=Step.REFUND_PENDING)
    assert [t.template.value for t in case.told] == ["acknowledge"]


async def test_withdrawn_before_the_first_step(world: World) -> None:
    """A case that is withdrawn before it began closes, and nobody is asked anything."""
    await world.sale("H-2")
    identity = await started_by(world, a_claim("H-2"), "withdraw", reason="typing error")
    await assert_ended(world, identity, Outcome.WITHDRAWN, CONTACT, told="withdrawn:customer")


async def test_the_same_request_acts_once(world: World) -> None:
    """One request id acts once, whether the server or the case notices the repetition."""
    await world.sale("H-3")
    opened = await world.open(a_claim("H-3"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    request = ActRequest(action="note", data={"text": "one"}, actor=AGENT, request_id="r-1")
    handle = world.handle(opened.case_id)
    replies: list[ActReply] = [
        await handle.execute_update(DisputeWorkflow.act, request, id=update)
        for update in ("r-1", "r-1", "another")
    ]
    assert [reply.repeated for reply in replies] == [False, False, True]
    assert len(await world.events(opened.case_id, ev.Noted)) == 1


async def reset(world: World, identity: str) -> None:
    """Begin the case again from its first workflow task, with all its messages."""
    history = await world.handle(identity).fetch_history()
    first = next(
        event.event_id
        for event in history.events
        if event.HasField("workflow_task_completed_event_attributes")
    )
    described = await world.handle(identity).describe()
    answer: ResetWorkflowExecutionResponse = (
        await world.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=world.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=identity, run_id=described.run_id),
                reason="test",
                workflow_task_finish_event_id=first,
                request_id=uuid.uuid4().hex,
            )
        )
    )
    assert answer.run_id != described.run_id


async def test_reset_to_the_beginning(world: World) -> None:
    """Begun again, a case takes its messages in any order and is not stuck. It finds in the
    books the money that it had moved, and puts a person before what to make of it."""
    sale = await world.sale("H-4")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim("H-4"))
    identity = opened.case_id
    await world.until(identity, step=Step.AWAITING_ANSWERS)
    await world.act(identity, "note", text="一")
    await world.act(identity, "reply", party="store", result="confirms")
    await world.until(identity, step=Step.REFUND_PENDING)
    await reset(world, identity)
    case = await world.until(identity, step=Step.AWAITING_DECISION)
    assert case.verdict is not None
    assert not case.verdict.corrections
    assert len(await world.events(identity, ev.Noted)) == 1
    assert (await world.admin.counters()).effects["H-4"] == 1
    await world.act(identity, "decide", decision="no_correction")
    await world.until(identity, step=Step.AWAITING_CONFIRMATION)
    await assert_one_timer(world, identity)


async def test_reset_of_a_case_that_holds_an_address(world: World) -> None:
    """A case that is begun again finds the address of its sale in its own hands, and does not
    take itself for another."""
    await world.sale("H-5", store="H5")
    identity = await told_all(world, lost("H5"))
    await world.until(identity, step=Step.AWAITING_DECISION)
    await reset(world, identity)
    case = await world.until(identity, step=Step.AWAITING_DECISION)
    assert "twin" not in case.links
    assert case.links["address"]


@pytest.mark.parametrize(
    "data",
    [{"party": "nobody"}, {"party": "store", "answers": {"x": 1}}, {}],
    ids=["unknown party", "number for text", "nothing"],
)
async def test_what_does_not_read_is_refused_before_it_is_written(
    world: World, data: dict[str, Any]
) -> None:
    """Data that does not read is refused by the case too, not only by the desk, and leaves the
    case as it was."""
    reference = f"H-6-{len(data)}-{len(str(data))}"
    await world.sale(reference)
    opened = await world.open(a_claim(reference))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    before = await world.desk.timeline(opened.case_id)
    request = ActRequest(
        action="reply", data=data, actor=Actor(name="x"), request_id=uuid.uuid4().hex
    )
    with pytest.raises(WorkflowUpdateFailedError):
        await world.handle(opened.case_id).execute_update(DisputeWorkflow.act, request)
    assert await world.desk.timeline(opened.case_id) == before


async def test_a_queue_without_a_worker_stops_no_other(world: World) -> None:
    """While nobody takes the mail, another case's money is moved; the mail goes out when a
    worker comes."""
    sale = await world.sale("H-7")
    await world.refund(sale, "10.00")
    opened = await world.open(a_claim("H-7"))
    await world.until(opened.case_id, step=Step.AWAITING_ANSWERS)
    await world.sale("H-8")
    async with world.nobody_takes_mail():
        silent = await world.open(a_claim("H-8"))
        await world.act(opened.case_id, "reply", party="store", result="confirms")
        await world.until(opened.case_id, step=Step.REFUND_PENDING)
        case = await world.case(silent.case_id)
        assert (case.stage, case.told) == (Stage.CONTACT, ())
    await world.until(silent.case_id, step=Step.AWAITING_ANSWERS)
    await world.pass_time(opened.case_id, days=4)
    await world.act(opened.case_id, "confirm_received", received=True)
    await assert_ended(
        world,
        opened.case_id,
        Outcome.CORRECTED,
        CONTACT,
        VERIFICATION,
        told="acknowledge:customer ask_store:store money_posted:customer "
        "closed:customer closed:store",
    )
    await assert_money(world, "H-7", credited="100.00")
