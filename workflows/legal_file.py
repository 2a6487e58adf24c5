"""The legal file as data: folded from the timeline, nothing in it that is not on record."""

from datetime import datetime

from recourse.disputes.case import Case
from recourse.disputes.clocks import Clock
from recourse.disputes.events import Event
from recourse.disputes.money import Money
from recourse.disputes.notices import (
    ChronologyLine,
    Contact,
    Exhibit,
    LegalFile,
    NoticeFacts,
    Role,
)
from recourse.disputes.reckoning import reckon
from recourse.disputes.timeline import Entry

_TOLD_ELSEWHERE = ("notified", "notice_undeliverable", "clock_started", "clock_met", "step_taken")


def debtor_of(case: Case) -> Role:
    """Who is asked to pay: the customer for a merchant's claim, else the merchant."""
    return Role.CUSTOMER if case.claim.claimant == "merchant" else Role.STORE


def legal_file(
    case: Case, timeline: tuple[Entry, ...], now: datetime, answer_days: int
) -> LegalFile:
    claim = case.claim
    plan = case.playbook.legal
    money = reckon(case)
    owed = case.owed_back if case.owed_back is not None else money.claimed
    amounts: dict[str, Money] = {
        name: amount
        for name, amount in {
            "sale": case.sale.amount if case.sale else claim.sale.amount,
            "refund_requested": claim.refund.requested,
            "refund_reported": claim.refund.reported,
            "refunded": money.refunded,
            "posted": money.posted,
            "recovered": money.recovered,
            "demanded": owed,
        }.items()
        if amount is not None
    }
    return LegalFile(
        case_id=case.case_id,
        language=claim.language,
        kind=claim.kind.value,
        jurisdiction=claim.jurisdiction,
        facts=NoticeFacts(
            case_id=case.case_id,
            kind=claim.kind.value,
            claimant=claim.claimant,
            time_zone=case.playbook.time_zone,
            customer_name=claim.customer.name,
            merchant_name=claim.merchant.name,
            store=claim.merchant.store,
            sale_reference=case.sale.reference if case.sale else claim.sale.reference,
            sale_amount=case.sale.amount if case.sale else claim.sale.amount,
            sale_at=case.sale.at if case.sale else claim.sale.at,
            card_last4=case.sale.card_last4 if case.sale else claim.sale.card_last4,
            refund_requested=claim.refund.requested,
            refund_reported=claim.refund.reported,
            amount=owed,
            cause=case.cause.value if case.cause else "",
            detail=claim.story,
        ),
        claimant=claim.contact(claim.claimant_role),
        respondent=_named(claim.contact(debtor_of(case)), case),
        demand=owed,
        answer_days=answer_days,
        answer_due=plan.demand_answer_within.end(now, case.calendar),
        legal_basis=plan.basis,
        amounts=amounts,
        chronology=tuple(
            _line(entry) for entry in timeline if entry.event.type not in _TOLD_ELSEWHERE
        ),
        exhibits=tuple(
            Exhibit(
                number=number,
                kind=item.kind,
                name=item.name,
                digest=item.digest,
                given_by=item.given_by.value,
            )
            for number, item in enumerate(case.evidence, start=1)
        ),
        notices=tuple(
            ChronologyLine(
                at=told.at,
                what=told.template.value,
                who=told.to.value,
                detail=told.state,
                digest=told.message_id,
            )
            for told in case.told
        ),
        clocks=tuple(
            ChronologyLine(
                at=clock.due,
                what=clock.name,
                who=clock.owner.value,
                detail=f"{clock.state}: {clock.rule}",
            )
            for clock in case.clocks.values()
        ),
        at=now,
    )


def _named(contact: Contact, case: Case) -> Contact:
    if contact.role is Role.STORE:
        return contact.model_copy(update={"name": case.claim.merchant.name})
    return contact


def _line(entry: Entry) -> ChronologyLine:
    return ChronologyLine(
        at=entry.at,
        what=entry.event.type,
        who=entry.by,
        detail=_detail(entry.event),
        digest=entry.digest,
    )


_TELLING = ("why", "reason", "text", "rung", "result", "default", "clock", "what", "terms")


def _detail(event: Event) -> str:
    """The words of an event: its reason, its result, the name of the clock it is about."""
    found = (getattr(event, name, None) for name in _TELLING)
    said = (each.name if isinstance(each, Clock) else each for each in found if each)
    return "; ".join(str(each) for each in said)
