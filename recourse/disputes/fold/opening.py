"""The case that a claim makes, and how others meet in it."""

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.events.opening import OpeningEvent
from recourse.disputes.timeline import Entry


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


def changed(case: Case, event: OpeningEvent) -> dict[str, object]:
    match event:
        case ev.CaseOpened():
            return {}  # A case is opened once.
        case ev.ClaimJoined():
            links = {**case.links, "twin": event.other_case} if event.other_case else case.links
            return {"claims": (*case.claims, event.digest), "links": links}
        case ev.TwinLinked(case_id=other):
            return {"links": {**case.links, "twin": other}}
        case ev.AddressHeld(address=address):
            return {"links": {**case.links, "address": address}}
