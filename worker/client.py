"""The one way to speak to Temporal: connection, converter and encryption together."""

import dataclasses
import os
import secrets

from temporalio.client import Client, ClientConfig
from temporalio.common import HeaderCodecBehavior
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfig as Profile
from temporalio.envconfig import ClientConnectConfig
from temporalio.plugin import SimplePlugin
from temporalio.worker import ReplayerConfig, WorkflowRunner

from worker.codec import EncryptionCodec
from worker.keyring import Keyring
from worker.settings import Settings, SettingsError

DEFAULT_ADDRESS = "localhost:7233"


class TemporalUnreachable(Exception):
    """No Temporal server answers where the settings say one is: start it, or mend them."""


def data_converter(keyring: Keyring) -> DataConverter:
    """Pydantic models, encrypted. Messages and stacks of failures are encrypted as well;
    a failure's type stays readable, so it must never hold data. Never put ``SecretStr``
    in a payload: it travels as asterisks."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(keyring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


class RecoursePlugin(SimplePlugin):
    """Converter, header encryption and workflow runner in one, for clients, workers and
    replayers alike: what is replayed is what runs.

    Give it to the client alone; a worker takes it over from its client. A replayer has
    no client and needs it itself.
    """

    def __init__(self, keyring: Keyring, *, workflow_runner: WorkflowRunner | None = None) -> None:
        super().__init__(
            "recourse", data_converter=data_converter(keyring), workflow_runner=workflow_runner
        )

    def configure_client(self, config: ClientConfig) -> ClientConfig:
        # Headers would otherwise be stored in the clear.
        config["header_codec_behavior"] = HeaderCodecBehavior.CODEC
        return super().configure_client(config)

    def configure_replayer(self, config: ReplayerConfig) -> ReplayerConfig:
        config["header_codec_behavior"] = HeaderCodecBehavior.CODEC
        return super().configure_replayer(config)


async def connect(
    settings: Settings,
    *,
    role: str = "client",
    keyring: Keyring | None = None,
    workflow_runner: WorkflowRunner | None = None,
) -> Client:
    """A client of the embedded server, or of the one that Temporal's client profile names.

    ``role`` says in histories which of our parts acted; the SDK's own identity would be
    the name of the machine. Without ``keyring`` the settings' key file is loaded, and
    written on first use. Raises ``TemporalUnreachable``, ``SettingsError`` or
    ``KeyringError``.
    """
    keyring = keyring or Keyring.load_or_create(settings.keyring_path)
    options = _connection(settings)
    address = options["target_host"]
    try:
        return await Client.connect(
            **options,
            identity=f"recourse-{role}-{os.getpid()}-{secrets.token_hex(2)}",
            plugins=[RecoursePlugin(keyring, workflow_runner=workflow_runner)],
        )
    except RuntimeError as error:
        raise TemporalUnreachable(f"no Temporal server answers at {address}") from error


def _connection(settings: Settings) -> ClientConnectConfig:
    if settings.embedded_temporal:
        return ClientConnectConfig(target_host=settings.embedded_temporal)
    try:
        options = Profile.load_client_connect_config()
    except (RuntimeError, ValueError) as error:
        raise SettingsError(f"the Temporal client profile (TEMPORAL_*): {error}") from error
    options.setdefault("target_host", DEFAULT_ADDRESS)
    return options
