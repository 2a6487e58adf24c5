"""The fold: how each event changes a case. Total: any event in any order gives a case."""

from datetime import datetime
from functools import reduce

from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case, Decision, Intent, Recovered, Told, Untold, WorkItem
from recourse.disputes.clocks import Clock, paused
from recourse.disputes.effects import AnswerKind, EffectAnswer, Remedy
from recourse.disputes.learning import consented, learned
from recourse.disputes.notices import Role, Template
from recourse.disputes.recovery import decided_less, less, owed_by_receiver
from recourse.disputes.timeline import Entry
from recourse.disputes.vocabulary import Result, Stage, Step

REMEMBERED_REQUESTS = 200
"""How many request ids a case remembers: more than could be in flight over a restart."""


REMEMBERED_HINTS = 200
"""How many notices of the acquirer a case remembers: more than one effect ever has. One that
is repeated after that causes one more query."""


def opened(entry: Entry) -> Case:
    """The case that the first entry of a timeline makes."""
    event = entry.event
    if not isinstance(event, ev.CaseOpened):
        raise TypeError("a timeline starts with case_opened")
    return Case(
        case_id=event.case_id,
        claim=event.claim,
        playbook=event.playbook,
        calendar=event.calendar,
        case_time=event.case_time,
        supervisor=event.supervisor,
        institution=event.institution,
        request_id=event.request_id,
        opened_at=entry.at,
        known=event.claim.sale,
        evidence=event.claim.evidence,
        claims=(event.claim.digest,),
        links={"former": event.former} if event.former else {},
    )


def fold(entries: tuple[Entry, ...]) -> Case:
    """The case a whole timeline makes."""
    return reduce(apply, entries[1:], opened(entries[0]))


def apply(case: Case, entry: Entry) -> Case:
    """The case after one more entry."""
    changed = _changes(case, entry) | _untold(case, entry)
    if entry.request and entry.request not in case.seen_requests:
        seen = (*case.seen_requests, entry.request)[-REMEMBERED_REQUESTS:]
        changed["seen_requests"] = seen
    return case.model_copy(update=changed) if changed else case


def _untold(case: Case, entry: Entry) -> dict[str, object]:
    """Who is still to be told of what a person did; the notice takes it off the list."""
    event = entry.event
    match event:
        case ev.ClockExtended(clock=name, reason=reason, needs=needs):
            clock = case.clocks.get(name)
            party = clock.party if clock else None
            if needs:
                new = Untold(
                    template=Template.HOLDING_REPLY,
                    to=case.claim.claimant_role,
                    clock=name,
                    detail=reason,
                )
            elif party is not None:
                new = Untold(
                    template=Template.EXTENSION_GRANTED, to=party, clock=name, detail=reason
                )
            else:
                return {}
            return {"untold": (*case.untold, new)}
        case ev.PromiseMade(clock=name, party=party, what=what):
            made = Untold(template=Template.PROMISE_RECORDED, to=party, clock=name, detail=what)
            return {"untold": (*case.untold, made)}
        case ev.Reopened():
            again = Untold(template=Template.REOPENED, to=case.claim.claimant_role)
            return {"untold": (*case.untold, again)}
        case (
            ev.Notified(template=template, to=to) | ev.NoticeUndeliverable(template=template, to=to)
        ):
            found = next((n for n in case.untold if n.template is template and n.to is to), None)
            if found is None:
                return {}
            place = case.untold.index(found)
            return {"untold": (*case.untold[:place], *case.untold[place + 1 :])}
        case ev.Closed() if case.untold:
            return {"untold": ()}
        case _:
            return {}


