"""The holds of every sale as activities reach them: each sale's in a workflow of its own."""

from datetime import timedelta

from temporalio.client import (
    Client,
    RPCError,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCStatusCode

from recourse.acquirers.holding import HoldNotHad, Taken
from recourse.disputes.holds import Hold
from workflows import queues
from workflows.holds import SaleHolds, address_of
from workflows.messages import HoldsInput, Release

ANSWER_WITHIN = timedelta(seconds=5)
"""A worker answers in milliseconds; the activity that asks has calls to the acquirer to make."""


class TemporalHolds:
    """The holds of every sale, each in a workflow of its own."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def take(self, acquirer: str, sale: str, hold: Hold) -> Taken:
        operation = WithStartWorkflowOperation(
            SaleHolds.run,
            HoldsInput(),
            id=address_of(acquirer, sale),
            task_queue=queues.CASES,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary="holds on a sale",
        )
        try:
            reply = await self._client.execute_update_with_start_workflow(
                SaleHolds.hold,
                hold,
                start_workflow_operation=operation,
                rpc_timeout=ANSWER_WITHIN,
            )
        except (
            RPCError,
            WorkflowUpdateFailedError,
            WorkflowUpdateRPCTimeoutOrCancelledError,
            WorkflowAlreadyStartedError,
        ) as error:
            # Whether it is held is not known; the next attempt of the same effect finds it.
            raise HoldNotHad(f"the sale cannot be held now: {type(error).__name__}") from None
        return Taken(reply.others, reply.again)

    async def release(self, acquirer: str, sale: str, effect_id: str, grip: str = "") -> None:
        handle = self._client.get_workflow_handle_for(SaleHolds.run, address_of(acquirer, sale))
        try:
            await handle.signal(
                SaleHolds.release,
                Release(effect_id=effect_id, grip=grip),
                rpc_timeout=ANSWER_WITHIN,
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise HoldNotHad(f"the hold cannot be let go: {error.status.name}") from None
