"""How a command gets to the desk: by the settings, or by the stack of this home."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import ValidationError

from recourse.disputes.persons import People
from recourse.policies.loading import Policies
from worker.client import connect
from worker.settings import Settings, SettingsError
from worker.stack import running_settings
from workflows.desk import Desk, Terms
from workflows.holds_desk import HoldsDesk
from workflows.messages import Limits


def terms_of(settings: Settings) -> Terms:
    """What new cases are opened with under these settings."""
    return Terms(
        limits=Limits(call_seconds=settings.call_seconds, give_up_seconds=settings.give_up_seconds),
        supervisor=settings.supervisor,
        institution=settings.institution.value,
        origin=settings.case_origin,
        rate=settings.case_rate,
    )


@asynccontextmanager
async def desk(settings: Settings | None = None) -> AsyncIterator[Desk]:
    """A desk for the length of a command."""
    chosen = settings or running_settings()
    client = await connect(chosen, role="console")
    yield Desk(client, terms_of(chosen), policies=policies_of(chosen), people=people_of(chosen))


@asynccontextmanager
async def holds_desk() -> AsyncIterator[HoldsDesk]:
    """As ``desk``, for what is held on sales."""
    async with desk() as to:
        yield HoldsDesk(to)


def people_of(settings: Settings) -> People | None:
    """The table of people, where there is one. Raises SettingsError when it does not read."""
    if settings.people is None:
        return None
    try:
        content = tomllib.loads(settings.people.read_text(encoding="utf-8"))
        return People.model_validate(content)
    except OSError as error:
        raise SettingsError(f"RECOURSE_PEOPLE: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"RECOURSE_PEOPLE: {error}") from None
    except ValidationError as error:
        words = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"RECOURSE_PEOPLE: {words}") from None


def policies_of(settings: Settings) -> Policies:
    """The shipped policies, with the operator's own laid over them."""
    shipped = Policies.shipped()
    return shipped.with_packs(settings.policies) if settings.policies else shipped


def vault_folder(settings: Settings) -> Path:
    return settings.home / "vault"
