"""The embedded mailbox: a real SMTP server on this machine that keeps what it is sent.

For the demonstration, for ``up`` and for tests. ``python -m recourse.mail.mailbox`` runs it
as a process of its own. It can be told to misbehave as real servers do.
"""

import argparse
import asyncio
import contextlib
import ssl
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from recourse.mail.archive import ArchivedMail, MailArchive

HOST = "127.0.0.1"


class Fault(StrEnum):
    """A way to misbehave, named by what the sender sees."""

    BUSY = "busy"
    """421 instead of a greeting."""
    CLOSED_TO_US = "closed_to_us"
    """554 instead of a greeting."""
    SILENT_GREETING = "silent_greeting"
    """The connection is taken and nothing is said."""
    REFUSE_SENDER = "refuse_sender"
    """553 at MAIL."""
    REFUSE_RECIPIENT = "refuse_recipient"
    """550 at RCPT: no such mailbox."""
    REFUSE_BY_POLICY = "refuse_by_policy"
    """550 5.7.1 at RCPT: the address exists, we are not wanted."""
    DEFER_RECIPIENT = "defer_recipient"
    """451 at RCPT."""
    SILENT_RECIPIENT = "silent_recipient"
    """RCPT is never answered."""
    REFUSE_CONTENT = "refuse_content"
    """554 after DATA."""
    DEFER_CONTENT = "defer_content"
    """451 after DATA."""
    CUT_IN_DATA = "cut_in_data"
    """The connection is cut while the content is being sent; nothing is kept."""
    LOSE_REPLY = "lose_reply"
    """The message is kept and the connection cut before the reply."""
    SILENT_CONTENT = "silent_content"
    """The message is kept and never answered."""
    LATE_CONTENT = "late_content"
    """The message is kept, and taken with 250 only once ``go_on`` is called."""


_GREETINGS = {
    Fault.BUSY: b"421 4.3.2 try again later\r\n",
    Fault.CLOSED_TO_US: b"554 5.7.1 no service here\r\n",
    Fault.SILENT_GREETING: b"",
}
_AT_RECIPIENT = {
    Fault.REFUSE_RECIPIENT: "550 5.1.1 no such mailbox",
    Fault.REFUSE_BY_POLICY: "550 5.7.1 sender is not wanted here",
    Fault.DEFER_RECIPIENT: "451 4.3.0 mailbox busy",
}
_AT_CONTENT = {
    Fault.REFUSE_CONTENT: "554 5.6.0 content refused",
    Fault.DEFER_CONTENT: "451 4.3.0 not now",
}


