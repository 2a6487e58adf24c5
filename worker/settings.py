"""What an installation can set, all through the environment, names beginning ``RECOURSE_``.

The connection to Temporal is not here: it comes from Temporal's own client profile
(``TEMPORAL_ADDRESS``, ``TEMPORAL_NAMESPACE``, ``TEMPORAL_API_KEY``, TLS, ``TEMPORAL_PROFILE``,
a ``temporal.toml``), so that a cluster or Temporal Cloud needs configuration alone.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariable

from recourse.acquirers.adapters import AcquirerSettings
from recourse.acquirers.settings import read_secret
from recourse.disputes.casetime import CaseTime, real_time
from worker.home import Ports

PREFIX = "RECOURSE_"
FILE_SUFFIX = "_FILE"

Port = Annotated[int, Field(ge=0, le=65535)]
"""0: a free port, chosen once and remembered in home."""


class SettingsError(Exception):
    """The environment cannot be used. Every line names a variable and what is wrong with
    it, never its value."""


class Part(StrEnum):
    """The embedded parts that listen on a port of 127.0.0.1."""

    TEMPORAL = "temporal"
    TEMPORAL_UI = "temporal_ui"
    CODEC = "codec"
    """Decrypts for Temporal's web pages, when that is asked for."""
    CONSOLE = "console"
    SIMULATOR = "simulator"
    MAIL = "mail"
    """SMTP of the embedded mailbox."""
    MAILBOX = "mailbox"
    """Web pages of the embedded mailbox."""
    WEBHOOKS = "webhooks"
    """Where acquirers say that there is news."""


class SmtpSecurity(StrEnum):
    NONE = "none"
    """Only for a server on the same machine."""
    STARTTLS = "starttls"
    TLS = "tls"


class Institution(StrEnum):
    MERCHANT = "merchant"
    PAYMENT_INSTITUTION = "payment_institution"
    BANK = "bank"


