"""How the sale that was found, and what is on record of it, change a case."""

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.events.sales import SaleEvent
from recourse.disputes.fold.corrections import named
from recourse.disputes.recovery import owed_by_receiver
from recourse.disputes.timeline import Entry


def changed(case: Case, event: SaleEvent, entry: Entry) -> dict[str, object]:
    match event:
        case ev.SaleFound(sale=sale) | ev.SaleChosen(sale=sale):
            none: dict[str, object] = {"candidates": (), "findings": {}, "question": ""}
            return none | {"sale": sale, "sale_by": entry.by}
        case ev.SaleAmbiguous(candidates=candidates, question=question, findings=findings):
            return {"candidates": candidates, "findings": findings, "question": question}
        case ev.SaleNotFound(question=question):
            return {"candidates": (), "findings": {}, "question": question}
        case ev.RecordRead(record=record):
            intents = named(case.intents, record)
            return {"record": record, "books": record, "sale": record.sale, "intents": intents}
        case ev.VerdictReached(verdict=verdict):
            owed = owed_by_receiver(verdict)
            return {"verdict": verdict, "cause": verdict.cause, "owed_back": owed}