class Mailbox:
    """An SMTP server on 127.0.0.1 over a MailArchive.

    ``port`` 0 takes a free one; read ``port`` after ``start``. ``users`` (name to password)
    makes AUTH necessary; ``tls_context`` offers STARTTLS, ``require_starttls`` insists on
    it, ``implicit_tls`` speaks TLS from the first byte instead.
    """

    def __init__(
        self,
        directory: Path,
        port: int = 0,
        *,
        users: Mapping[str, str] | None = None,
        tls_context: ssl.SSLContext | None = None,
        require_starttls: bool = False,
        implicit_tls: bool = False,
    ) -> None:
        self.archive = MailArchive(directory)
        self.port = port
        self._users = dict(users or {})
        self._tls_context = tls_context
        self._require_starttls = require_starttls
        self._implicit_tls = implicit_tls
        self._faults: list[tuple[Fault, str]] = []
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection | _OddGreeting] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._arrived = asyncio.Condition()
        self._let_on = asyncio.Event()

    async def start(self) -> Self:
        self.archive.open()
        self._server = await asyncio.get_running_loop().create_server(
            self._connection,
            HOST,
            self.port,
            ssl=self._tls_context if self._implicit_tls else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        await asyncio.gather(*(connection.end() for connection in tuple(self._connections)))
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def misbehave(self, fault: Fault, *, times: int = 1, recipient: str = "") -> None:
        """Show ``fault`` to the next ``times`` attempts, or only where ``recipient`` is named
        (faults at RCPT and after). Faults are used up in the order they were given."""
        self._faults += [(fault, recipient)] * times
        if fault is Fault.LATE_CONTENT:
            self._let_on.clear()

    def behave(self) -> None:
        """Forget all faults that have not been used up."""
        self._faults.clear()

    def go_on(self) -> None:
        """Answer those that ``LATE_CONTENT`` lets wait."""
        self._let_on.set()

    async def told_to_go_on(self) -> None:
        """For the mailbox's own connections."""
        await self._let_on.wait()

    def messages(self) -> tuple[ArchivedMail, ...]:
        """Every delivery, oldest first, also from before a restart."""
        return self.archive.entries()

    def deliveries(self) -> Counter[str]:
        """How often each Message-ID was delivered."""
        return self.archive.deliveries()

    def read(self, entry: ArchivedMail) -> EmailMessage:
        return self.archive.read(entry)

    async def wait_for(self, deliveries: int, timeout: float = 10.0) -> tuple[ArchivedMail, ...]:
        """Every delivery, as soon as there are that many. Raises TimeoutError."""
        async with asyncio.timeout(timeout), self._arrived:
            await self._arrived.wait_for(lambda: len(self.archive.entries()) >= deliveries)
        return self.archive.entries()

    async def idle(self) -> None:
        """Returns once no connection is open."""
        await self._idle.wait()

    async def keep(self, envelope: Envelope) -> ArchivedMail:
        """Store what a connection brought. For the mailbox's own connections."""
        entry = self.archive.add(
            envelope.original_content or b"",
            sender=envelope.mail_from or "",
            to=tuple(envelope.rcpt_tos),
            at=datetime.now(UTC),
        )
        async with self._arrived:
            self._arrived.notify_all()
        return entry

    def take_fault(self, *candidates: Fault, recipients: tuple[str, ...] = ()) -> Fault | None:
        """The next fault among ``candidates``, used up by asking."""
        for place, (fault, recipient) in enumerate(self._faults):
            if fault in candidates and (not recipient or recipient in recipients):
                del self._faults[place]
                return fault
        return None

    def knows(self, credentials: object) -> bool:
        if not isinstance(credentials, LoginPassword):
            return False
        expected = self._users.get(credentials.login.decode("utf-8", "replace"))
        return expected is not None and expected.encode() == credentials.password

    @property
    def needs_login(self) -> bool:
        return bool(self._users)

    def opened(self, connection: "_Connection | _OddGreeting") -> None:
        self._connections.add(connection)
        self._idle.clear()

    def closed(self, connection: "_Connection | _OddGreeting") -> None:
        self._connections.discard(connection)
        if not self._connections:
            self._idle.set()

    def _connection(self) -> asyncio.Protocol:
        fault = self.take_fault(*_GREETINGS)
        if fault is not None:
            return _OddGreeting(self, _GREETINGS[fault])
        starttls = None if self._implicit_tls else self._tls_context
        return _Connection(self, starttls, require_starttls=self._require_starttls)


class _OddGreeting(asyncio.Protocol):
    """Says one line, or nothing, and stays until the other side goes."""

    def __init__(self, mailbox: Mailbox, line: bytes) -> None:
        self._mailbox = mailbox
        self._line = line
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._mailbox.opened(self)
        if self._line and isinstance(transport, asyncio.WriteTransport):
            transport.write(self._line)

    def connection_lost(self, exc: Exception | None) -> None:
        self._mailbox.closed(self)

    async def end(self) -> None:
        if self._transport is not None:
            self._transport.close()


class _Connection(SMTP):
    """One SMTP conversation."""

    def __init__(
        self, mailbox: Mailbox, tls_context: ssl.SSLContext | None, *, require_starttls: bool
    ) -> None:
        self._mailbox = mailbox
        self._opened: asyncio.BaseTransport | None = None
        super().__init__(
            _Hooks(mailbox),
            hostname="mailbox.localhost",
            ident="Recourse mailbox",
            tls_context=tls_context,
            require_starttls=require_starttls,
            auth_require_tls=tls_context is not None,
            authenticator=self._log_in,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._opened is None:
            # STARTTLS makes a second transport over the first, which stays the one to close.
            self._opened = transport
            self._mailbox.opened(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._mailbox.closed(self)
        super().connection_lost(error)

    async def end(self) -> None:
        """Close it and wait until the conversation is over. A client that turned away during
        the TLS handshake leaves a conversation that would otherwise wait for ever."""
        if self._opened is not None:
            self._opened.close()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
            await asyncio.gather(self._handler_coroutine, return_exceptions=True)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        recipients = tuple(self.envelope.rcpt_tos) if self.envelope else ()
        if self._mailbox.take_fault(Fault.CUT_IN_DATA, recipients=recipients) is None:
            await super().smtp_DATA(arg)
            return
        await self.push("354 go ahead")
        await self._reader.readline()
        _cut(self)

    def _log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        return AuthResult(success=self._mailbox.knows(data), handled=False)


class _Hooks:
    """What the conversation asks of the mailbox, command by command."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        if self._mailbox.needs_login and not session.authenticated:
            return "530 5.7.0 authentication required"
        if self._mailbox.take_fault(Fault.REFUSE_SENDER):
            return "553 5.7.1 not a sender of yours"
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._mailbox.take_fault(
            *_AT_RECIPIENT, Fault.SILENT_RECIPIENT, recipients=(address,)
        )
        if fault is Fault.SILENT_RECIPIENT:
            await _until_they_go()
        if fault is not None:
            return _AT_RECIPIENT[fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        fault = self._mailbox.take_fault(
            *_AT_CONTENT,
            Fault.LOSE_REPLY,
            Fault.SILENT_CONTENT,
            Fault.LATE_CONTENT,
            recipients=tuple(envelope.rcpt_tos),
        )
        if fault in _AT_CONTENT:
            return _AT_CONTENT[fault]
        entry = await self._mailbox.keep(envelope)
        if fault is Fault.LOSE_REPLY:
            _cut(server)
        if fault is Fault.LATE_CONTENT:
            await self._mailbox.told_to_go_on()
        elif fault is not None:
            await _until_they_go()
        return f"250 OK: kept as {entry.file}"


def _cut(connection: SMTP) -> None:
    """End a connection without a word."""
    if isinstance(connection.transport, asyncio.WriteTransport):
        connection.transport.abort()


async def _until_they_go() -> None:
    """Never returns: the end of the connection cancels the conversation."""
    await asyncio.get_running_loop().create_future()


async def _serve(directory: Path, port: int) -> None:
    async with Mailbox(directory, port) as mailbox:
        sys.stdout.write(f"listening on {HOST}:{mailbox.port}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()


def main() -> None:
    """Run a mailbox until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m recourse.mail.mailbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--dir", type=Path, required=True, help="where the mail is kept")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(given.dir, given.port))


if __name__ == "__main__":
    main()
