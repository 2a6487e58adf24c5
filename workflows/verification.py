"""Verification: find the sale, read the books, name the cause, decide, correct, hear back."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import events as ev
    from recourse.disputes.approval import decided_by_playbook, needs_approval
    from recourse.disputes.balls import Ball
    from recourse.disputes.case import Case
    from recourse.disputes.chargebacks import beside_chargebacks
    from recourse.disputes.effects import Remedy
    from recourse.disputes.ledger import PAYOUTS
    from recourse.disputes.notices import Role, Template
    from recourse.disputes.reckoning import as_known
    from recourse.disputes.stage_clocks import StageClock
    from recourse.disputes.twice import given_twice
    from recourse.disputes.verdicts import Verdict, judge
    from recourse.disputes.vocabulary import DecisionKind, Outcome, Stage, Step

from workflows.correction import bring_home, carry_out
from workflows.following import look_once_more, tell_of_paid_twice, until_watched
from workflows.locating import locate
from workflows.lookups import backed_off, read_record
from workflows.process import US, Process, StepFailed
from workflows.recovery import ask_back, when_used_up
from workflows.telling import tell

ON_ITS_WAY = "refund_on_its_way"


async def verification(p: Process) -> None:
    await locate(p)
    await follow_earlier(p)
    await tell_of_paid_twice(p)
    await find_cause(p)
    when_used_up(p)
    await decide(p)
    await approve(p)
    await ask_back(p, approve)
    await carry_out(p)
    look_for_chargeback(p)
    await hear_back(p)


async def follow_earlier(p: Process) -> None:
    """What the acquirer accepted in an earlier visit is followed to its end first: a verdict
    reached while it is under way could propose it a second time."""
    for intent in p.case.intents:
        if not intent.done and not intent.failed and intent.visit != p.case.visit:
            await bring_home(p, intent.order)


async def find_cause(p: Process) -> None:
    """Read the acquirer's books until they say what happened to the money. While they do
    not (the sale is in doubt, a refund is on its way), nothing is paid and nobody is to
    pay again; the books are read again, less and less often."""
    times = 0
    while p.case.decision is None:
        if p.case.record is None:
            await _read(p)
        verdict = _judge(p.case)
        if verdict != p.case.verdict:
            p.record(ev.VerdictReached(verdict=verdict))
        if not verdict.in_doubt and verdict.finding != ON_ITS_WAY:
            p.meet("doubt")
            p.meet("post")
            return
        await _wait_for_books(p, verdict, times)
        times += 1
        await _read(p)


async def _read(p: Process) -> None:
    """Without the acquirer's books there is no verdict: whoever leaves them out turns to the
    acquirer's people."""
    try:
        await read_record(p)
    except StepFailed:
        p.enter(Stage.ESCALATION, "the acquirer's record cannot be read")


def _judge(case: Case) -> Verdict:
    if case.record is None:
        raise TypeError("a verdict is reached from a record")
    books = as_known(case, case.record)
    verdict = judge(
        case.claim,
        books,
        case.words,
        store_decides=case.playbook.verification.store_decides,
    )
    return beside_chargebacks(case.claim, given_twice(case, verdict, books), books)


async def _wait_for_books(p: Process, verdict: Verdict, times: int) -> None:
    plan = p.case.playbook.verification
    clock, span, step = (
        (StageClock.DOUBT, plan.doubt_within, Step.IN_DOUBT_HOLD)
        if verdict.in_doubt
        else (StageClock.POST, plan.post_within, Step.REFUND_PENDING)
    )
    if not p.runs(clock) and not p.case.expired(clock):
        p.start_clock(clock, span, owner=Ball.ACQUIRER, default="escalate")
    if verdict.in_doubt and not p.case.was_told(Template.HOLD_DO_NOT_PAY_AGAIN, Role.CUSTOMER):
        await tell(p, Template.HOLD_DO_NOT_PAY_AGAIN, Role.CUSTOMER)
    p.step(step, Ball.ACQUIRER)
    every, longest = (
        (plan.query_every, plan.query_longest)
        if verdict.in_doubt
        else (plan.follow_every, plan.follow_longest)
    )
    again = backed_off(every, times, p.now, p.case.calendar, longest)
    await p.until(lambda case: case.over(clock), look_again=again)
    if p.case.expired(clock):
        p.enter(Stage.ESCALATION, f"{verdict.finding} for too long")


async def decide(p: Process) -> None:
    """The playbook decides what is sure and small; everything else a person."""
    if p.case.decision is None and decided_by_playbook(p.case) and p.case.verdict:
        p.record(
            ev.DecisionProposed(
                decision=DecisionKind.FULL
                if p.case.verdict.corrections
                else DecisionKind.NO_CORRECTION,
                corrections=p.case.verdict.corrections,
                reason=p.case.verdict.finding,
                by=US,
                needs_approval=needs_approval(p.case, p.case.verdict.corrections),
            )
        )
    if p.case.decision is None:
        if p.case.clock("decide") is None:
            within = p.case.playbook.verification.decide_within
            p.start_clock(StageClock.DECIDE, within, owner=Ball.US, default="escalate")
        p.step(Step.AWAITING_DECISION, Ball.US)
        await until_watched(p, lambda case: case.decision is not None or case.expired("decide"))
        if p.case.decision is None:
            p.enter(Stage.ESCALATION, "nobody has decided in time")


