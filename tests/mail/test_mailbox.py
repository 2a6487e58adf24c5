"""The embedded mailbox: nothing it took is lost, not even in a crash."""

import asyncio
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from recourse.mail.archive import INDEX, MailArchive
from recourse.mail.compose import NoticeComposer
from recourse.mail.mailbox import HOST, Fault, Mailbox
from recourse.mail.smtp import SmtpTransport
from tests.mail.conftest import CASE, a_notice


def a_message(composer: NoticeComposer, ordinal: int) -> EmailMessage:
    return composer.compose(a_notice(key=f"{CASE}.{ordinal}"))


async def send(port: int, message: EmailMessage) -> None:
    await SmtpTransport(HOST, port, timeout=5).send(message)


async def test_mail_survives_a_restart(tmp_path: Path, composer: NoticeComposer) -> None:
    """After a restart the earlier mail is there, and new mail does not overwrite it."""
    async with Mailbox(tmp_path) as box:
        await send(box.port, a_message(composer, 1))
    async with Mailbox(tmp_path) as box:
        await send(box.port, a_message(composer, 1))
        await send(box.port, a_message(composer, 2))
        assert box.deliveries() == {
            composer.message_id(f"{CASE}.1"): 2,
            composer.message_id(f"{CASE}.2"): 1,
        }
        assert len({entry.file for entry in box.messages()}) == 3


async def test_crash_between_file_and_index_loses_nothing(
    tmp_path: Path, composer: NoticeComposer
) -> None:
    """A delivery whose index line was torn by a crash is found again, and so is the next."""
    async with Mailbox(tmp_path) as box:
        await send(box.port, a_message(composer, 1))
        await send(box.port, a_message(composer, 2))
    index = tmp_path / INDEX
    index.write_bytes(index.read_bytes()[:-40])
    async with Mailbox(tmp_path) as box:
        await send(box.port, a_message(composer, 3))
        ids = [entry.message_id for entry in box.messages()]
    assert ids == [composer.message_id(f"{CASE}.{n}") for n in (1, 2, 3)]
    assert MailArchive(tmp_path).entries()[1].to == ("wang.fang@example.com",)


async def test_faults_are_used_up_and_can_be_forgotten(
    mailbox: Mailbox, composer: NoticeComposer
) -> None:
    """A fault shows as often as told, only to whom it is meant for, and can be called off."""
    mailbox.misbehave(Fault.REFUSE_RECIPIENT, times=3, recipient="somebody@example.com")
    mailbox.misbehave(Fault.DEFER_CONTENT, times=2)
    with pytest.raises(Exception, match="451"):
        await send(mailbox.port, a_message(composer, 1))
    mailbox.behave()
    await send(mailbox.port, a_message(composer, 1))
    assert len(mailbox.messages()) == 1


async def test_mailbox_runs_as_a_process(tmp_path: Path, composer: NoticeComposer) -> None:
    """As a process it says where it listens, and others read its directory."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "recourse.mail.mailbox", "--port", "0", "--dir", str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            line = (await process.stdout.readline()).decode()
        assert line.startswith(f"listening on {HOST}:")
        await send(int(line.rsplit(":", 1)[1]), a_message(composer, 1))
        assert len(MailArchive(tmp_path).entries()) == 1
    finally:
        process.kill()
        await process.wait()
