"""The client: everything a case says is encrypted on the server, and nothing says who we are."""

import asyncio
import socket
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from tests.worker.refusal import Claim, Refusal
from worker.client import RecoursePlugin, TemporalUnreachable, connect
from worker.codec import ENCODING
from worker.keyring import Keyring
from worker.settings import Settings, SettingsError
from worker.strict_replay import strict_replay

NAME = "Wang Fang"


@pytest.fixture
def settings(env: WorkflowEnvironment, tmp_path: Path) -> Settings:
    address = env.client.service_client.config.target_host
    return Settings(home=tmp_path, embedded_temporal=address)


async def test_nothing_personal_is_readable_on_the_server(settings: Settings) -> None:
    """Inputs, memos, summaries and failures are stored encrypted; a failure's type is not."""
    client = await connect(settings, role="test")
    queue = str(uuid4())
    async with Worker(client, task_queue=queue, workflows=[Refusal]):
        handle = await client.start_workflow(
            Refusal.run, Claim(customer=NAME), id=queue, task_queue=queue, static_summary=NAME
        )
        with pytest.raises(WorkflowFailureError) as raised:
            await handle.result()
    cause = raised.value.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.message) == ("NoSale", f"no sale of {NAME}")
    history = await handle.fetch_history()
    stored = b"".join(event.SerializeToString() for event in history.events)
    assert NAME.encode() not in stored
    assert ENCODING in stored
    assert b"NoSale" in stored


async def test_histories_do_not_say_which_machine(settings: Settings) -> None:
    """Identities name the part that acted, never the machine or its user."""
    client = await connect(settings, role="test")
    assert client.identity.startswith("recourse-test-")
    assert socket.gethostname() not in client.identity


class _Stamped(OutboundInterceptor):
    async def start_workflow(
        self,
        input: StartWorkflowInput,  # noqa: A002
    ) -> WorkflowHandle[Any, Any]:
        input.headers = {"who": Payload(metadata={"encoding": b"plain"}, data=NAME.encode())}
        return await super().start_workflow(input)


class _Stamp(Interceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Stamped(super().intercept_client(next))


async def test_headers_are_encrypted(settings: Settings) -> None:
    """A header that an interceptor adds is not readable on the server."""
    config = (await connect(settings)).config()
    config["interceptors"] = [_Stamp()]
    handle = await Client(**config).start_workflow(
        "Nobody runs this", id=str(uuid4()), task_queue="x"
    )
    [started, *_] = (await handle.fetch_history()).events
    header = started.workflow_execution_started_event_attributes.header.fields["who"]
    assert header.metadata["encoding"] == ENCODING
    assert NAME.encode() not in header.data


async def test_replayer_reads_what_the_client_wrote(settings: Settings) -> None:
    """The same plugin lets a replayer decrypt and replay what ran."""
    client = await connect(settings)
    queue = str(uuid4())
    async with Worker(client, task_queue=queue, workflows=[Refusal]):
        handle = await client.start_workflow(
            Refusal.run, Claim(customer="nobody"), id=queue, task_queue=queue
        )
        assert await handle.result() == Claim(customer="nobody")
    plugin = RecoursePlugin(Keyring.load(settings.keyring_path))
    replayer = Replayer(workflows=[Refusal], plugins=[plugin])
    history = await handle.fetch_history()
    await replayer.replay_workflow(history)
    assert await strict_replay([history], [Refusal], plugins=[plugin]) == []


async def test_two_processes_share_the_key_file(settings: Settings) -> None:
    """What one process writes another of the same home reads."""
    first, second = await asyncio.gather(connect(settings), connect(settings))
    [payload] = await first.data_converter.encode([Claim(customer=NAME)])
    assert isinstance(payload, Payload)
    assert await second.data_converter.decode([payload], [Claim]) == [Claim(customer=NAME)]


async def test_temporal_profile_names_the_server(
    monkeypatch: pytest.MonkeyPatch, env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Without an embedded server the connection is what Temporal's own variables say."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", env.client.service_client.config.target_host)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "default")
    client: Client = await connect(Settings(home=tmp_path))
    assert await client.service_client.check_health()


async def test_server_that_is_down_is_named(tmp_path: Path) -> None:
    """A server that does not answer is an error with its address."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = "{}:{}".format(*unused.getsockname())
        with pytest.raises(TemporalUnreachable, match=address):
            await connect(Settings(home=tmp_path, embedded_temporal=address))


async def test_broken_temporal_profile_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A client profile that cannot be read is a settings error that names TEMPORAL_*."""
    (tmp_path / "temporal.toml").write_text("[profile", encoding="ascii")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    with pytest.raises(SettingsError, match="TEMPORAL_"):
        await connect(Settings(home=tmp_path))
