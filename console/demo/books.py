"""Telling the simulator what its books hold, before and during a case."""

from datetime import timedelta

from console.demo.script import Books
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.simulator.admin import SimulatorAdmin
from recourse.acquirers.simulator.lifecycle import Step
from recourse.acquirers.simulator.refunds import TillRefund
from recourse.acquirers.simulator.requests import Answer, Programme
from recourse.disputes.claims import Claim
from recourse.disputes.effects import RequestKind
from recourse.disputes.money import parse
from recourse.disputes.records import Refund, RefundStatus, Sale, SaleQuery, TerminalEvent


async def sale_of(claim: Claim, acquirer: RestAcquirer, reference: str = "") -> Sale:
    """The sale a claim of the demonstration is about, as the ledger holds it."""
    known = reference or claim.sale.reference
    if known:
        found = await acquirer.sale(known)
        if found is not None:
            return found
    query = SaleQuery(
        store=claim.merchant.store, amount=claim.sale.amount, card_last4=claim.sale.card_last4
    )
    (sale,) = await acquirer.find_sales(query)
    return sale


async def arrange(books: Books, sale: Sale, admin: SimulatorAdmin) -> None:
    """Make the acquirer's books as the script says."""
    currency = sale.amount.currency
    if books.sale is not None:
        captured = parse(books.sale.captured, currency)
        changed = {"status": books.sale.status, "captured": captured}
        await admin.put_sale(sale.model_copy(update=changed))
    for number, told in enumerate(books.refunds, start=1):
        made = sale.at + timedelta(days=told.days_after_sale)
        posted = made + timedelta(days=1) if told.status is RefundStatus.POSTED else None
        refund = Refund(
            reference=f"TILL-{sale.reference}-{number}",
            sale=sale.reference,
            amount=parse(told.amount, currency),
            at=made,
            status=told.status,
            card_last4=told.card_last4 or sale.card_last4,
            posted_at=posted,
        )
        then: tuple[Step, ...] = ()
        if told.posts_after_days is not None:
            at = made + timedelta(days=told.posts_after_days)
            then = (Step(at=at, status=RefundStatus.POSTED),)
        await admin.put_refund(TillRefund(refund=refund, then=then))
    if books.terminal:
        await admin.put_terminal_events(
            TerminalEvent(
                terminal=sale.terminal,
                at=sale.at + timedelta(minutes=event.minutes_after_sale),
                kind=event.kind,
                sale=sale.reference,
            )
            for event in books.terminal
        )
    for fault in books.faults:
        await admin.add_fault(fault.model_copy(update={"sale": sale.reference}))
    await _answer(RequestKind.INQUIRY, books.inquiry, sale, admin)
    await _answer(RequestKind.RETRIEVAL, books.retrieval, sale, admin)


async def _answer(
    kind: RequestKind, answer: Answer | None, sale: Sale, admin: SimulatorAdmin
) -> None:
    if answer is not None:
        await admin.add_programme(Programme(kind=kind, sale=sale.reference, answer=answer))
