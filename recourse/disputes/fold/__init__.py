"""The fold: how each event changes a case. Total: any event in any order gives a case.

A module for each subject of ``events``: what it returns are the fields of the case that differ.
"""

from functools import reduce

from recourse.disputes.case import Case
from recourse.disputes.events.clocks import ClockEvent
from recourse.disputes.events.corrections import CorrectionEvent
from recourse.disputes.events.course import CourseEvent
from recourse.disputes.events.legal import LegalEvent
from recourse.disputes.events.opening import OpeningEvent
from recourse.disputes.events.parties import PartyEvent
from recourse.disputes.events.rungs import RungEvent
from recourse.disputes.events.sales import SaleEvent
from recourse.disputes.fold import (
    clocks,
    corrections,
    course,
    legal,
    opening,
    parties,
    rungs,
    sales,
    work,
)
from recourse.disputes.fold.opening import opened
from recourse.disputes.fold.untold import untold
from recourse.disputes.timeline import Entry

__all__ = ["apply", "fold", "opened"]

REMEMBERED_REQUESTS = 200
"""How many request ids a case remembers: more than could be in flight over a restart."""


def fold(entries: tuple[Entry, ...]) -> Case:
    """The case a whole timeline makes."""
    return reduce(apply, entries[1:], opened(entries[0]))


def apply(case: Case, entry: Entry) -> Case:
    """The case after one more entry."""
    changed = _changed(case, entry) | untold(case, entry)
    if entry.request and entry.request not in case.seen_requests:
        seen = (*case.seen_requests, entry.request)[-REMEMBERED_REQUESTS:]
        changed["seen_requests"] = seen
    return case.model_copy(update=changed) if changed else case


def _changed(case: Case, entry: Entry) -> dict[str, object]:
    event = entry.event
    if isinstance(event, ClockEvent):
        return clocks.changed(case, event, entry)
    if isinstance(event, CourseEvent):
        return course.changed(case, event, entry)
    if isinstance(event, PartyEvent):
        return parties.changed(case, event, entry)
    if isinstance(event, SaleEvent):
        return sales.changed(case, event, entry)
    if isinstance(event, CorrectionEvent):
        return corrections.changed(case, event, entry)
    if isinstance(event, RungEvent):
        return rungs.changed(case, event)
    if isinstance(event, LegalEvent):
        return legal.changed(case, event, entry)
    if isinstance(event, OpeningEvent):
        return opening.changed(case, event)
    return work.changed(case, event, entry)