class LogFormat(StrEnum):
    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class WebhookSettings(BaseModel):
    """What an acquirer's notices are verified with: ``secrets``, two while one is changed, or
    ``secrets_file`` with one a line. None where its adapter verifies by certificates."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    secrets: tuple[SecretStr, ...] = ()
    secrets_file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_secrets(cls, content: Any) -> Any:
        if isinstance(content, dict) and content.get("secrets_file"):
            if content.get("secrets"):
                raise ValueError("give secrets or secrets_file, not both")
            lines = read_secret(Path(content["secrets_file"])).split()
            return {**content, "secrets": tuple(lines)}
        return content


class Settings(BaseSettings):
    """Read once at the start of a process with ``load_settings``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    home: Path = Field(default_factory=lambda: Path.home() / ".recourse")
    """Keys, ports, logs and the database of the embedded parts."""
    keyring: Path | None = None
    """The key file; by default ``keyring.json`` in home."""
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.CONSOLE

    smtp_host: str = "127.0.0.1"
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 25
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    """Or ``RECOURSE_SMTP_PASSWORD_FILE``: a file that holds it."""
    smtp_tls: SmtpSecurity = SmtpSecurity.NONE
    mail_domain: Annotated[str, Field(min_length=1)] = "recourse.example"
    """What stands after the @ in Message-IDs and reply addresses."""
    mail_sender: str = ""
    """From; by default ``disputes@`` the mail domain."""

    acquirers: dict[str, AcquirerSettings] = Field(default_factory=dict)
    """By the name that claims use, as JSON: ``{"main": {"base_url": "…", "token": "…"}}``. Which
    ``adapter`` speaks to it, and what that one wants to know: ``recourse.acquirers.adapters``."""

    webhooks: dict[str, WebhookSettings] = Field(default_factory=dict)
    """By acquirer of ``acquirers``, as JSON: ``{"main": {"secrets": ["…"]}}``: whose notices are
    heard, and what they are signed with."""

    supervisor: str = ""
    """Where approvals and work items are announced; empty: nowhere but in the case."""

    institution: Institution = Institution.PAYMENT_INSTITUTION
    """Who answers claims with this Recourse: ``merchant``, ``payment_institution`` or ``bank``.
    Time limits of law hang on it."""
    people: Path | None = None
    """A TOML file that says whose login is whose: ``[logins]``, then ``"li" = "P-017"`` a line.
    With it nobody who is not in it decides about money."""
    policies: Path | None = None
    """A folder of rule packs, playbooks and calendars laid over the shipped ones."""

    call_seconds: Annotated[int, Field(ge=1, le=300)] = 10
    """Time-out of one call to a mail server or an acquirer. Pinned to new cases with some
    room, so that the workflow waits a little longer than the door."""
    give_up_seconds: Annotated[int, Field(ge=5)] = 1800
    """After so long of retrying, a failed step becomes a work item for a person."""

    case_origin: AwareDatetime | None = None
    """A demonstration's first moment in case time; unset: case time is real time."""
    case_rate: Annotated[int, Field(ge=1)] = 1
    """How many seconds of case time pass in one second. 1 in production."""

    temporal_port: Port = 0
    temporal_ui_port: Port = 0
    codec_port: Port = 0
    console_port: Port = 0
    simulator_port: Port = 0
    mail_port: Port = 0
    mailbox_port: Port = 0
    webhooks_port: Port = 0

    embedded_temporal: str = ""
    """``host:port`` of the embedded server, set by ``recourse up`` for the parts it starts.
    It goes before any Temporal client profile."""

    @model_validator(mode="after")
    def _password_needs_user(self) -> Self:
        if self.smtp_password.get_secret_value() and not self.smtp_username:
            raise ValueError("RECOURSE_SMTP_PASSWORD is given without RECOURSE_SMTP_USERNAME")
        if self.case_rate != 1 and self.case_origin is None:
            raise ValueError("RECOURSE_CASE_RATE is given without RECOURSE_CASE_ORIGIN")
        return self

    @property
    def keyring_path(self) -> Path:
        return self.keyring or self.home / "keyring.json"

    @property
    def sender(self) -> str:
        return self.mail_sender or f"disputes@{self.mail_domain}"

    def port(self, part: Part) -> int:
        """The port of an embedded part; the same after every restart."""
        wanted: int = getattr(self, f"{part.value}_port")
        return Ports(self.home).port(part.value, wanted)

    def case_time(self, started: datetime) -> CaseTime:
        """The case time of a case that is opened at the real moment ``started``."""
        if self.case_origin is None:
            return real_time(started)
        return CaseTime(origin=self.case_origin, started=started, rate=self.case_rate)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, the environment, then files the environment names; no ``.env``."""
        return init_settings, env_settings, _SecretFiles(settings_cls)


class _SecretFiles(PydanticBaseSettingsSource):
    """Secrets from the files that ``RECOURSE_…_FILE`` names."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{PREFIX}{field_name.upper()}{FILE_SUFFIX}"
        path = os.environ.get(variable)
        if field.annotation is not SecretStr or not path:
            return None, field_name, False
        try:
            return read_secret(Path(path)), field_name, False
        except ValueError as error:
            raise SettingsError(f"{variable}: {error}") from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


def load_settings(**given: object) -> Settings:
    """The settings of this process; ``given`` goes before the environment.

    Raises ``SettingsError``.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except UnreadableVariable as error:
        # Of a variable that should hold JSON; the words name its field.
        fields = [name for name in Settings.model_fields if f'"{name}"' in str(error)]
        names = ", ".join(PREFIX + name.upper() for name in fields)
        raise SettingsError(f"{names}: is not JSON") from error
    except ValidationError as error:
        raise SettingsError("\n".join(_words(e) for e in error.errors())) from None


def _words(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return message
    variable, *inside = (str(part) for part in error["loc"])
    if error["type"] == "union_tag_invalid":
        # The words of pydantic repeat the value.
        inside.append("adapter")
        message = f"is none of {error['ctx']['expected_tags']}"
    elif variable == "acquirers" and len(inside) > 1:
        del inside[1]  # the adapter by whose settings it was read, which is no field
    return f"{PREFIX}{variable.upper()}{''.join(f'.{part}' for part in inside)}: {message}"
