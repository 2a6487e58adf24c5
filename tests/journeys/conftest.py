"""One world for all journeys: cases have their own clocks, so they do not meet."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

pytest.register_assert_rewrite("tests.journeys.endings", "tests.world")

from tests.world import World, a_world  # noqa: E402 - after the line that makes it speak


@pytest_asyncio.fixture(scope="session")
async def the_world(
    env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with a_world(env, tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def world(the_world: World) -> World:
    """The world as it was in the beginning, but for the cases that are there already."""
    the_world.calm()
    return the_world