def _changes(case: Case, entry: Entry) -> dict[str, object]:
    event = entry.event
    match event:
        case ev.StageEntered() | ev.Reopened() | ev.Closed() | ev.OutcomeReached():
            return _passage(case, entry)
        case ev.StepTaken(step=step, ball=ball):
            return {"step": step, "ball": ball}
        case (
            ev.ClockStarted()
            | ev.ClockMet()
            | ev.ClockStopped()
            | ev.ClockExtended()
            | ev.ClockPaused()
            | ev.ClockResumed()
            | ev.ClockRestarted()
            | ev.ClockWarned()
            | ev.PolicyAdopted()
            | ev.Reminded()
            | ev.TimedOut()
            | ev.PromiseMade()
            | ev.PromiseKept()
        ):
            return _clocks(case, entry)
        case ev.Notified() | ev.NoticeUndeliverable() | ev.DemandSent():
            return _told(case, entry)
        case ev.AnswerReceived():
            return _answer(case, event)
        case ev.EvidenceAdded(item=piece):
            return {"evidence": (*case.evidence, piece)}
        case ev.StatementRead(digest=digest, excerpt=excerpt):
            return {"statements": {**case.statements, digest: excerpt}}
        case ev.Assigned(to=to):
            return {"assigned": to}
        case ev.ClaimJoined():
            links = {**case.links, "twin": event.other_case} if event.other_case else case.links
            return {"claims": (*case.claims, event.digest), "links": links}
        case ev.SaleFound(sale=sale) | ev.SaleChosen(sale=sale):
            none: dict[str, object] = {"candidates": (), "findings": {}, "question": ""}
            return none | {"sale": sale, "sale_by": entry.by}
        case ev.SaleAmbiguous(candidates=candidates, question=question, findings=findings):
            return {"candidates": candidates, "findings": findings, "question": question}
        case ev.SaleNotFound(question=question):
            return {"candidates": (), "findings": {}, "question": question}
        case ev.TwinLinked(case_id=other):
            return {"links": {**case.links, "twin": other}}
        case ev.AddressHeld(address=address):
            return {"links": {**case.links, "address": address}}
        case ev.RecordRead(record=record):
            return {"record": record, "books": record, "sale": record.sale}
        case ev.VerdictReached(verdict=verdict):
            owed = owed_by_receiver(verdict)
            return {"verdict": verdict, "cause": verdict.cause, "owed_back": owed}
        case ev.DecisionProposed():
            return {
                "decision": Decision(
                    kind=event.decision,
                    corrections=event.corrections,
                    reason=event.reason,
                    by=event.by,
                    person=event.person,
                    needs_approval=event.needs_approval,
                    given_up=event.given_up,
                )
            }
        case ev.DecisionApproved(by=by):
            if case.decision is None:
                return {}
            return {"decision": case.decision.model_copy(update={"approved_by": by})}
        case ev.DecisionRefused():
            return {"decision": None}
        case ev.CorrectionRequested() | ev.CorrectionAnswered() | ev.CorrectionByHand():
            return _intents(case, event)
        case ev.WebhookHeard():
            return _heard(case, event)
        case ev.RecoveryWayTaken(way=way):
            return {"ways_taken": (*case.ways_taken, way)}
        case ev.RecoveryRecorded(amount=amount, reference=reference):
            back = Recovered(amount=amount, reference=reference, at=entry.at)
            left = decided_less(case.decision, amount) if case.decision else None
            owed = less(case.owed_back, amount)
            return {
                "recoveries": (*case.recoveries, back),
                "owed_back": owed,
                "decision": left,
            }
        case ev.ReceiptConfirmed(received=received):
            return {"confirmed": received}
        case ev.Escalated(rung=rung):
            return {
                "rung": rung,
                "rungs_climbed": (*case.rungs_climbed, rung),
                "rung_over": False,
                "rung_result": None,
                "target_rung": "",
            }
        case ev.RungLeft():
            return {"rung_over": True}
        case ev.RequestOpened(order=order, answer=answer):
            return {
                "requests": {**case.requests, order.effect_id: answer},
                "request_count": case.request_count + 1,
            }
        case ev.RequestAnswered(effect_id=effect_id, answer=answer):
            return {"requests": {**case.requests, effect_id: answer}}
        case ev.ResultRecorded():
            return _result(case, event)
        case ev.HoldPlaced():
            return {"on_hold": True}
        case ev.FileAssembled(documents=documents):
            return {"documents": (*case.documents, *documents)}
        case ev.Settled(amount=amount):
            return {"settled_amount": amount}
        case ev.WatchEnded():
            return {"finished": True, "clocks": _stopped(case, entry)}
        case ev.WorkFailed():
            item = WorkItem(
                item=event.item,
                what=event.what,
                error=event.error,
                since=entry.at,
                money=event.money,
                aside=event.aside,
                evidence=event.evidence,
            )
            return {"work": {**case.work, event.item: item}, "work_count": case.work_count + 1}
        case ev.WorkResumed(item=item_id, how=how, reference=reference):
            waiting = case.work.get(item_id)
            if waiting is None:
                return {}
            done = waiting.model_copy(update={"how": how, "reference": reference})
            return {"work": {**case.work, item_id: done}}
        case _:
            return {}


