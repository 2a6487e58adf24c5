"""What workflow code produces while it is replayed, kept command by command."""

import dataclasses
from collections.abc import Sequence

from temporalio import workflow
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.plugin import SimplePlugin
from temporalio.worker import (
    ReplayerConfig,
    UnsandboxedWorkflowRunner,
    WorkflowInstance,
    WorkflowInstanceDetails,
    WorkflowRunner,
)
from temporalio.worker._command_aware_visitor import CommandInfo
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner


@dataclasses.dataclass(frozen=True)
class Produced:
    """One command, and the WorkflowTaskStarted event it answers."""

    task_started: int
    command: WorkflowCommand


@dataclasses.dataclass
class Recording:
    """The commands of one replayed history, in order. ``task_queue`` is the recorded one."""

    task_queue: str
    produced: list[Produced] = dataclasses.field(default_factory=list)
    failure: Failure | None = None
    """Why the workflow code failed its workflow task, when it did."""


class _RecordedInstance(WorkflowInstance):
    def __init__(self, inner: WorkflowInstance, recording: Recording) -> None:
        self._inner = inner
        self._recording = recording

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = self._inner.activate(act)
        if completion.HasField("failed"):
            self._recording.failure = Failure()
            self._recording.failure.CopyFrom(completion.failed.failure)
        for command in completion.successful.commands:
            # The SDK encrypts the completion in place after this call.
            kept = WorkflowCommand()
            kept.CopyFrom(command)
            self._recording.produced.append(Produced(act.history_length, kept))
        return completion

    def get_serialization_context(
        self, command_info: CommandInfo | None
    ) -> SerializationContext | None:
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(
        self, command_info: CommandInfo | None
    ) -> StorageDriverStoreContext:
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> workflow.Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()


class _RecordingRunner(WorkflowRunner):
    def __init__(self, inner: WorkflowRunner, recorder: "Recorder") -> None:
        self._inner = inner
        self._recorder = recorder

    def prepare_workflow(self, defn: workflow._Definition) -> None:
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        recording = self._recorder.current
        # A replayer works on a queue of its own; what inherits the workflow's queue
        # (activities, children) would otherwise always look changed.
        info = dataclasses.replace(det.info, task_queue=recording.task_queue)
        inner = self._inner.create_instance(dataclasses.replace(det, info=info))
        return _RecordedInstance(inner, recording)

    def set_worker_level_failure_exception_types(
        self, types: Sequence[type[BaseException]]
    ) -> None:
        self._inner.set_worker_level_failure_exception_types(types)


class Recorder(SimplePlugin):
    """A replayer plugin that records into ``current``; put it last, so that it wraps the
    workflow runner the other plugins have chosen. Histories are replayed one at a time:
    set ``current`` before each."""

    def __init__(self) -> None:
        super().__init__("recourse.recorder")
        self.current = Recording(task_queue="")

    def configure_replayer(self, config: ReplayerConfig) -> ReplayerConfig:
        sandboxed = config.get("workflow_runner") or SandboxedWorkflowRunner()
        plain = config.get("unsandboxed_workflow_runner") or UnsandboxedWorkflowRunner()
        config["workflow_runner"] = _RecordingRunner(sandboxed, self)
        config["unsandboxed_workflow_runner"] = _RecordingRunner(plain, self)
        return config
