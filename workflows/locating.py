"""Finding the sale: by its reference, or without a slip by what people remember."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.acquirer import Found
    from recourse.disputes import events as ev
    from recourse.disputes.balls import Ball
    from recourse.disputes.claims import sale_case_id
    from recourse.disputes.matching import Grade, Match, match, queries_for
    from recourse.disputes.notices import Role, Template
    from recourse.disputes.records import SaleQuery
    from recourse.disputes.stage_clocks import owned
    from recourse.disputes.vocabulary import Outcome, Step
    from workflows.messages import AddressInput, TwinClaim

from workflows.alias import AddressHerald, handed_over
from workflows.lookups import search
from workflows.process import Process, StepFailed
from workflows.telling import tell

CLARIFY = owned("clarify", "customer")

MOST_GENERATIONS = 50
"""Finished cases about one sale before something is wrong with the claims."""


async def locate(p: Process) -> None:
    """Find the sale. An ambiguous match is asked about, never chosen silently."""
    while p.case.sale is None:
        p.step(Step.LOCATING, Ball.US)
        found = await look_up(p)
        if found.sale is None:
            await _ask_which(p, found)
    await _hold_address(p)


async def look_up(p: Process) -> Match:
    """Search with what is known, and write the sale down when there is no doubt about it."""
    case = p.case
    store = case.claim.merchant.store
    days = case.playbook.verification.search_days
    found = await _search(p, queries_for(case.known, store, days))
    day_of = p.case.calendar.local_date
    graded = match(p.case.known, store, found.sales, day_of=day_of, whole=found.whole)
    if graded.sale is not None and p.case.sale is None:
        findings = graded.findings[graded.sale.reference]
        p.record(
            ev.SaleFound(
                sale=graded.sale, grade=graded.grade, reasons=graded.reasons, findings=findings
            )
        )
        # An answer that came meanwhile may have led to another sale than the call went by.
        if found.record is not None and found.record.sale == graded.sale:
            p.record(ev.RecordRead(record=found.record))
    return graded


async def _search(p: Process, queries: tuple[SaleQuery, ...]) -> Found:
    """Whoever leaves a search out asks the customer instead; whoever did it by hand names
    the sale."""
    while True:
        try:
            return await search(p, queries)
        except StepFailed as failed:
            if failed.item.how != "by_hand":
                return Found()
            queries = (SaleQuery(reference=failed.item.reference),)


async def _ask_which(p: Process, found: Match) -> None:
    """One question to the customer: the one that tells the candidates apart best. A person
    may choose meanwhile; silence ends the case, which can be reopened."""
    if found.grade is Grade.NONE:
        p.record(ev.SaleNotFound(question=found.question))
        p.step(Step.MATCH_NONE, Ball.CUSTOMER)
    else:
        p.record(
            ev.SaleAmbiguous(
                candidates=found.candidates, question=found.question, findings=found.findings
            )
        )
        p.step(Step.MATCH_AMBIGUOUS, Ball.CUSTOMER)
    clock = p.case.clock(CLARIFY)
    if clock is None or not clock.pending:
        within = p.case.playbook.verification.clarify_within
        p.start_clock(
            CLARIFY,
            within,
            owner=Ball.CUSTOMER,
            default="close",
            party=Role.CUSTOMER,
            asks=(found.question,),
        )
        await tell(
            p,
            Template.ASK_CUSTOMER,
            Role.CUSTOMER,
            asks=(found.question,),
            due=p.case.clocks[CLARIFY].due,
        )
    await p.until(lambda case: case.sale is not None or case.over(CLARIFY))
    if p.case.sale is None and p.case.expired(CLARIFY):
        reason = "not_a_sale_here" if found.grade is Grade.NONE else "no_evidence"
        p.reach(Outcome.REJECTED, reason)


async def _hold_address(p: Process) -> None:
    """Take the address under which claims about this sale meet, so that a later one joins
    this case. When another case has it, that one carries on and this one ends."""
    sale, claim = p.case.sale, p.case.claim
    if sale is None or "address" in p.case.links:
        return
    for generation in range(1, MOST_GENERATIONS):
        address = sale_case_id(claim.acquirer, sale.reference, claim.family, generation)
        if address == p.case.case_id:
            return
        holder = await workflow.execute_child_workflow(
            AddressHerald.run,
            AddressInput(case_id=p.case.case_id, address=address),
            id=f"{p.case.case_id}.address-{generation}",
        )
        if holder == p.case.case_id:
            p.record(ev.AddressHeld(address=address))
            return
        if holder and await handed_over(TwinClaim(case_id=p.case.case_id, claim=claim), holder):
            p.record(ev.TwinLinked(case_id=holder))
            p.reach(Outcome.DUPLICATE, holder)
