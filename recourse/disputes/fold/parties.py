"""What was told to the parties, and what they said, change."""

from recourse.disputes import events as ev
from recourse.disputes.case import Case, Told
from recourse.disputes.events.parties import PartyEvent
from recourse.disputes.learning import consented, learned
from recourse.disputes.notices import Role, Template
from recourse.disputes.timeline import Entry
from recourse.disputes.vocabulary import Stage

_SAYS = {
    Role.STORE: "store",
    Role.MERCHANT: "store",
    Role.HIGHER_SERVICE: "higher_service",
    Role.ACQUIRER: "acquirer",
    Role.CUSTOMER: "customer",
}
"""Whose words bear on the verdict, by party."""


def changed(case: Case, event: PartyEvent, entry: Entry) -> dict[str, object]:
    match event:
        case ev.Notified() | ev.NoticeUndeliverable():
            return _told(case, event, entry)
        case ev.AnswerReceived():
            return _answer(case, event)
        case ev.EvidenceAdded(item=piece):
            return {"evidence": (*case.evidence, piece)}
        case ev.StatementRead(digest=digest, excerpt=excerpt):
            return {"statements": {**case.statements, digest: excerpt}}
        case ev.ReceiptConfirmed(received=received):
            return {"confirmed": received}


def _told(
    case: Case, event: ev.Notified | ev.NoticeUndeliverable, entry: Entry
) -> dict[str, object]:
    told = Told(
        key=event.key,
        template=event.template,
        to=event.to,
        at=entry.at,
        message_id=event.delivery.message_id,
        state=event.delivery.state,
        attempts=event.delivery.attempts,
    )
    fields: dict[str, object] = {
        "told": (*case.told, told),
        "notice_count": case.notice_count + 1,
    }
    # Of rungs the claimant is told by the same notice. One that was given up told nobody.
    of_demand = case.demand_made and case.stage is Stage.LEGAL
    if of_demand and told.template is Template.ESCALATED_CLAIMANT and told.state != "abandoned":
        fields["demand_told"] = True
    return fields


def _answer(case: Case, event: ev.AnswerReceived) -> dict[str, object]:
    fields: dict[str, object] = {
        "answered": (*case.answered, event.party),
        "known": learned(case, event.answers),
    }
    if event.party is Role.CUSTOMER:
        consent = consented(event.result, event.answers)
        fields["consent"] = case.consent if consent is None else consent
    if event.result is not None:
        said = _SAYS.get(event.party)
        if said is not None:
            fields["words"] = case.words.model_copy(update={said: event.result})
    return fields
