"""How somebody higher, and what they came back with, change a case."""

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.events.rungs import RungEvent
from recourse.disputes.notices import Role
from recourse.disputes.vocabulary import Result

_ENDS_LEGAL = (
    Result.PAID,
    Result.AGREED,
    Result.CONFIRMS,
    Result.JUDGMENT,
    Result.UPHELD,
    Result.REJECTED,
    Result.WRITTEN_OFF,
)


def changed(case: Case, event: RungEvent) -> dict[str, object]:
    match event:
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


def _result(case: Case, event: ev.ResultRecorded) -> dict[str, object]:
    if event.rung == "legal":
        # Whoever refuses to pay, or does not know, ends the wait and not the case.
        return {"legal_result": event.result} if event.result in _ENDS_LEGAL else {}
    fields: dict[str, object] = {"rung_result": event.result, "rung_over": True}
    rung = case.playbook.rung(event.rung, case.claim.claimant)
    if rung is not None and rung.party is Role.ACQUIRER:
        fields["words"] = case.words.model_copy(update={"acquirer": event.result})
    elif rung is not None and event.result in (Result.UPHELD, Result.CONFIRMS, Result.DENIES):
        fields["words"] = case.words.model_copy(update={"higher_service": event.result})
    return fields
