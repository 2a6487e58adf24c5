"""What is held on the sale of a case, and how it is freed when no case lives to let go of it.

A case lets go of what it holds as soon as the end of its order is known. One that an operator
has terminated, or whose history is gone, never will, and one whose order was given by hand waits
for an acquirer that may never tell: then a person finds out at the acquirer what became of the
order, and frees it here.
"""

from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import RPCError, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCStatusCode

from recourse.disputes.actions import UNKNOWN_PERSON, Actor
from recourse.disputes.case import Case
from recourse.disputes.holds import Hold, Holds
from recourse.disputes.notices import Role
from workflows.desk import BadInput, Desk, NobodyAnswers, NotAllowed, unreachable
from workflows.holds import SaleHolds, address_of
from workflows.messages import Release

ANSWER_WITHIN = timedelta(seconds=20)


@dataclass(frozen=True)
class Held:
    """One order that may be moving money of the sale."""

    hold: Hold
    case_id: str
    """Whose order it is."""
    working: bool
    """Whether that case still runs: then it lets go by itself."""


class HoldsDesk:
    """Beside a desk, by the same client."""

    def __init__(self, desk: Desk) -> None:
        self._client = desk.client
        self._desk = desk

    async def held(self, identity: str) -> tuple[Held, ...]:
        """Everything held on the sale of a case, in the order it was taken. Raises CaseNotFound,
        BadInput when its sale is not known yet, NobodyAnswers."""
        return await self._held(await self._desk.case(identity))

    async def free(self, identity: str, effect_id: str, reason: str, actor: Actor) -> None:
        """Free what an order holds whose case runs no more or was settled by hand, and write down
        in this case who did it and why. Raises NotAllowed for anybody but a supervisor and for an
        order that its case still follows, BadInput when nothing such is held, CaseNotFound,
        NobodyAnswers."""
        if actor.role is not Role.SUPERVISOR:
            raise NotAllowed("a supervisor frees what is held; act as supervisor:NAME", "role")
        if self._desk.recognised(actor).stranger:
            raise NotAllowed(UNKNOWN_PERSON.words, UNKNOWN_PERSON.code)
        case = await self._desk.case(identity)
        found = next((h for h in await self._held(case) if h.hold.effect_id == effect_id), None)
        if found is None:
            raise BadInput(f"{effect_id} holds nothing on this sale")
        if found.working and not await self._by_hand(found):
            raise NotAllowed(f"{found.case_id} still runs, and lets go by itself", "case_runs")
        text = f"freed {found.hold.amount} held by {effect_id}: {reason}"
        await self._desk.act(identity, "note", {"text": text}, actor)
        keeper = self._client.get_workflow_handle_for(SaleHolds.run, self._address(case))
        try:
            await keeper.signal(
                SaleHolds.release, Release(effect_id=effect_id), rpc_timeout=ANSWER_WITHIN
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise unreachable(error) from None

    async def _by_hand(self, held: Held) -> bool:
        intent = (await self._desk.case(held.case_id)).intent(held.hold.effect_id)
        return intent is not None and intent.elsewhere

    def _address(self, case: Case) -> str:
        if case.sale is None:
            raise BadInput("nothing is held for this case: its sale is not known yet")
        return address_of(case.claim.acquirer, case.sale.reference)

    async def _held(self, case: Case) -> tuple[Held, ...]:
        keeper = self._client.get_workflow_handle_for(SaleHolds.run, self._address(case))
        try:
            if (await keeper.describe()).status is not WorkflowExecutionStatus.RUNNING:
                return ()
            holds: Holds = await keeper.query(SaleHolds.held, rpc_timeout=ANSWER_WITHIN)
        except WorkflowQueryFailedError:
            raise NobodyAnswers("no worker can read what is held") from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return ()
            raise unreachable(error) from None
        return tuple([await self._whose(hold) for hold in holds.held])

    async def _whose(self, hold: Hold) -> Held:
        case_id = hold.effect_id.partition(":")[0]
        try:
            described = await self._client.get_workflow_handle(case_id).describe()
            working = described.status is WorkflowExecutionStatus.RUNNING
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise unreachable(error) from None
            working = False
        return Held(hold=hold, case_id=case_id, working=working)
