"""Following what the acquirer has: until it is posted, and for a while after.

Looked up less and less often, by the case's one timer; at once when the acquirer says that
there is news. Its word is a hint and never the news.
"""

from collections.abc import Callable
from datetime import datetime

from temporalio import workflow
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.follow_ups import EffectRef, FollowUps
    from recourse.disputes import events as ev
    from recourse.disputes.case import Case, Intent
    from recourse.disputes.effects import AnswerKind, EffectAnswer, EffectOrder, Remedy, Requested
    from recourse.disputes.elsewhere import told_elsewhere
    from recourse.disputes.ledger import MOVING
    from recourse.disputes.stage_clocks import StageClock
    from recourse.disputes.vocabulary import CorrectionState, Stage

from workflows.acquirer import look
from workflows.doubts import FORGOTTEN, ask, ask_no_more, question, to_be_asked
from workflows.holds import let_go
from workflows.lookups import backed_off
from workflows.process import Process, StageLeft

POST = StageClock.POST
DOUBT = StageClock.CORRECTION_DOUBT
PAID_TWICE = "PaidTwice"
"""What a work item is called by which our people learn that a correction was paid twice."""

_SETTLES = (AnswerKind.SUCCEEDED, AnswerKind.FAILED)


def look_up(p: Process, order: EffectOrder) -> ActivityHandle[EffectAnswer]:
    """Ask how an effect stands."""
    intent = p.case.intent(order.effect_id)
    asked = intent.asked if intent is not None else None
    _, times = p.looked.get(order.effect_id, (p.now, 0))
    p.looked[order.effect_id] = (p.now, times + 1)
    effect = EffectRef(
        acquirer=p.case.claim.acquirer,
        effect_id=order.effect_id,
        sale=order.sale,
        asked=asked,
        requested=requested(p, order, asked),
        first_run=workflow.info().original_execution_run_id,
        elsewhere=told_elsewhere(p.case),
    )
    return look(p, FollowUps.follow_correction, effect, "has it been posted?", calls=2)


def requested(p: Process, order: EffectOrder, asked: datetime | None) -> Requested | None:
    """When an effect has been asked for, in case time, which is the acquirer's."""
    intent = p.case.intent(order.effect_id)
    if intent is None or intent.at is None:
        return None
    return Requested(since=intent.at, until=p.case.case_time.at(asked) if asked else None)


def note(
    p: Process,
    order: EffectOrder,
    answer: EffectAnswer,
    *,
    asked: datetime | None = None,
    heeded: bool = False,
) -> EffectAnswer:
    """Write down what was heard of an effect when it is news, and return it as it counts."""
    intent = p.case.intent(order.effect_id)
    before = intent.answer if intent is not None else None
    if intent is not None and before is not None:
        if answer.kind is AnswerKind.ABSENT and intent.taken:
            answer = EffectAnswer(kind=AnswerKind.UNKNOWN, reason=FORGOTTEN)
        ended = (intent.done or intent.failed) and not intent.may_pay_too
        if ended and not _unsettles(intent, answer):
            answer = before
    if before != answer:
        p.looked[order.effect_id] = (p.now, 0)
    if before != answer or asked is not None or heeded:
        p.record(
            ev.CorrectionAnswered(
                effect_id=order.effect_id, answer=answer, asked=asked, heeded=heeded
            )
        )
    # What was known before, or was given by hand, ends no wait: it may be for another
    # correction, or for the books.
    waited_for = before != answer and not (intent is not None and intent.elsewhere)
    if waited_for and answer.kind in _SETTLES:
        p.meet(POST)
    if waited_for and answer.kind is not AnswerKind.UNKNOWN:
        p.meet(DOUBT)
    if intent is not None and not answer.unsure:
        ask_no_more(p, intent)
    return answer


def _unsettles(intent: Intent, answer: EffectAnswer) -> bool:
    """Whether an answer is news of what had come to an end. That nobody knows any more, or
    that it is under way again, is none; only what was held may be under way again."""
    return answer.kind in _SETTLES or (intent.held and answer.kind is AnswerKind.ACCEPTED)


async def heed(p: Process) -> None:
    """Look up at once what the acquirer says there is news of."""
    for effect_id in p.case.hinted:
        intent = p.case.intent(effect_id)
        if intent is not None:
            await glance(p, intent, heeded=True)


