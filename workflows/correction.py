"""Correction: move money once, and follow it until it is posted, not merely accepted."""

from collections.abc import Awaitable, Callable
from functools import partial

from temporalio import workflow
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.acquirer import AcquirerDoor
    from activities.asking import CorrectionCall
    from activities.errors import CANNOT_DO
    from recourse.disputes import effect_ids
    from recourse.disputes import events as ev
    from recourse.disputes.balls import Ball
    from recourse.disputes.case import Case, Intent, WorkItem
    from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder
    from recourse.disputes.elsewhere import told_elsewhere
    from recourse.disputes.recovery import scheme_code
    from recourse.disputes.spans import Span
    from recourse.disputes.stage_clocks import StageClock
    from recourse.disputes.verdicts import Correction
    from recourse.disputes.vocabulary import CorrectionState, Stage, Step

from workflows.acquirer import move
from workflows.doubts import MAY_STILL_BE_PAID, UNKNOWN, ask_no_more
from workflows.following import (
    DOUBT,
    POST,
    given_by_hand,
    glance,
    look_up,
    note,
    requested,
)
from workflows.lookups import backed_off
from workflows.process import Process, StepFailed

ABSENT_BEFORE_ASKING_AGAIN = 2
"""How many queries must say that the acquirer never saw an effect before the same order,
under the same id, is handed over again."""


async def carry_out(p: Process) -> None:
    """Carry out the corrections of the decision, one after the other."""
    decision = p.case.decision
    if decision is None:
        raise TypeError("a correction carries out a decision")
    for part, correction in enumerate(decision.corrections):
        known = _intent(p, part)
        intent = known or _intend(p, part, correction)
        await bring_home(p, intent.order, fresh=known is None)
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
        # The moment is the case's own first one: begun again, it makes the same id.
        effect_id=effect_ids.effect_id(
            case.case_id, correction.remedy.value, len(case.intents) + 1, case.case_time.origin
        ),
        remedy=correction.remedy,
        sale=case.sale.reference,
        amount=correction.amount,
        reason=correction.reason or (case.verdict.finding if case.verdict else ""),
        card_last4=correction.card_last4,
        code=scheme_code(case),
    )
    p.record(ev.CorrectionRequested(order=order, part=part))
    return p.case.intents[-1]


async def bring_home(p: Process, order: EffectOrder, *, fresh: bool = False) -> None:
    """From intent to a known end: done or failed. Unknown goes to query, never to another
    request, until the acquirer says that it has never seen the effect and will not; unknown
    for too long goes to a person. ``fresh``: the intent was written down a moment ago, so
    that nobody has ever asked for it."""
    times = absent = 0
    acted = False
    last: EffectAnswer | None = None
    known = p.case.intent(order.effect_id)
    if known is not None:
        ask_no_more(p, known)  # what is still to be found out is asked here
    while True:
        intent = p.case.intent(order.effect_id)
        if intent is None or intent.done or intent.failed:
            return
        heard = intent.answer
        times, last = (times if heard == last else 0), heard
        if heard is None or absent >= ABSENT_BEFORE_ASKING_AGAIN:
            p.step(Step.CORRECTION_SUBMITTED, Ball.ACQUIRER)
            await _hear(p, order, partial(_ask, p, order, fresh=fresh), asking=True)
            fresh, absent = False, 0
            continue
        if intent.state is CorrectionState.NEEDS_ACTION and not acted:
            acted = True
            await _have_it_acted_on(p, order, heard)
            continue
        await _wait_to_look(p, order, heard, times)
        intent = p.case.intent(order.effect_id)
        if intent is None or intent.answer != heard:
            continue  # the acquirer said that there was news, and there was
        if heard.kind is AnswerKind.ACCEPTED and p.case.expired(POST):
            await _late(p, order)
            continue
        if heard.kind is AnswerKind.UNKNOWN and p.case.expired(DOUBT):
            await _have_it_settled(p, order)
            continue
        acted = False
        times += 1
        answer = await _hear(p, order, partial(_follow, p, order))
        absent = absent + 1 if answer is not None and answer.kind is AnswerKind.ABSENT else 0


async def _wait_to_look(p: Process, order: EffectOrder, answer: EffectAnswer, times: int) -> None:
    """Until it is time to look again, or there is news. Accepted, it is to post in time;
    unknown, to be known."""
    plan = p.case.playbook.verification

    def news(case: Case) -> bool:
        intent = case.intent(order.effect_id)
        return intent is None or intent.answer != answer

    if answer.kind is AnswerKind.ACCEPTED:
        p.step(Step.REFUND_PENDING, Ball.ACQUIRER)
        _start(p, POST, plan.post_within, "escalate")
        again = backed_off(plan.follow_every, times, p.now, p.case.calendar, plan.follow_longest)
        await p.until(lambda case: case.expired(POST) or news(case), look_again=again)
    else:
        p.step(Step.CORRECTION_IN_DOUBT, Ball.ACQUIRER)
        if answer.kind is AnswerKind.UNKNOWN:
            _start(p, DOUBT, plan.doubt_within, "work_item")
        again = backed_off(plan.query_every, times, p.now, p.case.calendar, plan.query_longest)
        # "Never seen" is no doubt, and is heard twice with a pause between.
        unsure = answer.kind is AnswerKind.UNKNOWN
        await p.until(lambda case: (unsure and case.expired(DOUBT)) or news(case), look_again=again)


async def _late(p: Process, order: EffectOrder) -> None:
    """It may have been posted since the last look: only what is not goes to the acquirer's
    people."""
    await _hear(p, order, partial(_follow, p, order))
    intent = p.case.intent(order.effect_id)
    if intent is not None and not intent.done and not intent.failed and not intent.in_doubt:
        p.enter(Stage.ESCALATION, "the correction is not posted in time", "acquirer_inquiry")


def _start(p: Process, clock: StageClock, within: Span, default: str) -> None:
    """A second correction, or a second doubt, has its own time."""
    if not p.runs(clock) and not p.case.expired(clock):
        p.start_clock(clock, within, owner=Ball.ACQUIRER, default=default)


async def _hear(
    p: Process,
    order: EffectOrder,
    call: Callable[[], Awaitable[EffectAnswer]],
    *,
    asking: bool = False,
) -> EffectAnswer | None:
    """Ask for the effect, or how it stands, and write down the answer when it is news."""
    try:
        answer = await call()
    except StepFailed as failed:
        await _done_by_hand(p, order, failed.item, asking=asking)
        return None
    return note(p, order, answer, asked=workflow.now() if asking else None)


async def _have_it_settled(p: Process, order: EffectOrder) -> None:
    """Nobody can say whether the money moved. A person finds out, and either says where it
    is booked or has it looked up again. Meanwhile it is queried as ever: once it is known,
    nobody is asked any more."""
    plan = p.case.playbook.verification

    def unknown(intent: Intent) -> bool:
        return intent.answer is not None and intent.answer.kind is AnswerKind.UNKNOWN

    item = await p.work_item(
        f"{order.remedy.value} of unknown end{MAY_STILL_BE_PAID}",
        UNKNOWN,
        money=True,
        meanwhile=_followed(p, order, unknown, plan.query_every, plan.query_longest),
    )
    await _answered(p, order, item)


async def _have_it_acted_on(p: Process, order: EffectOrder, answer: EffectAnswer) -> None:
    """The acquirer waits for somebody to do something: a person sees to it, and says so or
    where the money was given instead. Meanwhile it is followed as ever."""
    plan = p.case.playbook.verification

    def waiting(intent: Intent) -> bool:
        return intent.state is CorrectionState.NEEDS_ACTION

    what = f"{order.remedy.value} needs action: {answer.reason}".removesuffix(": ")
    item = await p.work_item(
        f"{what}{MAY_STILL_BE_PAID}",
        "NeedsAction",
        money=True,
        meanwhile=_followed(p, order, waiting, plan.follow_every, plan.follow_longest),
    )
    await _answered(p, order, item)


async def _answered(p: Process, order: EffectOrder, item: WorkItem) -> None:
    if item.how == "by_hand":
        await _done_by_hand(p, order, item)
    elif item.how == "retry":
        await _hear(p, order, partial(_follow, p, order))


def _followed(
    p: Process, order: EffectOrder, so: Callable[[Intent], bool], every: Span, longest: Span
) -> Callable[[Callable[[Case], bool]], Awaitable[None]]:
    """What is waited for beside a person: the correction is looked up, less and less often and
    at once when the acquirer says that there is news, until it is not ``so`` any more. A look
    that fails is no second thing to ask a person about."""

    async def followed(over: Callable[[Case], bool]) -> None:
        times = 0

        def ready(case: Case) -> bool:
            return over(case) or order.effect_id in case.hinted

        while not over(p.case):
            intent = p.case.intent(order.effect_id)
            if intent is None or not so(intent):
                return
            again = backed_off(every, times, p.now, p.case.calendar, longest)
            await p.until(ready, look_again=again)
            if not over(p.case):
                await glance(p, intent, heeded=order.effect_id in p.case.hinted)
                times += 1

    return followed


async def _done_by_hand(
    p: Process, order: EffectOrder, item: WorkItem, *, asking: bool = False
) -> None:
    sent = asking and item.error != CANNOT_DO
    await given_by_hand(p, order, item.reference, asked=workflow.now() if sent else None)


async def _ask(p: Process, order: EffectOrder, *, fresh: bool) -> EffectAnswer:
    intent = p.case.intent(order.effect_id)
    asked = intent.asked if intent is not None else None
    if asked is None and not fresh:
        asked = workflow.now()  # it may have been asked until a moment ago, unheard
    again = False

    def start() -> ActivityHandle[EffectAnswer]:
        nonlocal again
        # Tried again by a person, it may have been sent until the try before had ended.
        sent = workflow.now() if again else asked
        again = True
        call = CorrectionCall(
            acquirer=p.case.claim.acquirer,
            order=order,
            asked=sent,
            first_run=workflow.info().original_execution_run_id,
            requested=requested(p, order, None),
            elsewhere=told_elsewhere(p.case),
        )
        return move(
            p, AcquirerDoor.request_correction, call, f"{order.remedy.value} {order.amount}"
        )

    return await p.attempt(f"{order.remedy.value} at the acquirer", start, money=True)


async def _follow(p: Process, order: EffectOrder) -> EffectAnswer:
    what = f"look up {order.remedy.value} at the acquirer"
    return await p.attempt(what, lambda: look_up(p, order), money=True)
