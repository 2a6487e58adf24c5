"""Strict replay: would today's code have asked for exactly what history recorded?

Temporal's replayer compares the order and the types of commands. It does not see a
changed activity input (an idempotency key!), a changed timer duration, a changed search
attribute value or another retry policy. This replay does, and still reports plain
non-determinism. Not compared: stack traces, headers, summaries, inputs of local
activities (history does not keep them), the content of update results (they were
delivered already; whether the update failed is compared).
"""

import dataclasses
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path

from temporalio.api.failure.v1 import Failure
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter, PayloadCodec, WorkflowSerializationContext
from temporalio.worker import Plugin, Replayer, ReplayerConfig, WorkflowRunner
from temporalio.workflow import NondeterminismError

from worker.differences import Change, Difference, Printer
from worker.recording import Recorder, Recording
from worker.steps import ORDERED, Step, asked, recorded, taken_back


async def strict_replay(
    histories: Iterable[WorkflowHistory],
    workflows: Sequence[type],
    *,
    data_converter: DataConverter | None = None,
    workflow_runner: WorkflowRunner | None = None,
    plugins: Sequence[Plugin] = (),
    namespace: str = "default",
    show_values: bool = False,
) -> list[Difference]:
    """Replay ``histories`` with today's ``workflows`` and list every difference.

    Pass the production ``plugins`` and nothing else, or the converter and the runner.
    Commands beyond the end of a running case's history are no difference. Raises what
    the codec raises when a history cannot be decrypted.
    """
    recorder = Recorder()
    options = ReplayerConfig(workflows=list(workflows), namespace=namespace)
    if data_converter is not None:
        options["data_converter"] = data_converter
    if workflow_runner is not None:
        options["workflow_runner"] = workflow_runner
    replayer = Replayer(**options, plugins=[*plugins, recorder])
    converter = replayer.config(active_config=True).get("data_converter") or DataConverter.default
    printer = Printer(show_values=show_values)
    differences: list[Difference] = []

    async def one_by_one() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            start = history.events[0].workflow_execution_started_event_attributes
            recorder.current = Recording(task_queue=start.task_queue.name)
            yield history

    async with replayer.workflow_replay_iterator(one_by_one()) as results:
        async for result in results:
            context = WorkflowSerializationContext(
                namespace=namespace, workflow_id=result.history.workflow_id
            )
            codec = converter.with_context(context).payload_codec
            differences += await _compare(
                result.history, recorder.current, result.replay_failure, codec, printer
            )
    return differences


def load_histories(folder: Path) -> list[WorkflowHistory]:
    """Every ``*.json`` below ``folder``, in order of path, as ``WorkflowHistory.to_json``
    or ``temporal workflow show -o json`` wrote it. Raises ``ValueError`` naming the file
    that is no history; an empty folder is an empty list."""
    return [_load(path) for path in sorted(folder.rglob("*.json"))]


def _load(path: Path) -> WorkflowHistory:
    try:
        history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
        start = history.events[0]
    except Exception as error:
        raise ValueError(f"{path} is not a workflow history") from error
    if not start.HasField("workflow_execution_started_event_attributes"):
        raise ValueError(f"{path} does not begin with the start of a workflow")
    workflow_id = start.workflow_execution_started_event_attributes.workflow_id
    return dataclasses.replace(history, workflow_id=workflow_id or path.stem)


async def _compare(
    history: WorkflowHistory,
    recording: Recording,
    failure: Exception | None,
    codec: PayloadCodec | None,
    printer: Printer,
) -> list[Difference]:
    events: dict[tuple[str, str], tuple[int, Step]] = {}
    ordinals: Counter[str] = Counter()
    for event in history.events:
        step = await recorded(event, codec)
        if step is not None:
            events[_place(step, ordinals)] = (event.event_id, step)
    in_history = _InHistory(history, recording)
    found = []
    ordinals = Counter()
    for task_started, step in _steps(history, recording):
        place = _place(step, ordinals)
        if place in events:
            event_id, before = events.pop(place)
            found += [
                Difference(history.workflow_id, event_id, before.words, *difference)
                for difference in printer.differences(before.facts, step.facts)
            ]
        # After non-determinism nothing lines up any more: what is missing or more is noise.
        elif failure is None and in_history.should_hold(step, task_started):
            found.append(Difference(history.workflow_id, None, step.words, "", Change.ADDED))
    if failure is not None:
        return [_failed(history, failure, recording.failure, printer), *found]
    found += [
        Difference(history.workflow_id, event_id, step.words, "", Change.REMOVED)
        for event_id, step in events.values()
        if step.kind != "update"
    ]
    return found


def _steps(history: WorkflowHistory, recording: Recording) -> Iterator[tuple[int, Step]]:
    start = history.events[0].workflow_execution_started_event_attributes
    run_timeout = start.workflow_run_timeout.ToTimedelta()
    for produced in recording.produced:
        step = asked(produced.command, task_queue=recording.task_queue, run_timeout=run_timeout)
        if step is not None:
            yield produced.task_started, step


def _place(step: Step, ordinals: Counter[str]) -> tuple[str, str]:
    if step.kind not in ORDERED:
        return step.kind, step.key
    ordinals[step.kind] += 1
    return step.kind, str(ordinals[step.kind])


class _InHistory:
    """Which commands the server must have recorded, had they been asked for then."""

    def __init__(self, history: WorkflowHistory, recording: Recording) -> None:
        self._tasks = {
            event.workflow_task_completed_event_attributes.started_event_id
            for event in history.events
            if event.HasField("workflow_task_completed_event_attributes")
        }
        self._taken_back = {
            (produced.task_started, *back)
            for produced in recording.produced
            if (back := taken_back(produced.command)) is not None
        }

    def should_hold(self, step: Step, task_started: int) -> bool:
        """Beyond the last recorded workflow task nothing is held; what is taken back in
        its own workflow task was never sent."""
        if step.kind == "update" or task_started not in self._tasks:
            return False
        return (task_started, step.kind, step.sequence) not in self._taken_back


def _failed(
    history: WorkflowHistory, failure: Exception, cause: Failure | None, printer: Printer
) -> Difference:
    if isinstance(failure, NondeterminismError):
        change = Change.NONDETERMINISM
        # The reason stands inside a dump of the whole answer; types and ids only.
        reason = re.search(r"\[TMPRL\d+\] ([^\"]*)", str(failure))
        words = reason[1] if reason else ""
    else:
        change = Change.BROKEN
        words = printer.failure(cause) if cause is not None else type(failure).__name__
    return Difference(history.workflow_id, None, "workflow task", "", change, after=words)