async def until_watched(
    p: Process, ready: Callable[[Case], bool], *, look_again: datetime | None = None
) -> None:
    """Wait as ``Process.until`` does, and meanwhile look now and then whether what was posted
    has come back, what was held has been released, what a person gave by hand is paid by the
    acquirer as well, and, outside of verification or after the case was decided otherwise, what
    was accepted, or is in doubt, has come to its end. What is in doubt is put before people."""
    while True:
        for intent in p.case.intents:
            if intent.in_doubt and _watched(p.case, intent):
                await _see_to(p, intent)
        watched = [intent for intent in p.case.intents if _watched(p.case, intent)]
        glances = {i.order.effect_id: _next_glance(p, i) for i in watched}
        asking = [to_be_asked(p, intent) for intent in watched]
        moments = [m for m in (*glances.values(), *asking, look_again) if m is not None]
        await p.until(_or_other_doubts(ready, p.case), look_again=min(moments, default=None))
        if ready(p.case) or (look_again is not None and look_again <= p.now):
            return
        for intent in watched:
            moment = glances[intent.order.effect_id]
            if moment is not None and moment <= p.now:
                await glance(p, intent)


def _doubts(case: Case) -> tuple[tuple[str, str | None], ...]:
    """What is in doubt and watched, each with what people have said of it."""
    asked = [(i, question(case, i)) for i in case.intents if i.in_doubt and _watched(case, i)]
    return tuple((i.order.effect_id, item.how if item else None) for i, item in asked)


def _or_other_doubts(ready: Callable[[Case], bool], now: Case) -> Callable[[Case], bool]:
    doubts = _doubts(now)
    return lambda case: ready(case) or _doubts(case) != doubts


async def _see_to(p: Process, intent: Intent) -> None:
    """Look up what people want looked up, and ask them when it is time. It is never asked for
    again."""
    asked = question(p.case, intent)
    if asked is not None and asked.how == "retry":
        await glance(p, intent)
        intent = p.case.intent(intent.order.effect_id) or intent
    p.stay()
    moment = to_be_asked(p, intent)
    if moment is not None and moment <= p.now:
        await ask(p, intent)


async def given_by_hand(
    p: Process, order: EffectOrder, reference: str, *, asked: datetime | None = None
) -> None:
    """A person has given it elsewhere. The acquirer may still carry it out, so it is followed
    until it has said that it will not; when it has already, it was paid twice. Where the person
    has named the acquirer's own, nothing was given, and it is followed as before."""
    before = p.case.intent(order.effect_id)
    p.record(ev.CorrectionByHand(effect_id=order.effect_id, reference=reference, asked=asked))
    p.looked[order.effect_id] = (p.now, 0)
    after = p.case.intent(order.effect_id)
    if after is None or not after.elsewhere:
        return
    p.meet(POST)
    p.meet(DOUBT)
    if not _may_still_move(after):
        await let_go(p.case.claim.acquirer, order)
    beyond = p.case.stage in (Stage.ESCALATION, Stage.LEGAL)
    if before is not None and p.case.outcome is None and (after.paid_twice or beyond):
        p.record(ev.StageEntered(stage=Stage.VERIFICATION, why=changed(before, after)))
        raise StageLeft


def _may_still_move(intent: Intent) -> bool:
    """Whether what a person gave by hand stays held: nobody knows yet whether the acquirer has
    the order as well, and its books may not tell of it."""
    unknown = intent.answer is None or intent.answer.unsure
    return _may_pay(intent) and unknown


async def look_once_more(p: Process) -> None:
    """Whether what was posted is still there, and what was given by hand not paid twice, before
    somebody relies on it for good."""
    for intent in p.case.intents:
        if intent.done and _watched(p.case, intent):
            await glance(p, intent)


def may_pay_too(case: Case) -> bool:
    """Whether the acquirer may still pay what a person has given by hand, or what nobody knows
    the end of. What it has forgotten, and a person has seen to, it will not."""
    return any((_may_pay(i) or i.in_doubt) and _watched(case, i) for i in case.intents)


def _may_pay(intent: Intent) -> bool:
    forgotten = intent.answer is not None and intent.answer.reason == FORGOTTEN
    return intent.may_pay_too and not forgotten


