"""Before a new version is let in: every stored history must replay, to the letter."""

from collections.abc import Iterable

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from worker.differences import Difference
from worker.sandbox import workflow_runner
from worker.strict_replay import strict_replay
from worker.worker import WORKFLOWS


async def replay_stored(
    histories: Iterable[WorkflowHistory], data_converter: DataConverter | None = None
) -> list[Difference]:
    """What this version would do otherwise than what was recorded. Stored histories are
    plain; for encrypted ones give the converter with their keys."""
    return await strict_replay(
        list(histories),
        list(WORKFLOWS),
        data_converter=data_converter or pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )
