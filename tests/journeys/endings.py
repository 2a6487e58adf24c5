"""What every ending must show: the way, the outcome, the money, and who was told what."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from recourse.disputes import events as ev
from recourse.disputes.case import Case
from recourse.disputes.vocabulary import Outcome, Stage
from tests.world import World

SOON = timedelta(seconds=5)
"""How late a machine may be that is not busy. That a moment is right to the microsecond is tested
without one, in tests/disputes."""
HELD_UP = timedelta(minutes=2)
"""How late a busy machine may be, when the timer was set right."""
ROUNDED = timedelta(milliseconds=2)
"""By the server, which keeps timers in milliseconds."""

CONTACT, VERIFICATION, ESCALATION, LEGAL = Stage


async def assert_ended(
    world: World,
    case_id: str,
    outcome: Outcome,
    *path: Stage,
    told: str,
    reason: str | None = None,
) -> Case:
    """The case has closed with this outcome after these stages. ``told`` lists every notice
    that was sent, as ``template:role`` (``*2`` behind it when more than once), and nothing
    else was; each left under its own Message-ID, once. The chain of the timeline verifies,
    and there was never more than one timer.
    """
    case = await world.until(case_id, outcome=outcome)
    await world.settled(case_id)
    case = await world.case(case_id)
    assert case.path == path
    assert case.closed_at is not None
    assert not case.open_work
    if reason is not None:
        assert case.reason == reason
    assert notices(case) == Counter(_read(told)), await world.last(case_id)
    assert not [t for t in case.told if t.state == "abandoned"]
    await assert_one_timer(world, case_id)
    world.ended.append(case_id)
    sent = [t.message_id for t in case.told if t.state == "sent"]
    delivered = world.mailbox.deliveries()
    assert len(set(sent)) == len(sent)
    assert [delivered[message] for message in sent] == [1] * len(sent)
    return case


def notices(case: Case) -> Counter[str]:
    """The notices sent, by template and recipient."""
    return Counter(f"{t.template.value}:{t.to.value}" for t in case.told if t.state == "sent")


def _read(told: str) -> dict[str, int]:
    counted: dict[str, int] = {}
    for word in told.split():
        name, _, times = word.partition("*")
        counted[name] = int(times or 1)
    return counted


async def assert_money(
    world: World, sale: str, credited: str = "0.00", debited: str = "0.00"
) -> None:
    """What the acquirer's books say of a sale: posted to the cardholder, and taken back."""
    totals = (await world.admin.totals())[sale]
    assert (totals.credited.text, totals.debited.text) == (credited, debited)
    assert totals.pending.minor == 0


async def assert_timed_out(world: World, case_id: str, *expected: tuple[str, str, str]) -> None:
    """Exactly these clocks ran out, in this order: name, owner, default. Each is an event of
    the second at which it was due, or of the next few."""
    found = await world.events(case_id, ev.TimedOut)
    timers = await armed(world, case_id)
    assert [(e.clock, e.owner.value, e.default) for _, e in found] == list(expected)
    due = {}
    for entry in await world.desk.timeline(case_id):
        if isinstance(entry.event, ev.ClockStarted):
            due[entry.event.clock.name] = entry.event.clock.due
        elif isinstance(entry.event, ev.ClockExtended | ev.ClockResumed):
            due[entry.event.clock] = entry.event.due
        elif isinstance(entry.event, ev.TimedOut):
            assert_punctual(entry.at, due[entry.event.clock], timers)


def assert_punctual(at: datetime, due: datetime, timers: list[datetime]) -> None:
    """What was due happened then: not before, and no later than the machine needed. Where that
    was long, the case's timer had been set for this very moment."""
    assert timedelta() <= at - due < HELD_UP
    assert at - due < SOON or any(abs(timer - due) <= ROUNDED for timer in timers)


async def armed(world: World, case_id: str) -> list[datetime]:
    """The moments a case's timers were set for, in case time."""
    case_time = (await world.case(case_id)).case_time
    told: dict[int, datetime] = {}
    """When the task began that an event completes, by that event."""
    begun: dict[int, datetime] = {}
    timers = []
    for event in (await world.handle(case_id).fetch_history()).events:
        if event.HasField("workflow_task_started_event_attributes"):
            begun[event.event_id] = event.event_time.ToDatetime(UTC)
        elif event.HasField("workflow_task_completed_event_attributes"):
            completed = event.workflow_task_completed_event_attributes
            told[event.event_id] = begun[completed.started_event_id]
        elif event.HasField("timer_started_event_attributes"):
            timer = event.timer_started_event_attributes
            span = timer.start_to_fire_timeout.ToTimedelta()
            begins = told[timer.workflow_task_completed_event_id]
            timers.append(case_time.at(begins) + span * case_time.rate)
    return timers


async def assert_one_timer(world: World, case_id: str) -> None:
    """A case never has two timers at once, however many clocks it has."""
    live: set[int] = set()
    for event in (await world.handle(case_id).fetch_history()).events:
        if event.HasField("timer_started_event_attributes"):
            live.add(event.event_id)
        elif event.HasField("timer_fired_event_attributes"):
            live.remove(event.timer_fired_event_attributes.started_event_id)
        elif event.HasField("timer_canceled_event_attributes"):
            live.remove(event.timer_canceled_event_attributes.started_event_id)
        assert len(live) <= 1


def size_of(history: WorkflowHistory) -> tuple[int, int]:
    """Activities and events of a history, without what a server that skips time adds."""
    names = [EventType.Name(event.event_type) for event in history.events]
    own = [n for n in names if "TIME_SKIPPING" not in n and "OPTIONS_UPDATED" not in n]
    return own.count("EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"), len(own)
