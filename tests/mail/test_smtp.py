"""Sending against a real server that misbehaves: each failure becomes the error that says what
to do next."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from recourse.mail.compose import NoticeComposer
from recourse.mail.errors import (
    MailAddressRefused,
    MailAmbiguous,
    MailError,
    MailMisconfigured,
    MailRefused,
    MailUnavailable,
)
from recourse.mail.mailbox import HOST, Fault, Mailbox
from recourse.mail.smtp import SmtpTransport, Tls
from tests.mail.conftest import CASE, a_notice

SHORT = 0.3
"""Seconds until a silent server is given up on in these tests."""


@pytest.fixture
def message(composer: NoticeComposer) -> EmailMessage:
    return composer.compose(a_notice())


def transport(mailbox: Mailbox) -> SmtpTransport:
    return SmtpTransport(HOST, mailbox.port, timeout=5, data_timeout=5)


def hasty(mailbox: Mailbox) -> SmtpTransport:
    return SmtpTransport(HOST, mailbox.port, timeout=SHORT, data_timeout=SHORT)


async def test_a_taken_message_is_kept_as_sent(mailbox: Mailbox, message: EmailMessage) -> None:
    """What the server takes is what was composed, under its Message-ID, once."""
    result = await transport(mailbox).send(message)
    (entry,) = mailbox.messages()
    assert result.message_id == message["Message-ID"] == entry.message_id
    assert "00000001.eml" in result.reply
    assert entry.to == ("wang.fang@example.com",)
    assert entry.subject == str(message["Subject"])
    assert mailbox.read(entry).as_bytes() == message.as_bytes()
    assert mailbox.deliveries() == {message["Message-ID"]: 1}


@pytest.mark.parametrize(
    ("fault", "error", "kept"),
    [
        (Fault.REFUSE_RECIPIENT, MailAddressRefused, 0),
        (Fault.REFUSE_BY_POLICY, MailRefused, 0),
        (Fault.DEFER_RECIPIENT, MailUnavailable, 0),
        (Fault.REFUSE_SENDER, MailMisconfigured, 0),
        (Fault.REFUSE_CONTENT, MailRefused, 0),
        (Fault.DEFER_CONTENT, MailUnavailable, 0),
        (Fault.BUSY, MailUnavailable, 0),
        (Fault.CLOSED_TO_US, MailMisconfigured, 0),
        (Fault.CUT_IN_DATA, MailAmbiguous, 0),
        (Fault.LOSE_REPLY, MailAmbiguous, 1),
    ],
)
async def test_what_a_server_says_decides_what_to_do(
    mailbox: Mailbox, message: EmailMessage, fault: Fault, error: type[MailError], kept: int
) -> None:
    """Each answer of a server, and each cut connection, becomes exactly one kind of error."""
    mailbox.misbehave(fault)
    with pytest.raises(error) as caught:
        await transport(mailbox).send(message)
    assert type(caught.value) is error
    assert len(mailbox.messages()) == kept
    assert "@" not in str(caught.value)
    await transport(mailbox).send(message)
    assert len(mailbox.messages()) == kept + 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.SILENT_GREETING, MailUnavailable),
        (Fault.SILENT_RECIPIENT, MailUnavailable),
        (Fault.SILENT_CONTENT, MailAmbiguous),
    ],
)
async def test_silence_is_ambiguous_only_after_the_content(
    mailbox: Mailbox, message: EmailMessage, fault: Fault, error: type[MailError]
) -> None:
    """Before DATA a silent server has nothing; after it, it may have the message."""
    mailbox.misbehave(fault)
    with pytest.raises(error) as caught:
        await hasty(mailbox).send(message)
    assert type(caught.value) is error


async def test_lost_reply_and_second_send_share_the_message_id(
    mailbox: Mailbox, composer: NoticeComposer
) -> None:
    """After a lost reply the second send bears the same Message-ID, and both are counted."""
    mailbox.misbehave(Fault.LOSE_REPLY)
    with pytest.raises(MailAmbiguous):
        await transport(mailbox).send(composer.compose(a_notice()))
    result = await transport(mailbox).send(composer.compose(a_notice()))
    assert mailbox.deliveries() == {f"<{CASE}.3@recourse.example>": 2}
    first, second = mailbox.messages()
    assert first.message_id == second.message_id == result.message_id
    assert mailbox.read(first).as_bytes() == mailbox.read(second).as_bytes()


async def test_one_bad_address_of_two_is_a_success_with_a_bounce(
    mailbox: Mailbox, message: EmailMessage
) -> None:
    """When one of two recipients is refused the other has the mail, and we know which."""
    message["Cc"] = "gone@example.com"
    mailbox.misbehave(Fault.REFUSE_RECIPIENT, recipient="gone@example.com")
    result = await transport(mailbox).send(message)
    (refused,) = result.refused
    assert (refused.address, refused.code, refused.final) == ("gone@example.com", 550, True)
    assert mailbox.messages()[0].to == ("wang.fang@example.com",)


async def test_one_deferred_address_makes_all_transient(
    mailbox: Mailbox, message: EmailMessage
) -> None:
    """All refused, one of them only for now: the message is worth sending again."""
    message["Cc"] = "busy@example.com"
    mailbox.misbehave(Fault.REFUSE_RECIPIENT, recipient="wang.fang@example.com")
    mailbox.misbehave(Fault.DEFER_RECIPIENT, recipient="busy@example.com")
    with pytest.raises(MailUnavailable):
        await transport(mailbox).send(message)


async def test_no_server_is_transient(message: EmailMessage) -> None:
    """A refused TCP connection is worth another try."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))  # bound and not listening: nobody else can take the port
        with pytest.raises(MailUnavailable):
            await SmtpTransport(HOST, taken.getsockname()[1], timeout=5).send(message)


async def test_address_that_cannot_be_written_is_the_addresss_fault(mailbox: Mailbox) -> None:
    """An address that got past the composer and cannot be written in SMTP is refused for good."""
    message = EmailMessage()
    message["From"], message["To"] = "s@r.example", "王@example.com"
    message.set_content("x")
    with pytest.raises(MailAddressRefused):
        await transport(mailbox).send(message)


async def test_concurrent_sends_do_not_mix(mailbox: Mailbox, composer: NoticeComposer) -> None:
    """Many messages at once arrive each once."""
    notices = [a_notice(key=f"{CASE}.{n}") for n in range(20)]
    sender = transport(mailbox)
    await asyncio.gather(*(sender.send(composer.compose(notice)) for notice in notices))
    assert mailbox.deliveries() == {composer.message_id(notice.key): 1 for notice in notices}


async def test_cancelled_send_leaves_no_connection(mailbox: Mailbox, message: EmailMessage) -> None:
    """A cancelled send closes its connection instead of leaving it to the server."""
    mailbox.misbehave(Fault.SILENT_CONTENT)
    sending = asyncio.create_task(transport(mailbox).send(message))
    await mailbox.wait_for(1)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    async with asyncio.timeout(5):
        await mailbox.idle()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mailbox")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_tls_with_a_trusted_certificate(
    tmp_path: Path, certificate: Path, message: EmailMessage, tls: Tls
) -> None:
    """Mail goes through STARTTLS and through TLS from the first byte, with a login."""
    box = Mailbox(
        tmp_path,
        users={"recourse": "secret"},
        tls_context=server_side(certificate),
        require_starttls=tls == "starttls",
        implicit_tls=tls == "tls",
    )
    async with box:
        context = trusting(certificate)
        sender = SmtpTransport(HOST, box.port, "recourse", "secret", tls, tls_context=context)
        await sender.send(message)
        assert len(box.messages()) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_untrusted_certificate_is_configuration(
    tmp_path: Path, certificate: Path, message: EmailMessage, tls: Tls
) -> None:
    """A certificate nobody vouches for stops the mail, and trying again is useless."""
    context = server_side(certificate)
    async with Mailbox(tmp_path, tls_context=context, implicit_tls=tls == "tls") as box:
        with pytest.raises(MailMisconfigured):
            await SmtpTransport(HOST, box.port, tls=tls, timeout=5).send(message)
        assert box.messages() == ()


async def test_server_that_wants_starttls_is_configuration(
    tmp_path: Path, certificate: Path, message: EmailMessage
) -> None:
    """530 without STARTTLS is for a person to mend, not for retries."""
    async with Mailbox(
        tmp_path, tls_context=server_side(certificate), require_starttls=True
    ) as box:
        with pytest.raises(MailMisconfigured) as caught:
            await transport(box).send(message)
        assert caught.value.code == 530


async def test_starttls_not_offered_is_never_replaced_by_plain_text(
    mailbox: Mailbox, message: EmailMessage
) -> None:
    """When STARTTLS is set and not offered, nothing is sent in the clear."""
    with pytest.raises(MailMisconfigured):
        await SmtpTransport(HOST, mailbox.port, tls="starttls", timeout=5).send(message)
    assert mailbox.messages() == ()


async def test_tls_to_a_plain_server_is_configuration(
    mailbox: Mailbox, message: EmailMessage
) -> None:
    """TLS spoken to a plain port is a wrong setting."""
    with pytest.raises(MailMisconfigured):
        await SmtpTransport(HOST, mailbox.port, tls="tls", timeout=5).send(message)


@pytest.mark.parametrize("password", ["wrong", None])
async def test_bad_or_missing_login_is_configuration(
    tmp_path: Path, message: EmailMessage, password: str | None
) -> None:
    """A wrong password (535), or none where one is needed (530), is for a person to mend."""
    async with Mailbox(tmp_path, users={"recourse": "secret"}) as box:
        user = "recourse" if password else ""
        with pytest.raises(MailMisconfigured) as caught:
            await SmtpTransport(HOST, box.port, user, password or "", timeout=5).send(message)
        assert caught.value.code == (535 if password else 530)
