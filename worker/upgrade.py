"""Before a new version is let in: every stored history must replay, to the letter."""

from collections.abc import Iterable

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from worker.client import data_converter
from worker.differences import Difference
from worker.keyring import Keyring
from worker.sandbox import workflow_runner
from worker.settings import Settings
from worker.strict_replay import strict_replay
from worker.worker import WORKFLOWS


def keys_of(settings: Settings) -> DataConverter | None:
    """A converter with the keys of this home, which reads plain histories as well; nothing
    when it has none. Raises KeyringError."""
    path = settings.keyring_path
    return data_converter(Keyring.load(path)) if path.is_file() else None


async def replay_stored(
    histories: Iterable[WorkflowHistory], converter: DataConverter | None = None
) -> list[Difference]:
    """What this version would do otherwise than what was recorded. Stored histories are
    plain; for encrypted ones give the converter with their keys."""
    return await strict_replay(
        list(histories),
        list(WORKFLOWS),
        data_converter=converter or pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )
