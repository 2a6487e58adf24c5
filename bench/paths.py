"""What each example costs: activities, history events, timers, upserts, bytes.

Counts, not times: they are the same on every machine, but for how often a case happened to
be looked up. A change that makes them grow says why.
"""

from collections import Counter
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from console.demo.people import Played


@dataclass(frozen=True)
class Cost:
    name: str
    activities: int
    events: int
    timers: int
    upserts: int
    updates: int
    kilobytes: float


async def cost_of(client: Client, played: Played) -> Cost:
    history = await client.get_workflow_handle(played.case_id).fetch_history()
    kinds = Counter(event.event_type for event in history.events)
    number = f" #{played.part.number}" if played.part.number > 1 else ""
    return Cost(
        name=played.name + number,
        activities=kinds[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED],
        events=len(history.events),
        timers=kinds[EventType.EVENT_TYPE_TIMER_STARTED],
        upserts=kinds[EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES],
        updates=kinds[EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED],
        kilobytes=sum(event.ByteSize() for event in history.events) / 1024,
    )
