"""One world for all journeys: cases have their own clocks, so they do not meet."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.record_histories import place_of, write
from tests.world import World, a_world


@pytest_asyncio.fixture(scope="session")
async def the_world(
    env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with a_world(env, tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest_asyncio.fixture
async def world(the_world: World, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The world as it was in the beginning, but for the cases that are there already."""
    the_world.calm()
    yield the_world
    keep = place_of(request)
    if keep is not None:
        history = await the_world.handle(the_world.ended[0]).fetch_history()
        write(keep, history.to_json())
