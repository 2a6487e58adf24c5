"""The address of a sale: where claims about it meet when its case was opened without it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from workflows.messages import AddressInput, AliasInput, Arrival, JoinReply, TwinClaim

ASK_AGAIN = timedelta(seconds=30)
"""A holder that is just finishing may end without having read the question."""


@workflow.defn(name="SaleAlias")
class SaleAlias:
    """Holds the workflow id under which claims about a sale meet, and points to the case.

    A client may: ``join`` (update): told to bring the claim to the case named in the reply.
    Another case may ask ``who_holds`` (signal) the address. The case may ``release`` (signal)
    it when it is finished.
    """

    @workflow.init
    def __init__(self, start: AliasInput) -> None:
        self._case_id = start.case_id
        self._released = False

    @workflow.run
    async def run(self, start: AliasInput) -> str:
        await workflow.wait_condition(lambda: self._released)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._case_id

    @workflow.update(description="Which case claims about this sale belong to")
    def join(self, arrival: Arrival) -> JoinReply:
        return JoinReply(case_id=self._case_id, opened=False, forward=True)

    @workflow.signal(description="A herald asks whose address this is")
    async def who_holds(self, herald: str) -> None:
        await answer_herald(herald, self._case_id)

    @workflow.signal(description="The case is finished; the address is free")
    def release(self) -> None:
        self._released = True


@workflow.defn(name="AddressHerald")
class AddressHerald:
    """Asks for an address on behalf of a case, and finds out who has it.

    It returns the id of the case that holds the address: the asking case, when the address
    was free or was its own already (a reset case asks again); another; or nothing when its
    holder is finished. A child of its own, so that the case has no child once it is known.

    The holder may answer ``held_by`` (signal).
    """

    @workflow.init
    def __init__(self, start: AddressInput) -> None:
        self._holder = ""

    @workflow.run
    async def run(self, start: AddressInput) -> str:
        try:
            await workflow.start_child_workflow(
                SaleAlias.run,
                AliasInput(case_id=start.case_id),
                id=start.address,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                static_summary=f"address of {start.case_id}",
            )
        except WorkflowAlreadyStartedError:
            return await self._ask(start.address)
        return start.case_id

    async def _ask(self, address: str) -> str:
        holder = workflow.get_external_workflow_handle(address)
        while not self._holder:
            try:
                await holder.signal("who_holds", workflow.info().workflow_id)
                await workflow.wait_condition(lambda: bool(self._holder), timeout=ASK_AGAIN)
            except ApplicationError:
                return ""  # it is finished
            except TimeoutError:
                continue
        return self._holder

    @workflow.signal(description="Whose address it is")
    def held_by(self, case_id: str) -> None:
        self._holder = case_id


async def answer_herald(herald: str, case_id: str) -> None:
    try:
        await workflow.get_external_workflow_handle(herald).signal("held_by", case_id)
    except ApplicationError:
        return  # it has heard already


async def handed_over(twin: TwinClaim, holder: str) -> bool:
    """Whether a claim reached the case that holds its sale: not when that one is finished."""
    try:
        await workflow.get_external_workflow_handle(holder).signal("take_twin", twin)
    except ApplicationError:
        return False
    return True
