"""How what is kept and sent in the last stage changes a case."""

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.events.legal import LegalEvent
from recourse.disputes.timeline import Entry


def changed(case: Case, event: LegalEvent, entry: Entry) -> dict[str, object]:
    match event:
        case ev.HoldPlaced():
            return {"on_hold": True}
        case ev.FileAssembled(documents=documents):
            return {"documents": (*case.documents, *documents)}
        case ev.DemandSent(document=document):
            proven = (entry.at,) if event.delivered else ()
            return {
                "demand": document or case.demand,
                "demand_made": True,
                "demands": (*case.demands, *proven),
            }
        case ev.Settled(amount=amount):
            return {"settled_amount": amount}
