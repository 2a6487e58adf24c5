"""Giving notice: one notice to one person, under a Message-ID that every copy shares."""

from typing import Protocol

from temporalio import activity

from activities.errors import away, maybe_sent, misconfigured, refused
from recourse.disputes.notices import Delivery, Notice
from recourse.documents.errors import DocumentError
from recourse.mail.errors import (
    MailAddressRefused,
    MailAmbiguous,
    MailMisconfigured,
    MailRefused,
    MailUnavailable,
)
from recourse.mail.port import Attachment, Composer, MailTransport


class Documents(Protocol):
    """Where stored documents are read from by digest."""

    def read(self, case_id: str, digest: str) -> Attachment: ...


class Notifications:
    """The mail door."""

    def __init__(self, composer: Composer, transport: MailTransport, documents: Documents) -> None:
        self._composer = composer
        self._transport = transport
        self._documents = documents

    @activity.defn
    async def send_notice(self, notice: Notice) -> Delivery:
        """Send one notice. A wrong address is an answer, not an error: the party has not
        been told, and the case must know."""
        return await self.deliver(notice, activity.info().attempt)

    async def deliver(self, notice: Notice, attempt: int) -> Delivery:
        try:
            attachment = None
            if notice.attachment:
                attachment = self._documents.read(notice.facts.case_id, notice.attachment)
            message = self._composer.compose(notice, attachment)
            result = await self._transport.send(message)
        except MailAddressRefused as error:
            return Delivery(
                message_id=f"<{notice.key}>", state="refused", detail=str(error), attempts=attempt
            )
        except (MailRefused, DocumentError) as error:
            raise refused(str(error)) from None
        except MailMisconfigured as error:
            raise misconfigured(str(error)) from None
        except MailUnavailable as error:
            raise away(str(error)) from None
        except MailAmbiguous as error:
            # The server may hold a copy. The next attempt bears the same Message-ID.
            raise maybe_sent(str(error)) from None
        if any(refusal.final for refusal in result.refused):
            return Delivery(message_id=result.message_id, state="refused", attempts=attempt)
        return Delivery(message_id=result.message_id, attempts=attempt)
