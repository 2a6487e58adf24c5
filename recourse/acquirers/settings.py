"""What every adapter's settings have in common, and the settings of the ``rest`` adapter."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, HttpUrl, SecretStr, model_validator

from recourse.acquirers.port import Acquirer
from recourse.acquirers.rest import RestAcquirer
from recourse.acquirers.webhooks import Verifier, rest_verifier

_FILE = "_file"


class AdapterSettings(BaseModel, ABC):
    """One acquirer of an installation. Every secret ``x`` may be given as ``x_file`` instead: a
    file that holds it. A subclass names itself with ``adapter`` and builds the adapter."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    adapter: str

    @abstractmethod
    def build(self, name: str, timeout: float) -> Acquirer:
        """The adapter, under the name that claims use; ``timeout`` in seconds for each call.
        Raises AcquirerMisconfigured when it cannot work with these settings."""

    @abstractmethod
    def verifier(self, secrets: Sequence[str]) -> Verifier:
        """How this acquirer's notices are verified, with the secrets of ``RECOURSE_WEBHOOKS``.
        Raises ValueError when the secrets are not what it needs, AcquirerMisconfigured when a
        file cannot be used."""

    @model_validator(mode="before")
    @classmethod
    def _read_secrets(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        read = dict(content)
        for name, field in cls.model_fields.items():
            path = read.pop(f"{name}{_FILE}", None) if field.annotation is SecretStr else None
            if path and read.get(name):
                raise ValueError(f"give {name} or {name}{_FILE}, not both")
            if path:
                read[name] = read_secret(Path(path))
        return read


def read_secret(path: Path) -> str:
    """What a file holds, without the white space around it. Raises ValueError, which names
    the file and never what is in it."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ValueError(f"cannot read {path}: {reason}") from None


class RestSettings(AdapterSettings):
    """Where an acquirer's API is, and the token it gave us: ``token`` or ``token_file``."""

    adapter: Literal["rest"] = "rest"
    base_url: HttpUrl
    token: SecretStr = SecretStr("")

    def build(self, name: str, timeout: float) -> Acquirer:
        return RestAcquirer(
            name, str(self.base_url), self.token.get_secret_value(), timeout=timeout
        )

    def verifier(self, secrets: Sequence[str]) -> Verifier:
        return rest_verifier(secrets)