def _passage(case: Case, entry: Entry) -> dict[str, object]:
    event = entry.event
    match event:
        case ev.StageEntered(stage=stage, rung=rung):
            changed: dict[str, object] = {
                "stage": stage,
                "visit": case.visit + 1,
                "path": (*case.path, stage) if case.path[-1] is not stage else case.path,
                "target_rung": rung,
                "clocks": _stopped(case, entry, of_stage=True),
            }
            if stage is Stage.VERIFICATION:
                changed |= {"record": None, "verdict": None, "decision": None, "confirmed": None}
            if stage is Stage.LEGAL:
                changed |= {"legal_result": None}
            if stage is Stage.ESCALATION:
                changed |= {"rung_over": True}
            return changed
        case ev.OutcomeReached(outcome=outcome, reason=reason):
            return {
                "outcome": outcome,
                "reason": reason,
                "cause": event.cause or case.cause,
                "lesson": event.lesson,
                "visit": case.visit + 1,
                "clocks": _stopped(case, entry),
            }
        case ev.Closed(outcome=outcome, reason=reason):
            return {
                "outcome": outcome,
                "reason": reason,
                "cause": event.cause or case.cause,
                "lesson": event.lesson or case.lesson,
                "closed_at": entry.at,
                "step": Step.CLOSED,
                "ball": Ball.NOBODY,
                "clocks": _stopped(case, entry),
            }
        case ev.Reopened():
            return {
                "outcome": None,
                "reason": "",
                "closed_at": None,
                "visit": case.visit + 1,
                "clocks": _resumed(case, entry),
            }
        case _:
            return {}


def _stopped(case: Case, entry: Entry, *, of_stage: bool = False) -> dict[str, Clock]:
    """All clocks stopped, or only those that end with the stage."""
    return {
        name: _ended(clock, "stopped", entry)
        if clock.awaited and (clock.visit or not of_stage)
        else clock
        for name, clock in case.clocks.items()
    }


def _ended(clock: Clock, state: str, entry: Entry) -> Clock:
    """A clock at its end, which comes once: what has run out stays run out, and is only no
    longer waited for."""
    if not clock.pending:
        return clock.model_copy(update={"overdue_at": None})
    pauses = clock.pauses
    if clock.state == "paused":
        pauses = (*pauses[:-1], pauses[-1].model_copy(update={"until": entry.at}))
    return clock.model_copy(
        update={
            "state": state,
            "ended": entry.at,
            "pauses": pauses,
            "remind_at": None,
            "warn_at": None,
        }
    )


def _resumed(case: Case, entry: Entry) -> dict[str, Clock]:
    """Reopened, a case is held to its rules of law and scheme again, which have counted on
    while it was closed. What ran out meanwhile has run out, without an alarm; our own goals
    begin afresh (``consequences``). Asks and promises do not come back."""
    watched = _stopped(case, entry)
    return {name: _again(clock, entry) for name, clock in watched.items()}


