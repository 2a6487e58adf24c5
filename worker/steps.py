"""One description for what workflow code asks and for what history recorded.

A ``Step`` is made from a command or from the event that the command became; two steps
can then be compared fact by fact. The server fills in defaults when it records; the same
defaults are applied to commands here (observed on Server 1.32).
"""

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import Payload, Priority, RetryPolicy
from temporalio.api.enums.v1 import ParentClosePolicy
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.bridge.proto.workflow_commands import ScheduleActivity, WorkflowCommand
from temporalio.converter import PayloadCodec

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Facts = dict[str, Plain]

CHANGE_VERSION = "TemporalChangeVersion"
"""Upserted by the SDK for ``workflow.patched``; never by our code."""

PRIVATE = frozenset({"input", "memo", "result", "failure"})
"""Facts that travel encrypted, because they may hold personal data."""

ORDERED = frozenset({"attributes", "memo", "external signal", "external cancel"})
"""Kinds whose commands carry no id that history keeps: the n-th is the n-th."""

CLOSING = frozenset({"completion", "failure", "continue-as-new"})

_DEFAULT_INTERVAL = timedelta(seconds=1)
_DEFAULT_COEFFICIENT = 2.0
_MAXIMUM_INTERVAL_FACTOR = 100


@dataclasses.dataclass(frozen=True)
class Step:
    """``kind`` and ``key`` find the other side; ``name`` is for people. ``key`` is empty
    for kinds in ``ORDERED``."""

    kind: str
    key: str
    name: str
    facts: Facts
    sequence: int | None = None
    """Of a command that can be taken back: what a cancelling command calls it by."""

    @property
    def words(self) -> str:
        return f"{self.kind} {self.name}".rstrip()


def asked(command: WorkflowCommand, *, task_queue: str, run_timeout: timedelta) -> Step | None:
    """What a command asks for; ``None`` for a kind that history does not keep or whose
    content the SDK's own replay compares (markers, cancellations)."""
    variant = command.WhichOneof("variant")
    if variant == "schedule_activity":
        a = command.schedule_activity
        facts: Facts = {
            "type": a.activity_type,
            "task_queue": a.task_queue or task_queue,
            "input": _values(a.arguments),
            **_recorded_timeouts(a, run_timeout),
            "retry_policy": _retry_policy(a.retry_policy),
            "priority": _priority(a.priority),
        }
        return Step("activity", a.activity_id, a.activity_type, facts, a.seq)
    if variant == "start_timer":
        t = command.start_timer
        facts = {"duration": _span(t.start_to_fire_timeout)}
        return Step("timer", str(t.seq), str(t.seq), facts, t.seq)
    if variant == "upsert_workflow_search_attributes":
        u = command.upsert_workflow_search_attributes
        return _attributes(u.search_attributes.indexed_fields)
    if variant == "modify_workflow_properties":
        m = command.modify_workflow_properties
        return Step("memo", "", "", {"memo": _fields(m.upserted_memo.fields)})
    if variant == "start_child_workflow_execution":
        c = command.start_child_workflow_execution
        facts = {
            "type": c.workflow_type,
            "task_queue": c.task_queue or task_queue,
            "input": _values(c.input),
            "parent_close_policy": c.parent_close_policy
            or ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE,
            "execution_timeout": _span(c.workflow_execution_timeout),
            "retry_policy": _retry_policy(c.retry_policy) if c.HasField("retry_policy") else None,
            "cron_schedule": c.cron_schedule,
            "attributes": _fields(c.search_attributes.indexed_fields),
            "memo": _fields(c.memo),
        }
        return Step("child", c.workflow_id, c.workflow_type, facts, c.seq)
    if variant == "signal_external_workflow_execution":
        s = command.signal_external_workflow_execution
        facts = {
            "workflow_id": s.child_workflow_id or s.workflow_execution.workflow_id,
            "input": _values(s.args),
            "type": s.signal_name,
        }
        return Step("external signal", "", s.signal_name, facts)
    if variant == "request_cancel_external_workflow_execution":
        x = command.request_cancel_external_workflow_execution
        facts = {"workflow_id": x.workflow_execution.workflow_id}
        return Step("external cancel", "", "", facts)
    if variant == "update_response":
        return _asked_update(command)
    return _asked_closing(command, task_queue)


