"""A desk whose cases are patient: nobody's silence means anything, so that a kill, however long
what it killed is away, can change nothing by making a time-out come first."""

from typing import Any

from recourse.disputes.claims import Claim
from recourse.disputes.playbooks import Playbook
from recourse.disputes.spans import Span, Unit
from workflows.desk import Desk
from workflows.messages import Opening

LONG = Span(amount=1000, unit=Unit.DAYS, source="house")
A_DAY = Span(amount=24, unit=Unit.HOURS, source="house")
FOLLOWED = Span(amount=12, unit=Unit.HOURS, source="house")
DEMANDED = Span(amount=10, unit=Unit.DAYS, source="house")


class PatientDesk(Desk):
    def _opening(self, claim: Claim, identity: str, former: str, request_id: str) -> Opening:
        opening = super()._opening(claim, identity, former, request_id)
        return opening.model_copy(update={"playbook": patient(opening.playbook)})


def patient(book: Playbook) -> Playbook:
    """The same procedure without reminders, with all the time in the world for everybody."""

    def long(model: Any, *names: str, **more: object) -> Any:
        return model.model_copy(update={**dict.fromkeys(names, LONG), **more})

    contact = long(
        book.contact,
        "acknowledge_within",
        asks=tuple(long(ask, "answer_within", remind_every=None) for ask in book.contact.asks),
    )
    verification = long(
        book.verification,
        "clarify_within",
        "doubt_within",
        "decide_within",
        "approve_within",
        "post_within",
        "confirm_within",
        follow_every=FOLLOWED,
        query_every=FOLLOWED,
    )
    rungs = tuple(
        long(rung, "answer_within", remind_every=None, query_every=A_DAY if rung.request else None)
        for rung in book.escalation
    )
    legal = long(
        book.legal, "result_within", demand_answer_within=DEMANDED, remind_every=None, reminders=0
    )
    changed = {
        "watch": LONG,
        "clocks": (),
        "contact": contact,
        "verification": verification,
        "escalation": rungs,
        "legal": legal,
    }
    return book.model_copy(update=changed)