def _again(clock: Clock, entry: Entry) -> Clock:
    if clock.state != "stopped" or clock.visit or clock.party or clock.house:
        return clock
    if clock.due <= entry.at:
        return clock.model_copy(update={"state": "expired", "ended": clock.due})
    return clock.model_copy(update={"state": "running", "ended": None})


def _clocks(case: Case, entry: Entry) -> dict[str, object]:
    event = entry.event
    match event:
        case ev.ClockStarted(clock=clock) | ev.ClockRestarted(clock=clock):
            return {"clocks": {**case.clocks, clock.name: clock}}
        case ev.ClockMet(clock=name) | ev.PromiseKept(clock=name):
            return _clock_ended(case, name, "met", entry)
        case ev.ClockStopped(clock=name):
            return _clock_ended(case, name, "stopped", entry)
        case ev.TimedOut(clock=name, overdue_at=overdue_at):
            ended = _clock_ended(case, name, "expired", entry)
            return ended and _clock_set(case.model_copy(update=ended), name, overdue_at=overdue_at)
        case ev.ClockExtended(clock=name, now=now):
            return {"clocks": {**case.clocks, name: now}} if now is not None else {}
        case ev.ClockPaused(clock=name, ball=ball):
            found = case.clocks.get(name)
            return _put(case, paused(found, entry.at, ball)) if found else {}
        case ev.ClockResumed(now=now):
            return _put(case, now)
        case ev.ClockWarned(clock=name, overdue=overdue, next=following):
            return _warned(case, name, overdue, following)
        case ev.PolicyAdopted():
            return _adopted(case, event, entry)
        case ev.Reminded(clock=name, number=number, next=following):
            return _reminded(case, name, number, following)
        case ev.PromiseMade():
            return {"promises": case.promises + 1}
        case _:
            return {}


def _warned(case: Case, name: str, overdue: int, following: datetime | None) -> dict[str, object]:
    clock = case.clocks.get(name)
    if clock is None:
        return {}
    if not overdue:
        return _clock_set(case, name, warn_at=None)
    left = max(clock.overdue_left - 1, 0)
    return _clock_set(case, name, overdue=overdue, overdue_at=following, overdue_left=left)


def _reminded(case: Case, name: str, number: int, following: datetime | None) -> dict[str, object]:
    clock = case.clocks.get(name)
    left = max(clock.reminders_left - 1, 0) if clock else 0
    return _clock_set(case, name, remind_at=following, reminded=number, reminders_left=left)


def _adopted(case: Case, event: ev.PolicyAdopted, entry: Entry) -> dict[str, object]:
    clocks = {**case.clocks, **{clock.name: clock for clock in event.clocks}}
    for name in event.stopped:
        if name in clocks:
            clocks[name] = _ended(clocks[name], "stopped", entry)
    return {"playbook": event.playbook, "calendar": event.calendar, "clocks": clocks}


def _clock_ended(case: Case, name: str, state: str, entry: Entry) -> dict[str, object]:
    clock = case.clocks.get(name)
    return _put(case, _ended(clock, state, entry)) if clock is not None else {}


def _put(case: Case, clock: Clock) -> dict[str, object]:
    return {"clocks": {**case.clocks, clock.name: clock}}


def _clock_set(case: Case, name: str, **changes: object) -> dict[str, object]:
    clock = case.clocks.get(name)
    return _put(case, clock.model_copy(update=changes)) if clock is not None else {}


def _told(case: Case, entry: Entry) -> dict[str, object]:
    event = entry.event
    count: dict[str, object] = {"notice_count": case.notice_count + 1}
    match event:
        case ev.DemandSent(document=document):
            sent = {"demanded_at": entry.at} if event.delivered else {}
            return {"demand": document, **sent}
        case ev.Notified() | ev.NoticeUndeliverable():
            told = Told(
                key=event.key,
                template=event.template,
                to=event.to,
                at=entry.at,
                message_id=event.delivery.message_id,
                state=event.delivery.state,
                attempts=event.delivery.attempts,
            )
            return count | {"told": (*case.told, told)}
        case _:
            return {}


