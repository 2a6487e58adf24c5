"""The mail port: what a case asks of any mail system."""

from email.message import EmailMessage
from typing import Protocol

from recourse.disputes.models import Value
from recourse.disputes.notices import Notice


class Attachment(Value):
    """A document to go with a notice."""

    name: str
    media_type: str
    content: bytes


class RefusedAddress(Value):
    """One of several recipients that the server refused while it took the others."""

    address: str
    code: int
    reply: str

    @property
    def final(self) -> bool:
        return self.code >= 500


class SendResult(Value):
    """The server took the message for at least one recipient."""

    message_id: str
    reply: str = ""
    """The server's words, usually its queue id: what a postmaster asks for."""
    refused: tuple[RefusedAddress, ...] = ()


class Composer(Protocol):
    def compose(self, notice: Notice, attachment: Attachment | None = None) -> EmailMessage:
        """The message for a notice. The same notice gives the same bytes. Raises
        MailAddressRefused when the contact's address is none."""
        ...


class MailTransport(Protocol):
    async def send(self, message: EmailMessage) -> SendResult:
        """Hand a message to the mail system, once. Raises recourse.mail.errors."""
        ...