def _asked_update(command: WorkflowCommand) -> Step | None:
    answer = command.update_response
    key = answer.protocol_instance_id
    if answer.HasField("completed"):
        return Step("update", key, "", {"outcome": "completed"})
    if answer.HasField("rejected"):
        return Step("update", key, "", {"outcome": f"failed {_failure_type(answer.rejected)}"})
    return None


def _asked_closing(command: WorkflowCommand, task_queue: str) -> Step | None:
    variant = command.WhichOneof("variant")
    if variant == "complete_workflow_execution":
        done = command.complete_workflow_execution
        result = _values([done.result]) if done.HasField("result") else []
        return Step("completion", "", "", {"result": result})
    if variant == "fail_workflow_execution":
        failed = command.fail_workflow_execution
        return Step("failure", "", "", {"failure": _failure(failed.failure)})
    if variant == "continue_as_new_workflow_execution":
        n = command.continue_as_new_workflow_execution
        facts: Facts = {
            "type": n.workflow_type,
            "task_queue": n.task_queue or task_queue,
            "input": _values(n.arguments),
            "backoff": _span(n.backoff_start_interval),
        }
        return Step("continue-as-new", "", n.workflow_type, facts)
    return None


async def recorded(event: HistoryEvent, codec: PayloadCodec | None) -> Step | None:
    """What an event says was asked for, decoded; ``None`` for events no command makes.

    Raises what the codec raises when it cannot read a payload.
    """
    kind = event.WhichOneof("attributes")
    describe = _RECORDED.get(kind or "")
    if describe is None:
        return None
    plain = HistoryEvent()
    plain.CopyFrom(event)
    if codec is not None:
        await _decode(plain, codec)
    return describe(plain)


async def _decode(event: HistoryEvent, codec: PayloadCodec) -> None:
    attributes = getattr(event, event.WhichOneof("attributes") or "")
    names = {field.name for field in attributes.DESCRIPTOR.fields}
    for name in ("input", "result"):
        if name in names and getattr(attributes, name).payloads:
            await codec.decode_wrapper(getattr(attributes, name))
    for name in ("memo", "upserted_memo"):
        if name in names:
            for payload in getattr(attributes, name).fields.values():
                [decoded] = await codec.decode([payload])
                payload.CopyFrom(decoded)
    if "failure" in names and attributes.HasField("failure"):
        await codec.decode_failure(attributes.failure)


def _recorded_activity(event: HistoryEvent) -> Step:
    a = event.activity_task_scheduled_event_attributes
    facts: Facts = {
        "type": a.activity_type.name,
        "task_queue": a.task_queue.name,
        "input": _values(a.input.payloads),
        "schedule_to_close": str(a.schedule_to_close_timeout.ToTimedelta()),
        "schedule_to_start": str(a.schedule_to_start_timeout.ToTimedelta()),
        "start_to_close": str(a.start_to_close_timeout.ToTimedelta()),
        "heartbeat": str(a.heartbeat_timeout.ToTimedelta()),
        "retry_policy": _retry_policy(a.retry_policy),
        "priority": _priority(a.priority),
    }
    return Step("activity", a.activity_id, a.activity_type.name, facts)


def _recorded_timer(event: HistoryEvent) -> Step:
    t = event.timer_started_event_attributes
    return Step("timer", t.timer_id, t.timer_id, {"duration": _span(t.start_to_fire_timeout)})


def _recorded_attributes(event: HistoryEvent) -> Step | None:
    fields = event.upsert_workflow_search_attributes_event_attributes.search_attributes
    if set(fields.indexed_fields) == {CHANGE_VERSION}:
        return None
    return _attributes(fields.indexed_fields)


