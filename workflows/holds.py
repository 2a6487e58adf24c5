"""The holds of one sale: what keeps two cases from paying the same money out at once."""

import contextlib
import hashlib

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from recourse.disputes.effects import EffectOrder
    from recourse.disputes.holds import Hold, Holds
    from recourse.disputes.ledger import MOVING
    from workflows.messages import HoldReply, HoldsInput, Release


def address_of(acquirer: str, sale: str) -> str:
    """The workflow id under which a sale's holds are kept. Holds nothing that can be read."""
    digest = hashlib.sha256(f"{acquirer}|ref:{sale}".encode()).hexdigest()
    return f"holds-{digest[:24]}"


@workflow.defn(name="SaleHolds")
class SaleHolds:
    """Keeps what orders on one sale hold, and ends when nothing is held.

    A client may:

    - ``hold`` (update, with start): hold money, and be told what others had taken before.
      The same effect again is the same hold.
    - ``release`` (signal): let go of it, by the attempt that holds it, or by its known end.
    - ``held`` (query): what is held now.
    """

    @workflow.init
    def __init__(self, start: HoldsInput) -> None:
        self._holds = start.holds
        self._asked = bool(start.holds.held)

    @workflow.run
    async def run(self, start: HoldsInput) -> None:
        while not self._over():
            await workflow.wait_condition(lambda: self._over() or self._long())
            if self._over():
                break
            workflow.continue_as_new(HoldsInput(holds=self._holds))

    def _over(self) -> bool:
        """Nothing is held any more. Before the first hold there is nothing yet."""
        return self._asked and not self._holds.held

    def _long(self) -> bool:
        return workflow.info().is_continue_as_new_suggested()

    @workflow.update(description="An order is about to move money of this sale")
    def hold(self, hold: Hold) -> HoldReply:
        self._asked = True
        again = self._holds.had_by(hold.effect_id, hold.grip)
        self._holds = self._holds.with_(hold)
        return HoldReply(others=self._holds.before(hold.effect_id), again=again)

    @workflow.signal(description="The end of an order is known")
    def release(self, release: Release) -> None:
        self._holds = self._holds.without(release.effect_id, release.grip)

    @workflow.query(description="What is held now")
    def held(self) -> Holds:
        return self._holds


async def let_go(acquirer: str, order: EffectOrder) -> None:
    """A person knows the end of an order that no acquirer could tell: what it held is free."""
    # Cases that were settled by hand before holds were there (2026-11-27) hold nothing; the
    # patch goes when no such case is open any more.
    if order.remedy not in MOVING or not workflow.patched("let-go-of-holds"):
        return
    keeper = workflow.get_external_workflow_handle_for(
        SaleHolds.run, address_of(acquirer, order.sale)
    )
    with contextlib.suppress(ApplicationError):  # nothing is held on the sale any more
        await keeper.signal(SaleHolds.release, Release(effect_id=order.effect_id))
