"""The doors as the settings say they are: which acquirers, which mail server, which shelf."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from activities.acquirer import AcquirerDoor
from activities.documents import DocumentDoor
from activities.follow_ups import FollowUps
from activities.notifications import Notifications
from activities.statements import StatementDoor
from recourse.acquirers.errors import AcquirerMisconfigured
from recourse.acquirers.port import Acquirer
from recourse.documents.letters import drafts
from recourse.documents.store import DocumentStore
from recourse.mail.compose import NoticeComposer
from recourse.mail.enclosures import Enclosures
from recourse.mail.smtp import SmtpTransport
from recourse.vault.store import Vault
from worker.settings import PREFIX, Settings, SettingsError


@dataclass(frozen=True)
class Doors:
    """Every activity object of a worker, and what must be closed after it."""

    acquirers: Mapping[str, Acquirer]
    acquirer: AcquirerDoor
    notifications: Notifications
    follow_ups: FollowUps
    documents: DocumentDoor
    statements: StatementDoor

    async def close(self) -> None:
        await asyncio.gather(*(acquirer.aclose() for acquirer in self.acquirers.values()))


def acquirers_of(settings: Settings) -> dict[str, Acquirer]:
    """Every acquirer of the settings, by its name there. Each is to be closed. Raises
    SettingsError when an adapter cannot work with what it was given."""
    found = {}
    for name, chosen in settings.acquirers.items():
        try:
            found[name] = chosen.build(name, timeout=float(settings.call_seconds))
        except AcquirerMisconfigured as error:
            raise SettingsError(f"{PREFIX}ACQUIRERS.{error}") from error
    return found


def doors(settings: Settings) -> Doors:
    store = DocumentStore(settings.home / "documents")
    acquirers = acquirers_of(settings)
    transport = SmtpTransport(
        settings.smtp_host,
        settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        tls=settings.smtp_tls.value,
        timeout=float(settings.call_seconds),
        # Given up before the activity is: or a server that is silent holds its place in the
        # queue for minutes, beside the copies that are sent meanwhile.
        data_timeout=float(settings.call_seconds),
    )
    composer = NoticeComposer(settings.mail_domain, settings.sender)
    notifications = Notifications(composer, transport, Enclosures(store))
    acquirer = AcquirerDoor(acquirers)
    return Doors(
        acquirers=acquirers,
        acquirer=acquirer,
        notifications=notifications,
        follow_ups=FollowUps(acquirer, notifications),
        documents=DocumentDoor(drafts, store),
        statements=StatementDoor(Vault(settings.home / "vault")),
    )