def _recorded_memo(event: HistoryEvent) -> Step:
    m = event.workflow_properties_modified_event_attributes
    return Step("memo", "", "", {"memo": _fields(m.upserted_memo.fields)})


def _recorded_child(event: HistoryEvent) -> Step:
    c = event.start_child_workflow_execution_initiated_event_attributes
    facts: Facts = {
        "type": c.workflow_type.name,
        "task_queue": c.task_queue.name,
        "input": _values(c.input.payloads),
        "parent_close_policy": c.parent_close_policy,
        "execution_timeout": _span(c.workflow_execution_timeout),
        "retry_policy": _retry_policy(c.retry_policy) if c.HasField("retry_policy") else None,
        "cron_schedule": c.cron_schedule,
        "attributes": _fields(c.search_attributes.indexed_fields),
        "memo": _fields(c.memo.fields),
    }
    return Step("child", c.workflow_id, c.workflow_type.name, facts)


def _recorded_signal(event: HistoryEvent) -> Step:
    s = event.signal_external_workflow_execution_initiated_event_attributes
    facts: Facts = {
        "workflow_id": s.workflow_execution.workflow_id,
        "input": _values(s.input.payloads),
        "type": s.signal_name,
    }
    return Step("external signal", "", s.signal_name, facts)


def _recorded_cancel(event: HistoryEvent) -> Step:
    x = event.request_cancel_external_workflow_execution_initiated_event_attributes
    return Step("external cancel", "", "", {"workflow_id": x.workflow_execution.workflow_id})


def _recorded_update(event: HistoryEvent) -> Step:
    u = event.workflow_execution_update_completed_event_attributes
    outcome = "completed"
    if u.outcome.HasField("failure"):
        outcome = f"failed {_failure_type(u.outcome.failure)}"
    return Step("update", u.meta.update_id, u.meta.update_id, {"outcome": outcome})


def _recorded_completion(event: HistoryEvent) -> Step:
    done = event.workflow_execution_completed_event_attributes
    return Step("completion", "", "", {"result": _values(done.result.payloads)})


def _recorded_failure(event: HistoryEvent) -> Step:
    failed = event.workflow_execution_failed_event_attributes
    return Step("failure", "", "", {"failure": _failure(failed.failure)})


def _recorded_continuation(event: HistoryEvent) -> Step:
    n = event.workflow_execution_continued_as_new_event_attributes
    facts: Facts = {
        "type": n.workflow_type.name,
        "task_queue": n.task_queue.name,
        "input": _values(n.input.payloads),
        "backoff": _span(n.backoff_start_interval),
    }
    return Step("continue-as-new", "", n.workflow_type.name, facts)


_RECORDED: Mapping[str, Callable[[HistoryEvent], Step | None]] = {
    "activity_task_scheduled_event_attributes": _recorded_activity,
    "timer_started_event_attributes": _recorded_timer,
    "upsert_workflow_search_attributes_event_attributes": _recorded_attributes,
    "workflow_properties_modified_event_attributes": _recorded_memo,
    "start_child_workflow_execution_initiated_event_attributes": _recorded_child,
    "signal_external_workflow_execution_initiated_event_attributes": _recorded_signal,
    "request_cancel_external_workflow_execution_initiated_event_attributes": _recorded_cancel,
    "workflow_execution_update_completed_event_attributes": _recorded_update,
    "workflow_execution_completed_event_attributes": _recorded_completion,
    "workflow_execution_failed_event_attributes": _recorded_failure,
    "workflow_execution_continued_as_new_event_attributes": _recorded_continuation,
}


