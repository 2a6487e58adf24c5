"""Where a case is, and how it ends."""

from recourse.disputes import events as ev
from recourse.disputes.balls import Ball
from recourse.disputes.case import Case
from recourse.disputes.events.course import CourseEvent
from recourse.disputes.fold.clocks import moved_to, passed, resumed, stopped
from recourse.disputes.timeline import Entry
from recourse.disputes.vocabulary import Stage, Step


def changed(case: Case, event: CourseEvent, entry: Entry) -> dict[str, object]:
    match event:
        case ev.StepTaken(step=step, ball=ball):
            return {"step": step, "ball": ball, "clocks": passed(case, ball, entry)}
        case ev.StageEntered(stage=stage, rung=rung):
            return _entered(case, stage, rung, entry)
        case ev.OutcomeReached(outcome=outcome, reason=reason):
            return {
                "outcome": outcome,
                "reason": reason,
                "cause": event.cause or case.cause,
                "lesson": event.lesson,
                "visit": case.visit + 1,
                "clocks": stopped(case, entry),
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
                "clocks": stopped(case, entry),
            }
        case ev.Reopened():
            return {
                "outcome": None,
                "reason": "",
                "closed_at": None,
                "reopened_at": entry.at,
                "visit": case.visit + 1,
                "clocks": resumed(case, entry),
            }
        case ev.WatchEnded():
            return {"finished": True, "clocks": stopped(case, entry)}
        case ev.Withdrawn():
            return {}


def _entered(case: Case, stage: Stage, rung: str, entry: Entry) -> dict[str, object]:
    fields: dict[str, object] = {
        "stage": stage,
        "visit": case.visit + 1,
        "path": (*case.path, stage) if case.path[-1] is not stage else case.path,
        "target_rung": rung,
        "clocks": moved_to(case, stage, entry),
    }
    if stage is Stage.VERIFICATION:
        fields |= {"record": None, "verdict": None, "decision": None, "confirmed": None}
    if stage is Stage.LEGAL:
        fields |= {"legal_result": None}
    if stage is Stage.ESCALATION:
        fields |= {"rung_over": True}
    return fields
