"""Giving notice: one Message-ID for every copy, and errors that say what to do."""

from datetime import UTC, datetime

import pytest

from activities.errors import AWAY, MAYBE_SENT, MISCONFIGURED, REFUSED
from activities.follow_ups import FollowUps
from activities.notifications import Notifications
from recourse.disputes.notices import Contact, Notice, NoticeFacts, Role, Template
from recourse.mail.compose import NoticeComposer
from recourse.mail.enclosures import Enclosures
from recourse.mail.mailbox import Fault
from recourse.mail.smtp import SmtpTransport
from tests.activities.conftest import Post, fails, run

CASE = "RC-TEST-0000-0001"
KEY = f"{CASE}.3"
WANG = "wang.fang@example.com"


def a_notice(email: str = WANG, attachment: str = "") -> Notice:
    return Notice(
        key=KEY,
        template=Template.ACKNOWLEDGE,
        language="zh-CN",
        to=Contact(role=Role.CUSTOMER, name="王芳", email=email),
        facts=NoticeFacts(case_id=CASE, kind="wrong_refund", claimant="customer"),
        at=datetime(2026, 11, 20, 6, 0, tzinfo=UTC),
        attachment=attachment,
    )


async def test_a_notice_is_sent_under_its_own_id(post: Post) -> None:
    """A notice arrives once, under a Message-ID made from its key."""
    delivery = await run(post.notifications.send_notice, a_notice())
    (mail,) = post.mailbox.messages()
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    assert delivery.message_id == mail.message_id == f"<{KEY}@recourse.example>"
    assert mail.to == (WANG,)


@pytest.mark.parametrize(
    ("fault", "kind", "final"),
    [
        (Fault.BUSY, AWAY, False),
        (Fault.SILENT_GREETING, AWAY, False),
        (Fault.DEFER_RECIPIENT, AWAY, False),
        (Fault.SILENT_RECIPIENT, AWAY, False),
        (Fault.DEFER_CONTENT, AWAY, False),
        (Fault.LOSE_REPLY, MAYBE_SENT, False),
        (Fault.SILENT_CONTENT, MAYBE_SENT, False),
        (Fault.REFUSE_BY_POLICY, REFUSED, True),
        (Fault.REFUSE_CONTENT, REFUSED, True),
        (Fault.REFUSE_SENDER, MISCONFIGURED, True),
        (Fault.CLOSED_TO_US, MISCONFIGURED, True),
    ],
)
async def test_each_failure_says_what_to_do(
    post: Post, fault: Fault, kind: str, final: bool
) -> None:
    """Try later, send again under the same id, leave it, or have the settings mended; and no
    error holds an address."""
    post.mailbox.misbehave(fault)
    error = await fails(post.notifications.send_notice, a_notice())
    assert (error.type, error.non_retryable) == (kind, final)
    assert WANG not in str(error)


async def test_a_wrong_address_is_an_answer(post: Post) -> None:
    """An address that takes no mail is no failure of ours: the party was not told, and the
    case must know. The same for one that is none."""
    post.mailbox.misbehave(Fault.REFUSE_RECIPIENT)
    for email in (WANG, "wang fang"):
        delivery = await run(post.notifications.send_notice, a_notice(email))
        assert delivery.state == "refused"
        assert WANG not in delivery.detail
    assert post.mailbox.messages() == ()


@pytest.mark.parametrize("fault", [Fault.LOSE_REPLY, Fault.SILENT_CONTENT])
async def test_a_second_copy_bears_the_same_id(post: Post, fault: Fault) -> None:
    """After a lost reply the notice is sent again under the same Message-ID, by which its
    reader tells the copies apart; the delivery says that there may be two."""
    post.mailbox.misbehave(fault)
    error = await fails(post.notifications.send_notice, a_notice())
    assert error.type == MAYBE_SENT
    delivery = await run(post.notifications.send_notice, a_notice(), attempt=2)
    assert (delivery.state, delivery.attempts) == ("sent", 2)
    assert post.mailbox.deliveries() == {delivery.message_id: 2}
    first, second = (post.mailbox.read(mail).as_bytes() for mail in post.mailbox.messages())
    assert first == second


async def test_a_reminder_goes_through_the_same_door(post: Post, follow_ups: FollowUps) -> None:
    """A reminder is a notice like every other, with its attempts counted."""
    delivery = await run(follow_ups.send_reminder, a_notice(), attempt=3)
    assert (delivery.state, delivery.attempts) == ("sent", 3)
    post.mailbox.misbehave(Fault.DEFER_CONTENT)
    error = await fails(follow_ups.send_reminder, a_notice())
    assert (error.type, error.non_retryable) == (AWAY, False)


async def test_a_mail_server_that_is_not_there_is_away(post: Post) -> None:
    """A refused connection is tried again."""
    composer = NoticeComposer("recourse.example", "disputes@recourse.example")
    nowhere = SmtpTransport("127.0.0.1", 9, timeout=0.5)
    door = Notifications(composer, nowhere, Enclosures(post.store))
    error = await fails(door.send_notice, a_notice())
    assert (error.type, error.non_retryable) == (AWAY, False)


async def test_a_letter_is_enclosed_from_its_own_case(post: Post) -> None:
    """The enclosure is the document of this digest in this case, and of no other case."""
    stored = post.store.put(CASE, "demand_letter.txt", "text/plain", b"pay")
    await run(post.notifications.send_notice, a_notice(attachment=stored.digest))
    (mail,) = post.mailbox.messages()
    (part,) = post.mailbox.read(mail).iter_attachments()
    assert part.get_filename() == "demand_letter.txt"
    assert part.get_content().strip() == "pay"
    elsewhere = post.store.put("RC-OTHER", "demand_letter.txt", "text/plain", b"other")
    error = await fails(post.notifications.send_notice, a_notice(attachment=elsewhere.digest))
    assert (error.type, error.non_retryable) == (REFUSED, True)
    assert len(post.mailbox.messages()) == 1
