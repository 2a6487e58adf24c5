"""How decisions and movements of money change a case."""

from recourse.disputes import events as ev
from recourse.disputes.case import Case, Decision, Intent, Recovered, plain
from recourse.disputes.effects import AnswerKind, EffectAnswer, Remedy
from recourse.disputes.events.corrections import CorrectionEvent
from recourse.disputes.money import Money
from recourse.disputes.records import Record, Refund
from recourse.disputes.recovery import decided_less, less, more, still_given_up
from recourse.disputes.timeline import Entry

REMEMBERED_HINTS = 200
"""How many notices of the acquirer a case remembers: more than one effect ever has. One that
is repeated after that causes one more query."""


def changed(case: Case, event: CorrectionEvent, entry: Entry) -> dict[str, object]:
    match event:
        case ev.DecisionProposed():
            return {"decision": _proposed(event)}
        case ev.DecisionApproved(by=by):
            if case.decision is None:
                return {}
            return {"decision": case.decision.model_copy(update={"approved_by": by})}
        case ev.DecisionRefused():
            return {"decision": None}
        case ev.CorrectionRequested(order=order, part=part):
            intent = Intent(order=order, part=part, visit=case.visit, at=entry.at)
            return {"intents": (*case.intents, intent)}
        case ev.CorrectionAnswered() | ev.CorrectionByHand():
            return _answered(case, event, entry)
        case ev.WebhookHeard():
            return _heard(case, event)
        case ev.RecoveryWayTaken(way=way):
            return {"ways_taken": (*case.ways_taken, way)}
        case ev.RecoveryRecorded(amount=amount, reference=reference):
            back = Recovered(amount=amount, reference=reference, at=entry.at)
            owed = less(case.owed_back, amount)
            decision = decided_less(case.decision, amount) if case.decision else None
            return {
                "recoveries": (*case.recoveries, back),
                "owed_back": owed,
                "decision": still_given_up(decision, owed),
            }


def _proposed(event: ev.DecisionProposed) -> Decision:
    return Decision(
        kind=event.decision,
        corrections=event.corrections,
        reason=event.reason,
        by=event.by,
        person=event.person,
        needs_approval=event.needs_approval,
        given_up=event.given_up,
    )


def _answered(
    case: Case, event: ev.CorrectionAnswered | ev.CorrectionByHand, entry: Entry
) -> dict[str, object]:
    found = case.intent(event.effect_id)
    if found is None:
        return {}
    update: dict[str, object]
    if isinstance(event, ev.CorrectionAnswered):
        update = {
            "answer": event.answer,
            "asked": event.asked or found.asked,
            "taken": found.taken or _is_taken(event.answer),
            "doubted": (found.doubted or entry.at) if event.answer.unsure else None,
            "names": _names(found, event.answer.reference, event.answer.arn),
        }
    else:
        update = {
            "by_hand": event.reference,
            "by_hand_at": entry.at,
            "asked": event.asked or found.asked,
        }
    after = found.model_copy(update=update)
    owed = _owed(case, found, after)
    fields: dict[str, object] = {
        "owed_back": owed,
        "decision": still_given_up(case.decision, owed),
        "intents": tuple(after if intent is found else intent for intent in case.intents),
    }
    # What was given by hand and may still be paid, or is the acquirer's own, is looked up all
    # the same.
    if isinstance(event, ev.CorrectionByHand):
        heeded = after.elsewhere and not after.may_pay_too
    else:
        heeded = event.heeded
    if heeded:
        fields["hinted"] = tuple(e for e in case.hinted if e != event.effect_id)
    return fields


def _owed(case: Case, before: Intent, after: Intent) -> Money | None:
    """What a receiver owes, once a debit is done that was not, or not done that was."""
    owed, order = case.owed_back, after.order
    if order.remedy is not Remedy.DEBIT_ADJUSTMENT or before.done is after.done:
        return owed
    if after.done:
        return less(owed, order.amount)
    return more(owed, order.amount)


def named(intents: tuple[Intent, ...], books: Record) -> tuple[Intent, ...]:
    """The corrections of a case, with the names that the books have for them."""
    rows = {refund.effect_id: refund for refund in books.refunds if refund.effect_id}
    return tuple(_named(intent, rows.get(intent.order.effect_id)) for intent in intents)


def _named(intent: Intent, row: Refund | None) -> Intent:
    if row is None:
        return intent
    return intent.model_copy(update={"names": _names(intent, row.reference, row.arn)})


def _names(found: Intent, *told: str) -> tuple[str, ...]:
    """The names that the acquirer has used for an effect, each once."""
    return tuple(dict.fromkeys((*found.names, *(plain(name) for name in told if name))))


def _is_taken(answer: EffectAnswer) -> bool:
    """Whether an answer says that the acquirer has the effect. What was refused never was."""
    return answer.kind in (AnswerKind.ACCEPTED, AnswerKind.SUCCEEDED) or answer.status is not None


def _heard(case: Case, event: ev.WebhookHeard) -> dict[str, object]:
    """Hints about what is no effect of this case, and those heard before, say nothing."""
    if case.intent(event.effect_id) is None or event.event_id in case.seen_hints:
        return {}
    fields: dict[str, object] = {
        "seen_hints": (*case.seen_hints, event.event_id)[-REMEMBERED_HINTS:]
    }
    if event.effect_id not in case.hinted:
        fields["hinted"] = (*case.hinted, event.effect_id)
    return fields
