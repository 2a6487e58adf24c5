"""A correction of unknown end that no procedure stands and waits for: people are asked beside.

Where the case is in verification, that waits for its end and asks in its own place.
"""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from recourse.disputes import events as ev
    from recourse.disputes.case import Case, Intent, WorkItem
    from recourse.disputes.effects import AnswerKind

from workflows.process import Process

FORGOTTEN = "no_longer_known"
"""The acquirer had the effect once and says now that it never saw it: that proves nothing."""

MAY_STILL_BE_PAID = "; the acquirer may still carry it out"
"""What a person who thinks of giving the money elsewhere is to know."""

UNKNOWN = "Unknown"
"""What a work item is called by which our people are to find out how a correction ended."""


def question(case: Case, intent: Intent) -> WorkItem | None:
    """What people were last asked about a correction, beside."""
    about = [work for work in case.work.values() if work.effect == intent.order.effect_id]
    return about[-1] if about else None


def to_be_asked(p: Process, intent: Intent) -> datetime | None:
    """When people are to be asked: at once about what the acquirer says it has not, and about
    what they wanted looked up in vain; else when the doubt has had its time. None while there is
    nothing to ask, or they have been asked."""
    asked = question(p.case, intent)
    if not intent.in_doubt or (asked is not None and not asked.how):
        return None
    heard = intent.answer
    lost = heard is not None and (heard.kind is AnswerKind.ABSENT or heard.reason == FORGOTTEN)
    if lost or (asked is not None and asked.how == "retry"):
        return p.now
    since = intent.doubted or intent.at or p.now
    return p.case.playbook.verification.doubt_within.end(since, p.case.calendar)


async def ask(p: Process, intent: Intent) -> None:
    """Put a doubt before people, and go on."""
    order = intent.order
    await p.set_aside(
        f"{order.remedy.value} {order.amount} of unknown end{MAY_STILL_BE_PAID}",
        UNKNOWN,
        effect=order.effect_id,
        money=True,
    )


def ask_no_more(p: Process, intent: Intent) -> None:
    """Nobody is to find out any more: it is known, or asked about elsewhere."""
    asked = question(p.case, intent)
    if asked is not None and not asked.how:
        p.record(ev.WorkResumed(item=asked.item, how="dropped"))