async def approve(p: Process) -> None:
    """A second person agrees to what the first proposed, where the playbook asks for it."""
    while p.case.decision is not None and not p.case.decision.final:
        clock = p.case.clock("approve")
        if clock is None or not clock.pending:
            within = p.case.playbook.verification.approve_within
            p.start_clock(StageClock.APPROVE, within, owner=Ball.US, default="escalate")
            await tell(
                p,
                Template.APPROVAL_NEEDED,
                Role.SUPERVISOR,
                amount=p.case.decision.to_read_back,
                remedy=_remedy(p.case),
                due=p.case.clocks["approve"].due,
                who=p.case.decision.by,
            )
        p.step(Step.SECOND_PERSON_REVIEW, Ball.US)
        await until_watched(
            p,
            lambda case: case.decision is None or case.decision.final or case.expired("approve"),
        )
        waits = p.case.decision is not None and not p.case.decision.final
        if waits and p.case.expired("approve"):
            p.enter(Stage.ESCALATION, "no second person has looked at it in time")
    if p.case.decision is None:
        p.enter(Stage.VERIFICATION, "a second person has refused the decision")
    if p.case.decision.kind is DecisionKind.REJECT:
        p.reach(Outcome.REJECTED, p.case.decision.reason)
    if p.case.decision.kind is DecisionKind.WRITE_OFF:
        p.reach(Outcome.WRITTEN_OFF, p.case.decision.reason)


def look_for_chargeback(p: Process) -> None:
    """A payout that posted while an issuer charged the sale back was the second one: what
    happened is judged anew, before anybody is told good news."""
    for intent in p.case.intents_of_visit():
        paid = intent.order.remedy in PAYOUTS and intent.answer is not None
        if paid and intent.answer is not None and intent.answer.overpaid:
            p.enter(Stage.VERIFICATION, "a chargeback has paid beside the refund")


async def hear_back(p: Process) -> None:
    """Tell the customer what was done, and ask whether it came. Silence is taken as yes;
    a no goes to the acquirer with the reference."""
    decision = p.case.decision
    if decision is None:
        raise TypeError("nobody hears back before there is a decision")
    outcome = Outcome.CORRECTED if _moved(p.case) else Outcome.SATISFIED
    if _takes_from_customer(p.case):
        if not p.case.was_told(Template.DECISION, Role.CUSTOMER):
            await p.daytime(Role.CUSTOMER)
            await tell(p, Template.DECISION, Role.CUSTOMER, **_what_was_done(p.case))
        p.reach(outcome, decision.reason)
    if p.case.clock("confirm") is None:
        within = p.case.playbook.verification.confirm_within
        await p.daytime(Role.CUSTOMER, unless=lambda case: case.confirmed is not None)
        due = within.end(p.now, p.case.calendar)
        await tell(p, _good_news(p.case), Role.CUSTOMER, due=due, **_what_was_done(p.case))
        p.start_clock(StageClock.CONFIRM, within, owner=Ball.CUSTOMER, default="taken_as_received")
    p.step(Step.AWAITING_CONFIRMATION, Ball.CUSTOMER)
    await until_watched(p, lambda case: case.confirmed is not None or case.expired("confirm"))
    if p.case.confirmed is None:
        await look_once_more(p)
    if p.case.confirmed is None:
        await p.daytime(Role.CUSTOMER, unless=lambda case: case.confirmed is not None)
    if p.case.confirmed is False:
        p.enter(Stage.ESCALATION, "the customer says that nothing came", "acquirer_inquiry")
    p.reach(outcome, decision.reason or (p.case.verdict.finding if p.case.verdict else ""))


def _good_news(case: Case) -> Template:
    """What the customer is told: here is the slip, here is the money, or that none is owed."""
    if _remedy(case) == Remedy.REPRINT.value:
        return Template.RECEIPT_COPY
    return Template.MONEY_POSTED if _what_was_done(case)["amount"] else Template.DECISION


def _moved(case: Case) -> bool:
    """Whether money was moved for this case, in this visit or before."""
    return any(i.done and i.order.remedy is not Remedy.REPRINT for i in case.intents)


def _takes_from_customer(case: Case) -> bool:
    corrections = case.decision.corrections if case.decision else ()
    return bool(corrections) and all(c.remedy is Remedy.DEBIT_ADJUSTMENT for c in corrections)


def _remedy(case: Case) -> str:
    corrections = case.decision.corrections if case.decision else ()
    return corrections[-1].remedy.value if corrections else Remedy.NONE.value


def _what_was_done(case: Case) -> dict[str, object]:
    """Amount and reference of what the customer can see: of two corrections, one takes from
    a wrong card and the other, which counts here, gives to the right one."""
    paid = [i.answer for i in case.intents_of_visit() if i.order.remedy in PAYOUTS and i.answer]
    posted = [r for r in case.books.refunds if r.arn] if case.books else []
    arns = [answer.arn for answer in paid if answer.arn] or [refund.arn for refund in posted]
    amount = case.decision.amount if case.decision else None
    return {
        "amount": amount or (posted[-1].amount if posted else None),
        "remedy": _remedy(case),
        "arn": arns[-1] if arns else "",
        "reason": case.verdict.finding if case.verdict else "",
    }
