"""Correction: move money once, and follow it until it is posted, not merely accepted."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType

with workflow.unsafe.imports_passed_through():
    from activities.acquirer import AcquirerDoor, CorrectionCall
    from activities.errors import FINAL
    from activities.follow_ups import EffectRef, FollowUps
    from recourse.disputes import events as ev
    from recourse.disputes.balls import Ball
    from recourse.disputes.case import Intent, WorkItem
    from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder
    from recourse.disputes.recovery import scheme_code
    from recourse.disputes.spans import Span
    from recourse.disputes.verdicts import Correction
    from recourse.disputes.vocabulary import Stage, Step
    from workflows import queues

from workflows.holds import let_go
from workflows.lookups import READ_RETRY, backed_off
from workflows.process import Process, StepFailed

MONEY_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=2),
    non_retryable_error_types=list(FINAL),
)
"""Only what certainly was not sent is retried; every further attempt queries first."""

POST = "post"
DOUBT = "correction_doubt"

ABSENT_BEFORE_ASKING_AGAIN = 2
"""How many queries must say that the acquirer never saw an effect before the same order,
under the same id, is handed over again."""


async def carry_out(p: Process) -> None:
    """Carry out the corrections of the decision, one after the other."""
    decision = p.case.decision
    if decision is None:
        raise TypeError("a correction carries out a decision")
    for part, correction in enumerate(decision.corrections):
        intent = _intent(p, part) or _intend(p, part, correction)
        await bring_home(p, intent.order)
        ended = p.case.intent(intent.order.effect_id)
        if ended is not None and ended.failed and ended.answer is not None:
            why = ended.answer.reason or "failed"
            p.enter(Stage.VERIFICATION, f"the correction did not go through: {why}")


def _intent(p: Process, part: int) -> Intent | None:
    return next((i for i in p.case.intents_of_visit() if i.part == part), None)


def _intend(p: Process, part: int, correction: Correction) -> Intent:
    """Write the intent down before anything is asked. Its id is the case and the ordinal of
    the intent, so a crash, a retry or a replay asks for the same effect."""
    p.stay()
    case = p.case
    if case.sale is None:
        raise TypeError("money moves on a sale that was found")
    order = EffectOrder(
        effect_id=f"{case.case_id}:{correction.remedy.value}:{len(case.intents) + 1}",
        remedy=correction.remedy,
        sale=case.sale.reference,
        amount=correction.amount,
        reason=correction.reason or (case.verdict.finding if case.verdict else ""),
        card_last4=correction.card_last4,
        code=scheme_code(case),
    )
    p.record(ev.CorrectionRequested(order=order, part=part))
    return p.case.intents[-1]


async def bring_home(p: Process, order: EffectOrder) -> None:
    """From intent to a known end: done or failed. Unknown goes to query, never to another
    request, until the acquirer says that it has never seen the effect; unknown for too long
    goes to a person."""
    times = absent = 0
    while True:
        intent = p.case.intent(order.effect_id)
        if intent is None or intent.done or intent.failed:
            return
        if intent.answer is None or absent >= ABSENT_BEFORE_ASKING_AGAIN:
            p.step(Step.CORRECTION_SUBMITTED, Ball.ACQUIRER)
            await _hear(p, order, ask=True)
            absent = 0
            continue
        await _wait_to_look(p, intent.answer, times)
        if intent.answer.kind is AnswerKind.UNKNOWN and p.case.expired(DOUBT):
            await _have_it_settled(p, order)
            continue
        times += 1
        answer = await _hear(p, order, ask=False)
        absent = absent + 1 if answer is not None and answer.kind is AnswerKind.ABSENT else 0


async def _wait_to_look(p: Process, answer: EffectAnswer, times: int) -> None:
    """Until it is time to look again. Accepted, it is to post in time; unknown, to be known."""
    plan = p.case.playbook.verification
    if answer.kind is AnswerKind.ACCEPTED:
        p.step(Step.REFUND_PENDING, Ball.ACQUIRER)
        _start(p, POST, plan.post_within, "escalate")
        again = plan.follow_every.later(p.now, 1, p.case.calendar)
        await p.until(lambda case: case.expired(POST), look_again=again)
        if p.case.expired(POST):
            p.enter(Stage.ESCALATION, "the correction is not posted in time", "acquirer_inquiry")
    else:
        p.step(Step.CORRECTION_IN_DOUBT, Ball.ACQUIRER)
        if answer.kind is AnswerKind.UNKNOWN:
            _start(p, DOUBT, plan.doubt_within, "work_item")
        again = backed_off(plan.query_every, times, p.now, p.case.calendar)
        await p.until(lambda case: case.expired(DOUBT), look_again=again)


def _start(p: Process, clock: str, within: Span, default: str) -> None:
    """A second correction, or a second doubt, has its own time."""
    if not p.runs(clock) and not p.case.expired(clock):
        p.start_clock(clock, within, owner=Ball.ACQUIRER, default=default)


async def _hear(p: Process, order: EffectOrder, *, ask: bool) -> EffectAnswer | None:
    """Ask for the effect, or how it stands, and write down the answer when it is news."""
    try:
        answer = await (_ask(p, order) if ask else _follow(p, order))
    except StepFailed as failed:
        await _done_by_hand(p, order, failed.item)
        return None
    intent = p.case.intent(order.effect_id)
    if intent is None or intent.answer != answer:
        p.record(ev.CorrectionAnswered(effect_id=order.effect_id, answer=answer))
    if answer.kind in (AnswerKind.SUCCEEDED, AnswerKind.FAILED):
        p.meet(POST)
    if answer.kind is not AnswerKind.UNKNOWN:
        p.meet(DOUBT)
    return answer


async def _have_it_settled(p: Process, order: EffectOrder) -> None:
    """Nobody can say whether the money moved. A person finds out, and either says where it
    is booked or has it looked up again."""
    item = await p.work_item(f"{order.remedy.value} of unknown end", "Unknown", money=True)
    if item.how == "by_hand":
        await _done_by_hand(p, order, item)
    else:
        await _hear(p, order, ask=False)


async def _done_by_hand(p: Process, order: EffectOrder, item: WorkItem) -> None:
    p.record(ev.CorrectionByHand(effect_id=order.effect_id, reference=item.reference))
    p.meet(POST)
    p.meet(DOUBT)
    await let_go(p.case.claim.acquirer, order)


async def _ask(p: Process, order: EffectOrder) -> EffectAnswer:
    acquirer = p.case.claim.acquirer
    return await p.attempt(
        f"{order.remedy.value} at the acquirer",
        lambda: workflow.start_activity_method(
            AcquirerDoor.request_correction,
            CorrectionCall(acquirer=acquirer, order=order),
            task_queue=queues.acquirer(acquirer),
            start_to_close_timeout=timedelta(seconds=4 * p.limits.call_seconds),
            schedule_to_close_timeout=timedelta(seconds=p.limits.give_up_seconds),
            retry_policy=MONEY_RETRY,
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=f"{order.remedy.value} {order.amount}",
        ),
        money=True,
    )


async def _follow(p: Process, order: EffectOrder) -> EffectAnswer:
    acquirer = p.case.claim.acquirer
    return await p.attempt(
        f"look up {order.remedy.value} at the acquirer",
        lambda: workflow.start_activity_method(
            FollowUps.follow_correction,
            EffectRef(acquirer=acquirer, effect_id=order.effect_id, sale=order.sale),
            task_queue=queues.acquirer(acquirer),
            start_to_close_timeout=timedelta(seconds=2 * p.limits.call_seconds),
            schedule_to_close_timeout=timedelta(seconds=p.limits.give_up_seconds),
            retry_policy=READ_RETRY,
            summary="has it been posted?",
        ),
        money=True,
    )
