"""The sandbox that workflows run in: in a worker, in replay and in tests the same one."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH = (
    "recourse",
    "activities",
    "workflows.messages",
    "workflows.attributes",
    "workflows.queues",
    "workflows.status",
    "workflows.legal_file",
)
"""Pure modules that are not loaded anew for every case. What they must not do (clock,
randomness, files) the sandbox cannot see: lint and the import contracts forbid it."""


def workflow_runner() -> SandboxedWorkflowRunner:
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )
