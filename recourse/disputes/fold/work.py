"""How what could not be carried out, and what people do for a case, change it."""

from recourse.disputes import events as ev
from recourse.disputes.case import Case, WorkItem
from recourse.disputes.events.desk import DeskEvent
from recourse.disputes.events.work import WorkEvent
from recourse.disputes.timeline import Entry


def changed(case: Case, event: WorkEvent | DeskEvent, entry: Entry) -> dict[str, object]:
    match event:
        case ev.WorkFailed():
            item = WorkItem(
                item=event.item,
                what=event.what,
                error=event.error,
                since=entry.at,
                money=event.money,
                aside=event.aside,
                evidence=event.evidence,
                effect=event.effect,
            )
            return {"work": {**case.work, event.item: item}, "work_count": case.work_count + 1}
        case ev.WorkResumed(item=item_id, how=how, reference=reference):
            waiting = case.work.get(item_id)
            if waiting is None:
                return {}
            done = waiting.model_copy(update={"how": how, "reference": reference})
            return {"work": {**case.work, item_id: done}}
        case ev.Assigned(to=to):
            return {"assigned": to}
        case ev.Noted():
            return {}
