"""``recourse case holds`` and ``recourse case free``: what is held on a sale."""

from typing import Annotated

import typer

from console.access import holds_desk
from console.cases import As, CaseId, Output, acting
from console.output import Form, as_json, out, run, table
from workflows.holds_desk import Held

COLUMNS = ("order", "amount", "direction", "its case")


def holds(case_id: CaseId, output: Output = Form.TABLE) -> None:
    """What orders hold on the sale of a case until their end is known, of whichever case."""

    async def work() -> None:
        async with holds_desk() as to:
            found = await to.held(case_id)
        if output is Form.JSON:
            as_json([told(held) for held in found])
        elif found:
            table(COLUMNS, [row(held) for held in found])
        else:
            out.print("nothing is held on this sale")

    run(work)


def free(
    case_id: CaseId,
    order: Annotated[str, typer.Argument(help="as `recourse case holds` names it")],
    reason: Annotated[str, typer.Option(help="what became of the order, and where you saw it")],
    actor: As = "",
) -> None:
    """Free what an order holds whose case was terminated. Find out at the acquirer first what
    became of it: from then on only the acquirer's books stand between it and a second payout."""

    async def work() -> None:
        async with holds_desk() as to:
            await to.free(case_id, order, reason, acting(actor))
        out.print(f"{order} holds nothing any more")

    run(work)


def told(held: Held) -> dict[str, object]:
    return {
        "order": held.hold.effect_id,
        "amount": held.hold.amount.model_dump(mode="json"),
        "direction": direction(held),
        "case_id": held.case_id,
        "case_runs": held.working,
    }


def row(held: Held) -> tuple[str, ...]:
    whose = "runs" if held.working else "runs no more"
    return held.hold.effect_id, str(held.hold.amount), direction(held), f"{held.case_id} {whose}"


def direction(held: Held) -> str:
    return "to the cardholder" if held.hold.payout else "from the cardholder"
