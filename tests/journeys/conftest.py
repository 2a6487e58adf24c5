"""One world for all journeys: cases have their own clocks, so they do not meet."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.world import World, a_world


@pytest_asyncio.fixture(scope="session")
async def world(
    env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with a_world(env, tmp_path_factory.mktemp("world")) as made:
        yield made