_SAYS = {
    Role.STORE: "store",
    Role.MERCHANT: "store",
    Role.HIGHER_SERVICE: "higher_service",
    Role.ACQUIRER: "acquirer",
    Role.CUSTOMER: "customer",
}
"""Whose words bear on the verdict, by party."""


def _answer(case: Case, event: ev.AnswerReceived) -> dict[str, object]:
    changed: dict[str, object] = {
        "answered": (*case.answered, event.party),
        "known": learned(case, event.answers),
    }
    if event.party is Role.CUSTOMER:
        consent = consented(event.result, event.answers)
        changed["consent"] = case.consent if consent is None else consent
    if event.result is not None:
        said = _SAYS.get(event.party)
        if said is not None:
            changed["words"] = case.words.model_copy(update={said: event.result})
    return changed


def _intents(
    case: Case, event: ev.CorrectionRequested | ev.CorrectionAnswered | ev.CorrectionByHand
) -> dict[str, object]:
    if isinstance(event, ev.CorrectionRequested):
        intent = Intent(order=event.order, part=event.part, visit=case.visit)
        return {"intents": (*case.intents, intent)}
    found = case.intent(event.effect_id)
    if found is None:
        return {}
    update: dict[str, object]
    if isinstance(event, ev.CorrectionAnswered):
        update = {
            "answer": event.answer,
            "asked": event.asked or found.asked,
            "taken": found.taken or _is_taken(event.answer),
        }
    else:
        update = {"by_hand": event.reference}
    after = found.model_copy(update=update)
    fresh = after.order.remedy is Remedy.DEBIT_ADJUSTMENT and after.done and not found.done
    changed: dict[str, object] = {
        "owed_back": less(case.owed_back, after.order.amount) if fresh else case.owed_back,
        "intents": tuple(after if intent is found else intent for intent in case.intents),
    }
    if isinstance(event, ev.CorrectionByHand) or event.heeded:
        changed["hinted"] = tuple(e for e in case.hinted if e != event.effect_id)
    return changed


def _is_taken(answer: EffectAnswer) -> bool:
    """Whether an answer says that the acquirer has the effect. What was refused never was."""
    return answer.kind in (AnswerKind.ACCEPTED, AnswerKind.SUCCEEDED) or answer.status is not None


def _heard(case: Case, event: ev.WebhookHeard) -> dict[str, object]:
    """Hints about what is no effect of this case, and those heard before, say nothing."""
    if case.intent(event.effect_id) is None or event.event_id in case.seen_hints:
        return {}
    changed: dict[str, object] = {
        "seen_hints": (*case.seen_hints, event.event_id)[-REMEMBERED_HINTS:]
    }
    if event.effect_id not in case.hinted:
        changed["hinted"] = (*case.hinted, event.effect_id)
    return changed


_ENDS_LEGAL = (
    Result.PAID,
    Result.AGREED,
    Result.CONFIRMS,
    Result.JUDGMENT,
    Result.UPHELD,
    Result.REJECTED,
    Result.WRITTEN_OFF,
)


def _result(case: Case, event: ev.ResultRecorded) -> dict[str, object]:
    if event.rung == "legal":
        # Whoever refuses to pay, or does not know, ends the wait and not the case.
        return {"legal_result": event.result} if event.result in _ENDS_LEGAL else {}
    changed: dict[str, object] = {"rung_result": event.result, "rung_over": True}
    rung = case.playbook.rung(event.rung, case.claim.claimant)
    if rung is not None and rung.party is Role.ACQUIRER:
        changed["words"] = case.words.model_copy(update={"acquirer": event.result})
    elif rung is not None and event.result in (Result.UPHELD, Result.CONFIRMS, Result.DENIES):
        changed["words"] = case.words.model_copy(update={"higher_service": event.result})
    return changed