async def tell_of_paid_twice(p: Process) -> None:
    """Put it before our people, once, that something was paid by hand and by the acquirer too."""
    for intent in p.case.intents:
        what = (
            f"{intent.order.remedy.value} {intent.order.amount} paid by hand and by the acquirer"
            f" ({intent.order.effect_id})"
        )
        known = any(work.what == what for work in p.case.work.values())
        if intent.paid_twice and not known:
            await p.set_aside(what, PAID_TWICE)


def _next_glance(p: Process, intent: Intent) -> datetime | None:
    """When to look at one next: counted from the last look, whatever was waited for then."""
    plan = p.case.playbook.verification
    every = plan.recheck_every if intent.done and not intent.may_pay_too else plan.follow_every
    longest = plan.follow_longest
    if intent.in_doubt:
        every, longest = plan.query_every, plan.query_longest
    if every is None:
        return None
    last, times = p.looked.setdefault(intent.order.effect_id, (p.now, 0))
    return backed_off(every, times, last, p.case.calendar, longest)


def _watched(case: Case, intent: Intent) -> bool:
    left = case.stage is not Stage.VERIFICATION or case.outcome is not None
    if intent.in_doubt:
        return left
    if intent.order.remedy not in MOVING:
        return False
    if intent.elsewhere and not intent.paid_twice:
        return intent.may_pay_too
    if intent.held or intent.done:
        return _may_come_back(intent)
    # In verification it is waited for, unless a person has named it and so ended the wait.
    return not intent.failed and (left or bool(intent.by_hand))


def _may_come_back(intent: Intent) -> bool:
    """Of what has a state of its own at the acquirer, also a reversal, which at some is a refund
    and at others a void that may fail. What was canceled before it was taken has none: that
    stays canceled."""
    known = intent.answer is not None and intent.answer.status is not None
    return known or intent.order.remedy is not Remedy.REVERSAL


async def glance(p: Process, intent: Intent, *, heeded: bool = False) -> None:
    """Look once. An acquirer that does not answer is looked at again the next time: nothing
    hangs on this look alone."""
    (answer,) = await p.together([look_up(p, intent.order)])
    p.stay()
    before = p.case.intent(intent.order.effect_id) or intent
    if isinstance(answer, EffectAnswer):
        note(p, intent.order, answer, heeded=heeded)
    elif heeded and before.answer is not None:
        note(p, intent.order, before.answer, heeded=True)
    elif heeded:
        note(p, intent.order, EffectAnswer(kind=AnswerKind.UNKNOWN), heeded=True)
    after = p.case.intent(intent.order.effect_id) or intent
    never = isinstance(answer, EffectAnswer) and answer.kind is AnswerKind.ABSENT
    if never and before.answer != after.answer and _asked_no_more(p.case, after):
        await let_go(p.case.claim.acquirer, intent.order)
    if not _confirms(before, after):
        _go_where_it_leads(p, before, after)


def _asked_no_more(case: Case, intent: Intent) -> bool:
    """Whether no procedure is there that would hand the order over again."""
    return intent.elsewhere or case.outcome is not None or case.stage is not Stage.VERIFICATION


def _confirms(before: Intent, after: Intent) -> bool:
    """Whether the acquirer tells now of what a person has named before."""
    named = bool(before.by_hand) and not before.failed
    return named and after.state is CorrectionState.POSTED


def changed(before: Intent, after: Intent) -> str:
    """Why a case goes back to verification."""
    return f"the correction that was {before.state.value} is {after.state.value}"


def _go_where_it_leads(p: Process, before: Intent, after: Intent) -> None:
    """What had ended otherwise than it has now is judged anew, wherever the case is. What a person
    has named had ended for the case."""
    lost = after.failed or (bool(before.by_hand) and after.held)
    if before.state is after.state or not (after.done or lost or before.held):
        return
    why = changed(before, after)
    if p.case.outcome is not None:
        if before.done or before.failed or lost:
            p.record(ev.Reopened(reason=why), ev.StageEntered(stage=Stage.VERIFICATION, why=why))
            raise StageLeft
        return
    ended = before.done or before.failed or bool(before.by_hand)
    if ended or p.case.stage in (Stage.ESCALATION, Stage.LEGAL):
        p.enter(Stage.VERIFICATION, why)
