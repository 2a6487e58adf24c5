"""Telling people things: one notice a step and recipient, under a key of its own."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityCancellationType, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.errors import FINAL
    from activities.follow_ups import FollowUps
    from activities.notifications import Notifications
    from recourse.disputes import events as ev
    from recourse.disputes.case import Case, WorkItem
    from recourse.disputes.events import Event
    from recourse.disputes.models import Value
    from recourse.disputes.notices import (
        Contact,
        Delivery,
        Notice,
        NoticeFacts,
        Role,
        Template,
    )
    from workflows import queues

from workflows.process import NOTICE, Process, StageLeft, error_type

MAIL_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=2),
    non_retryable_error_types=list(FINAL),
)
"""Mail servers greylist for minutes; what they refuse for good is not sent again."""


class Draft(Value):
    """A notice about to be given."""

    template: Template
    to: Role
    about: NoticeFacts
    attachment: str = ""


def facts(case: Case, **about: object) -> NoticeFacts:
    """What every notice of a case may say, and what this one is about."""
    claim, sale = case.claim, case.sale
    base = NoticeFacts(
        case_id=case.case_id,
        kind=claim.kind.value,
        claimant=claim.claimant,
        time_zone=case.playbook.time_zone,
        customer_name=claim.customer.name,
        merchant_name=claim.merchant.name,
        store=claim.merchant.store,
        sale_reference=sale.reference if sale else claim.sale.reference,
        sale_amount=sale.amount if sale else claim.sale.amount,
        sale_at=sale.at if sale else claim.sale.at,
        card_last4=sale.card_last4 if sale else claim.sale.card_last4,
        terminal=sale.terminal if sale else claim.sale.terminal,
        refund_requested=claim.refund.requested,
        refund_reported=claim.refund.reported,
        cause=case.cause.value if case.cause else "",
    )
    return base.model_copy(update=about)


def contact_of(case: Case, role: Role) -> Contact:
    """How a party is reached: by the claim, or where the playbook says."""
    contact = case.claim.contact(role)
    if contact.email:
        return contact
    match role:
        case Role.SUPERVISOR:
            email = case.supervisor
        case Role.COUNSEL:
            email = case.playbook.legal.counsel_email
        case _:
            rungs = case.playbook.rungs(case.claim.claimant)
            email = next((rung.email for rung in rungs if rung.party is role and rung.email), "")
    return contact.model_copy(update={"email": email})


async def tell(p: Process, template: Template, to: Role, **about: object) -> Delivery:
    """Give one notice."""
    return (await tell_all(p, [Draft(template=template, to=to, about=facts(p.case, **about))]))[0]


async def tell_all(
    p: Process, drafts: Sequence[Draft], *, means: Callable[[Delivery], Event] | None = None
) -> list[Delivery]:
    """Give several notices at once. Each has its own key, so each its own Message-ID, which
    any further delivery of the same notice bears too. Every one ends as an event, also
    when the case moves on before the mail server has answered; with it is written down what
    it ``means`` that a notice was given, or could not be, unless it was given up."""
    p.stay()
    notices = [_notice(p, draft) for draft in drafts]
    sendable = [notice for notice in notices if notice.to.email]
    handles = {notice.key: _send(p, notice) for notice in sendable}
    ended = dict(zip(handles, await p.together(list(handles.values())), strict=True))
    failed: dict[str, ActivityError] = {}
    deliveries: dict[str, Delivery] = {}
    for notice in notices:
        result = ended.get(notice.key) if notice.key in ended else _unaddressed(notice)
        if isinstance(result, ActivityError):
            failed[notice.key] = result
        else:
            deliveries[notice.key] = _record(p, notice, result, means)
    for notice in notices:
        # After the others are written down: a person may take days over the first.
        if notice.key in failed:
            late = await _after_failure(p, notice, error_type(failed[notice.key]))
            deliveries[notice.key] = _record(p, notice, late, means)
    p.stay()
    return [deliveries[notice.key] for notice in notices]


async def inform(p: Process) -> None:
    """Tell the oldest of what acts have brought to the party it concerns."""
    news = p.case.untold[0]
    clock = p.case.clocks.get(news.clock)
    decision = p.case.decision if news.template is Template.APPROVAL_NEEDED else None
    await tell(
        p,
        news.template,
        news.to,
        detail=news.detail,
        amount=decision.to_read_back if decision else None,
        who=decision.by if decision else "",
        due=clock.due if clock else None,
        due_rule=clock.rule if clock and clock.span else "",
        asks=clock.asks if clock else (),
    )


async def announce(p: Process, item: WorkItem) -> None:
    """Tell the supervisor that a step waits for a person. Tried for a short while only: the
    item stands in the case, and a mail server that is down must not hold it up."""
    if not p.case.supervisor:
        return
    draft = Draft(
        template=Template.WORK_ITEM,
        to=Role.SUPERVISOR,
        about=facts(p.case, detail=item.what, reason=item.error, who=item.item),
    )
    notice = _notice(p, draft)
    tries = timedelta(seconds=2 * p.limits.call_seconds)
    (result,) = await p.together([_send(p, notice, within=tries)])
    given = result if isinstance(result, Delivery) else None
    _record(p, notice, given or Delivery(message_id=f"<{notice.key}>", state="abandoned"))


def _notice(p: Process, draft: Draft) -> Notice:
    case = p.case
    contact = contact_of(case, draft.to)
    return Notice(
        key=f"{case.case_id}.{p.number_notice()}",
        template=draft.template,
        language=contact.language or case.language,
        to=contact,
        facts=draft.about,
        thread=case.thread(draft.to),
        at=p.now,
        attachment=draft.attachment,
    )


def _send(p: Process, notice: Notice, within: timedelta | None = None) -> ActivityHandle[Delivery]:
    door = (
        FollowUps.send_reminder
        if notice.template is Template.REMINDER
        else Notifications.send_notice
    )
    return workflow.start_activity_method(
        door,
        notice,
        task_queue=queues.MAIL,
        start_to_close_timeout=timedelta(seconds=2 * p.limits.call_seconds),
        schedule_to_close_timeout=within or timedelta(seconds=p.limits.give_up_seconds),
        retry_policy=MAIL_RETRY,
        # What is being handed over when the case moves on is known to have gone out or not.
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=f"{notice.template.value} to {notice.to.role.value}",
    )


async def _after_failure(p: Process, notice: Notice, error: str) -> Delivery | None:
    """A notice that could not be sent waits for a person; ``retry`` sends the very same."""
    while True:
        try:
            item = await p.work_item(
                f"{NOTICE}{notice.template.value} to {notice.to.role.value}", error
            )
        except StageLeft:
            return None
        if item.how == "by_hand":
            return Delivery(message_id=f"<{notice.key}>", state="by_hand", detail=item.reference)
        if item.how == "skip":
            return Delivery(message_id=f"<{notice.key}>", state="skipped")
        if item.how == "dropped":
            return None
        (result,) = await p.together([_send(p, notice)])
        if not isinstance(result, ActivityError):
            return result
        error = error_type(result)


def _unaddressed(notice: Notice) -> Delivery:
    return Delivery(message_id=f"<{notice.key}>", state="unaddressed")


def _record(
    p: Process,
    notice: Notice,
    result: Delivery | None,
    means: Callable[[Delivery], Event] | None = None,
) -> Delivery:
    delivery = result or Delivery(message_id=f"<{notice.key}>", state="abandoned")
    event = ev.Notified if delivery.state in ("sent", "by_hand") else ev.NoticeUndeliverable
    told = event(key=notice.key, template=notice.template, to=notice.to.role, delivery=delivery)
    p.record(told, *((means(result),) if means is not None and result is not None else ()))
    return delivery