def _recorded_timeouts(activity: ScheduleActivity, run: timedelta) -> Facts:
    """The four timeouts as the server records them: missing ones are filled from the
    others, none is longer than what contains it."""
    zero = timedelta()
    close = activity.schedule_to_close_timeout.ToTimedelta()
    wait = activity.schedule_to_start_timeout.ToTimedelta()
    work = activity.start_to_close_timeout.ToTimedelta()
    beat = activity.heartbeat_timeout.ToTimedelta()
    if close > zero:
        wait = min(wait, close) if wait > zero else close
        work = min(work, close) if work > zero else close
    else:
        close = run
        wait = wait if wait > zero else run
    if run > zero:
        close, wait, work = min(close, run), min(wait, run), min(work, run)
    return {
        "schedule_to_close": str(close),
        "schedule_to_start": str(wait),
        "start_to_close": str(work),
        "heartbeat": str(min(beat, work)),
    }


def _retry_policy(policy: RetryPolicy) -> Plain:
    initial = policy.initial_interval.ToTimedelta() or _DEFAULT_INTERVAL
    maximum = policy.maximum_interval.ToTimedelta() or initial * _MAXIMUM_INTERVAL_FACTOR
    return {
        "initial_interval": str(initial),
        "backoff_coefficient": policy.backoff_coefficient or _DEFAULT_COEFFICIENT,
        "maximum_interval": str(maximum),
        "maximum_attempts": policy.maximum_attempts,
        "non_retryable_error_types": list(policy.non_retryable_error_types),
    }


def _priority(priority: Priority) -> Plain:
    return {
        "key": priority.priority_key,
        "fairness_key": priority.fairness_key,
        "fairness_weight": priority.fairness_weight,
    }


def _attributes(fields: Mapping[str, Payload]) -> Step:
    return Step("attributes", "", "", {"attributes": _fields(fields)})


def _fields(fields: Mapping[str, Payload]) -> Plain:
    return {name: _value(fields[name]) for name in sorted(fields) if name != CHANGE_VERSION}


def _values(payloads: Iterable[Payload]) -> Plain:
    return [_value(payload) for payload in payloads]


def _value(payload: Payload) -> Plain:
    encoding = payload.metadata.get("encoding", b"").decode("ascii", "replace")
    if encoding.startswith("json/"):
        plain: Plain = json.loads(payload.data)
        return plain
    return {"encoding": encoding, "data": payload.data.hex()}


def _span(duration: Duration) -> str:
    return f"{duration.seconds}.{duration.nanos:09d} s"


def _failure(failure: Failure) -> Plain:
    """Type, message, details and causes. The stack is left out: it changes with every edit."""
    kind, message, _ = failure_words(failure)
    facts: Facts = {"type": kind, "message": message}
    if failure.HasField("application_failure_info"):
        info = failure.application_failure_info
        facts["non_retryable"] = info.non_retryable
        facts["details"] = _values(info.details.payloads)
    if failure.HasField("cause"):
        facts["cause"] = _failure(failure.cause)
    return facts


def _failure_type(failure: Failure) -> str:
    return failure.application_failure_info.type or (failure.WhichOneof("failure_info") or "")


def failure_words(failure: Failure) -> tuple[str, str, str]:
    """Type, message, and the innermost place in the code (`` at file:line in function``)."""
    message, stack = failure.message, failure.stack_trace
    if failure.HasField("encoded_attributes"):
        attributes = json.loads(failure.encoded_attributes.data)
        message, stack = attributes.get("message", ""), attributes.get("stack_trace", "")
    frames = re.findall(r'File "(?:[^"]*/)?([^"/]+)", line (\d+), in (\S+)', stack)
    place = " at {}:{} in {}".format(*frames[-1]) if frames else ""
    return _failure_type(failure), message, place


def taken_back(command: WorkflowCommand) -> tuple[str, int] | None:
    """Kind and sequence of what a command takes back, if it takes something back."""
    variant = command.WhichOneof("variant")
    if variant == "cancel_timer":
        return "timer", command.cancel_timer.seq
    if variant == "request_cancel_activity":
        return "activity", command.request_cancel_activity.seq
    if variant == "cancel_child_workflow_execution":
        return "child", command.cancel_child_workflow_execution.child_workflow_seq
    return None
