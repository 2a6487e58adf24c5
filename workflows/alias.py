"""The address of a sale whose case was opened before its sale was known."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.messages import AliasInput, Arrival, JoinReply, TwinClaim


@workflow.defn(name="SaleAlias")
class SaleAlias:
    """Holds the workflow id under which claims about a sale meet, and points to the case.

    A client may: ``join`` (update): told to bring the claim to the case named in the reply.
    The case may: ``take_twin`` (signal), passed on; ``release`` (signal) when it is finished.
    """

    @workflow.init
    def __init__(self, start: AliasInput) -> None:
        self._case_id = start.case_id
        self._twins: list[TwinClaim] = []
        self._released = False

    @workflow.run
    async def run(self, start: AliasInput) -> str:
        while not self._released:
            await workflow.wait_condition(lambda: self._released or bool(self._twins))
            while self._twins:
                twin = self._twins.pop(0)
                case = workflow.get_external_workflow_handle(self._case_id)
                await case.signal("take_twin", twin)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._case_id

    @workflow.update(description="Which case claims about this sale belong to")
    def join(self, arrival: Arrival) -> JoinReply:
        return JoinReply(case_id=self._case_id, opened=False, forward=True)

    @workflow.signal(description="A twin hands over its claim")
    def take_twin(self, twin: TwinClaim) -> None:
        self._twins.append(twin)

    @workflow.signal(description="The case is finished; the address is free")
    def release(self) -> None:
        self._released = True
