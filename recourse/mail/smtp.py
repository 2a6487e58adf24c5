"""Sending over SMTP: one connection a message, every failure translated in one place."""

import contextlib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from enum import StrEnum
from typing import Literal

import aiosmtplib

from recourse.mail.addresses import without_addresses
from recourse.mail.errors import (
    MailAddressRefused,
    MailAmbiguous,
    MailError,
    MailMisconfigured,
    MailRefused,
    MailUnavailable,
)
from recourse.mail.port import RefusedAddress, SendResult

TIMEOUT = 30.0
"""Seconds for one command. RFC 5321 4.5.3.2 allows minutes, but a submission server that is
well answers in milliseconds, and until DATA a time-out costs no more than another try."""
DATA_TIMEOUT = 120.0
"""Seconds for the reply to the content. Longer than the others, because giving up here means
not knowing, and servers scan the content before they answer."""
QUIT_TIMEOUT = 2.0
"""Seconds for the farewell, which decides nothing."""

Tls = Literal["none", "starttls", "tls"]


class _Phase(StrEnum):
    """How far a send has come: the same silence means different things before and after DATA."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class SmtpTransport:
    """Hands each message to a submission server over a connection of its own.

    Never retries: the caller does, by the error it gets. ``envelope_sender`` is where
    bounces go; empty means the message's From address.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str = "",
        password: str = "",
        tls: Tls = "none",
        *,
        tls_context: ssl.SSLContext | None = None,
        envelope_sender: str = "",
        timeout: float = TIMEOUT,
        data_timeout: float = DATA_TIMEOUT,
    ) -> None:
        self._host = host
        self._port = port
        self._username = username
        self._password = password
        self._tls = tls
        self._tls_context = tls_context or ssl.create_default_context()
        self._envelope_sender = envelope_sender
        self._timeout = timeout
        self._data_timeout = data_timeout

    async def send(self, message: EmailMessage) -> SendResult:
        """Raises recourse.mail.errors: each type says what to do next."""
        recipients = _recipients(message)
        sender = self._envelope_sender or message["From"].addresses[0].addr_spec
        content = message.as_bytes()
        # Not aiosmtplib's sendmail: on a refusal it sends RSET, and a time-out of that
        # RSET would hide the refusal and have a refused message sent again.
        client = self._client()
        try:
            with _translated(_Phase.CONNECT):
                await client.connect()
            if self._username:
                with _translated(_Phase.LOGIN):
                    await client.login(self._username, self._password)
            with _translated(_Phase.SENDER):
                await client.mail(sender)
            refused = await _offer(client, recipients)
            with _translated(_Phase.CONTENT):
                reply = await client.data(content, timeout=self._data_timeout)
            # The message is taken: whatever happens to the farewell must not look like a failure.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=QUIT_TIMEOUT)
        finally:
            client.close()
        return SendResult(
            message_id=str(message["Message-ID"]), reply=reply.message, refused=refused
        )

    def _client(self) -> aiosmtplib.SMTP:
        # start_tls is always stated: left open, the library falls back to plain text when a
        # server (or somebody in between) does not offer STARTTLS.
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=None if self._tls == "none" else self._tls_context,
            timeout=self._timeout,
        )


async def _offer(
    client: aiosmtplib.SMTP, recipients: tuple[str, ...]
) -> tuple[RefusedAddress, ...]:
    """Name the recipients; those refused while others were taken. Raises when all were."""
    refusals: list[aiosmtplib.SMTPRecipientRefused] = []
    with _translated(_Phase.RECIPIENT):
        for recipient in recipients:
            try:
                await client.rcpt(recipient)
            except aiosmtplib.SMTPRecipientRefused as refusal:
                refusals.append(refusal)
        if len(refusals) == len(recipients):
            raise aiosmtplib.SMTPRecipientsRefused(refusals)
    return tuple(
        RefusedAddress(address=r.recipient, code=r.code, reply=without_addresses(r.message))
        for r in refusals
    )


def _recipients(message: EmailMessage) -> tuple[str, ...]:
    fields = (field for name in ("To", "Cc") for field in message.get_all(name, []))
    addresses = tuple(address.addr_spec for field in fields for address in field.addresses)
    if not addresses:
        raise MailAddressRefused("the message names no recipient")
    return addresses


@contextlib.contextmanager
def _translated(phase: _Phase) -> Iterator[None]:
    """The one place where the library's and the system's errors become ours."""
    try:
        yield
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise _translate(error, phase) from error


def _translate(error: Exception, phase: _Phase) -> MailError:
    if phase is _Phase.CONNECT and _is_tls(error):
        return MailMisconfigured(f"TLS with the mail server failed: {_said(error)}")
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _all_refused(error.recipients)
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 400:
        return _by_code(error, phase)
    if phase is _Phase.CONTENT:
        # Silence, a cut connection or a reply that cannot be read: the server may have it.
        return MailAmbiguous(f"no readable reply to the content: {_said(error)}")
    if isinstance(error, ValueError):
        if phase is _Phase.RECIPIENT:
            return MailAddressRefused(f"the address cannot be written in SMTP: {_said(error)}")
        return MailMisconfigured(f"settings cannot be used at {phase}: {_said(error)}")
    if type(error) is aiosmtplib.SMTPException:
        # Raised bare where the server lacks what the settings ask for: STARTTLS or AUTH.
        return MailMisconfigured(f"the server does not do what is set: {_said(error)}")
    return MailUnavailable(f"mail server lost at {phase}: {_said(error)}")


def _by_code(error: aiosmtplib.SMTPResponseException, phase: _Phase) -> MailError:
    said = f"{error.code} at {phase}: {_said(error)}"
    if error.code < 500:
        return MailUnavailable(said, code=error.code)
    if phase is _Phase.CONTENT and error.code != 530:
        return MailRefused(said, code=error.code)
    if phase is _Phase.SENDER and error.code in (552, 554):
        # The size or the policy of this message (RFC 1870), not our settings.
        return MailRefused(said, code=error.code)
    # A greeting, HELO, STARTTLS, AUTH or MAIL refused for good is never the recipient's doing:
    # wrong host, wrong credentials, TLS required (530), a sender we may not use (550, 553).
    return MailMisconfigured(said, code=error.code)


def _all_refused(refusals: list[aiosmtplib.SMTPRecipientRefused]) -> MailError:
    worst = min(refusals, key=lambda refusal: refusal.code)
    said = f"{worst.code} at {_Phase.RECIPIENT}: {without_addresses(worst.message)}"
    if worst.code < 500:
        return MailUnavailable(said, code=worst.code)
    if worst.code == 530:
        return MailMisconfigured(said, code=worst.code)
    if worst.message.startswith("5.7."):
        # RFC 3463: class 7 is security or policy. The address exists; it will not have us.
        return MailRefused(said, code=worst.code)
    return MailAddressRefused(said, code=worst.code)


def _is_tls(error: BaseException) -> bool:
    """Whether a certificate or a handshake is behind it, which the library may have wrapped.
    A connection that merely ended during the handshake is not: the server may be restarting."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
            return False
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__
    return False


def _said(error: Exception) -> str:
    words = getattr(error, "message", "") or str(error) or type(error).__name__
    return without_addresses(str(words))
